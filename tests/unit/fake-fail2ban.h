/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake-fail2ban - one that says what the test wants
 *
 * Linked in place of system/fail2ban/fail2ban.
 */
#ifndef TESTS_UNIT_FAKE_FAIL2BAN_H
#define TESTS_UNIT_FAKE_FAIL2BAN_H

#include "guard/system/fail2ban/fail2ban.h"

struct fake_fail2ban {
	enum fail2ban_state state;
	struct tickets tickets; /* what it holds */
	bool mute;              /* questions are not answered until this is false again */
	bool broken;            /* they are answered with FAIL2BAN_E_UNKNOWN */
	const char *database;   /* NULL: not known where */
	const char *command;    /* of jails with rich rules; NULL: a rule a port */
	unsigned n_asked;
	int64_t age_us; /* for so long it has been running */
};
extern struct fake_fail2ban fake_fail2ban;

/* A live ticket of a jail that bans from imaps with rich rules; @end_us 0: for ever. */
void fake_fail2ban_ban(const char *jail, const char *address, int64_t end_us);
void fake_fail2ban_unban(const char *jail, const char *address);
/* The followers are told of its state, or that the tickets may have changed. */
void fake_fail2ban_tell(void);
void fake_fail2ban_change(void);
void fake_fail2ban_turn(bool *in_guard); /* answers what was asked; true while somebody is told */
void fake_fail2ban_deinit(void);

#endif
