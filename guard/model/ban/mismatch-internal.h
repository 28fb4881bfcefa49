/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mismatch-internal - what the files of mismatches share
 *
 * All that denies somebody is looked through once. The bans of each jail are compared with it
 * (mismatch.c), and it with the bans (mismatch-leftover.c).
 */
#ifndef GUARD_MODEL_BAN_MISMATCH_INTERNAL_H
#define GUARD_MODEL_BAN_MISMATCH_INTERNAL_H

#include "guard/base/builder.h"
#include "guard/model/ban/mismatch.h"

/* More than these are not typed, nor read. */
enum {
	MISMATCH_RULES_MAX = 16,
	MISMATCH_NAMES_MAX = 8,
};

struct mismatch_rule {
	const struct firewall_entry *entry; /* borrowed */
	struct richrule rule;               /* owned */
	struct cidr source;
	const struct ticket *ticket; /* borrowed; a live one that stands for it; NULL: none */
};

/* In f2b-NAME of the direct interface or of an ipset: a ban, or what leads there. */
struct mismatch_named {
	const struct firewall_entry *entry; /* borrowed */
	char name[ITEM_ZONE_MAX + 1];
	struct cidr source;          /* of a ban */
	const struct ticket *ticket; /* of a ban; borrowed; NULL: none */
};

struct mismatch_named_list {
	struct mismatch_named *rows; /* owned; bans by source */
	size_t n, capacity;
};

struct mismatch_look {
	const struct mismatch_evidence *evidence;
	struct mismatch_named_list bans, leads;
	struct mismatch_rule *rules; /* owned; by source */
	size_t n;
	size_t capacity;
	struct strv mail_zones; /* where mail comes in */
};

enum mismatch_place { MISMATCH_NOWHERE, MISMATCH_ELSEWHERE, MISMATCH_IN_PLACE };

int mismatch_look_init(struct mismatch_look *look,
                       const struct mismatch_evidence *evidence) _must_check_;
void mismatch_look_deinit(struct mismatch_look *look);
enum mismatch_place mismatch_place_of(const struct mismatch_look *look, const struct cidr *source,
                                      const char *port, const char *protocol);
bool mismatch_denies_all(const struct mismatch_look *look, const struct cidr *source);
bool mismatch_is_carried_out(const struct mismatch_look *look, const struct jail *jail,
                             const struct jail_action *action, const struct cidr *source);

/* Whom a finding is about. */
struct mismatch_names {
	struct builder text;
	size_t n;
};

/* Who makes the rules of a jail. */
struct mismatch_writer {
	const struct jail *jail;
	const char *zone;   /* of the action; NULL: the default zone */
	const char *action; /* that writes rich rules; the last one's name */
};

void mismatch_names_add(struct mismatch_names *names, const char *name, const char *detail);
char *mismatch_names_take(struct mismatch_names *names);
char *mismatch_restart_command(const struct jail *jail);
char *mismatch_rules_command(bool permanent, const char *zone, const struct strv *rules,
                             const char *option);
int mismatch_zone_command(char **out, const struct mismatch_writer *by,
                          const struct mismatch_look *look, const char *zone) _must_check_;

int mismatch_find_leftovers(struct findings *out, struct mismatch_counts *counts, unsigned kinds,
                            const struct mismatch_look *look) _must_check_;

#endif
