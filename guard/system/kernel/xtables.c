// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/xtables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/model/packet/iptables.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/file.h"
#include "guard/system/host/program.h"

/* The tables of iptables-legacy that there are. */
#define LEGACY4 "/proc/net/ip_tables_names"
#define LEGACY6 "/proc/net/ip6_tables_names"

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

/* --- what iptables-save writes ------------------------------------------------------------ */

/* A word in double quotes may hold spaces, and has a backslash before what else would end it. */
static bool cut_word(char **at, char **word)
{
	char *from = *at + strspn(*at, " "), *to;
	bool quoted = *from == '"';

	if (!*from)
		return false;
	from += quoted;
	*word = to = from;
	while (*from && *from != (quoted ? '"' : ' ')) {
		if (quoted && *from == '\\' && from[1])
			from++;
		*to++ = *from++;
	}
	*at = *from ? from + 1 : from;
	*to = '\0';
	return true;
}

static int split(struct strv *words, char *line)
{
	char *word;
	int r = 0;

	while (r == 0 && cut_word(&line, &word))
		r = strv_add(words, word);
	return r;
}

struct place {
	struct ruleset *ruleset;
	const struct xtables_source *source;
	struct ruleset_table table; /* its name is NULL before the first */
};

static int add_chain(struct ruleset *ruleset, const struct xtables_source *source,
                     const char *table, const char *name, struct ruleset_chain **out)
{
	int r = ruleset_add_chain(ruleset, source->family, table, name, out);

	if (r < 0)
		return r;
	(*out)->legacy = source->legacy;
	(*out)->tool = source->tool;
	iptables_place(*out);
	return 0;
}

/* ":INPUT DROP [0:0]"; one that somebody has made has "-" in place of a policy. */
static int take_chain(const struct place *place, const char *line)
{
	struct ruleset_chain *chain;
	char name[64], policy[16];
	int r;

	if (sscanf(line, ":%63s %15s", name, policy) != 2)
		return 0;
	if (!place->source->all && iptables_is_direct(name))
		return 0;
	r = add_chain(place->ruleset, place->source, place->table.name, name, &chain);
	if (r == 0 && strcmp(policy, "DROP") == 0)
		chain->policy = RULESET_ACTION_DROP;
	return r;
}

/* "-A CHAIN WORD…": what takes it away has -D in place of that. */
static int take_rule(const struct place *place, char *line)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	_cleanup_builder_ struct builder command = BUILDER_NULL;
	_cleanup_free_ char *text = NULL;
	struct ruleset_chain *chain;
	char *name;
	int r;

	if (!cut_word(&line, &name))
		return 0;
	chain = ruleset_find_chain(place->ruleset, &place->table, name);
	r = split(&words, line);
	if (r < 0 || !chain ||
	    (!place->source->all && words.n > 1 && iptables_is_direct(words.strings[words.n - 1])))
		return r;
	shell_addf(&command, "%s -t %s -D %s", place->source->tool, place->table.name, name);
	for (size_t i = 0; i < words.n; i++)
		shell_addf(&command, " %s", words.strings[i]);
	r = builder_take(&command, &text);
	return r == 0 ? iptables_add_step(chain, &words, text) : r;
}

static int take_line(struct place *place, char *line)
{
	if (*line == '*') {
		place->table.name = line + 1;
		/* nft has told of it, if not all */
		ruleset_drop_table(place->ruleset, &place->table);
		return 0;
	}
	if (!place->table.name)
		return 0;
	if (*line == ':')
		return take_chain(place, line);
	return strncmp(line, "-A ", 3) == 0 ? take_rule(place, line + 3) : 0;
}

/**
 * xtables_parse() - the tables that iptables-save wrote, in place of what is known of them
 * @text: is cut into lines and words
 *
 * Return: 0 or -ENOMEM.
 */
int xtables_parse(struct ruleset *ruleset, const struct xtables_source *source, char *text)
{
	struct place place = {.ruleset = ruleset,
	                      .source = source,
	                      .table = {.family = source->family, .legacy = source->legacy}};
	char *rest = NULL;
	int r = 0;

	for (char *line = strtok_r(text, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		r = take_line(&place, line);
	return r;
}

/* --- asking ------------------------------------------------------------------------------- */

/* Return: 0; 1: it cannot be asked; -ENOMEM. */
static int ask(struct ruleset *ruleset, const struct xtables_source *source, int64_t end_ms)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	char name[32], sbin[64], other[64];
	const char *const places[] = {sbin, other, NULL};
	char *arguments[] = {name, NULL};
	const struct program save = {.places = places,
	                             .arguments = arguments,
	                             .timeout_ms = clock_left_ms(end_ms),
	                             .max = OUTPUT_MAX};
	int r;

	(void)snprintf(name, sizeof(name), "%s-save", source->tool);
	(void)snprintf(sbin, sizeof(sbin), "/usr/sbin/%s", name);
	(void)snprintf(other, sizeof(other), "/sbin/%s", name);
	r = program_read(&output, &save);
	if (r == -ENOMEM)
		return r;
	if (r != 0 || output.status != 0 || !output.text)
		return 1;
	return xtables_parse(ruleset, source, output.text);
}

/* The kernel lists the tables that somebody has filled; without any it has no such file. */
static bool has_legacy(const char *path)
{
	char text[2];

	return file_read(text, sizeof(text), path) == 1;
}

/* They are there, and nobody can tell what they do. */
static int add_unread(struct ruleset *ruleset, const struct xtables_source *source)
{
	struct ruleset_chain *chain;
	struct ruleset_step *step;
	int r = add_chain(ruleset, source, "filter", "INPUT", &chain);

	if (r == 0)
		r = ruleset_add_step(chain, "rules of iptables-legacy, which could not be listed",
		                     &step);
	if (r == 0)
		step->action = RULESET_ACTION_UNKNOWN;
	return r;
}

/** xtables_has_any_legacy() - has either? */
bool xtables_has_any_legacy(void)
{
	return has_legacy(LEGACY4) || has_legacy(LEGACY6);
}

/** xtables_has_legacy() - has iptables-legacy, or ip6tables-legacy, any table? */
bool xtables_has_legacy(bool ipv6)
{
	return has_legacy(ipv6 ? LEGACY6 : LEGACY4);
}

/**
 * xtables_read() - add what nft has not told of, and put what it told but a part of in full
 * @ruleset:    as nftrules_parse() has left it
 * @all:        firewalld's direct rules, too
 * @end_ms:     of clock_monotonic_ms(): until then the programs have time
 *
 * Where they cannot be asked, it stays as it is, and not certain.
 *
 * Return: 0 or -ENOMEM.
 */
int xtables_read(struct ruleset *ruleset, bool all, int64_t end_ms)
{
	static const struct {
		struct xtables_source source;
		const char *names;
	} sources[] = {
	    {{.family = "ip", .tool = "iptables-nft"}, NULL},
	    {{.family = "ip6", .tool = "ip6tables-nft"}, NULL},
	    {{.family = "ip", .tool = "iptables-legacy", .legacy = true}, LEGACY4},
	    {{.family = "ip6", .tool = "ip6tables-legacy", .legacy = true}, LEGACY6},
	};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		struct xtables_source source = sources[i].source;
		int r;

		if (sources[i].names ? !has_legacy(sources[i].names) : !ruleset->iptables_hidden)
			continue;
		source.all = all;
		r = ask(ruleset, &source, end_ms);
		if (r > 0 && source.legacy)
			r = add_unread(ruleset, &source);
		if (r < 0)
			return r;
	}
	return 0;
}
