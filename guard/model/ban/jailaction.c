// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/jailaction.h"

#include <errno.h>
#include <string.h>

#define ZONE  "--zone="
#define IPSET "--ipset="

/* A word of a shell's command, or the rest of one, as it is written. */
struct word {
	const char *text; /* borrowed */
	size_t length;
	char quote; /* that it begins in; or '\0' */
};

static bool ends_command(char c)
{
	return c == ';' || c == '\n' || c == '|' || c == '&' || c == '(' || c == ')' || c == '`';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static const char *skip_comment(const char *text)
{
	return text + strcspn(text, "\n");
}

/* Quotes hold a word together: what is in them is an argument, however it looks. */
static const char *end_of_word(const char *text)
{
	char quote = '\0';

	for (; *text; text++) {
		if (quote) {
			if (*text == quote)
				quote = '\0';
			else if (*text == '\\' && quote == '"' && text[1])
				text++;
		} else if (*text == '\'' || *text == '"') {
			quote = *text;
		} else if (*text == '\\' && text[1]) {
			text++;
		} else if (is_blank(*text) || ends_command(*text)) {
			break;
		}
	}
	return text;
}

/*
 * The next word of the command; NULL text: the command is over.
 * Return: where to go on.
 */
static const char *next_word(const char *text, struct word *word)
{
	const char *end;

	*word = (struct word){0};
	while (is_blank(*text) || (*text == '\\' && text[1] == '\n'))
		text += *text == '\\' ? 2 : 1;
	if (*text == '#')
		text = skip_comment(text);
	if (!*text)
		return text;
	if (ends_command(*text))
		return text + 1;
	end = end_of_word(text);
	*word = (struct word){.text = text, .length = (size_t)(end - text)};
	return end;
}

/* Its next letter, as the program gets it; '\0': there is none. @word is then what follows. */
static char next_letter(struct word *word)
{
	while (word->length > 0) {
		char c = *word->text++;

		word->length--;
		if (c == '\\' && word->quote != '\'' && word->length > 0 &&
		    (!word->quote || strchr("$`\"\\", *word->text))) {
			word->length--;
			return *word->text++;
		}
		if (word->quote ? c != word->quote : c != '\'' && c != '"')
			return c;
		word->quote = word->quote ? '\0' : c;
	}
	return '\0';
}

/* @rest: receives what follows that; may be NULL */
static bool begins(const struct word *word, const char *start, struct word *rest)
{
	struct word at = *word;

	for (; *start; start++)
		if (next_letter(&at) != *start)
			return false;
	if (rest)
		*rest = at;
	return true;
}

static bool starts_with(const struct word *word, const char *start)
{
	return begins(word, start, NULL);
}

static bool is_word(const struct word *word, const char *text)
{
	struct word rest;

	return begins(word, text, &rest) && next_letter(&rest) == '\0';
}

/* The program, with a path before it or none. */
static bool calls(const struct word *word, const char *program)
{
	struct word at = *word, name = *word;
	char c;

	while ((c = next_letter(&at)))
		if (c == '/')
			name = at;
	return is_word(&name, program);
}

/* What is seen in one command, or in all of a text. */
struct seen {
	bool firewall_cmd, rich, direct, entry, ipset, nft, iptables, ip, route;
	bool source;          /* of a zone */
	bool accepts, denies; /* as the words of its rules have it */
	bool unknown;         /* a program of which nobody knows what it does */
	bool known;           /* one that no packet minds */
	bool in_case;         /* between case and esac */
	struct word zone, filled;
	size_t n_made; /* rules, entries and direct rules that are added */
	enum item_kind makes;
	struct word made; /* the last of them */
	bool otherwise;   /* for good, for a time, or not in a zone */
};

/* What stands behind an option's =; none where that is another word. */
static void take_value(struct word *value, const struct word *word, const char *option)
{
	struct word rest;

	if (begins(word, option, &rest))
		*value = rest;
}

/* What is behind --direct --add-rule is its rule, word by word. */
static void see_made(struct seen *seen, const struct word *word)
{
	static const struct {
		const char *option;
		enum item_kind kind;
	} options[] = {{"--add-rich-rule=", ITEM_RULE}, {"--add-entry=", ITEM_ENTRY}};

	if (seen->made.text && seen->makes == ITEM_DIRECT_RULE)
		seen->made.length = (size_t)(word->text - seen->made.text) + word->length;
	if (seen->direct && is_word(word, "--add-rule")) {
		seen->n_made++;
		seen->makes = ITEM_DIRECT_RULE;
		seen->made = (struct word){.text = word->text + word->length};
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!starts_with(word, options[i].option))
			continue;
		seen->n_made++;
		seen->makes = options[i].kind;
		take_value(&seen->made, word, options[i].option);
	}
	seen->otherwise |= is_word(word, "--permanent") || starts_with(word, "--policy") ||
	                   starts_with(word, "--timeout");
}

