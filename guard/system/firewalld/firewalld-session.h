/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld-session - loop, bus and adapter of a short-lived command
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_SESSION_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_SESSION_H

#include "guard/system/firewalld/firewalld.h"

/* What firewalld may take to answer a person who waits; reloads take seconds with many rules. */
#define FIREWALLD_SESSION_MS 60000

struct firewalld_session {
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
	/* To be set before it is opened, by who wants to hear of events; may be NULL. */
	firewalld_event_fn on_event;
	void *userdata;
	/* The same: how long it may take to come; 0: it is there, or it is not. */
	int64_t patience_ms;
	/* The same: how long it may answer nothing at all while it is asked; 0:
	 * FIREWALLD_SESSION_MS. One that goes on answering may take as long as it needs. */
	int silence_ms;
	/* The same: it has been silent for so long, and is waited for all the same; NULL: it is
	 * not. */
	void (*on_wait)(void *waiting);
	void *waiting;
	/* With that, the moment by which a silence is at its end in any case; 0: none. */
	int64_t deadline_ms;
	bool silent;    /* it was longer: nobody waits for it any more */
	int result;     /* of opening it, and FIREWALLD_E_TIMEOUT once it is silent */
	struct err why; /* the same in words */
};
#define FIREWALLD_SESSION_NULL      ((struct firewalld_session){0})
#define _cleanup_firewalld_session_ _cleanup_(firewalld_session_close)

int firewalld_session_open(struct firewalld_session *out, struct err *err) _must_check_;
int firewalld_session_result(const struct firewalld_session *session, int r,
                             struct err *err) _must_check_;
void firewalld_session_close(struct firewalld_session *session);
int firewalld_session_read(struct firewalld_session *session, struct firewalld_reading *out,
                           bool packets, const struct strv *ipsets, struct err *err) _must_check_;

#endif
