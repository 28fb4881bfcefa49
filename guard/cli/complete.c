// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/complete.h"

#include <string.h>

#include "guard/model/mail/services.h"

/* A part of a text that is not ours. */
struct span {
	const char *at;
	size_t length;
};

/* What the words before the last one came to. */
struct place {
	const struct cli_command *command; /* NULL: none yet */
	const struct cli_option *option;   /* whose value comes next; NULL: none */
	const char *first;                 /* the first word of the command; NULL: none */
	size_t n_words;                    /* how many of them there are */
};

/* --- what a word in capitals stands for -------------------------------------------------- */

static void put_times(FILE *out, const struct cli *cli _unused_)
{
	fputs("-1h\n-2h\n-1d\n-7d\ntoday\nyesterday\nnow\n", out);
}

static void put_checks(FILE *out, const struct cli *cli)
{
	for (size_t i = 0; i < cli->known.n_checks; i++)
		fprintf(out, "%s\n", cli->known.checks[i]);
}

static void put_kinds(FILE *out, const struct cli *cli _unused_)
{
	const char *word;

	for (size_t i = 0; (word = event_filter(i)); i++)
		fprintf(out, "%s\n", word);
}

static void put_services(FILE *out, const struct cli *cli _unused_)
{
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB)))
		fprintf(out, "%s\n", service->name);
}

static void put_commands(FILE *out, const struct cli *cli)
{
	for (size_t i = 0; i < cli->tables->n_commands; i++)
		fprintf(out, "%s\n", cli->tables->commands[i]->name);
}

/* NULL: the shell knows, or asks for it. */
static const struct {
	const char *word;
	void (*put)(FILE *out, const struct cli *cli);
} placeholders[] = {
    {"CHECK", put_checks}, {"COMMAND", put_commands}, {"DIR", NULL},       {"FILE", NULL},
    {"ID", NULL},          {"INTERFACE", NULL},       {"ITEM", NULL},      {"JAIL", NULL},
    {"KIND", put_kinds},   {"SERVICE", put_services}, {"TIME", put_times},
};

/* --- the little language of the help ------------------------------------------------------ */

/* Up to @end, which does not count in brackets; *rest is moved behind it. */
static struct span cut(struct span *rest, char end)
{
	struct span part = {rest->at, 0};
	int depth = 0;

	while (part.length < rest->length && (depth > 0 || part.at[part.length] != end)) {
		depth += (part.at[part.length] == '[') - (part.at[part.length] == ']');
		part.length++;
	}
	rest->at += part.length;
	rest->length -= part.length;
	if (rest->length > 0) {
		rest->at++;
		rest->length--;
	}
	return part;
}

static bool is_word(struct span span, const char *word)
{
	return strlen(word) == span.length && memcmp(span.at, word, span.length) == 0;
}

static bool is_literal(struct span token)
{
	return token.length > 0 && ((token.at[0] >= 'a' && token.at[0] <= 'z') ||
	                            (token.at[0] >= '0' && token.at[0] <= '9'));
}

static void put_one(FILE *out, const struct cli *cli, struct span token)
{
	if (is_literal(token)) {
		fprintf(out, "%.*s\n", (int)token.length, token.at);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++) {
		if (!is_word(token, placeholders[i].word))
			continue;
		if (placeholders[i].put)
			placeholders[i].put(out, cli);
		else
			fprintf(out, "<%s>\n", placeholders[i].word);
	}
}

/* "text|html|json", "[FILE|-]", "[PORT|SERVICE]…" */
static void put_token(FILE *out, const struct cli *cli, struct span token)
{
	if (token.length > 0 && token.at[0] == '[') {
		token.at++;
		token.length = strcspn(token.at, "]");
	}
	while (token.length > 0)
		put_one(out, cli, cut(&token, '|'));
}

/* The last one stands for all that follow when it ends in an ellipsis. */
static struct span token_at(struct span text, size_t index)
{
	static const char ellipsis[] = "…";
	const size_t tail = sizeof(ellipsis) - 1;
	struct span token = {0};

