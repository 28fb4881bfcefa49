// SPDX-License-Identifier: GPL-2.0-or-later
/* A rule's text, for a person: as the JSON has it, and as nft prints it. */
#include "guard/system/kernel/nftrules-internal.h"

#include <stdio.h>
#include <string.h>

/* --- a rule's text, for a person ---------------------------------------------------------- */

struct text {
	char *bytes;
	size_t size, length;
};

static void put(struct text *text, const char *word)
{
	int n = snprintf(text->bytes + text->length, text->size - text->length, "%s%s",
	                 text->length > 0 && *word != ',' && *word != '}' ? " " : "", word);

	if (n > 0)
		text->length += (size_t)n;
	if (text->length >= text->size)
		text->length = text->size - 1;
}

static void put_value(struct text *text, const json_t *value)
{
	const json_t *prefix = json_object_get(value, "prefix");
	const json_t *range = json_object_get(value, "range"), *set = json_object_get(value, "set"),
	             *concat = json_object_get(value, "concat");
	char word[128];
	size_t i;
	json_t *element;

	if (json_is_string(value)) {
		put(text, json_string_value(value));
	} else if (json_is_integer(value)) {
		(void)snprintf(word, sizeof(word), "%d", (int)json_integer_value(value));
		put(text, word);
	} else if (prefix) {
		(void)snprintf(word, sizeof(word), "%s/%d", nftrules_string(prefix, "addr"),
		               (int)json_integer_value(json_object_get(prefix, "len")));
		put(text, word);
	} else if (concat) {
		json_array_foreach(concat, i, element)
		{
			if (i > 0)
				put(text, ".");
			put_value(text, element);
		}
	} else if (range || json_is_array(set) || json_is_array(value)) {
		put(text, "{");
		json_array_foreach(range ? range : set ? set : value, i, element)
		{
			if (i > 0)
				put(text, range ? "-" : ",");
			put_value(text, element);
		}
		put(text, "}");
	} else {
		put(text, "…");
	}
}

static void put_left(struct text *text, const json_t *left)
{
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta"), *ct = json_object_get(left, "ct"),
	             *concat = json_object_get(left, "concat"),
	             *masked = json_object_get(left, "&");
	size_t i;
	json_t *part;

	if (concat) {
		json_array_foreach(concat, i, part)
		{
			if (i > 0)
				put(text, ".");
			put_left(text, part);
		}
	} else if (masked) {
		put_left(text, json_array_get(masked, 0));
		put(text, "&");
		put_value(text, json_array_get(masked, 1));
	} else if (payload) {
		put(text, nftrules_string(payload, "protocol"));
		put(text, nftrules_string(payload, "field"));
	} else if (meta) {
		put(text, nftrules_string(meta, "key"));
	} else if (ct) {
		put(text, "ct");
		put(text, nftrules_string(ct, "key"));
	} else {
		put(text, "…");
	}
}

static void put_expression(struct text *text, const char *key, const json_t *value);

/* "tcp dport vmap @ports", or { 25 : drop, 993 : jump mail } */
static void put_map(struct text *text, const char *kind, const json_t *map)
{
	const json_t *data = json_object_get(map, "data"), *set = json_object_get(data, "set"),
	             *pair;
	size_t i;
	json_t *element, *verdict;
	const char *key;

	put_left(text, json_object_get(map, "key"));
	put(text, kind);
	if (!set) {
		put_value(text, data);
		return;
	}
	put(text, "{");
	json_array_foreach(set, i, element)
	{
		pair = json_array_get(element, 1);
		if (i > 0)
			put(text, ",");
		put_value(text, nftrules_bare(json_array_get(element, 0)));
		put(text, ":");
		if (strcmp(kind, "vmap") != 0)
			put_value(text, pair);
		else
			json_object_foreach((json_t *)(uintptr_t)pair, key, verdict)
			    put_expression(text, key, verdict);
	}
	put(text, "}");
}

/* Where to, or where that stands. */
static void put_to(struct text *text, const json_t *to)
{
	const json_t *map = json_object_get(to, "map");

	if (map)
		put_map(text, "map", map);
	else
		put_value(text, to);
}