static void see_option(struct seen *seen, const struct word *word, bool *zone_follows)
{
	if (*zone_follows)
		seen->zone = *word;
	*zone_follows = is_word(word, "--zone");
	take_value(&seen->zone, word, ZONE);
	take_value(&seen->filled, word, IPSET);
	seen->rich |= starts_with(word, "--add-rich-rule");
	see_made(seen, word);
	seen->direct |= is_word(word, "--direct");
	seen->entry |= starts_with(word, "--add-entry");
	seen->source |= starts_with(word, "--add-source=") || is_word(word, "--add-source");
	seen->accepts |= starts_with(word, "--add-service") || starts_with(word, "--add-port");
}

static bool has(const struct word *word, const char *text)
{
	return memmem(word->text, word->length, text, strlen(text)) != NULL;
}

/* Also of a rule that is one word, in quotes. */
static void see_verdict(struct seen *seen, const struct word *word)
{
	seen->accepts |= is_word(word, "ACCEPT") || is_word(word, "accept") ||
	                 (starts_with(word, "--add-rich-rule") && has(word, " accept"));
	seen->denies |= is_word(word, "DROP") || is_word(word, "REJECT") || is_word(word, "drop") ||
	                is_word(word, "reject") || has(word, " drop") || has(word, " reject");
}

/* Programs and words of the shell that do nothing to packets: stock actions that tell somebody. */
static const char *const harmless[] = {
    ":", "[", "awk", "case", "cat", "curl", "cut", "date", "dig", "do", "done", "echo", "else",
    "esac", "exit", "false", "fi", "for", "grep", "head", "hostname", "if", "logger", "mail",
    "mailx", "printf", "reload-guard", "reload-guard-hook", "rm", "sed", "sendmail", "set", "sort",
    "tail", "test", "then", "touch", "tr", "true", "uname", "uniq", "wget", "whois", "{", "}",
    /* tags, and what they stand for in the stock actions and in the guard's own */
    "<guard>", "<mailcmd>"};

static bool is_number(const struct word *word)
{
	for (size_t i = 0; i < word->length; i++)
		if (word->text[i] < '0' || word->text[i] > '9')
			return false;
	return word->length > 0;
}

/* "inet6)" of a case looks like the end of a list of commands. */
static bool is_pattern(struct seen *seen, const struct word *word)
{
	seen->in_case = is_word(word, "case") || (seen->in_case && !is_word(word, "esac"));
	return seen->in_case && word->text[word->length] == ')';
}

/* The first word of a command; the 1 of 2>&1 looks like one. Return: another may follow. */
static bool judge_program(struct seen *seen, const struct word *word)
{
	bool known = is_number(word);

	if ((has(word, "=") && word->text[0] != '=') || is_pattern(seen, word))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		known |= calls(word, harmless[i]);
	seen->known |= known;
	seen->unknown |= !known;
	return false;
}

/* What is written into a file may deny something: /etc/hosts.deny. */
static void see_redirection(struct seen *seen, const struct word *word)
{
	size_t i = 0;

	while (i < word->length && word->text[i] >= '0' && word->text[i] <= '9')
		i++;
	if (i == word->length || word->text[i] != '>')
		return;
	while (i < word->length && word->text[i] == '>')
		i++;
	seen->unknown |=
	    i < word->length && (word->length - i != strlen("/dev/null") ||
	                         strncmp(word->text + i, "/dev/null", word->length - i) != 0);
}

