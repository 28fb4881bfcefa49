/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fakewall - a firewalld that remembers what it is told, in the process of the test
 *
 * Unlike fake-firewalld, which answers in odd ways, this one behaves: it has zones with
 * what is in the runtime and what is permanent, tells signals, reloads, restarts, panics,
 * and refuses what it is told to refuse. The test looks at it, and changes it, directly.
 */
#ifndef TESTS_UNIT_FAKEWALL_H
#define TESTS_UNIT_FAKEWALL_H

#include "guard/model/firewall.h"

struct fakewall {
	struct firewall fw;  /* what it has */
	const char *state;   /* "RUNNING" */
	const char *version; /* "1.3.3" */
	const char *backend; /* "iptables" */
	const char *refuse;  /* part of the text of items that it does not take; NULL: none */
	const char *error;   /* with which words */
	const char *forget;  /* part of the text of items that it says it took, and did not */
	bool deaf;           /* what is asked reaches it no more: whoever asked was killed */
	const char
	    *silent; /* the member that is not answered until fakewall_answer(); NULL: none */
	const char
	    *fail_reading; /* the words with which a reading of a zone fails; NULL: it does not */
	/* Half a reload: no zones, and every question for one is refused; until it reloads. */
	bool broken;
	const char *fail_reload; /* with which words a reload is refused; NULL: it is not */
	struct strv calls;       /* what it was asked to change, "add ITEM", "reload" */
	int64_t loaded;          /* counts its tables in the kernel */
	unsigned n_readings;     /* getDefaultZone, which each reading asks for */
	/* Called in front of each change that somebody asks for; may be NULL. */
	void (*on_change)(const char *what, void *userdata);
	void *userdata;
	struct fakewall_bus *bus;
};

/* @proc: the folder that stands for /proc; it is made in there */
void fakewall_start(struct fakewall *wall, const char *address, const char *proc);
void fakewall_stop(struct fakewall *wall); /* leaves the bus; what it has stays */
void fakewall_deinit(struct fakewall *wall);
void fakewall_turn(struct fakewall *wall); /* answers what has come */
void fakewall_answer(struct fakewall *wall);
void fakewall_drop_held(struct fakewall *wall); /* the call that is not answered never was */

/* As an administrator would; without a signal with @quietly. */
void fakewall_add(struct fakewall *wall, const char *item, int timeout_s);
void fakewall_remove(struct fakewall *wall, const char *item);
void fakewall_say_removed(struct fakewall *wall, const char *item); /* and it stays */
void fakewall_drop(struct fakewall *wall, const char *item);        /* and nobody is told */
void fakewall_make_permanent(struct fakewall *wall, const char *item, bool permanent);
void fakewall_reload(struct fakewall *wall);
void fakewall_wipe(struct fakewall *wall); /* as a reload does, and nobody is told */
void fakewall_panic(struct fakewall *wall, bool on);
void fakewall_default_zone(struct fakewall *wall, const char *zone);

/* Has who called last had all the signals that were sent? */
bool fakewall_is_heard(const struct fakewall *wall);
bool fakewall_has(const struct fakewall *wall, const char *item);
/* How often it was asked to add (or "remove …") what contains @text. */
size_t fakewall_asked(const struct fakewall *wall, const char *text);

#endif
