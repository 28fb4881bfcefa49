// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * err_set() - say what went wrong
 * @err:  may be NULL; text that is there already is replaced
 * @code: handed through
 *
 * Return: @code, so that callers can write `return err_set(err, -EINVAL, …)`.
 */
int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

/** err_prefix() - put context in front of what is said already; Return: @code */
int err_prefix(struct err *err, int code, const char *format, ...)
{
	char before[sizeof(err->text)], after[sizeof(err->text)];
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(before, sizeof(before), format, args);
	va_end(args);
	memcpy(after, err->text, sizeof(after));
	if (after[0] == '\0' && code < 0)
		snprintf(after, sizeof(after), "%s", strerror(-code));
	if ((size_t)snprintf(err->text, sizeof(err->text), "%s: %s", before, after) >=
	    sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
	return code;
}

/**
 * err_text() - what to show a person
 * @code: the code that came with it; a negative errno stands in for a missing text
 *
 * Return: borrowed from @err or static; never NULL.
 */
const char *err_text(const struct err *err, int code)
{
	if (err && err->text[0])
		return err->text;
	return code < 0 ? strerror(-code) : "unknown error";
}
