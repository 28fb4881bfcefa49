/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util - ownership helpers and the one container used everywhere
 *
 * `_cleanup_` frees a local at the end of its scope, steal() takes it out
 * beforehand. A struct strv is a growing array of owned strings.
 */
#ifndef GUARD_BASE_UTIL_H
#define GUARD_BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define _cleanup_(f)       __attribute__((cleanup(f)))
#define _must_check_       __attribute__((warn_unused_result))
#define _printf_(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define _unused_           __attribute__((unused))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Takes the value out of a pointer and leaves NULL behind. */
#define steal(ptr)                                                                                 \
	({                                                                                         \
		__typeof__(ptr) _steal_p = (ptr);                                                  \
		(ptr) = NULL;                                                                      \
		_steal_p;                                                                          \
	})

/* Defines `static inline void name(type *p)` that calls func(*p), for _cleanup_. */
#define DEFINE_CLEANUP(type, func, name)                                                           \
	static inline void name(type *p)                                                           \
	{                                                                                          \
		if (*p)                                                                            \
			(void)func(*p);                                                            \
	}                                                                                          \
	struct guard_swallow_semicolon

static inline void free_cleanup(void *p)
{
	void **ptr = p;

	free(*ptr);
}
#define _cleanup_free_ _cleanup_(free_cleanup)

struct strv {
	char **strings; /* owned */
	size_t n;
	size_t capacity;
};
#define STRV_NULL      ((struct strv){0})
#define _cleanup_strv_ _cleanup_(strv_deinit)

void strv_deinit(struct strv *strv);
int strv_add(struct strv *strv, const char *string) _must_check_;
int strv_add_once(struct strv *strv, const char *string) _must_check_;
int strv_add_each(struct strv *strv, const struct strv *more) _must_check_;
int strv_add_take(struct strv *strv, char *string) _must_check_;
int strv_copy(struct strv *out, const struct strv *from) _must_check_;
void strv_remove(struct strv *strv, const char *string);
bool strv_contains(const struct strv *strv, const char *string);
int strv_split(struct strv *out, const char *text, const char *separators) _must_check_;

int replace_string(char **to, const char *text) _must_check_;
int xasprintf(char **out, const char *format, ...) _printf_(2, 3) _must_check_;
bool parse_uint(const char *text, unsigned long max, unsigned long *out) _must_check_;
bool parse_int64(const char *text, int64_t *out) _must_check_;
int grow(void *array, size_t *capacity, size_t needed, size_t element_size) _must_check_;

#endif
