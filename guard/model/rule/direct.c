// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/direct.h"

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

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-./:+@,=%", c));
}

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

	if (strlen(text) > ITEM_VALUE_MAX)
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

static void put_word(FILE *out, const char *word)
{
	bool plain = *word != '\0';

	for (const char *c = word; *c && plain; c++)
		plain = is_plain(*c);
	if (plain) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	}
	fputc('\'', out);
}

/** direct_format() - words in normal form; the caller frees @out; Return: 0 or -ENOMEM */
int direct_format(char **out, const char *const *words, size_t n)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool failed;

	if (!stream)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc(' ', stream);
		put_word(stream, words[i]);
	}
	failed = ferror(stream);
	if (fclose(stream) != 0 || failed)
		return -ENOMEM;
	*out = steal(text);
	return 0;
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
 * @kind: ITEM_CHAIN: TABLE CHAIN; ITEM_DIRECT_RULE: TABLE CHAIN PRIORITY ARGUMENT…
 *
 * Return: 0; DIRECT_E_SYNTAX; -ENOMEM.
 */
int direct_parse(struct direct *out, enum item_kind kind, const char *value)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	size_t n_fixed = kind == ITEM_CHAIN ? 2 : 3;
	int r = split(&direct.words, value);

	if (r != 0)
		return r;
	if (direct.words.n < n_fixed || (kind == ITEM_CHAIN) != (direct.words.n == n_fixed))
		return DIRECT_E_SYNTAX;
	direct.table = direct.words.strings[0];
	direct.chain = direct.words.strings[1];
	if (!*direct.table || !*direct.chain || strlen(direct.chain) > ITEM_ZONE_MAX)
		return DIRECT_E_SYNTAX;
	if (kind == ITEM_DIRECT_RULE && !is_priority(direct.words.strings[2], &direct.priority))
		return DIRECT_E_SYNTAX;
	direct.args = direct.words.strings + n_fixed;
	direct.n_args = direct.words.n - n_fixed;
	*out = direct;
	direct = DIRECT_NULL;
	return 0;
}

/** direct_canonical() - the normal form; the caller frees @out; Return: as direct_parse() */
int direct_canonical(char **out, enum item_kind kind, const char *value)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	const char *words[DIRECT_WORDS_MAX];
	char priority[16];
	int r = direct_parse(&direct, kind, value);

	if (r != 0)
		return r;
	for (size_t i = 0; i < direct.words.n; i++)
		words[i] = direct.words.strings[i];
	if (kind == ITEM_DIRECT_RULE) {
		/* 007 is 7 */
		snprintf(priority, sizeof(priority), "%d", direct.priority);
		words[2] = priority;
	}
	return direct_format(out, words, direct.words.n);
}

/* --- fail2ban's ------------------------------------------------------------------------------ */

/* The name in f2b-NAME; false when it is none, or longer than any. */
static bool take_name(const char *text, char name[ITEM_ZONE_MAX + 1])
{
	size_t skip = strlen(DIRECT_F2B);

	if (strncmp(text, DIRECT_F2B, skip) != 0 || !text[skip] ||
	    strlen(text + skip) > ITEM_ZONE_MAX)
		return false;
	strcpy(name, text + skip);
	return true;
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

/* -s ADDRESS -j TARGET…: what -multiport, -new and -allports write for a ban. */
static bool is_ban(const struct direct *direct, struct cidr *source)
{
	return direct->n_args >= 4 && strcmp(direct->args[0], "-s") == 0 &&
	       strcmp(direct->args[2], "-j") == 0 &&
	       (strcmp(direct->args[3], "REJECT") == 0 || strcmp(direct->args[3], "DROP") == 0) &&
	       cidr_parse(source, direct->args[1], 0, NULL) == 0;
}

static enum direct_role rule_role(const struct direct *rule, char *name, struct cidr *source)
{
	const char *target = direct_option(rule, "-j"), *set = direct_option(rule, "--match-set");

	if (take_name(rule->chain, name)) {
		if (is_ban(rule, source))
			return DIRECT_ROLE_BAN;
		return rule->n_args == 2 && target && strcmp(target, "RETURN") == 0
		           ? DIRECT_ROLE_FRAME
		           : DIRECT_ROLE_NONE;
	}
	/* firewallcmd-ipset puts a 6 behind the name of its second set */
	if ((target && take_name(target, name)) || (target && set && take_name(set, name)))
		return DIRECT_ROLE_FRAME;
	return DIRECT_ROLE_NONE;
}

/**
 * direct_role() - is it one of those that fail2ban's actions write?
 * @name:   receives NAME of f2b-NAME, unless the answer is NONE; of an IPv6 ipset it may
 *          have a 6 behind it
 * @source: receives whom a ban keeps away; unspecified otherwise
 */
enum direct_role direct_role(const struct item *item, char name[ITEM_ZONE_MAX + 1],
                             struct cidr *source)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;

	/* not taken apart where it cannot be: there may be thousands */
	if ((item->kind != ITEM_CHAIN && item->kind != ITEM_DIRECT_RULE) ||
	    !strstr(item->value, DIRECT_F2B) || direct_parse(&direct, item->kind, item->value) != 0)
		return DIRECT_ROLE_NONE;
	if (item->kind == ITEM_CHAIN)
		return take_name(direct.chain, name) ? DIRECT_ROLE_FRAME : DIRECT_ROLE_NONE;
	return rule_role(&direct, name, source);
}

/**
 * direct_ipset() - the ipset that a rule of fail2ban's firewallcmd-ipset looks into
 * @out: ipset:NAME; written on success alone; the caller frees it
 *
 * It is the kernel's or firewalld's: the rule reads the same.
 *
 * Return: whether there is one; false also without memory.
 */
bool direct_ipset(const struct item *item, char **out)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	char name[ITEM_ZONE_MAX + 1];
	const char *set;

	if (!strstr(item->value, "--match-set " DIRECT_F2B) ||
	    direct_parse(&direct, item->kind, item->value) != 0)
		return false;
	set = direct_option(&direct, "--match-set");
	return set && take_name(set, name) &&
	       strlen(set) + strlen(ITEM_IPSET_PREFIX) <= ITEM_ZONE_MAX &&
	       xasprintf(out, ITEM_IPSET_PREFIX "%s", set) >= 0;
}