static void put_translation(struct text *text, const char *key, const json_t *value)
{
	const json_t *address = json_object_get(value, "addr"),
	             *port = json_object_get(value, "port");

	put(text, key);
	if (address || port)
		put(text, "to");
	if (address)
		put_to(text, address);
	if (port) {
		put(text, "port");
		put_to(text, port);
	}
}

static void put_expression(struct text *text, const char *key, const json_t *value)
{
	if (strcmp(key, "match") == 0) {
		put_left(text, json_object_get(value, "left"));
		if (strcmp(nftrules_string(value, "op"), "!=") == 0)
			put(text, "!=");
		put_value(text, json_object_get(value, "right"));
	} else if (strcmp(key, "jump") == 0 || strcmp(key, "goto") == 0) {
		put(text, key);
		put(text, nftrules_string(value, "target"));
	} else if (strcmp(key, "vmap") == 0) {
		put_map(text, key, value);
	} else if (strcmp(key, "xt") == 0) {
		put(text, nftrules_string(value, "name"));
	} else if (strcmp(key, "dnat") == 0 || strcmp(key, "redirect") == 0) {
		put_translation(text, key, value);
	} else if (strcmp(key, "reject") == 0 && *nftrules_string(value, "expr")) {
		put(text, "reject with");
		put(text, nftrules_string(value, "expr"));
	} else if (strcmp(key, "counter") != 0) {
		put(text, key);
	}
}

/**
 * nftrules_write() - a rule of nft's JSON as a person would write it, as far as it fits
 * @out:  receives it
 * @size: of @out, not 0
 */
void nftrules_write(char *out, size_t size, const json_t *rule)
{
	struct text text = {.bytes = out, .size = size};
	const json_t *expressions = json_object_get(rule, "expr");
	size_t i;
	json_t *expression;

	*out = '\0';
	json_array_foreach(expressions, i, expression)
	{
		const char *key;
		json_t *value;

		json_object_foreach(expression, key, value) put_expression(&text, key, value);
	}
}

/* --- rules as nft prints them -------------------------------------------------------------- */

/* Where a list of nft's is, and which rule comes next there. */
struct place {
	struct ruleset *ruleset;
	char family[16], table[256];
	struct ruleset_chain *chain; /* NULL: none of them */
	size_t next;
};

/* "table inet firewalld { # handle 1", "\tchain filter_INPUT { # handle 7" */
static bool see_place(struct place *place, const char *line)
{
	char name[256];

	if (sscanf(line, "table %15s %255s {", place->family, place->table) == 2)
		return true;
	if (sscanf(line, " chain %255s {", name) != 1)
		return false;
	place->chain = ruleset_find_chain(
	    place->ruleset, &(struct ruleset_table){.family = place->family, .name = place->table},
	    name);
	place->next = 0;
	return true;
}

/* A comment may say so, too: the last one counts. */
static uint64_t handle_of(const char *line)
{
	static const char mark[] = " # handle ";
	const char *at = NULL;
	unsigned long long handle;
	char rest;

	for (const char *next = strstr(line, mark); next; next = strstr(next + 1, mark))
		at = next;
	return at && sscanf(at, " # handle %llu%c", &handle, &rest) == 1 ? handle : 0;
}

static int take_line(struct place *place, const char *line)
{
	uint64_t handle = place->chain ? handle_of(line) : 0;
	struct ruleset_step *step;
	int r;

	/* somebody may have changed some since they were read */
	for (size_t i = place->next; handle && i < place->chain->n_steps; i++) {
		step = &place->chain->steps[i];
		if (step->handle != handle)
			continue;
		/* one with several elements has several steps */
		place->next = i + 1;
		r = replace_string(&step->text, line + strspn(line, " \t"));
		if (r < 0)
			return r;
	}
	return 0;
}

/**
 * nftrules_word() - give each rule the text that nft prints for it
 * @ruleset: as nftrules_parse() has left it; what is not in @list keeps its text
 * @list:    as `nft -a list ruleset` writes it; is cut into lines
 *
 * Return: 0; -ENOMEM.
 */
int nftrules_word(struct ruleset *ruleset, char *list)
{
	struct place place = {.ruleset = ruleset};
	char *rest = NULL;
	int r = 0;

	for (char *line = strtok_r(list, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		if (!see_place(&place, line))
			r = take_line(&place, line);
	return r;
}
