/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jails - jails of fail2ban for tests
 */
#ifndef TESTS_UNIT_JAILS_H
#define TESTS_UNIT_JAILS_H

#include <check.h>
#include <string.h>

#include "guard/model/ban/jailaction.h"

/* A jail whose one action is known; its texts may be NULL. */
struct jail_row {
	const char *jail;
	enum jail_action_kind kind;
	const char *ports, *protocol, *blocktype, *blocktype6, *zone, *command;
};

static inline char *jails_copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* Gives the action, borrowed until the next one is added. */
static inline struct jail_action *jails_add(struct tickets *tickets, const struct jail_row *row)
{
	struct jail_action *action;
	struct jail *jail;

	ck_assert_int_eq(tickets_add_jail(tickets, row->jail, &jail), 0);
	ck_assert_int_eq(jail_add_action(jail, "ban", &action), 0);
	jail->actions_known = true;
	action->told = action->kind = row->kind;
	action->ports = jails_copy(row->ports);
	action->protocol = jails_copy(row->protocol);
	action->blocktype = jails_copy(row->blocktype);
	action->blocktype6 = jails_copy(row->blocktype6);
	action->zone = jails_copy(row->zone);
	action->command = jails_copy(row->command);
	ck_assert_int_eq(jailaction_ipset(&action->ipset, row->command), 0);
	return action;
}

#endif
