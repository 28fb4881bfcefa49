/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * builder - a text that grows
 *
 * Pieces are added without looking at each result: a failure sticks, what comes
 * after it does nothing, and builder_take() tells of it in the end.
 */
#ifndef GUARD_BASE_BUILDER_H
#define GUARD_BASE_BUILDER_H

#include "guard/base/util.h"

struct builder {
	char *text; /* owned; ended by NUL; NULL while nothing was added */
	size_t n;   /* without the NUL */
	size_t capacity;
	bool failed; /* memory ran out */
};
#define BUILDER_NULL      ((struct builder){0})
#define _cleanup_builder_ _cleanup_(builder_deinit)

void builder_deinit(struct builder *builder);
void builder_add_bytes(struct builder *builder, const char *bytes, size_t n);
void builder_add(struct builder *builder, const char *text);
void builder_addf(struct builder *builder, const char *format, ...) _printf_(2, 3);
void builder_join(struct builder *builder, const char *between, const char *text);
void builder_join_all(struct builder *builder, const char *between, const struct strv *texts);
int builder_take(struct builder *builder, char **out) _must_check_;

#endif
