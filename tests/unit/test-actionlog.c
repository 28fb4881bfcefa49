// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/actionlog.h"

#include <stdio.h>
#include <string.h>

#include "guard/base/builder.h"
#include "tests/unit/unit.h"

/* As fail2ban 0.11.2, 1.0.2 and 1.1 write them. */
#define TIME                 "2026-11-28 21:40:18,943 "
#define UTILS(text)          TIME "fail2ban.utils          [115]: ERROR   " text "\n"
#define ACTIONS(level, text) TIME "fail2ban.actions        [115]: " level text "\n"
#define CREATED(jail)        TIME "fail2ban.jail           [115]: INFO    Creating new jail '" jail "'\n"
#define STARTED              TIME "fail2ban.server         [7]: INFO    Starting Fail2ban v1.0.2\n"
#define BAN(jail, address)   ACTIONS("NOTICE  ", "[" jail "] Ban " address)
#define AGAIN(jail, address) ACTIONS("NOTICE  ", "[" jail "] Restore Ban " address)
#define CALL(id, command, said, ended)                                                             \
	UTILS(id " -- exec: " command) UTILS(id " -- stderr: " said) UTILS(id " -- " ended)
#define FAILED(jail, action, address)                                                              \
	ACTIONS("ERROR   ",                                                                        \
	        "Failed to execute ban jail '" jail "' action '" action "' info "                  \
	        "'ActionInfo({'ip': '" address "', 'family': 'inet4'})': Error banning " address)
#define VAIN(jail, address, command, said)                                                         \
	BAN(jail, address)                                                                         \
	CALL("7ff5510", command " " address, said, "returned 1") FAILED(jail, "act", address)
#define TWICE(command, said)                                                                       \
	VAIN("a", "192.0.2.1", command, said) VAIN("a", "192.0.2.2", command, said)
#define RESTART "fail2ban-client reload --restart a"

static const struct {
	const char *what, *log, *expected; /* "JAIL/ACTION N: WHY; COMMAND", each */
	bool starts;
} rows[] = {
    {"nothing", "", "", false},
    {"bans that work", BAN("a", "192.0.2.1") BAN("a", "192.0.2.2"), "", false},
    {"once is no proof", VAIN("a", "192.0.2.1", "x", "'no'"), "", false},
    {"twice is", TWICE("x", "'no'"), "a/act 2: no; " RESTART "\n", false},
    {"Python's other quotes", TWICE("x", "\"it's no\""), "a/act 2: it's no; " RESTART "\n", false},
    {"what is put back at the start counts",
     AGAIN("a", "192.0.2.1") FAILED("a", "act", "192.0.2.1") AGAIN("a", "192.0.2.2")
         FAILED("a", "act", "192.0.2.2"),
     "a/act 2: its command says nothing (see fail2ban's log); " RESTART "\n", false},
    {"one success is enough", TWICE("x", "'no'") BAN("a", "192.0.2.3"), "", false},
    {"and a new count begins",
     TWICE("x", "'no'") BAN("a", "192.0.2.3") VAIN("a", "192.0.2.4", "x", "'no'"), "", false},
    {"another jail's success says nothing", TWICE("x", "'no'") BAN("b", "192.0.2.3"),
     "a/act 2: no; " RESTART "\n", false},
    {"another action's works",
     VAIN("a", "192.0.2.1", "x", "'no'") BAN("a", "192.0.2.2") FAILED("a", "mail", "192.0.2.2"), "",
     false},
    {"a jail that is made anew", TWICE("x", "'no'") CREATED("a"), "", false},
    {"another's", TWICE("x", "'no'") CREATED("b"), "a/act 2: no; " RESTART "\n", false},
    {"a server that starts", TWICE("x", "'no'") STARTED, "", false},
    {"calls of two jails between each other",
     BAN("a", "192.0.2.1") UTILS("1 -- exec: one 192.0.2.1") UTILS("2 -- exec: two 192.0.2.9")
         UTILS("1 -- stderr: 'this'") UTILS("2 -- stderr: 'that'") UTILS("2 -- returned 1")
             FAILED("a", "act", "192.0.2.1") FAILED("a", "act", "192.0.2.1") BAN("a", "192.0.2.2")
                 FAILED("a", "act", "192.0.2.1"),
     "a/act 2: this; " RESTART "\n", false},
    {"what cannot start, whatever is banned then",
     CALL("1", "ipset create x hash:foo", "\"Syntax error: typename 'hash:foo' is unknown\"",
          "returned 1")
         ACTIONS("ERROR   ", "Failed to start jail 'a' action 'act': Error starting action "
                             "Jail('a')/act: 'Script error'") BAN("a", "192.0.2.1"),
     "a/act start: Syntax error: typename 'hash:foo' is unknown; " RESTART "\n", false},
    {"a name that is not to be typed",
     VAIN("a;b", "192.0.2.1", "x", "'no'") VAIN("a;b", "192.0.2.2", "x", "'no'"),
     "a;b/act 2: no; none\n", false},
    /* the causes */
    {"a set of the kernel",
     TWICE("ipset -exist add bad", "'ipset v7.17: The set with the given name does not exist'"),
     "a/act 2: the kernel has no ipset bad; ipset create bad hash:ip && " RESTART "\n", false},
    {"that the start makes",
     TWICE("ipset add bad", "'ipset v7.17: The set with the given name does not exist'"),
     "a/act 2: the kernel has no ipset bad; " RESTART "\n", true},
    {"a set whose name would be an option",
     TWICE("ipset add -x; rm", "'ipset v7.17: The set with the given name does not exist'"),
     "a/act 2: the kernel has no ipset rm; " RESTART "\n", true},
    {"a set of firewalld's", TWICE("firewall-cmd", "'Error: INVALID_IPSET: bad'"),
     "a/act 2: firewalld has no ipset bad; firewall-cmd --permanent --new-ipset=bad "
     "--type=hash:ip && firewall-cmd --reload && " RESTART "\n",
     false},
    {"a zone", TWICE("firewall-cmd", "'Error: INVALID_ZONE: jail$(reboot)'"),
     "a/act 2: firewalld has no zone jail; firewall-cmd --permanent --new-zone=jail && "
     "firewall-cmd --reload && " RESTART "\n",
     false},
    {"a zone whose name would be an option",
     TWICE("firewall-cmd", "'Error: INVALID_ZONE: --panic'"),
     "a/act 2: Error: INVALID_ZONE: --panic; " RESTART "\n", false},
    {"firewalld is down", TWICE("firewall-cmd", "'FirewallD is not running'"),
     "a/act 2: firewalld does not run; systemctl start firewalld && " RESTART "\n", false},
    {"no program, of dash", TWICE("ipset add", "'/bin/sh: 1: ipset: not found'"),
     "a/act 2: there is no program ipset; apt-get install ipset && " RESTART "\n", false},
    {"no program, of bash", TWICE("nft add", "'/bin/sh: line 1: nft: command not found'"),
     "a/act 2: there is no program nft; apt-get install nftables && " RESTART "\n", false},
    {"somebody's own", TWICE("deny", "'/bin/sh: 1: /opt/deny: not found'"),
     "a/act 2: there is no program /opt/deny; " RESTART "\n", false},
    {"a chain", TWICE("iptables", "'iptables: No chain/target/match by that name.'"),
     "a/act 2: its chain of iptables does not exist; " RESTART "\n", false},
    {"a table", TWICE("nft", "'Error: No such file or directory'"),
     "a/act 2: what it adds to does not exist; " RESTART "\n", false},
    {"no end",
     BAN("a", "192.0.2.1") UTILS("1 -- exec: x 192.0.2.1") UTILS("1 -- timed out after 60 seconds.")
         FAILED("a", "act", "192.0.2.1") BAN("a", "192.0.2.2") FAILED("a", "act", "192.0.2.1"),
     "a/act 2: the command took too long; " RESTART "\n", false},
    /* what a stranger could have written */
    {"a line without a head", "Failed to execute ban jail 'a' action 'act': x\n", "", false},
    {"a head within a line",
     TIME "sshd[1]: x fail2ban.actions [1]: ERROR   Failed to start jail 'a' action 'b': x\n", "",
     false},
    {"a log without times", "fail2ban.actions [1]: ERROR   Failed to start jail 'a' action 'b'\n",
     "", false},
    {"half a line", TIME "fail2ban.actions        [115]: ERROR   Failed to start jail 'a' act", "",
     false},
};

