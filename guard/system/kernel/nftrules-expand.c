// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rule that does one thing for one packet and another for the next (a map of verdicts, a set of
 * addresses with ports, a translation by map), as rules that say the same one by one: a packet
 * meets one element at most, so that their order does not matter.
 */
#include "guard/system/kernel/nftrules-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/base/shell.h"

/* More than these a rule of a person's has not; what one does that has is not understood. */
#define ELEMENTS_MAX 10000

/* --- what stands for one element ---------------------------------------------------------- */

static json_t *match_of(json_t *left, json_t *right)
{
	return json_pack("{s:{s:s,s:O,s:O}}", "match", "op", "==", "left", left, "right", right);
}

/** nftrules_bare() - an element without its timeout or counter, which may be wrapped around it */
json_t *nftrules_bare(const json_t *element)
{
	json_t *elem = json_object_get(element, "elem");

	return elem ? json_object_get(elem, "val") : (json_t *)(uintptr_t)element;
}

/* What is asked, of several things at once maybe; NULL: it is not understood. */
static json_t *matches_of(const json_t *left, const json_t *element)
{
	json_t *value = nftrules_bare(element), *fields = json_object_get(left, "concat"),
	       *values = json_object_get(value, "concat"), *out, *field;
	size_t i;

	if (!fields)
		return json_pack("[o]", match_of((json_t *)(uintptr_t)left, value));
	if (json_array_size(fields) != json_array_size(values))
		return NULL;
	out = json_array();
	json_array_foreach(fields, i, field)
	{
		(void)json_array_append_new(out, match_of(field, json_array_get(values, i)));
	}
	return out;
}

/* Each makes a list of expressions of one; NULL: it is not understood. */
typedef json_t *alternative_fn(const char *key, json_t *value, const json_t *element);

static json_t *alternative_match(const char *key _unused_, json_t *match, const json_t *element)
{
	return matches_of(json_object_get(match, "left"), element);
}

static json_t *alternative_verdict(const char *key _unused_, json_t *vmap, const json_t *element)
{
	json_t *out = matches_of(json_object_get(vmap, "key"), json_array_get(element, 0));

	(void)json_array_append(out, json_array_get(element, 1));
	return out;
}

/* The map that a translation takes its address from, or its port. */
static json_t *map_of(const json_t *translation)
{
	json_t *map = json_object_get(json_object_get(translation, "addr"), "map");

	return map ? map : json_object_get(json_object_get(translation, "port"), "map");
}

static json_t *alternative_translation(const char *key, json_t *translation, const json_t *element)
{
	json_t *out = matches_of(json_object_get(map_of(translation), "key"),
	                         json_array_get(element, 0)),
	       *to = json_copy(translation), *value = json_array_get(element, 1),
	       *both = json_object_get(value, "concat");

	if (both) {
		(void)json_object_set(to, "addr", json_array_get(both, 0));
		(void)json_object_set(to, "port", json_array_get(both, 1));
	} else {
		(void)json_object_set(
		    to,
		    json_object_get(json_object_get(translation, "addr"), "map") ? "addr" : "port",
		    value);
	}
	(void)json_array_append_new(out, json_pack("{s:o}", key, to));
	return out;
}

/* --- what there are of them --------------------------------------------------------------- */

/* An expression that asks for several elements. */
struct choice {
	size_t at;              /* in the rule */
	alternative_fn *fn;     /* NULL: there is none */
	const json_t *elements; /* borrowed */
	bool known;             /* what they are, or that there are none */
	const char *name;       /* borrowed; of the set or map; NULL: they stand in the rule */
};

static void find_elements(struct choice *choice, const struct nftrules_reader *reader,
                          const json_t *rule, const json_t *from)
{
	const char *text = json_string_value(from);
	const json_t *set;

	choice->elements = json_object_get(from, "set");
	choice->known = json_is_array(choice->elements);
	if (!text || *text != '@')
		return;
	choice->name = text + 1;
	set = nftrules_find_set(reader, rule, choice->name);
	choice->elements = json_object_get(set, "elem");
	choice->known = set != NULL;
}

static void look_at(struct choice *choice, const struct nftrules_reader *reader, const json_t *rule,
                    const char *key, const json_t *value)
{
	const json_t *from = NULL;

	if (strcmp(key, "vmap") == 0) {
		choice->fn = alternative_verdict;
		from = json_object_get(value, "data");
	} else if (strcmp(key, "match") == 0 && strcmp(nftrules_string(value, "op"), "!=") != 0 &&
	           json_object_get(json_object_get(value, "left"), "concat")) {
		choice->fn = alternative_match;
		from = json_object_get(value, "right");
	} else if ((strcmp(key, "dnat") == 0 || strcmp(key, "redirect") == 0) && map_of(value)) {
		choice->fn = alternative_translation;
		from = json_object_get(map_of(value), "data");
	}
	if (choice->fn)
		find_elements(choice, reader, rule, from);
	if (!choice->known || json_array_size(choice->elements) > ELEMENTS_MAX)
		choice->fn = NULL;
}

