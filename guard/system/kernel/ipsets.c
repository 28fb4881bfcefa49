// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/ipsets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/host/program.h"

#define OUTPUT_MAX ((size_t)256 * 1024 * 1024)

/* Of other types an element is more than an address. */
static bool is_of_addresses(const char *type)
{
	static const char *const types[] = {"hash:ip", "hash:net", "bitmap:ip"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static int take_line(struct ruleset_match *out, char *line)
{
	char *rest = NULL, *verb = strtok_r(line, " ", &rest), *name = strtok_r(NULL, " ", &rest);
	const char *value = strtok_r(NULL, " ", &rest);
	struct cidr cidr;

	if (!verb || !name || !value)
		return 0;
	if (strcmp(verb, "create") == 0) {
		out->prefixes = strcmp(value, "hash:net") == 0;
		return is_of_addresses(value) ? 0 : IPSETS_E_UNKNOWN;
	}
	/* an exception to others */
	if (strcmp(verb, "add") != 0 || strstr(rest, "nomatch") ||
	    cidr_parse(&cidr, value, 0, NULL) != 0)
		return IPSETS_E_UNKNOWN;
	return rangeset_add(&out->addresses, &cidr);
}

/**
 * ipsets_parse() - the addresses of a set
 * @out:  gets them added, and whether they may be prefixes
 * @text: as `ipset save NAME` writes it; is cut into words
 *
 * Return: 0; IPSETS_E_UNKNOWN; -ENOMEM.
 */
int ipsets_parse(struct ruleset_match *out, char *text)
{
	char *rest = NULL;
	int r = 0;

	for (char *line = strtok_r(text, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		r = take_line(out, line);
	return r;
}

static int ask(struct ruleset_match *out, char *name, int64_t end_ms)
{
	static const char *const places[] = {"/usr/sbin/ipset", "/sbin/ipset", NULL};
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	char *arguments[] = {(char[]){"ipset"}, (char[]){"save"}, name, NULL};
	const struct program save = {.places = places,
	                             .arguments = arguments,
	                             .timeout_ms = clock_left_ms(end_ms),
	                             .max = OUTPUT_MAX};
	int r = program_read(&output, &save);

	if (r == -ENOMEM)
		return r;
	return r == 0 && output.status == 0 && output.text ? ipsets_parse(out, output.text)
	                                                   : IPSETS_E_UNKNOWN;
}

/* All that ask for this one; those that nobody knows keep their doubt. */
static int fill(struct ruleset_chain *chain, const char *name, const struct ruleset_match *set)
{
	int r = 0;

	for (size_t i = 0; i < chain->n_steps; i++)
		for (size_t k = 0; k < chain->steps[i].n_matches && r == 0; k++) {
			struct ruleset_match *match = &chain->steps[i].matches[k];

			if (!match->ipset || strcmp(match->ipset, name) != 0)
				continue;
			match->field = match->ipset_field;
			match->prefixes = set->prefixes;
			for (size_t n = 0; n < set->addresses.n && r == 0; n++)
				r = rangeset_add_range(&match->addresses,
				                       set->addresses.ranges[n].first,
				                       set->addresses.ranges[n].last);
		}
	return r;
}

/* firewalld's own, with its backend iptables. */
static void note_own(struct ruleset *ruleset, const char *name, struct rangeset *addresses)
{
	for (size_t i = 0; i < ruleset->n_ipsets; i++) {
		struct ruleset_ipset *ipset = &ruleset->ipsets[i];

		if (strcmp(ipset->name, name) != 0)
			continue;
		rangeset_deinit(&ipset->in_kernel);
		ipset->in_kernel = *addresses;
		*addresses = RANGESET_NULL;
		ipset->kernel_known = true;
	}
}

static int list_names(struct strv *out, const struct ruleset_chain *chain)
{
	int r = 0;

	for (size_t i = 0; i < chain->n_steps; i++)
		for (size_t k = 0; k < chain->steps[i].n_matches && r == 0; k++)
			if (chain->steps[i].matches[k].ipset)
				r = strv_add_once(out, chain->steps[i].matches[k].ipset);
	return r;
}

/**
 * ipsets_fill() - put into the rules of iptables whom their sets are about
 * @end_ms: of clock_monotonic_ms(): until then there is time
 *
 * Return: 0 or -ENOMEM. What cannot be read stays not understood.
 */
int ipsets_fill(struct ruleset *ruleset, int64_t end_ms)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < ruleset->n_chains && r == 0; i++)
		r = list_names(&names, &ruleset->chains[i]);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		struct ruleset_match set = {.addresses = RANGESET_NULL};

		r = ask(&set, names.strings[i], end_ms);
		for (size_t k = 0; k < ruleset->n_chains && r == 0; k++)
			r = fill(&ruleset->chains[k], names.strings[i], &set);
		if (r == 0)
			note_own(ruleset, names.strings[i], &set.addresses);
		r = r == IPSETS_E_UNKNOWN ? 0 : r;
		rangeset_deinit(&set.addresses);
	}
	return r;
}
