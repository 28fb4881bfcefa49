/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail2ban-history - what fail2ban itself has on record, a piece at a time
 *
 * Its database is opened read-only for each piece and closed again: a reader that
 * holds it makes fail2ban lose rows. A piece is a few hundred rows in the order of
 * their numbers, and ends with a mark of the last one. When the row that a mark was
 * taken from is not what it was (numbers are given again after an unban), reading
 * begins anew; who takes the pieces in must bear rows twice.
 *
 * Whether an address was ever banned can be asked at once, for as many as need be.
 *
 * Nothing in it is trusted: values of a wrong type or length are left out and
 * counted, and a statement that does not end is ended.
 */
#ifndef GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_HISTORY_H
#define GUARD_SYSTEM_FAIL2BAN_FAIL2BAN_HISTORY_H

#include "guard/system/store/store.h"

enum fail2ban_history_table {
	FAIL2BAN_HISTORY_BANS,    /* every ban, until it is purged (a day, by default) */
	FAIL2BAN_HISTORY_CURRENT, /* the last ban of each address and jail, kept longer */
	FAIL2BAN_HISTORY_N_TABLES,
};

enum {
	FAIL2BAN_HISTORY_E_ABSENT = 1, /* no such file */
	FAIL2BAN_HISTORY_E_BUSY,       /* fail2ban is writing: try again */
	FAIL2BAN_HISTORY_E_FOREIGN,    /* damaged, or not a database of fail2ban's */
};

#define FAIL2BAN_HISTORY_PIECE 200

struct fail2ban_history {
	struct store_ban bans[FAIL2BAN_HISTORY_PIECE];
	char *texts[2 * FAIL2BAN_HISTORY_PIECE]; /* owned; their jails and addresses */
	size_t n;
	size_t n_refused;         /* rows that cannot be bans */
	struct store_import upto; /* from where to go on */
	bool end;                 /* there is no more */
};
#define FAIL2BAN_HISTORY_NULL      ((struct fail2ban_history){0})
#define _cleanup_fail2ban_history_ _cleanup_(fail2ban_history_deinit)

void fail2ban_history_deinit(struct fail2ban_history *piece);
int fail2ban_history_read(struct fail2ban_history *out, const char *database,
                          enum fail2ban_history_table table, const struct store_import *from,
                          struct err *err) _must_check_;
int fail2ban_history_knows(bool *known, const struct cidr *addresses, size_t n,
                           const char *database, struct err *err) _must_check_;
const char *fail2ban_history_table_name(enum fail2ban_history_table table);

#endif
