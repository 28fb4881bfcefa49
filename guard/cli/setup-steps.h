/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup-steps - carrying out what a plan of `setup` says, and undoing it
 */
#ifndef GUARD_CLI_SETUP_STEPS_H
#define GUARD_CLI_SETUP_STEPS_H

#include "guard/audit/setup.h"
#include "guard/cli/cli.h"

/* Who carries it out; all borrowed. */
struct setup_doing {
	struct cli *cli;
	struct firewalld *fw;
	int64_t told_us; /* when something was said last */
	/* asked before each step: is it still to go on? */
	bool (*goes_on)(void *userdata);
	void *userdata;
};

int setup_do(struct setup_doing *doing, struct setup *setup, struct err *err) _must_check_;
int setup_undo_firewalld(struct firewalld *fw, const struct setup *setup,
                         struct err *err) _must_check_;
int setup_undo_others(struct cli *cli, const struct setup *setup, struct err *err) _must_check_;
int setup_reload(struct cli *cli, struct firewalld *fw, struct err *err) _must_check_;

#endif
