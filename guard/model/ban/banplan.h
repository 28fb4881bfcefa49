/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banplan - which of the rules that keep somebody away are to be there (law 5)
 *
 * fail2ban says who is banned, so its tickets decide: a rule is a ban of
 * fail2ban's when there is a live ticket for exactly the rule's source, of a jail
 * that bans with rich rules, for the rule's port, in the rule's zone where the
 * action's command names one. What the jail's parameter says does not count: fail2ban's
 * own actions have put their rules into the default zone whatever it said.
 *
 * The same for the bans that fail2ban's actions put into chains of the direct
 * interface and into firewalld's ipsets, by the names (f2b-NAME) that they have there.
 * The chains and the rules that lead there are held by no ticket, but by a running
 * jail that uses them.
 *
 * What a jail makes beyond that is known from having been seen (banshape.h): then it is
 * held by that jail's tickets for its address, or for an address in its network.
 *
 * A rule that no jail can have made, whoever is banned, is the administrator's own: that it
 * denies something does not make it a ban of fail2ban's.
 *
 * Pure: the same answers serve for putting back, for dry runs, and for telling
 * what is left over.
 */
#ifndef GUARD_MODEL_BAN_BANPLAN_H
#define GUARD_MODEL_BAN_BANPLAN_H

#include "guard/model/ban/banshape.h"
#include "guard/model/ban/coverage.h"
#include "guard/model/item.h"
#include "guard/model/rule/richrule.h"
#include "guard/model/ban/ticket.h"

enum banplan_answer {
	BANPLAN_HELD,     /* a live ticket stands for it */
	BANPLAN_ENDED,    /* fail2ban had a ticket, and it is over: expired, or unbanned */
	BANPLAN_STRANGER, /* fail2ban is not known to have had one, and may have made the rule */
	BANPLAN_BY_HAND,  /* no jail makes such a rule: an administrator's own */
	BANPLAN_LEFT_OUT, /* a live ticket stands for it, and legitimate clients are spared it */
	BANPLAN_N_ANSWERS,
};

struct banplan_rule {
	/* in */
	const struct item *item; /* borrowed */
	/* out */
	enum banplan_answer answer;
	const struct ticket
	    *ticket;            /* the live one that ends last; borrowed; NULL: none, or a frame */
	size_t n_jails;         /* whose live tickets stand for it */
	size_t n_past;          /* whose tickets for it have ended lately */
	enum coverage coverage; /* what it does to legitimate clients */
	size_t client;          /* which range; says something unless coverage is NONE */
};

struct banplan_evidence {
	const struct tickets *tickets;         /* borrowed; as they are now */
	const struct tickets *past;            /* borrowed; that ended lately; NULL: not known */
	const struct banshapes *shapes;        /* borrowed; of the jails' bans; NULL: none */
	const struct coverage_ranges *clients; /* borrowed; NULL: none */
	/* Of these, what is known from logins alone; borrowed; NULL: none */
	const struct coverage_ranges *learned;
	bool safe; /* leave out what covers a client range */
	/*
	 * Where bans go whose action names no zone; NULL: wherever their rules stood. What a
	 * wipe took stood where it stood; what a jail is to hold from now on stands here.
	 */
	const char *default_zone;
	int64_t now_us;
};

/* So long a ticket that ended explains a rule that goes: unbans queue up in fail2ban. */
#define BANPLAN_PAST_US (INT64_C(600) * 1000000)

int banplan_judge(struct banplan_rule *rules, size_t n,
                  const struct banplan_evidence *evidence) _must_check_;
int banplan_note_ended(struct tickets *past, const struct tickets *before,
                       const struct tickets *now, int64_t now_us) _must_check_;
void banplan_newest_first(struct banplan_rule *rules, size_t n);
int banplan_is_ban(const struct item *item, const struct banshapes *shapes) _must_check_;
bool banplan_action_fits(const struct jail *jail, const struct jail_action *action,
                         enum item_kind kind, const char *name, bool frame);

#endif
