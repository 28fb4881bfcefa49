// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/util.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * grow() - make room for `needed` elements in a growing array
 * @array:        address of the array's pointer (a T **)
 * @capacity:     elements that fit now; updated
 * @needed:       elements that must fit
 * @element_size: bytes of one element
 *
 * Return: 0, or -ENOMEM (the array is as it was).
 */
int grow(void *array, size_t *capacity, size_t needed, size_t element_size)
{
	void **slot = array;
	size_t wanted = *capacity ? *capacity : 8, bytes;
	void *bigger;

	if (needed <= *capacity)
		return 0;
	while (wanted < needed) {
		if (wanted > SIZE_MAX / 2)
			return -ENOMEM;
		wanted *= 2;
	}
	/* Not left to reallocarray(), at whose refusal the address sanitizer ends the process. */
	if (__builtin_mul_overflow(wanted, element_size, &bytes))
		return -ENOMEM;
	bigger = realloc(*slot, bytes);
	if (!bigger)
		return -ENOMEM;
	*slot = bigger;
	*capacity = wanted;
	return 0;
}

/** strv_deinit() - free all strings; the strv is empty and usable afterwards */
void strv_deinit(struct strv *strv)
{
	for (size_t i = 0; i < strv->n; i++)
		free(strv->strings[i]);
	free(strv->strings);
	*strv = STRV_NULL;
}

/** strv_add_take() - append a string and own it, also on failure; Return: 0 or -ENOMEM */
int strv_add_take(struct strv *strv, char *string)
{
	if (!string || grow(&strv->strings, &strv->capacity, strv->n + 1, sizeof(char *)) < 0) {
		free(string);
		return -ENOMEM;
	}
	strv->strings[strv->n++] = string;
	return 0;
}

/** strv_add() - append a copy of a string; Return: 0 or -ENOMEM */
int strv_add(struct strv *strv, const char *string)
{
	return strv_add_take(strv, strdup(string));
}

/** strv_copy() - deep copy; @out is written on success alone; Return: 0 or -ENOMEM */
int strv_copy(struct strv *out, const struct strv *from)
{
	_cleanup_strv_ struct strv copy = STRV_NULL;
	int r;

	for (size_t i = 0; i < from->n; i++) {
		r = strv_add(&copy, from->strings[i]);
		if (r < 0)
			return r;
	}
	*out = copy;
	copy = STRV_NULL;
	return 0;
}

/** strv_remove() - remove every occurrence of a string; the order is kept */
void strv_remove(struct strv *strv, const char *string)
{
	size_t kept = 0;

	for (size_t i = 0; i < strv->n; i++) {
		if (strcmp(strv->strings[i], string) == 0)
			free(strv->strings[i]);
		else
			strv->strings[kept++] = strv->strings[i];
	}
	strv->n = kept;
}

/** strv_contains() - is the string one of them? */
bool strv_contains(const struct strv *strv, const char *string)
{
	for (size_t i = 0; i < strv->n; i++)
		if (strcmp(strv->strings[i], string) == 0)
			return true;
	return false;
}

/** strv_add_once() - a string that is not there yet; Return: 0 or -ENOMEM */
int strv_add_once(struct strv *strv, const char *string)
{
	return strv_contains(strv, string) ? 0 : strv_add(strv, string);
}

/** strv_add_each() - those of another that are not there yet; Return: 0 or -ENOMEM */
int strv_add_each(struct strv *strv, const struct strv *more)
{
	int r = 0;

	for (size_t i = 0; i < more->n && r == 0; i++)
		r = strv_add_once(strv, more->strings[i]);
	return r;
}

/**
 * strv_split() - the words of a text; empty words are left out
 * @out:        appended to
 * @text:       borrowed
 * @separators: each character of it separates
 *
 * Return: 0 or -ENOMEM.
 */
int strv_split(struct strv *out, const char *text, const char *separators)
{
	for (;;) {
		size_t length;
		int r;

		text += strspn(text, separators);
		if (*text == '\0')
			return 0;
		length = strcspn(text, separators);
		r = strv_add_take(out, strndup(text, length));
		if (r < 0)
			return r;
		text += length;
	}
}

/** replace_string() - have @to own a copy of @text instead; it is NULL after -ENOMEM */
int replace_string(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

/**
 * xasprintf() - asprintf that writes its result on success alone
 * Return: 0 or -ENOMEM.
 */
int xasprintf(char **out, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	*out = text;
	return 0;
}

/**
 * parse_uint() - a plain decimal number, nothing else around it
 * @text: digits only: no sign, no blanks
 * @max:  the greatest value that is accepted
 * @out:  written on success alone
 */
bool parse_uint(const char *text, unsigned long max, unsigned long *out)
{
	unsigned long value = 0;

	if (!text || *text == '\0')
		return false;
	for (; *text; text++) {
		unsigned long digit;

		if (*text < '0' || *text > '9')
			return false;
		digit = (unsigned long)(*text - '0');
		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

/** parse_int64() - a decimal number with an optional minus sign; nothing else around it */
bool parse_int64(const char *text, int64_t *out)
{
	bool negative = text && *text == '-';
	unsigned long value;

	if (!text || !parse_uint(text + negative, INT64_MAX, &value))
		return false;
	*out = negative ? -(int64_t)value : (int64_t)value;
	return true;
}
