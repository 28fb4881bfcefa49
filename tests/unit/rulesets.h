/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rulesets from lines of text, for tests:
 *
 *   public service imaps            what firewalld has in a zone: interface, source, service,
 *                                   port, protocol, source-port, icmp-block, forward-port, rule
 *   public target DROP              also priority N (ingress), invert (of icmp-blocks)
 *   policy:in ingress ANY           the same of policies, with ingress, egress, priority
 *   ipset:bad hash:net 192.0.2.0/24,…   with inet6 in front of the type for IPv6
 *   service:imaps 993/tcp … include:imap dest:224.0.0.1
 *   direct:ipv4 filter INPUT -s …
 *   default public    panic    dispatch2
 */
#ifndef TESTS_UNIT_RULESETS_H
#define TESTS_UNIT_RULESETS_H

#include "guard/model/packet/iptables.h"

#include "tests/unit/unit.h"

static inline void rulesets_zone_line(struct ruleset *ruleset, const char *name, const char *key,
                                      const char *value)
{
	struct ruleset_zone *zone = NULL;
	struct strv *list = NULL;
	struct err err = ERR_NULL;
	bool is_policy = strncmp(name, "policy:", 7) == 0;

	ck_assert_int_eq(is_policy ? ruleset_add_policy(ruleset, name + 7, &zone)
	                           : ruleset_add_zone(ruleset, name, &zone),
	                 0);
	if (strcmp(key, "interface") == 0)
		list = &zone->interfaces;
	else if (strcmp(key, "source") == 0)
		list = &zone->sources;
	else if (strcmp(key, "service") == 0)
		list = &zone->services;
	else if (strcmp(key, "port") == 0)
		list = &zone->ports;
	else if (strcmp(key, "protocol") == 0)
		list = &zone->protocols;
	else if (strcmp(key, "source-port") == 0)
		list = &zone->source_ports;
	else if (strcmp(key, "icmp-block") == 0)
		list = &zone->icmp_blocks;
	else if (strcmp(key, "forward-port") == 0)
		list = &zone->forward_ports;
	else if (strcmp(key, "ingress") == 0)
		list = &zone->ingress_zones;
	else if (strcmp(key, "egress") == 0)
		list = &zone->egress_zones;
	if (list)
		ck_assert_int_eq(strv_add(list, value), 0);
	else if (strcmp(key, "rule") == 0)
		ck_assert_msg(ruleset_add_rule(zone, value, &err) == 0, "%s: %s", value, err.text);
	else if (strcmp(key, "unordered") == 0) {
		ck_assert_msg(ruleset_add_rule(zone, value, &err) == 0, "%s: %s", value, err.text);
		zone->rules[zone->n_rules - 1].in_order = false;
	} else if (strcmp(key, "target") == 0)
		ck_assert(target_parse(value, &zone->target));
	else if (strcmp(key, "priority") == 0)
		zone->priority = zone->ingress_priority = atoi(value);
	else if (strcmp(key, "invert") == 0)
		zone->icmp_block_inversion = true;
	else
		ck_assert_msg(strcmp(key, "") == 0, "no such key: %s", key);
}

static inline void rulesets_service_line(struct ruleset *ruleset, const char *name,
                                         const struct strv *words)
{
	struct ruleset_service *service;

	ck_assert_int_eq(ruleset_add_service(ruleset, name, &service), 0);
	for (size_t i = 1; i < words->n; i++) {
		const char *word = words->strings[i];

		if (strncmp(word, "include:", 8) == 0)
			ck_assert_int_eq(strv_add(&service->includes, word + 8), 0);
		else if (strncmp(word, "from:", 5) == 0)
			ck_assert_int_eq(strv_add(&service->source_ports, word + 5), 0);
		else if (strncmp(word, "dest:", 5) == 0)
			*(strchr(word + 5, ':') ? &service->destination6 : &service->destination4) =
			    strdup(word + 5);
		else if (strchr(word, '/'))
			ck_assert_int_eq(strv_add(&service->ports, word), 0);
		else
			ck_assert_int_eq(strv_add(&service->protocols, word), 0);
	}
}

static inline void rulesets_ipset_line(struct ruleset *ruleset, const char *name,
                                       const struct strv *words)
{
	bool ipv6 = words->n > 1 && strcmp(words->strings[1], "inet6") == 0;
	struct ruleset_ipset *ipset;

	ck_assert_int_eq(
	    ruleset_add_ipset(ruleset, name, words->strings[ipv6 ? 2 : 1], ipv6, &ipset), 0);
	for (size_t i = ipv6 ? 3 : 2; i < words->n; i++)
		ck_assert_int_eq(ruleset_add_entry(ipset, words->strings[i], NULL), 0);
}

/* A chain of firewalld's own table. */
static inline struct ruleset_chain *rulesets_own_chain(struct ruleset *ruleset, const char *family,
                                                       const char *name)
{
	struct ruleset_chain *chain;

	ck_assert_int_eq(ruleset_add_chain(ruleset, family, "firewalld", name, &chain), 0);
	chain->own = true;
	ruleset->kernel.table = true;
	return chain;
}

/* From the hook to that chain. */
static inline void rulesets_kernel_leads(struct ruleset *ruleset, const char *family,
                                         const char *to)
{
	struct ruleset_chain *base = rulesets_own_chain(ruleset, family, "filter_INPUT");
	struct ruleset_step *step;

	base->hook = RULESET_HOOK_INPUT;
	ck_assert_int_eq(ruleset_add_step(base, "jump", &step), 0);
	step->action = RULESET_ACTION_JUMP;
	step->argument = strdup(to);
}

static inline void rulesets_line(struct ruleset *ruleset, char *line)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	char *space = strchr(line, ' ');
	const char *first;

	ck_assert_int_eq(strv_split(&words, line, " "), 0);
	if (words.n == 0)
		return;
	first = words.strings[0];
	if (strcmp(first, "default") == 0) {
		ruleset->default_zone = strdup(words.strings[1]);
	} else if (strcmp(first, "panic") == 0) {
		ruleset->panic = true;
	} else if (strcmp(first, "dispatch2") == 0) {
		ruleset->dispatch = RULESET_DISPATCH_2;
	} else if (strncmp(first, "ipset:", 6) == 0) {
		rulesets_ipset_line(ruleset, first + 6, &words);
	} else if (strncmp(first, "service:", 8) == 0) {
		rulesets_service_line(ruleset, first + 8, &words);
	} else if (strncmp(first, "direct:", 7) == 0) {
		struct strv rest = {.strings = words.strings + 3, .n = words.n - 3};

		ck_assert_int_eq(iptables_add_direct(ruleset, first + 7, words.strings[1],
		                                     words.strings[2], &rest, NULL),
		                 0);
	} else {
		char *key = space ? space + 1 : line + strlen(line), *value = strchr(key, ' ');

		if (value)
			*value++ = '\0';
		rulesets_zone_line(ruleset, first, key, value ? value : "");
	}
}

static inline struct ruleset ruleset_from_text(const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	struct ruleset ruleset = RULESET_NULL;
	char *rest = NULL;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		rulesets_line(&ruleset, line);
	return ruleset;
}

#endif
