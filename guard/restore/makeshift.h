/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makeshift - what is done in a firewalld that has failed to load its files
 *
 * It holds a stock configuration and takes what it is told, and that works: mail is put back into
 * what there is. A zone or policy of the administrator's is not among that; what was bound to it
 * comes into the default zone now. What was open to all that comes in there is opened there, in the
 * place of its own zone or policy, and nothing else (law 5). Nothing of it is learned or goes on
 * record as restored, since it is not for long. What it has been given is on record, so that it is
 * not given again by another guard what somebody has taken out of it meanwhile.
 */
#ifndef GUARD_RESTORE_MAKESHIFT_H
#define GUARD_RESTORE_MAKESHIFT_H

#include "guard/model/loss.h"
#include "guard/model/plan.h"
#include "guard/restore/restorer.h"

struct makeshift {
	struct firewall standins; /* that were opened in the place of others */
	struct firewall lacking;  /* of what is wanted; the rest is there, or was */
	bool compared;            /* lacking says something */
	size_t n_waiting;         /* for want of a zone or policy; bindings do not count */
	size_t n_told_waiting;
	bool told;
};
#define MAKESHIFT_NULL ((struct makeshift){.standins = FIREWALL_NULL, .lacking = FIREWALL_NULL})

/* What came of it, for who tells of it. */
struct makeshift_outcome {
	size_t n_restored; /* into zones of their own */
	size_t n_moved;    /* into @zone, in the place of their own */
	size_t n_waiting;
	bool is_news;     /* else it is as it was told last */
	const char *zone; /* borrowed; the default zone; NULL: none is known */
};

/* What there is, and what was; all borrowed. */
struct makeshift_world {
	const struct firewall *now;
	const struct firewall *wanted;
	const struct strv *zones;      /* that there are now */
	const struct strv *interfaces; /* of this machine, without loopback; empty: not known */
};

bool makeshift_takes(const struct strv *zones, const char *zone);
int makeshift_keep(struct firewall *now, const struct firewall *wanted) _must_check_;
int makeshift_compare(struct makeshift *makeshift, struct loss *loss, bool listened,
                      struct loss *gone) _must_check_;
int makeshift_house(struct makeshift *makeshift, struct loss *loss,
                    const struct makeshift_world *world) _must_check_;
struct makeshift_outcome makeshift_done(struct makeshift *makeshift, const struct plan *plan,
                                        const struct restorer_step *steps);
int makeshift_mark(const struct makeshift *makeshift, struct firewall *wanted) _must_check_;
int makeshift_resume(struct makeshift *makeshift, struct firewall *wanted, bool same) _must_check_;
bool makeshift_has(const struct makeshift *makeshift, const struct item *item);
void makeshift_end(struct makeshift *makeshift);

#endif
