// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/direct.h"

#include "guard/base/shell.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/** direct_deinit() - free it; may be called twice */
void direct_deinit(struct direct *direct)
{
	strv_deinit(&direct->words);
	*direct = DIRECT_NULL;
}

/* --- words --------------------------------------------------------------------------------- */

static bool is_printable(char c)
{
	return (unsigned char)c >= 0x20 && c != 0x7f;
}

/* One word as a shell reads it; false where a quote is not closed or a sign is none. */
static bool read_word(const char **at, char *out)
{
	char quote = '\0';

	for (; **at && (quote || **at != ' '); (*at)++) {
		char c = **at;

		if (!is_printable(c))
			return false;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? '\0' : c;
			continue;
		}
		/* in double quotes a shell would do more than we do */
		if (quote == '"' && strchr("\\$`", c))
			return false;
		if (c == '\\' && !quote) {
			c = *++*at;
			if (!is_printable(c) || c == '\0')
				return false;
		}
		*out++ = c;
	}
	*out = '\0';
	return quote == '\0';
}

static int split(struct strv *out, const char *text)
{
	_cleanup_free_ char *word = NULL;
	int r = 0;

	if (strlen(text) > DIRECT_TEXT_MAX)
		return DIRECT_E_SYNTAX;
	word = malloc(strlen(text) + 1);
	if (!word)
		return -ENOMEM;
	for (text += strspn(text, " "); *text && r == 0; text += strspn(text, " ")) {
		if (!read_word(&text, word) || out->n >= DIRECT_WORDS_MAX)
			return DIRECT_E_SYNTAX;
		r = strv_add(out, word);
	}
	return r;
}

/** direct_format() - words in normal form; the caller frees @out; Return: 0 or -ENOMEM */
int direct_format(char **out, const char *const *words, size_t n)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (size_t i = 0; i < n; i++) {
		builder_join(&text, " ", "");
		shell_quote(&text, words[i]);
	}
	return builder_take(&text, out);
}

static bool is_priority(const char *text, int *out)
{
	int64_t number;

	if (!parse_int64(text, &number) || number < INT_MIN || number > INT_MAX)
		return false;
	*out = (int)number;
	return true;
}

/**
 * direct_parse() - take the words of an item apart
 * @out:  written on success alone; release with direct_deinit()
 * @is_chain: TABLE CHAIN; else of a rule: TABLE CHAIN PRIORITY ARGUMENT…
 *
 * Return: 0; DIRECT_E_SYNTAX; -ENOMEM.
 */
int direct_parse(struct direct *out, bool is_chain, const char *value)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	size_t n_fixed = is_chain ? 2 : 3;
	int r = split(&direct.words, value);

	if (r != 0)
		return r;
	if (direct.words.n < n_fixed || is_chain != (direct.words.n == n_fixed))
		return DIRECT_E_SYNTAX;
	direct.table = direct.words.strings[0];
	direct.chain = direct.words.strings[1];
	if (!*direct.table || !*direct.chain || strlen(direct.chain) > DIRECT_CHAIN_MAX)
		return DIRECT_E_SYNTAX;
	if (!is_chain && !is_priority(direct.words.strings[2], &direct.priority))
		return DIRECT_E_SYNTAX;
	direct.args = direct.words.strings + n_fixed;
	direct.n_args = direct.words.n - n_fixed;
	*out = direct;
	direct = DIRECT_NULL;
	return 0;
}

/** direct_canonical() - the normal form; the caller frees @out; Return: as direct_parse() */
int direct_canonical(char **out, bool is_chain, const char *value)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	const char *words[DIRECT_WORDS_MAX];
	char priority[16];
	int r = direct_parse(&direct, is_chain, value);

	if (r != 0)
		return r;
	for (size_t i = 0; i < direct.words.n; i++)
		words[i] = direct.words.strings[i];
	if (!is_chain) {
		/* 007 is 7 */
		snprintf(priority, sizeof(priority), "%d", direct.priority);
		words[2] = priority;
	}
	return direct_format(out, words, direct.words.n);
}

/** direct_option() - the word behind an option; NULL: it is not there, negated, or there twice */
const char *direct_option(const struct direct *direct, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i + 1 < direct->n_args; i++) {
		if (strcmp(direct->args[i], name) != 0)
			continue;
		if (value || (i > 0 && strcmp(direct->args[i - 1], "!") == 0))
			return NULL;
		value = direct->args[i + 1];
	}
	return value;
}
