/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup - what is left to do until mail and web are served through the firewall, and stay so
 *
 * A plan, from a picture: services in place of ports for what is served, in the zone that clients
 * come through, or in one that is made for it, now and for good; fail2ban's hook; the watcher. No
 * I/O. What it would change is held against the model first: where ssh or anything else that is
 * served and open now would be closed, to strangers or to who is connected, nothing of it is
 * proposed, and the plan says why.
 */
#ifndef GUARD_AUDIT_SETUP_H
#define GUARD_AUDIT_SETUP_H

#include "guard/audit/picture.h"
#include "guard/system/fail2ban/fail2ban-hook.h"

/* All that a plan is made of. */
#define SETUP_PARTS                                                                                \
	(PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_RULES | PICTURE_TABLES | PICTURE_LINKS |   \
	 PICTURE_SOCKETS | PICTURE_FAIL2BAN | PICTURE_STORE | PICTURE_HOST)
/* And what it cannot be made without. */
#define SETUP_NEEDS (PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS)

/* Below the folder of the store: what was done and waits for an answer. Its first line is "until",
 * a tab, and when it is undone; 0: by nobody. */
#define SETUP_PENDING "setup/pending"

/* In the order in which they are done. */
enum setup_kind {
	SETUP_ZONE,    /* make it */
	SETUP_OPEN,    /* add an item */
	SETUP_BIND,    /* an interface to the zone */
	SETUP_CLOSE,   /* remove an item that another stands for */
	SETUP_HOOK,    /* have fail2ban report its bans */
	SETUP_WATCHER, /* start it */
	SETUP_N_KINDS,
};

struct setup_step {
	enum setup_kind kind;
	struct item item; /* owned; of SETUP_ZONE its zone alone; of the hook and the watcher none
	                   */
	unsigned where;   /* FIREWALL_RUNTIME: now; FIREWALL_PERMANENT: for good; or both */
	char *from;       /* owned; of SETUP_BIND: the zone that it is in; NULL: the same */
	unsigned was;     /* how it is bound there; 0: by nobody */
	char *words;      /* owned */
	char *why;        /* owned; as long as it is not done; NULL: the words say so */
	const char *outcome; /* static; for who does it; NULL: not yet */
};

struct setup {
	char *interface; /* owned; that clients come in on */
	char *zone;      /* owned; that they come through, when all is done */
	struct setup_step *steps;
	size_t n, capacity;
	struct strv notes; /* what is left as it is, and why */
	struct strv shut;  /* what is served, and refused by something else */
	char *refused;     /* owned; why nothing is done in firewalld; NULL: it is */
	char *mend;        /* owned; the command that ends what it is refused for; NULL: none */
};
#define SETUP_NULL      ((struct setup){0})
#define _cleanup_setup_ _cleanup_(setup_deinit)

/* What somebody wants, and what stands in no picture; all borrowed. */
struct setup_wish {
	const char *zone;      /* NULL: the one in use */
	const char *interface; /* NULL: that most clients come in on */
	char *const *services; /* to be opened, though many keep them shut */
	size_t n_services;
	const struct fail2ban_hook *hook; /* NULL: there is no fail2ban */
};

enum {
	SETUP_E_WISH = 1, /* there is no such interface */
	SETUP_E_UNKNOWN,  /* it cannot be told which interface clients come in on */
};

int setup_plan(struct setup *out, const struct picture *picture, const struct setup_wish *wish,
               struct err *err) _must_check_;
int setup_add_step(struct setup *setup, enum setup_kind kind, const struct item *item,
                   unsigned where, struct setup_step **out) _must_check_;
bool setup_is_firewalld(const struct setup_step *step);
const char *setup_kind_name(enum setup_kind kind);
void setup_deinit(struct setup *setup);

#endif
