/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * failing - memory that runs out at one allocation of a test, the program's own or a library's
 *
 * As tests/faults/failing-malloc.c does for a whole program. A sanitizer has an allocator of its own: there
 * nothing fails, and FAILING is 0.
 */
#ifndef TESTS_UNIT_FAILING_H
#define TESTS_UNIT_FAILING_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define FAILING 1
#ifdef __SANITIZE_ADDRESS__
#undef FAILING
#define FAILING 0
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#undef FAILING
#define FAILING 0
#endif
#endif

static unsigned long failing_at; /* counted down; at 1 it fails; 0: none does */
static bool failing_has;         /* it has failed */
/* Where that is not NULL: an allocation counts while it is true. */
static const bool *failing_only __attribute__((unused)); /* where nothing fails */

#if FAILING
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool failing_now(void)
{
	if (failing_at == 0 || (failing_only && !*failing_only) || --failing_at > 0)
		return false;
	failing_has = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return failing_now() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return failing_now() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return failing_now() ? NULL : __libc_realloc(old, size);
}
#endif

static inline void failing_begin(unsigned long at)
{
	failing_has = false;
	failing_at = at;
}

/* Has it failed, or were there fewer? */
static inline bool failing_end(void)
{
	failing_at = 0;
	return failing_has;
}

#endif
