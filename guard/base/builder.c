// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/builder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** builder_deinit() - free it; it is empty and usable afterwards */
void builder_deinit(struct builder *builder)
{
	free(builder->text);
	*builder = BUILDER_NULL;
}

/* Room for so many more; NULL, and failed for good, without memory. */
static char *room(struct builder *builder, size_t n)
{
	if (builder->failed ||
	    grow(&builder->text, &builder->capacity, builder->n + n + 1, 1) < 0) {
		builder->failed = true;
		return NULL;
	}
	return builder->text + builder->n;
}

/** builder_add_bytes() - borrowed; without a NUL among them */
void builder_add_bytes(struct builder *builder, const char *bytes, size_t n)
{
	char *at = room(builder, n);

	if (!at)
		return;
	memcpy(at, bytes, n);
	at[n] = '\0';
	builder->n += n;
}

/** builder_add() - a whole text; borrowed */
void builder_add(struct builder *builder, const char *text)
{
	builder_add_bytes(builder, text, strlen(text));
}

/** builder_addf() - as printf() */
void builder_addf(struct builder *builder, const char *format, ...)
{
	va_list args;
	char *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	at = n < 0 ? NULL : room(builder, (size_t)n);
	if (!at) {
		builder->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(at, (size_t)n + 1, format, args);
	va_end(args);
	builder->n += (size_t)n;
}

/** builder_join() - a text, and something before it unless it is the first */
void builder_join(struct builder *builder, const char *between, const char *text)
{
	if (builder->n)
		builder_add(builder, between);
	builder_add(builder, text);
}

/** builder_join_all() - builder_join() of each */
void builder_join_all(struct builder *builder, const char *between, const struct strv *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		builder_join(builder, between, texts->strings[i]);
}

/**
 * builder_take() - the whole of it
 * @out: written on success alone, "" where nothing was added; the caller frees it
 *
 * The builder is empty afterwards.
 *
 * Return: 0 or -ENOMEM.
 */
int builder_take(struct builder *builder, char **out)
{
	builder_add(builder, "");
	if (builder->failed) {
		builder_deinit(builder);
		return -ENOMEM;
	}
	*out = steal(builder->text);
	*builder = BUILDER_NULL;
	return 0;
}
