/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ticket - what fail2ban holds: its jails, the actions that they use, their bans
 *
 * fail2ban calls a ban that it holds a ticket. A set of tickets is either known,
 * and then it is all there are, or it is not known at all (law 2): there is no
 * half of it. The rule that carries a ticket out in the firewall is another
 * thing, and may be missing while the ticket lives.
 */
#ifndef GUARD_MODEL_BAN_TICKET_H
#define GUARD_MODEL_BAN_TICKET_H

#include "guard/base/cidr.h"

#define TICKET_JAIL_MAX    256
#define TICKET_ADDRESS_MAX 256

struct firewall;
struct rangeset;

/* Who said so; the order is the order of trust. */
enum ticket_source {
	TICKET_SOURCE_DATABASE, /* a row: may be prolonged in memory, or never carried out */
	TICKET_SOURCE_SOCKET,   /* the running server's own list */
};

struct ticket {
	char *jail;    /* owned */
	char *address; /* owned; as fail2ban writes it: an address, a prefix, or anything else */
	struct cidr cidr;
	bool has_cidr;   /* address is an address or a prefix, and cidr says which */
	int64_t time_us; /* when it was banned, microseconds since the epoch, UTC */
	int64_t end_us;  /* when it ends; 0: never */
	int64_t count;   /* how often it has been banned; 0: not known */
	enum ticket_source source;
};

/* How an action carries a ban out, which decides what a wipe takes of it. */
enum jail_action_kind {
	JAIL_ACTION_OTHER,    /* a script of somebody's, of which nobody knows what it does */
	JAIL_ACTION_RICH,     /* firewallcmd-rich-rules, -rich-logging: a rich rule a port */
	JAIL_ACTION_DIRECT,   /* firewallcmd-multiport, -new, -allports, -common: direct rules */
	JAIL_ACTION_IPSET,    /* firewallcmd-ipset: a kernel ipset and one direct rule */
	JAIL_ACTION_FW_IPSET, /* firewallcmd-ipset with ipsettype=firewalld: firewalld's own ipset
	                       */
	JAIL_ACTION_NFTABLES, /* a table of its own, which firewalld does not touch */
	JAIL_ACTION_IPTABLES, /* iptables' chains */
	JAIL_ACTION_ROUTE,    /* route: that nothing is sent to */
	JAIL_ACTION_SOURCE,   /* a source of a zone */
	JAIL_ACTION_ALLOW,    /* it lets in, and bans nobody */
	JAIL_ACTION_REPORT,   /* mail, a report, the API of a cloud, a hook: no packet minds */
	JAIL_ACTION_N_KINDS,
};

/* What becomes of a ban in a reload; the order is that of how bad it is. */
enum jail_fate {
	JAIL_FATE_KEPT,     /* firewalld does not touch it */
	JAIL_FATE_RESTORED, /* firewalld drops it, and the guard puts it back */
	JAIL_FATE_UNKNOWN,
	JAIL_FATE_LOST, /* firewalld drops it, and nobody puts it back */
	JAIL_FATE_N,
};

struct jail_action {
	char *name;                 /* owned */
	enum jail_action_kind told; /* as its own words have it */
	enum jail_action_kind kind; /* and what firewalld makes of it (jailuse.h) */
	char *ports;                /* owned; as configured, "smtp,465"; NULL: not known or all */
	char *protocol;             /* owned; "tcp"; NULL: not known */
	char *zone;                 /* owned; NULL: the default zone */
	char *ipset; /* owned; that it fills through firewalld; NULL: none, or one for each ban */
	/*
	 * rich-blocktype or blocktype, as configured, for IPv4 and for IPv6: with
	 * <rejecttype> put in; owned; NULL: not known
	 */
	char *blocktype, *blocktype6;
	char *reject, *reject6; /* <rejecttype>, likewise */
	char *command; /* owned; its actionban, as the running server has it; NULL: none */
	bool starts;   /* it has an actionstart, too */
};

struct jail {
	char *name; /* owned */
	struct jail_action *actions;
	size_t n_actions;
	size_t actions_capacity;
	bool actions_known; /* false: only the running server can tell, and it did not */
};

struct tickets {
	struct jail *jails; /* sorted by name */
	size_t n_jails;
	size_t jails_capacity;
	struct ticket *tickets; /* sorted by jail, then address */
	size_t n;
	size_t capacity;
	char *log; /* owned; where the server writes its log, as it says; NULL: not known */
};
#define TICKETS_NULL      ((struct tickets){0})
#define _cleanup_tickets_ _cleanup_(tickets_deinit)

/* Those that are for an address or a prefix, in its order, and for the same one by jail. */
struct tickets_index {
	const struct ticket **tickets; /* owned; they are borrowed */
	size_t n;
};
#define TICKETS_INDEX_NULL      ((struct tickets_index){0})
#define _cleanup_tickets_index_ _cleanup_(tickets_index_deinit)

void tickets_deinit(struct tickets *tickets);
int tickets_add_jail(struct tickets *tickets, const char *name, struct jail **out) _must_check_;
int tickets_add(struct tickets *tickets, const char *jail, const char *address, int64_t time_us,
                int64_t end_us, int64_t count, enum ticket_source source) _must_check_;
void tickets_sort(struct tickets *tickets);
const struct jail *tickets_jail(const struct tickets *tickets, const char *name);
bool tickets_have(const struct tickets *tickets, const struct ticket *ticket);
int tickets_add_banned(struct rangeset *out, const struct tickets *tickets,
                       int64_t now_us) _must_check_;
int tickets_index(struct tickets_index *out, const struct tickets *tickets,
                  int64_t live_us) _must_check_;
void tickets_index_deinit(struct tickets_index *index);
size_t tickets_index_find(const struct tickets_index *index, const struct cidr *cidr);
bool ticket_is_live(const struct ticket *ticket, int64_t now_us);
int jail_add_action(struct jail *jail, const char *name, struct jail_action **out) _must_check_;
bool jail_shares_iptables(const char *backend, const struct firewall *fw);
enum jail_fate jail_iptables_fate(const char *version, const char *backend,
                                  const struct firewall *fw);
enum jail_fate jail_action_kind_fate(enum jail_action_kind kind, enum jail_fate iptables);
bool jail_fate_is_wiped(enum jail_fate fate);
const char *jail_fate_name(enum jail_fate fate);
const char *jail_action_kind_name(enum jail_action_kind kind);
bool jail_action_kind_keeps_away(enum jail_action_kind kind);
bool jail_lets_in(const struct jail *jail);
int jail_restart_command(char **out, const char *jail) _must_check_;
int jail_zone_command(char **out, const char *jail, const char *action, const char *now,
                      const char *zone) _must_check_;

#endif
