/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain - verdicts in plain words: what decides, why it came first, who put it
 * there, and what changes it
 *
 * Ports that the same thing keeps shut share one reason, so that a ban of a whole
 * network is told once. No I/O: the caller has read the ruleset, the tickets and
 * the listening sockets.
 */
#ifndef GUARD_AUDIT_EXPLAIN_H
#define GUARD_AUDIT_EXPLAIN_H

#include "guard/model/ban/banshape.h"
#include "guard/model/packet/verdict.h"
#include "guard/model/ban/owner.h"
#include "guard/restore/repair.h"
#include "guard/system/kernel/listeners.h"

/* The runtime as it is now survives this reload. */
#define EXPLAIN_RELOAD_SAFELY                                                                      \
	"reload-guard snapshot take && firewall-cmd --reload && reload-guard restore"

/* The same, where the reload may fail. */
#define EXPLAIN_LOAD_SAFELY                                                                        \
	"reload-guard snapshot take && (" REPAIR_LOAD_AGAIN ") && reload-guard restore"

enum explain_who {
	EXPLAIN_WHO_NONE,     /* nobody puts it there: a target, panic mode */
	EXPLAIN_WHO_FAIL2BAN, /* a live ticket is for exactly this */
	EXPLAIN_WHO_OTHERS,   /* by hand or by another program: fail2ban holds no ticket for it */
	EXPLAIN_WHO_UNKNOWN,  /* fail2ban's tickets are not known */
};

enum explain_lifetime {
	EXPLAIN_LIFETIME_UNKNOWN,
	EXPLAIN_LIFETIME_PERMANENT, /* each reload brings it back */
	EXPLAIN_LIFETIME_RUNTIME,   /* the next reload drops it */
};

/* What keeps ports shut. */
struct explain_reason {
	const struct verdict_step *step; /* borrowed from the first of its ports */
	char *what;                      /* owned; the thing itself */
	char *why;                       /* owned; why it came first */
	enum explain_who who;
	const struct owner *owner; /* static; of another program's rule; NULL: nobody knows */
	char *jail;                /* owned; the first one; NULL: none */
	int64_t until_us;          /* when the ban ends; 0: never, or no ban */
	enum explain_lifetime lifetime;
	struct strv commands; /* what changes it, as typed; all of them */
	struct strv others;   /* or these */
	char *withheld;       /* owned; what they would close, so that there are none; NULL */
};

struct explain_port {
	unsigned port;
	char protocol[16];
	char *service; /* owned; NULL: none known */
	bool asked;    /* by name, not only as one of the usual */
	struct verdict verdict;
	enum listeners_answer listens;
	size_t reason;        /* index; SIZE_MAX: let in */
	struct strv doubts;   /* what may decide otherwise, in words */
	struct verdict rules; /* what it meets in the kernel; nothing where that was not asked */
};

struct explain {
	const struct ruleset *ruleset;  /* borrowed */
	const struct tickets *tickets;  /* borrowed; NULL: not known */
	const struct banshapes *shapes; /* borrowed; what bans look like; NULL: not known */
	const struct ruleset *kernel;   /* borrowed; all chains (nftrules.h); NULL: not asked */
	int64_t now_us;
	struct packet packet;       /* of all; borrowed */
	bool bans_restored;         /* what a reload takes of them, the guard puts back */
	bool interface_given;       /* else by the route; NULL in the packet: not known */
	struct explain_port *ports; /* owned */
	size_t n_ports;
	size_t ports_capacity;
	struct explain_reason *reasons; /* owned */
	size_t n_reasons;
	size_t reasons_capacity;
};
#define EXPLAIN_NULL      ((struct explain){0})
#define _cleanup_explain_ _cleanup_(explain_deinit)

/* What a change did to what a client may reach: of the ports that somebody opened or serves. */
enum explain_change {
	EXPLAIN_CHANGE_NEEDLESS, /* all were open to it before */
	EXPLAIN_CHANGE_HELPED,   /* and now all are */
	EXPLAIN_CHANGE_SHUT,     /* some are shut to it after it */
	EXPLAIN_CHANGE_UNKNOWN,  /* nobody can be certain of it */
};

void explain_deinit(struct explain *explain);
int explain_add(struct explain *explain, const char *protocol, unsigned port, const char *service,
                bool asked) _must_check_;
int explain_add_usual(struct explain *explain) _must_check_;
int explain_decide(struct explain *explain, const struct listeners *listeners) _must_check_;
int explain_entry_commands(struct strv *out, const struct ruleset_ipset *ipset,
                           const struct cidr *client) _must_check_;
bool explain_is_amid_reload(const struct verdict_step *step);
bool explain_is_strange(const struct verdict_step *step);
bool explain_counts(const struct explain_port *row);
bool explain_is_fine(const struct explain *explain);
enum explain_change explain_compare(const struct explain *before, const struct explain *after);
int explain_step_words(char **out, const struct verdict_step *step) _must_check_;
int explain_sentence(char **out, const struct explain *explain, size_t reason) _must_check_;

#endif
