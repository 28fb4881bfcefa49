// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/check.h"

#include "guard/base/text.h"

#include <errno.h>
#include <string.h>

static const struct check_name names[CHECK_N] = {
    [CHECK_FIREWALLD_STATE] = {"firewalld-state", "firewalld could not load its configuration"},
    [CHECK_PANIC] = {"panic", "panic mode drops every packet"},
    [CHECK_ZONE_FILE] = {"zone-file", "the file of a zone is broken: the next reload fails"},
    [CHECK_REQUIRED_MISSING] = {"required-missing",
                                "the configuration requires it, and it is not open"},
    [CHECK_LOST] = {"lost", "it was open before, is not any more, and nobody removed it"},
    [CHECK_UNREACHED_ZONE] = {"unreached-zone",
                              "mail services are open in a zone that no packet comes through"},
    [CHECK_RUNTIME_ONLY] = {"runtime-only-service",
                            "open in the runtime alone: the next reload closes it"},
    [CHECK_RAW_PORT] = {"raw-ports", "a port is open by its number where firewalld has a service"},
    [CHECK_SERVICE_DEFINITION] = {"service-definition",
                                  "a mail service does not have the port that it is known for"},
    [CHECK_EXPECTED_SERVICES] = {"expected-service",
                                 "a zone that clients come through lacks a service of mail"},
    [CHECK_FLUSH_ALL] = {"flush-all-on-reload",
                         "bindings or ipset entries that each reload drops, since it is said to"},
    [CHECK_IPTABLES_BACKEND] = {"iptables-backend",
                                "a reload takes the iptables rules of others as well"},
    [CHECK_RELOAD_CRASH] = {"reload-crash",
                            "this firewalld breaks its next reload off: something has an end"},
    [CHECK_KERNEL_RULES] = {"kernel-rules", "firewalld says open, and the kernel does not know"},
    [CHECK_REFUSED_BY_RULE] = {"refused-by-rule",
                               "a rich rule keeps everybody out of mail that is open"},
    [CHECK_REFUSED_BY_ZONE] = {"refused-by-zone",
                               "what is open in one zone comes into another, which refuses it"},
    [CHECK_REFUSED_BY_POLICY] = {"refused-by-policy",
                                 "a policy keeps everybody out of mail that is open"},
    [CHECK_REFUSED_BY_DIRECT_RULE] = {"refused-by-direct-rule",
                                      "a direct rule keeps everybody out of mail that is open"},
    [CHECK_REFUSED_BY_TABLE] = {"refused-by-table",
                                "a table that is not firewalld's keeps everybody out"},
    [CHECK_LISTENING_CLOSED] = {"listening-closed", "a mail server listens on a port that is shut"},
    [CHECK_NO_LISTENER] = {"no-listener", "a mail port is open, and nothing listens on it"},
    [CHECK_LOOPBACK_ONLY] = {"loopback-only",
                             "a mail port is open, and only this machine itself is served"},
    [CHECK_ONE_FAMILY] = {"one-family-only",
                          "IPv4 and IPv6 are open, and only one of them is served"},
    [CHECK_FAIL2BAN_DOWN] = {"fail2ban-down", "fail2ban does not run, or does not answer"},
    [CHECK_BAN_WITHOUT_RULE] = {"ban-without-rule",
                                "fail2ban holds a ban that firewalld has no rule for"},
    [CHECK_JAIL_ACTION_FAILS] = {"jail-action-fails",
                                 "none of a jail's latest bans ever got a rule"},
    [CHECK_RULE_WITHOUT_BAN] = {"rule-without-ban",
                                "a rule of fail2ban's keeps away whom no jail holds any more"},
    [CHECK_BAN_PERMANENT] = {"ban-permanent", "a ban became part of the permanent configuration"},
    [CHECK_BAN_ZONE] = {"ban-zone", "bans stand in a zone that mail does not come through"},
    [CHECK_NO_JAIL] = {"no-jail", "a mail server whose attackers no jail of fail2ban bans"},
    [CHECK_BANS_NOT_RESTORED] = {"bans-not-restored",
                                 "bans that a reload takes, and that nobody is to put back"},
    [CHECK_HOOK_MISSING] = {"hook-missing", "a jail that does not tell the guard of its bans"},
    [CHECK_CLIENTS_CUT_OFF] = {"clients-cut-off",
                               "rules or bans cut legitimate clients off from mail"},
    [CHECK_WATCHER_STOPPED] = {"watcher-stopped",
                               "the watcher does not run: nothing is put back after a reload"},
    [CHECK_NOT_AT_BOOT] = {"watcher-not-at-boot", "the next boot does not start the watcher"},
    [CHECK_STORE] = {"store", "the store cannot be used"},
    [CHECK_STORE_SPACE] = {"store-space", "the disk of the store is full, or nearly"},
};

/** check_name() - its name and what it looks for; static */
const struct check_name *check_name(enum check_id id)
{
	return &names[id];
}

/** check_parse() - the check of a name; Return: 0 or -ENOENT */
int check_parse(enum check_id *out, const char *name)
{
	for (size_t i = 0; i < CHECK_N; i++)
		if (strcmp(names[i].name, name) == 0) {
			*out = (enum check_id)i;
			return 0;
		}
	return -ENOENT;
}

/** check_nearest() - which name may have been meant; NULL: none is near */
const char *check_nearest(const char *name)
{
	const char *candidates[CHECK_N];

	for (size_t i = 0; i < CHECK_N; i++)
		candidates[i] = names[i].name;
	return text_nearest(name, candidates, CHECK_N);
}
