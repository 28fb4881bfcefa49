/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conflict - what denies something to the ranges that legitimate clients come from
 *
 * Every deny of a ruleset against every range: rich rules that drop or reject, in
 * zones and policies, by address, by ipset or for everybody; zones that keep out
 * what is bound to them by its source; policies that deny by their target; and the
 * chains of others, fail2ban's among them, whose rules name sources. Near-linear in
 * the number of denies, logarithmic in that of the ranges.
 *
 * conflicts_find_all() tells of the denies that touch no range as well.
 *
 * Whether a deny ever decides about a packet is another question; the verdict on the
 * probes answers it.
 */
#ifndef GUARD_MODEL_BAN_CONFLICT_H
#define GUARD_MODEL_BAN_CONFLICT_H

#include "guard/model/ban/coverage.h"
#include "guard/model/packet/ruleset.h"

enum conflict_kind {
	CONFLICT_RULE,   /* a rich rule */
	CONFLICT_SOURCE, /* a zone that does not let in, and what is bound to it */
	CONFLICT_POLICY, /* the target of a policy */
	CONFLICT_CHAIN,  /* a rule in a chain of others, or a direct rule */
	CONFLICT_N_KINDS,
};

/* In the order of weight, as enum coverage; a set may also share only some addresses. */
enum conflict_relation {
	CONFLICT_INSIDE,
	CONFLICT_PARTIAL,
	CONFLICT_EQUAL,
	CONFLICT_COVERS,
	CONFLICT_N_RELATIONS,
};

#define CONFLICT_PROBES_MAX 8
#define CONFLICT_COUNT_SIZE 48

/* A number of addresses; at most all of IPv6, less one. */
struct conflict_count {
	uint64_t high, low;
};

struct conflict {
	enum conflict_kind kind;
	const struct ruleset_zone *zone;   /* borrowed; or policy; NULL for chains */
	const struct ruleset_rule *rule;   /* borrowed; of CONFLICT_RULE */
	const struct ruleset_chain *chain; /* borrowed; of CONFLICT_CHAIN */
	const struct ruleset_step *step;
	const char *source; /* borrowed; of CONFLICT_SOURCE: the binding */
	enum conflict_relation relation;
	size_t client;                   /* the range that the relation is about; an index */
	size_t n_clients;                /* ranges that it touches */
	struct conflict_count addresses; /* of clients, that it denies */
	struct conflict_count covers;    /* all that it denies */
	bool unknown;                    /* nobody knows whom it is for: by MAC address, say */
	struct cidr probes[CONFLICT_PROBES_MAX];   /* some of them */
	size_t probe_clients[CONFLICT_PROBES_MAX]; /* and whose they are */
	size_t n_probes;
};

struct conflicts {
	struct conflict *conflicts; /* owned; those that cut off the most first */
	size_t n;
	size_t capacity;
	size_t n_denies;  /* that were looked at */
	size_t n_skipped; /* of which nobody knows whom they are for: by MAC address, say */
};
#define CONFLICTS_NULL      ((struct conflicts){0})
#define _cleanup_conflicts_ _cleanup_(conflicts_deinit)

/* That the deny which will be conflicts[@conflict] touches the range @client. */
typedef int conflicts_touch_fn(size_t conflict, size_t client, void *userdata);

void conflicts_deinit(struct conflicts *conflicts);
int conflicts_find(struct conflicts *out, const struct ruleset *ruleset,
                   const struct coverage_ranges *clients) _must_check_;
int conflicts_find_all(struct conflicts *out, const struct ruleset *ruleset,
                       const struct coverage_ranges *clients, conflicts_touch_fn *touch,
                       void *userdata) _must_check_;
const char *conflict_relation_name(enum conflict_relation relation);
const char *conflict_kind_name(enum conflict_kind kind);
int conflict_count_cmp(const struct conflict_count *a, const struct conflict_count *b);
void conflict_count_format(const struct conflict_count *count, char out[CONFLICT_COUNT_SIZE]);

#endif
