/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conflictlist - conflicts in plain words: whom they cut off from what, who put them
 * there, and what lets the clients in
 *
 * conflict.h finds what denies; here packets of the clients are held against the
 * whole ruleset, so that a deny that never decides, or decides about nothing that
 * the server offers, is told as such.
 */
#ifndef GUARD_AUDIT_CONFLICTLIST_H
#define GUARD_AUDIT_CONFLICTLIST_H

#include "guard/model/ban/conflict.h"
#include "guard/model/mail/services.h"
#include "guard/system/kernel/listeners.h"
#include "guard/restore/clientranges.h"
#include "guard/audit/explain.h"
#include "guard/audit/picture.h"

/* What keeps the same clients away for the same reason: a ban, with a rule for each port. */
struct conflictlist_row {
	const struct conflict *conflict; /* borrowed; of the first rule */
	size_t n_rules;
	bool whole;                       /* a whole range is cut off, by one of them */
	const struct clientrange *client; /* borrowed; that the relation is about; NULL: none */
	char *what;                       /* owned; "rule … in zone public" */
	char *denied;                     /* owned; whom it is for; NULL: see what */
	bool judged;                      /* false: there are too many to look at each */
	bool effective;                   /* cuts somebody off from a service */
	bool certain;
	char *why_not;                   /* owned; why it has no effect; NULL: it has */
	const struct service **services; /* owned array; that clients are cut off from */
	size_t n_services;
	size_t services_capacity;
	char *jail;       /* owned; NULL: not fail2ban's */
	int64_t until_us; /* 0: never, or no ban */
	int64_t failures; /* -1: not known */
	bool permanent;
	struct strv commands; /* what lets the clients in, as typed; all of them */
	struct strv others;   /* or these */
	char *withheld;       /* owned; what they would close, so that there are none; NULL */
};

struct conflictlist {
	struct conflicts conflicts;
	struct conflictlist_row *rows; /* owned; in the order of conflicts */
	size_t n;
	size_t n_effective;
};
#define CONFLICTLIST_NULL      ((struct conflictlist){0})
#define _cleanup_conflictlist_ _cleanup_(conflictlist_deinit)

struct conflictlist_options {
	const struct ruleset *ruleset;     /* borrowed; must outlive the list */
	const struct clientranges *ranges; /* borrowed; likewise */
	const struct tickets *tickets;     /* borrowed; NULL: not known */
	const struct banshapes *shapes;    /* borrowed; what bans look like; NULL: not known */
	const struct listeners *listeners; /* borrowed; NULL: not known */
	/* On which interface packets of an address come in; false: not known. May be NULL. */
	bool (*way)(const struct cidr *address, struct packet *packet, void *userdata);
	void *userdata;
	int64_t now_us;
};

struct conflictlist_options conflictlist_options(const struct picture *picture);
int conflictlist_make(struct conflictlist *out,
                      const struct conflictlist_options *options) _must_check_;
bool conflictlist_is_fine(const struct conflictlist *list,
                          const struct conflictlist_options *options);
bool conflictlist_is_blind(const struct conflictlist_options *options);
int conflictlist_judge(struct conflictlist_row *row,
                       const struct conflictlist_options *options) _must_check_;
void conflictlist_row_deinit(struct conflictlist_row *row);
void conflictlist_deinit(struct conflictlist *list);

#endif
