/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banplace - bans that jails keep outside of firewalld, and where in the kernel they are
 *
 * A set or chain of nft's or iptables', or an ipset, that packets come by and that keeps addresses
 * away. Which of its addresses belongs to a ticket is told by the address (law 11); only where
 * that says nothing, by the jail's name at the end of the place's.
 *
 * A ban is lost when it was seen in a place and is not there any more though fail2ban holds its
 * ticket. Where nobody has looked before, it is lost when it is in no place at all, and its action
 * is one of which is known that it puts addresses into one. Pure.
 */
#ifndef GUARD_MODEL_BAN_BANPLACE_H
#define GUARD_MODEL_BAN_BANPLACE_H

#include "guard/base/rangeset.h"
#include "guard/model/ban/ticket.h"

/* What the name of an ipset begins with. */
#define BANPLACE_IPSET "ipset "

struct banplace {
	char *name; /* owned; "inet f2b-table addr-set-sshd", "ip filter f2b-sshd", "ipset f2b-sshd"
	             */
	struct rangeset addresses;
};

struct banplaces {
	struct banplace *places; /* each once */
	size_t n, capacity;
	bool legacy; /* there are tables of iptables-legacy, which are not seen */
};
#define BANPLACES_NULL      ((struct banplaces){0})
#define _cleanup_banplaces_ _cleanup_(banplaces_deinit)

/* All borrowed. */
struct banplace_evidence {
	const struct tickets *tickets;  /* known, with the actions of their jails */
	const struct banplaces *now;    /* read before the tickets */
	const struct banplaces *before; /* where they were seen; NULL: nobody has looked */
	const struct tickets *held;     /* a minute ago; NULL: not known */
	int64_t now_us;
	bool whole; /* fail2ban has put back all of its bans: what is in no place is lost */
};

void banplaces_deinit(struct banplaces *places);
int banplaces_add(struct banplaces *places, const char *name, struct banplace **out) _must_check_;
int banplaces_take(struct banplaces *places, const struct banplace *from) _must_check_;
struct banplace *banplaces_find(const struct banplaces *places, const char *name);
bool banplaces_have(const struct banplaces *places, const struct cidr *cidr);
bool banplaces_lack(const struct banplaces *places, const struct banplaces *before);
int banplaces_learn(struct banplaces *before, const struct banplaces *now,
                    const struct tickets *tickets, int64_t now_us) _must_check_;
int banplaces_lost(struct tickets *out, const struct banplace_evidence *evidence) _must_check_;
bool banplaces_keep(const struct jail_action *action);

#endif
