// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/nftrules-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/model/packet/iptables.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/program.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/ipsets.h"
#include "guard/system/kernel/xtables.h"

/* A ruleset larger than this is not read: a million elements of sets are about as much. */
#define OUTPUT_MAX ((size_t)256 * 1024 * 1024)
#define TEXT_MAX   400 /* of a rule, for a person */

/** nftrules_string() - the text of that key; "" where there is none */
const char *nftrules_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool is_in(const json_t *object, const char *table)
{
	return strcmp(nftrules_string(object, "table"), table) == 0 &&
	       strcmp(nftrules_string(object, "family"), "inet") == 0;
}

/** nftrules_is_firewalld() - is it in firewalld's own table? */
bool nftrules_is_firewalld(const json_t *object)
{
	return is_in(object, NFTRULES_FIREWALLD);
}

/* Or in the one that keeps everybody out? */
static bool is_own(const json_t *object)
{
	return nftrules_is_firewalld(object) || is_in(object, RULESET_SHUT);
}

/* Where a base chain is, as far as a packet to this machine passes it. */
static enum ruleset_hook hook_of(const json_t *chain)
{
	const char *hook = nftrules_string(chain, "hook");
	bool is_nat = strcmp(nftrules_string(chain, "type"), "nat") == 0;

	if (strcmp(hook, "ingress") == 0)
		return RULESET_HOOK_INGRESS;
	if (strcmp(hook, "prerouting") == 0)
		return RULESET_HOOK_PREROUTING;
	if (strcmp(hook, "forward") == 0)
		return RULESET_HOOK_FORWARD;
	/* NAT at input is of the source. */
	return strcmp(hook, "input") == 0 && !is_nat ? RULESET_HOOK_INPUT : RULESET_HOOK_NONE;
}

/* --- chains and rules --------------------------------------------------------------------- */

/* Those of others and what firewalld has for inet; or all that a packet may pass. */
static bool is_taken(const struct nftrules_reader *reader, const json_t *object)
{
	static const char *const families[] = {"ip", "ip6", "inet", "netdev"};
	const char *table = nftrules_string(object, "table"),
	           *family = nftrules_string(object, "family");

	if (!reader->all && !is_own(object) &&
	    (strncmp(table, "firewalld", strlen("firewalld")) == 0 ||
	     iptables_is_direct(nftrules_string(object, "chain"))))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcmp(family, families[i]) == 0)
			return true;
	return false;
}

static int take_chain(struct nftrules_reader *reader, const json_t *chain)
{
	struct ruleset_chain *out;
	int r;

	if (!is_taken(reader, chain))
		return 0;
	r = ruleset_add_chain(reader->ruleset, nftrules_string(chain, "family"),
	                      nftrules_string(chain, "table"), nftrules_string(chain, "name"),
	                      &out);
	if (r != 0)
		return r;
	out->hook = hook_of(chain);
	out->own = is_own(chain);
	out->priority = (int)json_integer_value(json_object_get(chain, "prio"));
	if (strcmp(nftrules_string(chain, "policy"), "drop") == 0)
		out->policy = RULESET_ACTION_DROP;
	return 0;
}

static struct ruleset_chain *chain_of(const struct nftrules_reader *reader, const json_t *rule)
{
	const struct ruleset_table table = {.family = nftrules_string(rule, "family"),
	                                    .name = nftrules_string(rule, "table")};

	return ruleset_find_chain(reader->ruleset, &table, nftrules_string(rule, "chain"));
}

static int add_command(struct ruleset_step *step, const json_t *rule, const char *command)
{
	if (command)
		return replace_string(&step->command, command);
	return shell_printf(&step->command, "nft delete rule %s %s %s handle %d",
	                    nftrules_string(rule, "family"), nftrules_string(rule, "table"),
	                    nftrules_string(rule, "chain"),
	                    (int)json_integer_value(json_object_get(rule, "handle")));
}

static int take_step(struct nftrules_reader *reader, const json_t *rule, const char *command)
{
	struct ruleset_step *step;
	size_t i;
	json_t *expression;
	int r;

	r = ruleset_add_step(reader->chain, reader->text, &step);
	if (r == 0)
		r = add_command(step, rule, command);
	if (r == 0)
		step->handle = (uint64_t)json_integer_value(json_object_get(rule, "handle"));
	json_array_foreach(json_object_get(rule, "expr"), i, expression)
	{
		const char *key;
		json_t *value;

		json_object_foreach(expression, key, value)
		{
			if (r == 0)
				r = nftrules_take_expression(reader, rule, step, key, value);
		}
	}
	return r;
}

static int take_rule(struct nftrules_reader *reader, const json_t *rule)
{
	char text[TEXT_MAX];

	reader->chain = is_taken(reader, rule) ? chain_of(reader, rule) : NULL;
	if (!reader->chain)
		return 0;
	nftrules_write(text, sizeof(text), rule);
	reader->text = text;
	return nftrules_expand(reader, rule, take_step);
}

/* --- all of it ------------------------------------------------------------------------------ */