	for (size_t i = 0; i <= index; i++) {
		if (text.length == 0)
			return token.length > tail &&
			               memcmp(token.at + token.length - tail, ellipsis, tail) == 0
			           ? token
			           : (struct span){0};
		token = cut(&text, ' ');
	}
	return token;
}

/* "list|add CIDR|remove CIDR": the first word decides what the next ones are. */
static void put_words(FILE *out, const struct cli *cli, const struct place *place)
{
	struct span rest = {place->command->words, strlen(place->command->words)};

	while (rest.length > 0) {
		struct span way = cut(&rest, '|'), first = token_at(way, 0);

		if (place->n_words == 0)
			put_token(out, cli, first);
		else if (!is_literal(first) || is_word(first, place->first))
			put_token(out, cli, token_at(way, place->n_words));
	}
}

/* --- the line ---------------------------------------------------------------------------- */

static const struct cli_option *find_option(const struct cli_option *options, size_t n,
                                            const char *word, size_t length)
{
	for (size_t i = 0; i < n; i++) {
		struct span name = {word + 2, length - 2};

		if (length > 2 && word[1] == '-' ? is_word(name, options[i].name)
		                                 : length == 2 && options[i].letter == word[1])
			return &options[i];
	}
	return NULL;
}

/* @length: of its name with the dashes */
static const struct cli_option *option_of(const struct cli *cli, const struct cli_command *command,
                                          const char *word, size_t length)
{
	const struct cli_option *option = NULL;

	if (word[0] != '-' || length < 2)
		return NULL;
	if (command)
		option = find_option(command->options, command->n_options, word, length);
	return option ? option
	              : find_option(cli->tables->globals, cli->tables->n_globals, word, length);
}

/* False: there is no such command, and nothing to offer. */
static bool find_place(struct place *place, const struct cli *cli, char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct cli_option *option =
		    option_of(cli, place->command, words[i], strlen(words[i]));

		if (place->option) {
			place->option = NULL;
		} else if (option && option->argument) {
			place->option = option;
		} else if (words[i][0] == '-' && words[i][1]) {
			continue;
		} else if (!place->command) {
			place->command = cli_find_command(cli, words[i]);
			if (!place->command)
				return false;
		} else if (place->n_words++ == 0) {
			place->first = words[i];
		}
	}
	return true;
}

static void put_value(FILE *out, const struct cli *cli, const struct cli_option *option)
{
	put_token(out, cli, (struct span){option->argument, strlen(option->argument)});
}

static void put_options(FILE *out, const struct cli_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (options[i].help)
			fprintf(out, "--%s\n", options[i].name);
}

/**
 * complete_line() - the words that may stand where the last of @words stands, one a line
 * @words: those of the command line behind the program's name; the last may be a part of
 *         one, and is not looked at further than to tell options from words
 *
 * <WORD> is left to the shell: FILE, DIR, INTERFACE, ITEM, JAIL, or ID for a snapshot.
 */
void complete_line(FILE *out, const struct cli *cli, char *const *words, size_t n)
{
	const char *last = n > 0 ? words[n - 1] : "";
	struct place place = {0};
	const struct cli_option *option;

	if (!find_place(&place, cli, words, n > 0 ? n - 1 : 0))
		return;
	option = option_of(cli, place.command, last, strcspn(last, "="));
	if (place.option) {
		put_value(out, cli, place.option);
	} else if (option && strchr(last, '=')) {
		if (option->argument)
			put_value(out, cli, option);
	} else {
		if (!place.command)
			put_commands(out, cli);
		else if (last[0] != '-')
			put_words(out, cli, &place);
		if (place.command)
			put_options(out, place.command->options, place.command->n_options);
		if (!place.command || last[0] == '-')
			put_options(out, cli->tables->globals, cli->tables->n_globals);
	}
}