/* Programs by what they keep a ban in. */
static const char *const iptables_programs[] = {
    "iptables", "ip6tables", "iptables-nft", "iptables-legacy", "ip6tables-nft", "ip6tables-legacy",
    /* firewalls whose rules are in its chains */
    "ufw", "shorewall", "apf", "csf"};

static void see_program(struct seen *seen, const struct word *word)
{
	seen->firewall_cmd |= calls(word, "firewall-cmd");
	seen->ipset |= calls(word, "ipset");
	seen->nft |= calls(word, "nft") || is_word(word, "<nftables>");
	seen->route |= seen->ip && is_word(word, "route");
	seen->ip |= calls(word, "ip");
	seen->iptables |= is_word(word, "<iptables>");
	for (size_t i = 0; i < ARRAY_SIZE(iptables_programs); i++)
		seen->iptables |= calls(word, iptables_programs[i]);
}

static void look(struct seen *seen, const char *text)
{
	struct seen command = {0};
	bool zone_follows = false, first = true;
	struct word word;
	size_t n_made;

	while (text && *text) {
		text = next_word(text, &word);
		if (!word.text) {
			command = (struct seen){0};
			zone_follows = false;
			first = true;
			continue;
		}
		n_made = command.n_made;
		first = first && judge_program(seen, &word);
		see_redirection(seen, &word);
		see_program(&command, &word);
		if (command.firewall_cmd || command.iptables || command.nft)
			see_verdict(&command, &word);
		if (command.firewall_cmd)
			see_option(&command, &word, &zone_follows);
		seen->firewall_cmd |= command.firewall_cmd;
		seen->rich |= command.rich;
		seen->direct |= command.direct && !command.entry;
		seen->entry |= command.entry;
		seen->ipset |= command.ipset;
		seen->nft |= command.nft;
		seen->iptables |= command.iptables;
		seen->route |= command.route;
		seen->source |= command.source;
		seen->accepts |= command.accepts;
		seen->denies |= command.denies;
		seen->n_made += command.n_made - n_made;
		seen->otherwise |= command.otherwise;
		if (command.made.text) {
			seen->makes = command.makes;
			seen->made = command.made;
		}
		if (command.zone.text)
			seen->zone = command.zone;
		if (command.entry && command.filled.text)
			seen->filled = command.filled;
	}
}

/*
 * Into the zone that trusts all, by a rule that accepts, or into a set that one reads. Where
 * something is dropped or rejected, too, it is a ban.
 */
static bool lets_in(const struct seen *ban, const struct seen *start)
{
	bool fills = ban->ipset || ban->entry || ban->nft;

	if (ban->denies || (fills && start->denies))
		return false;
	return (ban->source && is_word(&ban->zone, "trusted")) || ban->accepts ||
	       (fills && start->accepts);
}

/**
 * jailaction_classify() - how an action carries a ban out
 * @ban:   its actionban, as the running server has it; NULL: none
 * @start: its actionstart; NULL: none
 *
 * What is done for each ban decides; only of a set or a list that is filled does the
 * start tell what reads it.
 */
enum jail_action_kind jailaction_classify(const char *ban, const char *start)
{
	struct seen at_ban = {0}, at_start = {0};

	look(&at_ban, ban);
	look(&at_start, start);
	if (lets_in(&at_ban, &at_start))
		return JAIL_ACTION_ALLOW;
	if (at_ban.rich)
		return JAIL_ACTION_RICH;
	if (at_ban.entry)
		return JAIL_ACTION_FW_IPSET;
	if (at_ban.direct)
		return JAIL_ACTION_DIRECT;
	if (at_ban.ipset)
		return at_start.direct     ? JAIL_ACTION_IPSET
		       : at_start.iptables ? JAIL_ACTION_IPTABLES
		                           : JAIL_ACTION_OTHER;
	if (at_ban.nft)
		return JAIL_ACTION_NFTABLES;
	if (at_ban.iptables || at_start.iptables) /* it may just write to /proc/net/xt_recent */
		return JAIL_ACTION_IPTABLES;
	if (at_ban.source)
		return JAIL_ACTION_SOURCE;
	if (at_ban.route)
		return JAIL_ACTION_ROUTE;
	return at_ban.known && !at_ban.unknown ? JAIL_ACTION_REPORT : JAIL_ACTION_OTHER;
}