/**
 * nftrules_parse() - the chains in what nft wrote
 * @ruleset: gets them added; its chains_known is set
 * @whose:   those of others alone, or firewalld's own, too
 * @json:    @length bytes, as `nft -j list ruleset` writes them
 * @err:     says what is wrong with it
 *
 * Return: 0; NFTRULES_E_MALFORMED; -ENOMEM, with a part of them added maybe.
 */
int nftrules_parse(struct ruleset *ruleset, enum nftrules_whose whose, const char *json,
                   size_t length, struct err *err)
{
	json_error_t error;
	json_t *document = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	struct nftrules_reader reader = {.ruleset = ruleset, .all = whose == NFTRULES_ALL};
	size_t i;
	json_t *object;
	int r = 0;

	reader.objects = json_object_get(document, "nftables");
	if (!json_is_array(reader.objects)) {
		err_set(err, NFTRULES_E_MALFORMED, "nft's answer is not understood: %s",
		        document ? "no list" : error.text);
		json_decref(document);
		return NFTRULES_E_MALFORMED;
	}
	json_array_foreach(reader.objects, i, object)
	{
		if (r == 0 && json_object_get(object, "chain"))
			r = take_chain(&reader, json_object_get(object, "chain"));
	}
	json_array_foreach(reader.objects, i, object)
	{
		nftrules_see_own(&ruleset->kernel, object);
		if (r == 0 && json_object_get(object, "rule"))
			r = take_rule(&reader, json_object_get(object, "rule"));
		if (r == 0 && json_object_get(object, "set"))
			r = nftrules_take_set(ruleset, json_object_get(object, "set"));
	}
	if (r == 0)
		nftrules_take_policies(&reader);
	ruleset->chains_known = r == 0;
	json_decref(document);
	return r;
}

/* --- asking nft --------------------------------------------------------------------------- */

/* @option: how it is to be written; @table: NULL: all of them; the caller deinits @out */
static int ask_nft(struct program_output *out, char option, char *table, int timeout_ms,
                   struct err *err)
{
	static const char *const places[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", NULL};
	char how[] = {'-', option, '\0'};
	char *arguments[] = {(char[]){"nft"},
	                     how,
	                     (char[]){"list"},
	                     table ? (char[]){"table"} : (char[]){"ruleset"},
	                     table ? (char[]){"inet"} : NULL,
	                     table,
	                     NULL};
	const struct program nft = {
	    .places = places, .arguments = arguments, .timeout_ms = timeout_ms, .max = OUTPUT_MAX};
	int r = program_read(out, &nft);

	if (r == -ENOMEM)
		return r;
	if (r != 0)
		return err_set(err, NFTRULES_E_UNKNOWN, "nft: %s", strerror(-r));
	if (out->status != 0)
		return err_set(err, NFTRULES_E_UNKNOWN, "nft cannot list the ruleset");
	return 0;
}

/**
 * nftrules_read() - ask nft for the chains of others, or for all
 * @ruleset:    gets them added; its chains_known is set on success
 * @timeout_ms: that nft has, with whom else has to be asked
 * @err:        says why not
 *
 * Return: 0; NFTRULES_E_UNKNOWN; NFTRULES_E_MALFORMED; -ENOMEM.
 */
int nftrules_read(struct ruleset *ruleset, enum nftrules_whose whose, int timeout_ms,
                  struct err *err)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	int64_t end_ms = clock_monotonic_ms() + timeout_ms;
	int r = ask_nft(&output, 'j', NULL, timeout_ms, err);

	if (r == 0)
		r = nftrules_parse(ruleset, whose, output.text, output.n, err);
	if (r == 0)
		r = nftrules_fill_families(ruleset);
	if (r == 0)
		r = xtables_read(ruleset, whose == NFTRULES_ALL, end_ms);
	if (r == 0)
		iptables_mark_own(ruleset);
	return r == 0 ? ipsets_fill(ruleset, end_ms) : r;
}

/** nftrules_read_own() - the same for firewalld's own table alone, which it has with nftables */
int nftrules_read_own(struct ruleset *ruleset, int timeout_ms, struct err *err)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	struct fwtables now = FWTABLES_NULL;
	int r = ask_nft(&output, 'j', (char[]){NFTRULES_FIREWALLD}, timeout_ms, err);

	if (r == 0)
		r = nftrules_parse(ruleset, NFTRULES_OTHERS, output.text, output.n, err);
	if (r == 0 && fwtables_read_once(&now) == 0)
		ruleset->kernel.shut = now.shut; /* there is a table of its own for that */
	return r == 0 ? nftrules_fill_families(ruleset) : r;
}

/**
 * nftrules_read_worded() - ask nft for all chains, with each rule as nft prints it
 *
 * All as nftrules_read() with NFTRULES_ALL.
 */
int nftrules_read_worded(struct ruleset *ruleset, int timeout_ms, struct err *err)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	int r = nftrules_read(ruleset, NFTRULES_ALL, timeout_ms, err);

	if (r == 0)
		r = ask_nft(&output, 'a', NULL, timeout_ms, err);
	return r == 0 && output.text ? nftrules_word(ruleset, output.text) : r;
}