/* The first of the rule. */
static void find_choice(struct choice *choice, const struct nftrules_reader *reader,
                        const json_t *rule)
{
	const json_t *expressions = json_object_get(rule, "expr");
	const char *key;
	json_t *value;

	*choice = (struct choice){0};
	for (; choice->at < json_array_size(expressions); choice->at++) {
		json_object_foreach(json_array_get(expressions, choice->at), key, value)
		{
			look_at(choice, reader, rule, key, value);
		}
		if (choice->fn)
			return;
	}
}

/* --- the rules that they make ------------------------------------------------------------- */

/* As nft takes an element; false: it is of a kind that is not understood. */
static bool write_element(struct builder *out, const json_t *value)
{
	const json_t *prefix = json_object_get(value, "prefix"),
	             *range = json_object_get(value, "range"),
	             *concat = json_object_get(value, "concat");
	const char *between = range ? "-" : " . ";
	size_t i;
	json_t *part;

	if (json_is_integer(value))
		builder_addf(out, "%d", (int)json_integer_value(value));
	else if (json_is_string(value))
		builder_addf(out, strpbrk(json_string_value(value), " *\"") ? "\"%s\"" : "%s",
		             json_string_value(value));
	else if (prefix)
		builder_addf(out, "%s/%d", nftrules_string(prefix, "addr"),
		             (int)json_integer_value(json_object_get(prefix, "len")));
	else if (!range && !concat)
		return false;
	json_array_foreach(range ? range : concat, i, part)
	{
		if (i > 0)
			builder_addf(out, "%s", between);
		if (!write_element(out, part))
			return false;
	}
	return true;
}

/* What takes the element away: alone, where it stands in a set with a name. */
static int write_command(char **out, const struct choice *choice, const json_t *rule,
                         const json_t *element)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;
	bool pair = choice->fn != alternative_match;
	int r;

	builder_addf(&text, "{ ");
	if (!choice->name ||
	    !write_element(&text, nftrules_bare(pair ? json_array_get(element, 0) : element)))
		return 0;
	builder_addf(&text, " }");
	r = builder_take(&text, &words);
	return r == 0 ? shell_printf(out, "nft delete element %s %s %s %s",
	                             nftrules_string(rule, "family"),
	                             nftrules_string(rule, "table"), choice->name, words)
	              : r;
}

/* The rule with the element in the place of what asks for all of them. */
static json_t *rule_of(const struct choice *choice, const json_t *rule, const json_t *element)
{
	json_t *out = json_copy((json_t *)(uintptr_t)rule), *instead = NULL,
	       *expressions = json_copy(json_object_get(rule, "expr")),
	       *expression = json_array_get(expressions, choice->at), *value;
	const char *key;
	size_t i;
	json_t *one;

	json_object_foreach(expression, key, value)
	{
		json_decref(instead);
		instead = choice->fn(key, value, element);
	}
	if (!instead)
		instead = json_pack("[{s:n}]", "not understood");
	(void)json_array_remove(expressions, choice->at);
	json_array_foreach(instead, i, one)
	{
		(void)json_array_insert(expressions, choice->at + i, one);
	}
	json_decref(instead);
	(void)json_object_set_new(out, "expr", expressions);
	return out;
}

/**
 * nftrules_expand() - a rule as rules that each do one thing
 * @fn: gets each of them, @whole itself where it is one already, with the command that takes
 *      it away where that is another than the whole rule's, or NULL
 *
 * Of two things that a rule asks for several elements of, the first is taken apart.
 *
 * Return: 0; negative errno, also that of @fn.
 */
int nftrules_expand(struct nftrules_reader *reader, const json_t *whole, nftrules_fn *fn)
{
	struct choice choice;
	size_t i;
	json_t *element;
	int r = 0;

	find_choice(&choice, reader, whole);
	if (!choice.fn)
		return fn(reader, whole, NULL);
	json_array_foreach(choice.elements, i, element)
	{
		_cleanup_free_ char *command = NULL;
		json_t *one;

		r = write_command(&command, &choice, whole, element);
		if (r < 0)
			return r;
		one = rule_of(&choice, whole, element);
		r = one ? fn(reader, one, command) : -ENOMEM;
		json_decref(one);
		if (r < 0)
			return r;
	}
	return 0;
}