static int copy_text(char **out, struct word word)
{
	*out = word.length > 0 ? strndup(word.text, word.length) : NULL;
	return word.length > 0 && !*out ? -ENOMEM : 0;
}

/* As the program gets it; NULL: it is empty. */
static int copy_word(char **out, struct word word)
{
	struct word rest = word;
	int r = next_letter(&rest) ? copy_text(out, word) : copy_text(out, (struct word){0});

	for (char *to = *out; to && (*to = next_letter(&word)); to++)
		;
	return r;
}

/**
 * jailaction_zone() - the zone that its firewall-cmd names
 * @out: receives it, or NULL for the default zone; owned by the caller
 *
 * Return: 0; -ENOMEM.
 */
int jailaction_zone(char **out, const char *ban)
{
	struct seen seen = {0};

	look(&seen, ban);
	return copy_word(out, seen.zone);
}

/**
 * jailaction_ipset() - the set that its firewall-cmd adds entries to
 * @out: receives it, or NULL: none, or not the same for all bans; owned by the caller
 *
 * Return: 0; -ENOMEM.
 */
int jailaction_ipset(char **out, const char *ban)
{
	struct seen seen = {0};

	look(&seen, ban);
	if (!seen.filled.text || seen.filled.length >= ITEM_ZONE_MAX || has(&seen.filled, "<") ||
	    has(&seen.filled, "$"))
		seen.filled.length = 0;
	return copy_word(out, seen.filled);
}

/**
 * jailaction_made() - the rule, the direct rule or the entry that its firewall-cmd adds for a ban
 * @kind: receives which it is; of a direct rule, its family comes first
 * @out:  receives it, with the tags and variables in it that the ban puts in; the caller frees it
 *
 * Return: 0; 1: none in the runtime, or more than one, of which nobody knows when; -ENOMEM.
 */
int jailaction_made(enum item_kind *kind, char **out, const char *ban)
{
	struct seen seen = {0};
	int r;

	look(&seen, ban);
	if (seen.n_made != 1 || seen.otherwise)
		return 1;
	*kind = seen.makes;
	/* the words of a direct rule stay apart */
	r = seen.makes == ITEM_DIRECT_RULE ? copy_text(out, seen.made) : copy_word(out, seen.made);
	return r == 0 && !*out ? 1 : r;
}

/**
 * jailaction_names() - do its words make such items of firewalld's?
 * @ban: its actionban, as the running server has it; NULL: none
 *
 * Beside what its kind makes: one ban may be several things at once.
 */
bool jailaction_names(const char *ban, enum item_kind kind)
{
	struct seen seen = {0};

	look(&seen, ban);
	return (kind == ITEM_RULE && seen.rich) || (kind == ITEM_ENTRY && seen.entry) ||
	       (kind == ITEM_DIRECT_RULE && seen.direct) || (kind == ITEM_SOURCE && seen.source);
}

/**
 * jailaction_substitute() - put a value in the place of a tag
 * @out:   receives the text; owned by the caller
 * @tag:   with its brackets: "<rejecttype>"
 * @value: NULL: leave the tag
 *
 * Once, not again in what was put in.
 *
 * Return: 0; -ENOMEM.
 */
int jailaction_substitute(char **out, const char *text, const char *tag, const char *value)
{
	const char *at = value ? strstr(text, tag) : NULL;

	if (!at) {
		*out = strdup(text);
		return *out ? 0 : -ENOMEM;
	}
	return xasprintf(out, "%.*s%s%s", (int)(at - text), text, value, at + strlen(tag));
}
