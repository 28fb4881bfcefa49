/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check - the names of the checks that `reload-guard check` knows
 *
 * A name is for ever: people silence checks by it, in their configuration and in
 * scripts. It is also the name of the findings that the check makes.
 */
#ifndef GUARD_AUDIT_CHECK_H
#define GUARD_AUDIT_CHECK_H

#include "guard/base/util.h"

enum check_id {
	CHECK_FIREWALLD_STATE,
	CHECK_PANIC,
	CHECK_ZONE_FILE,
	CHECK_REQUIRED_MISSING,
	CHECK_LOST,
	CHECK_UNREACHED_ZONE,
	CHECK_RUNTIME_ONLY,
	CHECK_RAW_PORT,
	CHECK_SERVICE_DEFINITION,
	CHECK_EXPECTED_SERVICES,
	CHECK_FLUSH_ALL,
	CHECK_IPTABLES_BACKEND,
	CHECK_RELOAD_CRASH,
	CHECK_KERNEL_RULES,
	CHECK_REFUSED_BY_RULE,
	CHECK_REFUSED_BY_ZONE,
	CHECK_REFUSED_BY_POLICY,
	CHECK_REFUSED_BY_DIRECT_RULE,
	CHECK_REFUSED_BY_TABLE,
	CHECK_LISTENING_CLOSED,
	CHECK_NO_LISTENER,
	CHECK_LOOPBACK_ONLY,
	CHECK_ONE_FAMILY,
	CHECK_FAIL2BAN_DOWN,
	/* in the order of enum drift_kind */
	CHECK_BAN_WITHOUT_RULE,
	CHECK_JAIL_ACTION_FAILS,
	CHECK_RULE_WITHOUT_BAN,
	CHECK_BAN_PERMANENT,
	CHECK_BAN_ZONE,
	CHECK_NO_JAIL,
	CHECK_BANS_NOT_RESTORED,
	CHECK_HOOK_MISSING,
	CHECK_CLIENTS_CUT_OFF,
	CHECK_WATCHER_STOPPED,
	CHECK_NOT_AT_BOOT,
	CHECK_STORE,
	CHECK_STORE_SPACE,
	CHECK_N,
};

struct check_name {
	const char *name;
	const char *help; /* one line */
};

const struct check_name *check_name(enum check_id id);
int check_parse(enum check_id *out, const char *name) _must_check_;
const char *check_nearest(const char *name);

#endif
