/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks-internal - what the files of checks share
 *
 * A check judges the picture, adds findings under its own name, and reads nothing. What it
 * needs and nobody could read is told once, for all that need it.
 */
#ifndef GUARD_AUDIT_CHECKS_INTERNAL_H
#define GUARD_AUDIT_CHECKS_INTERNAL_H

#include "guard/audit/checks.h"
#include "guard/base/builder.h"
#include "guard/base/shell.h"
#include "guard/model/mail/daemons.h"
#include "guard/model/packet/verdict.h"

/* Also with a file that it refuses it starts, into its stock configuration. */
#define CHECK_RESTART_FAILED "systemctl restart firewalld"
#define CHECK_MEND_FAILED    "firewall-cmd --check-config && " CHECK_RESTART_FAILED

struct check_run {
	const struct picture *picture;
	const bool *selected;      /* by place in the table */
	const struct check *check; /* that is being made */
	struct findings *findings;
	/* what several checks share, worked out by the first of them; each takes its own */
	struct findings shared;
	struct mismatch_counts mismatch_counts;
	bool mismatch_found, refused_found, cut_off_found;
	size_t n_cut_off;
	bool failed;         /* memory ran out where no result could say so */
	struct strv lacking; /* services of mail that a zone was told to lack */
	struct strv told;    /* ZONE/SERVICE whose command opens it there */
	/* by the part that is not known: checks that could not be made, or were made without it */
	struct strv unmade[PICTURE_N_PARTS], partial[PICTURE_N_PARTS];
};

/* These take over @evidence and @command; Return: 0 or -ENOMEM */
int check_add(struct check_run *run, char *evidence, char *command, const char *format, ...)
    _printf_(4, 5) _must_check_;
int check_add_as(struct check_run *run, enum finding_severity severity, char *evidence,
                 char *command, const char *format, ...) _printf_(5, 6) _must_check_;
int check_or(struct check_run *run, char *command) _must_check_;
/* Is this one made, too? Then it tells what it tells better. */
bool check_is_asked(const struct check_run *run, const struct check *check);
/* Does any packet come into the zone? Notes it where that cannot be told. */
bool check_is_reached(struct check_run *run, const char *zone);
/* It needs more than it can have. */
int check_unmade(struct check_run *run, unsigned part) _must_check_;

/* A list of items for one finding. */
struct check_list {
	struct builder names;
	const struct item *items[32]; /* borrowed */
	size_t n;
};
#define CHECK_LIST_NULL      ((struct check_list){0})
#define _cleanup_check_list_ _cleanup_(check_list_deinit)

void check_list_deinit(struct check_list *list);
int check_list_add(struct check_list *list, const struct item *item) _must_check_;
char *check_list_take(struct check_list *list);
int check_list_keep(char **out, const struct check_list *list,
                    const struct firewall *fw) _must_check_;
int check_list_release(char **out, const struct check_list *list) _must_check_;

/* The call that opens services in a zone, joined to what is in @out. */
void check_add_opening(struct builder *out, const char *zone, const struct strv *services,
                       bool permanent);

/* A text of nothing is none: *out stays NULL. */
int check_take(struct builder *text, char **out) _must_check_;

/* check-around.c: as far as no check has found it already */
int check_count(struct checks_counts *out, struct check_run *run) _must_check_;

/* check-way.c */
enum check_way {
	CHECK_WAY_SHUT,
	CHECK_WAY_AWAY, /* and from there to another port or machine */
	CHECK_WAY_ALL,  /* by what lets in to anything */
	CHECK_WAY_OWN,  /* by a word for this port */
};
#define CHECK_UNRELATED_PORT 3306 /* that nobody opens who lets strangers in for mail */
bool check_lets_in(struct check_run *run, const struct ruleset *ruleset,
                   const struct packet *packet, struct verdict *verdict);
bool check_lets_all_in(struct check_run *run, const struct packet *packet,
                       const struct verdict_step *decider);
enum check_way check_way(struct check_run *run, const char *zone, unsigned port,
                         enum cidr_family family);
bool check_is_open(struct check_run *run, unsigned port);

/* check-mail.c */
bool check_item_opens(struct check_run *run, const struct item *item, unsigned port);
const char *check_client_zone(struct check_run *run);
bool check_is_unserved(struct check_run *run, const struct firewall_entry *entry);

/* check-same.c: is it told by another check that is made? */
bool check_is_covered(struct check_run *run, const struct firewall_entry *entry, unsigned flag);
bool check_is_idle(struct check_run *run, const struct item *item);
bool check_is_stranded(struct check_run *run, const struct item *item);
bool check_is_told(struct check_run *run, const struct item *item);
int check_tell(struct check_run *run, const char *zone, const struct service *mail) _must_check_;
/* By their numbers, of a service that stands for them by now. */
bool check_has_raw(struct check_run *run, const char *zone, const char *service);
void check_add_raw_removal(struct builder *out, struct check_run *run, const char *zone,
                           const char *service);

#endif
