/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confcheck - would firewalld load its files?
 *
 * One that does not ruins the next reload, or the next boot, which then has a stock
 * configuration with mail shut. firewalld itself knows, and is asked when a file was
 * changed, by whomever or by a package, while it is in state FAILED, and once at the guard's
 * start. File and line, which it mostly does not say, are looked for (culprit.h).
 */
#ifndef GUARD_WATCH_CONFCHECK_H
#define GUARD_WATCH_CONFCHECK_H

#include "guard/restore/engine.h"

struct confcheck;

/* All borrowed, for its life. */
struct confcheck_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	struct record *record;
	struct engine *engine;
};

int confcheck_new(struct confcheck **out, const struct confcheck_options *options) _must_check_;
void confcheck_free(struct confcheck *check); /* before firewalld; NULL is fine */

void confcheck_changed(struct confcheck *check);
void confcheck_state(struct confcheck *check, enum firewall_state state);

#endif