static void add_lines(struct actionlog *log, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		ck_assert_int_eq(actionlog_add(log, text, n), 0);
		text += n + (text[n] == '\n');
	}
}

START_TEST(finds_what_fails)
{
	_cleanup_actionlog_ struct actionlog log = ACTIONLOG_NULL;
	_cleanup_builder_ struct builder out = BUILDER_NULL;

	add_lines(&log, rows[_i].log);
	builder_add(&out, "");
	for (size_t i = 0; i < log.n; i++) {
		_cleanup_free_ char *why = NULL, *mend = NULL;
		char count[24] = "start";

		if (!actionlog_row_fails(&log, &log.rows[i]))
			continue;
		if (!log.rows[i].start)
			snprintf(count, sizeof(count), "%zu", log.rows[i].n);
		ck_assert_int_eq(actionlog_why(&why, &mend, &log.rows[i], rows[_i].starts, false),
		                 0);
		builder_addf(&out, "%s/%s %s: %s; %s\n", log.rows[i].jail, log.rows[i].action,
		             count, why, mend ? mend : "none");
	}
	ck_assert_msg(strcmp(out.text ? out.text : "", rows[_i].expected) == 0, "%s: got\n%s",
	              rows[_i].what, out.text);
}
END_TEST

/* What goes on behind the first line of a command is part of it. */
START_TEST(keeps_commands_of_several_lines)
{
	_cleanup_actionlog_ struct actionlog log = ACTIONLOG_NULL;

	add_lines(&log, UTILS("1 -- exec: true") "false 192.0.2.1\n" UTILS("1 -- returned 1")
	                    FAILED("a", "act", "192.0.2.1"));
	ck_assert_uint_eq(log.n, 1);
	ck_assert_str_eq(log.rows[0].call.command, "true\nfalse 192.0.2.1");
	ck_assert_str_eq(log.rows[0].call.ended, "returned 1");
	ck_assert(!actionlog_blames_firewalld(&log.rows[0]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("actionlog");
	TCase *tcase = tcase_create("actionlog");

	tcase_add_loop_test(tcase, finds_what_fails, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, keeps_commands_of_several_lines);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
