// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/cause.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define S(s) INT64_C(s##000000)

/* --- who it was -------------------------------------------------------------------------- */

/* A process in one line: PID NAME|ARGUMENT|ARGUMENT… */
struct row {
	const char *chain[8]; /* itself first */
	const char *cgroup;
	int64_t uid, login_uid;
	const char *words; /* as said of a reload by it */
};

static const struct row rows[] = {
    {{"812 firewall-cmd|/usr/bin/python3|/usr/bin/firewall-cmd|--reload"},
     "0::/system.slice/dnf-automatic.service\n",
     0,
     -1,
     "reload by firewall-cmd (pid 812), from dnf-automatic.service"},
    {{"900 firewall-cmd|/usr/bin/python3|/usr/bin/firewall-cmd|--reload", "890 sudo|sudo|x",
      "880 bash|-bash"},
     "0::/user.slice/user-1000.slice/session-3.scope\n",
     0,
     1000,
     "reload by firewall-cmd (pid 900), run by root in session-3 (sudo by uid 1000)"},
    {{"900 firewall-cmd|x", "880 bash|-bash", "870 sshd|sshd: root@pts/0"},
     "0::/user.slice/user-0.slice/session-3.scope\n",
     0,
     0,
     "reload by firewall-cmd (pid 900), run by root in session-3"},
    {{"900 firewall-cmd|x", "890 bash|bash|/opt/fix.sh|-v", "880 bash|-bash"},
     "0::/user.slice/user-1000.slice/session-3.scope\n",
     1000,
     1000,
     "reload by firewall-cmd (pid 900), called by fix.sh (pid 890), run by uid 1000 in session-3"},
    /* su to root, with a root shell in the session of another */
    {{"900 firewall-cmd|x", "890 bash|bash", "885 su|su|-", "880 bash|-bash"},
     "0::/user.slice/user-1000.slice/session-3.scope\n",
     0,
     1000,
     "reload by firewall-cmd (pid 900), run by root in session-3 (login of uid 1000)"},
    /* a maintainer script of dpkg under unattended-upgrade, whose name the kernel cuts */
    {{"70 firewall-cmd|x", "60 firewalld.posti|/bin/sh|/var/lib/dpkg/info/firewalld.postinst",
      "50 dpkg|dpkg|--configure",
      "40 unattended-upgr|/usr/bin/python3|/usr/bin/unattended-upgrade"},
     "0::/system.slice/apt-daily-upgrade.service\n",
     0,
     -1,
     "reload by firewall-cmd (pid 70), called by firewalld.postinst (pid 60), under the package "
     "manager unattended-upgrade (pid 40), from apt-daily-upgrade.service"},
    {{"70 firewall-cmd|x", "60 sh|/bin/sh|-c|firewall-cmd --reload", "50 cron|cron|-f"},
     "0::/system.slice/cron.service\n",
     0,
     -1,
     "reload by firewall-cmd (pid 70), from cron.service"},
    /* a script of a version of an interpreter, below wrappers; cgroups of the older kind */
    {{"70 firewall-cmd|x", "60 timeout|timeout|5|x", "50 python3.11|python3|-u|/srv/a/renew.py"},
     "12:pids:/system.slice/wrong.service\n1:name=systemd:/system.slice/certbot.service\n0::/\n",
     0,
     -1,
     "reload by firewall-cmd (pid 70), called by renew.py (pid 50), from certbot.service"},
    {{"70 python3|/usr/bin/python3|-m|ansible.modules.firewalld"},
     "0::/user.slice/user-0.slice/user@0.service/app.slice/run.scope\n",
     0,
     -1,
     "reload by ansible.modules.firewalld (pid 70), from run.scope"},
    /* a session is one of digits and letters, also when it is called otherwise */
    {{"70 a"}, "0::/x/session-.scope\n", 0, -1, "reload by a (pid 70), from session-.scope"},
    {{"70 a"}, "0::/init.scope\n", 0, -1, "reload by a (pid 70)"},
    {{"70 a"}, "", -1, -1, "reload by a (pid 70)"},
    {{"70 a"}, "nonsense", 65534, -1, "reload by a (pid 70), run by uid 65534"},
    {{NULL}, "", -1, -1, "reload by an unknown caller"},
    /* hostile: a name that goes on with the sentence, one that forges a line, colours, UTF-8 */
    {{"70 a), from x.se|x"}, "", 0, -1, "reload by a???from?x.se (pid 70)"},
    {{"70 a\nb\x1b[2J\xff"}, "", 0, -1, "reload by a?b??2J? (pid 70)"},
    {{"70 sh|sh|/tmp/x (pid 1), from dnf-automatic.service"},
     "",
     0,
     -1,
     "reload by x??pid?1???from?dnf-automatic.service (pid 70)"},
    {{"70 "}, "", 0, -1, "reload by a process (pid 70)"},
    {{"70 sh|sh|0123456789012345678901234567890123456789012345678901234567890123456789"},
     "",
     0,
     -1,
     "reload by 01234567890123456789012345678901234567890123456789012345678901~ (pid 70)"},
    /* only roots above: there is nobody to name */
    {{"70 firewall-cmd|x", "9 systemd|/lib/systemd/systemd|--user"},
     "0::/system.slice/a.service/b\n",
     0,
     -1,
     "reload by firewall-cmd (pid 70), from a.service"},
    {{"70 firewall-cmd|x", "60 sudo|sudo", "50 sudo|sudo", "0 nobody"},
     "0::/system.slice/a\n",
     0,
     4294967294,
     "reload by firewall-cmd (pid 70) (sudo by uid 4294967294)"},
};

static void process_of(struct cause_process *out, const char *line)
{
	char *end, text[256];

	memset(out, 0, sizeof(*out));
	out->pid = strtoll(line, &end, 10);
	snprintf(text, sizeof(text), "%s", end + 1);
	for (char *part = text, *next; part; part = next) {
		next = strchr(part, '|');
		if (next)
			*next++ = '\0';
		if (part == text) {
			snprintf(out->comm, sizeof(out->comm), "%.63s", part);
			continue;
		}
		memcpy(out->args + out->args_length, part, strlen(part) + 1);
		out->args_length += strlen(part) + 1;
	}
}

static void reload_of(struct cause_evidence *out, const struct row *row)
{
	struct cause_origin origin = {.uid = row->uid, .login_uid = row->login_uid};

	for (; row->chain[origin.n]; origin.n++)
		process_of(&origin.chain[origin.n], row->chain[origin.n]);
	snprintf(origin.cgroup, sizeof(origin.cgroup), "%s", row->cgroup);
	*out = CAUSE_EVIDENCE_NULL;
	out->kind = CAUSE_RELOAD;
	out->at_us = S(100);
	cause_caller_judge(&out->caller, &origin);
}

START_TEST(callers)
{
	struct cause_log log = CAUSE_LOG_NULL;
	struct cause_evidence reload;
	char words[CAUSE_WORDS_SIZE];

	reload_of(&reload, &rows[_i]);
	cause_log_put(&log, &reload);
	cause_log_reloaded(&log, S(101), true);
	ck_assert(cause_words(words, &log, WIPE_RELOAD, 1, S(101)));
	ck_assert_str_eq(words, rows[_i].words);
}
END_TEST

START_TEST(arguments_without_an_end)
{
	struct cause_origin origin = {.n = 2, .uid = -1};
	struct cause_caller caller;

	for (size_t i = 0; i < 2; i++) {
		origin.chain[i].pid = 7;
		strcpy(origin.chain[i].comm, "bash");
		memset(origin.chain[i].args, 'x', sizeof(origin.chain[i].args));
		origin.chain[i].args_length = sizeof(origin.chain[i].args);
	}
	memset(origin.cgroup, '/', sizeof(origin.cgroup) - 1);
	cause_caller_judge(&caller, &origin);
	ck_assert_str_eq(caller.name, "bash");
	ck_assert_str_eq(caller.by, "");
	ck_assert_str_eq(caller.unit, "");
}
END_TEST

static const struct {
	const char *process;
	bool asks;
	enum cause_job job;
} systemctl_rows[] = {
    {"5 systemctl|systemctl|reload|firewalld", true, CAUSE_JOB_RELOAD},
    {"5 systemctl|systemctl|--no-ask-password|try-restart|a|firewalld.service", true,
     CAUSE_JOB_RESTART},
    {"5 systemctl|systemctl|start|firewalld", true, CAUSE_JOB_START},
    {"5 systemctl|systemctl|-q|stop|firewalld", true, CAUSE_JOB_STOP},
    {"5 systemctl|systemctl|condrestart|firewalld", true, CAUSE_JOB_OTHER},
    {"5 systemctl|systemctl|status|firewalld", false, CAUSE_JOB_OTHER},
    {"5 systemctl|systemctl|reload|firewalldx", false, CAUSE_JOB_OTHER},
    {"5 systemctl|systemctl|reload|firewalld.service.x", false, CAUSE_JOB_OTHER},
    {"5 systemctl|systemctl|reload", false, CAUSE_JOB_OTHER},
    {"5 systemctl|reload|firewalld", false, CAUSE_JOB_OTHER}, /* its own name is no verb */
    {"5 systemctl", false, CAUSE_JOB_OTHER},
    {"5 bash|systemctl|reload|firewalld", false, CAUSE_JOB_OTHER},
};

START_TEST(systemctl)
{
	struct cause_process process;

	process_of(&process, systemctl_rows[_i].process);
	ck_assert_int_eq(cause_asks_systemd(&process, "firewalld"), systemctl_rows[_i].asks);
	if (systemctl_rows[_i].asks)
		ck_assert_int_eq(cause_job_asked(&process), systemctl_rows[_i].job);
}
END_TEST

/* --- what it led to ---------------------------------------------------------------------- */

/* What is heard, in its order; at one second more each. */
enum act {
	END,
	CALL,          /* reload by pid 1, 2… */
	COMPLETE_CALL, /* the same */
	USERS_CALL,    /* of somebody who is not root, and may yet be refused */
	ZONE_CALL,
	REFUSED,      /* the last call */
	REFUSED_CALL, /* before its caller was known */
	RELOADED,
	RELOADED_UNSEEN,
	JOB_RELOAD,
	JOB_RESTART,
	JOB_START,
	JOB_STOP,
	JOB_OTHER,
	SYSTEMCTL_RESTART,
	SYSTEMCTL_RIVAL, /* is told to start what firewalld cannot run beside */
	F2B_RESTART,
	F2B_TOGETHER, /* with what was heard before */
	GONE,
	GONE_WITHOUT_SYSTEMD,
	CAME,
	BUS_GONE,
	AGES, /* an hour */
};

static const struct {
	enum act acts[24];
	enum wipe_kind kind;
	unsigned n_reloads;
	const char *words;
} log_rows[] = {
    {{RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{RELOADED_UNSEEN}, WIPE_RELOAD, 1, "firewalld reloaded (cause unknown)"},
    {{END}, WIPE_RELOAD, 1, "firewalld reloaded (cause unknown)"},
    {{END}, WIPE_RELOAD, 0, "firewalld was reloaded while the guard did not run (cause unknown)"},
    {{END}, WIPE_RELOAD, 3, "firewalld reloaded, 3 times in a row (cause unknown)"},
    {{CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 1)"},
    {{COMPLETE_CALL, RELOADED}, WIPE_RELOAD, 1, "complete reload by cmd (pid 1)"},
    /* each Reloaded takes the oldest call */
    {{CALL, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 1)"},
    {{CALL, CALL, RELOADED, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{CALL, CALL, RELOADED, RELOADED},
     WIPE_RELOAD,
     2,
     "firewalld reloaded, 2 times in a row: reload by cmd (pid 1)"},
    {{CALL, JOB_RELOAD, RELOADED, RELOADED},
     WIPE_RELOAD,
     2,
     "firewalld reloaded, 2 times in a row: reload by cmd (pid 1); others follow"},
    /* one that was refused has led to nothing, and nobody is blamed for what comes next */
    {{CALL, REFUSED, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{REFUSED_CALL, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{CALL, CALL, REFUSED, RELOADED, RELOADED},
     WIPE_RELOAD,
     1,
     "reload by SIGHUP (sender unknown)"},
    {{CALL, RELOADED, REFUSED}, WIPE_RELOAD, 1, "reload by cmd (pid 1)"},
    {{USERS_CALL, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{USERS_CALL, JOB_RELOAD, RELOADED}, WIPE_RELOAD, 1, "reload by systemd (SIGHUP, job 2)"},
    {{USERS_CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 1), run by uid 1000"},
    {{CALL, AGES, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{CALL, GONE, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{JOB_RELOAD, RELOADED}, WIPE_RELOAD, 1, "reload by systemd (SIGHUP, job 1)"},
    {{JOB_OTHER, RELOADED}, WIPE_RELOAD, 1, "reload by systemd (SIGHUP, job 1)"},
    {{JOB_START, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    /* a job that was over before its type was asked for: the start, once firewalld is there */
    {{GONE, JOB_OTHER, CAME, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{GONE, JOB_OTHER, CAME, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{GONE, JOB_START, CAME, JOB_OTHER, RELOADED},
     WIPE_RELOAD,
     1,
     "reload by systemd (SIGHUP, job 2)"},
    /* or the start of what ran already: a call is surer */
    {{JOB_OTHER, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{JOB_OTHER, CALL, RELOADED, RELOADED}, WIPE_RELOAD, 1, "reload by systemd (SIGHUP, job 1)"},
    {{F2B_RESTART, CALL, RELOADED},
     WIPE_RELOAD,
     1,
     "reload by cmd (pid 2); fail2ban was restarted 1 s before"},
    {{JOB_RESTART, F2B_TOGETHER, GONE, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 3)"},
    {{F2B_RESTART, AGES, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{CALL, F2B_RESTART, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 1)"},
    /* many pieces of evidence: the oldest go */
    {{CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL, CALL,
      CALL, CALL, RELOADED},
     WIPE_RELOAD,
     1,
     "reload by cmd (pid 2)"},
    {{CALL, RELOADED},
     WIPE_RELOAD,
     1000,
     "firewalld reloaded, 1000 times in a row: reload by cmd (pid 1)"},
    {{JOB_RESTART, GONE}, WIPE_RESTART, 0, "restart by systemd (job 1)"},
    {{SYSTEMCTL_RESTART, GONE}, WIPE_RESTART, 0, "systemctl restart firewalld (pid 1)"},
    {{JOB_OTHER, GONE}, WIPE_RESTART, 0, "restart by systemd (job 1)"},
    {{JOB_STOP, GONE, JOB_START},
     WIPE_RESTART,
     0,
     "stop by systemd (job 1); then start by systemd (job 2)"},
    {{SYSTEMCTL_RIVAL, GONE, JOB_START},
     WIPE_RESTART,
     0,
     "stop by systemd, as it cannot run beside nftables.service: systemctl (pid 1); then start by "
     "systemd (job 2)"},
    {{GONE}, WIPE_RESTART, 0, "firewalld ended by itself (crash or kill)"},
    {{GONE, JOB_RESTART},
     WIPE_RESTART,
     0,
     "firewalld ended by itself (crash or kill); then restart by systemd (job 1)"},
    {{GONE, JOB_OTHER, CAME},
     WIPE_RESTART,
     0,
     "firewalld ended by itself (crash or kill); then start by systemd (job 1)"},
    /* an old job is not what ended it today */
    {{JOB_RESTART, GONE, AGES, GONE}, WIPE_RESTART, 0, "firewalld ended by itself (crash or kill)"},
    {{JOB_RESTART, AGES, GONE}, WIPE_RESTART, 0, "firewalld ended by itself (crash or kill)"},
    {{F2B_RESTART, GONE},
     WIPE_RESTART,
     0,
     "firewalld ended by itself (crash or kill); fail2ban was restarted 1 s before"},
    {{GONE_WITHOUT_SYSTEMD}, WIPE_RESTART, 0, "firewalld was restarted (cause unknown)"},
    {{BUS_GONE}, WIPE_RESTART, 0, "the bus was restarted, and firewalld with it"},
    {{JOB_RESTART, BUS_GONE}, WIPE_RESTART, 0, "restart by systemd (job 1)"},
    {{END}, WIPE_RESTART, 0, "firewalld was restarted while the guard did not run (cause unknown)"},
    {{CALL}, WIPE_REBOOT, 0, "the machine was rebooted"},
    {{ZONE_CALL}, WIPE_UNKNOWN, 0, "default zone set to work by cmd (pid 1)"},
    {{ZONE_CALL, AGES}, WIPE_UNKNOWN, 0, ""},
    {{ZONE_CALL, RELOADED},
     WIPE_RELOAD,
     1,
     "default zone set to work, and so a reload, by cmd (pid 1)"},
    {{ZONE_CALL, CALL, RELOADED}, WIPE_RELOAD, 1, "reload by cmd (pid 2)"},
    {{ZONE_CALL, AGES, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{ZONE_CALL, GONE, RELOADED}, WIPE_RELOAD, 1, "reload by SIGHUP (sender unknown)"},
    {{ZONE_CALL, RELOADED, RELOADED},
     WIPE_RELOAD,
     2,
     "firewalld reloaded, 2 times in a row: default zone set to work, and so a reload, by cmd "
     "(pid 1); others follow"},
    {{CALL}, WIPE_UNKNOWN, 0, ""},
    {{CALL}, WIPE_REQUIRE, 0, ""},
};

struct play {
	struct cause_log log;
	uint64_t serial;
	int64_t now_us, uid;
	const char *rival;
};

static void hear(struct play *play, enum cause_kind kind, enum cause_job job, bool caller,
                 bool refused)
{
	struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;

	evidence.serial = ++play->serial;
	evidence.kind = kind;
	evidence.job = CAUSE_JOB_OTHER;
	evidence.job_id = (uint32_t)play->serial;
	evidence.at_us = play->now_us;
	if (kind == CAUSE_DEFAULT_ZONE)
		strcpy(evidence.zone, "work");
	cause_log_put(&play->log, &evidence);
	if (refused)
		cause_log_drop(&play->log, evidence.serial);
	/* what is learnt later */
	evidence.job = job;
	if (caller) {
		evidence.caller.pid = (int64_t)play->serial;
		strcpy(evidence.caller.name, "cmd");
		evidence.caller.uid = play->uid;
		evidence.rival = play->rival;
	}
	cause_log_put(&play->log, &evidence);
}

static void act(struct play *play, enum act what)
{
	play->now_us += S(1);
	switch (what) {
	case END:
		break;
	case CALL:
		hear(play, CAUSE_RELOAD, CAUSE_JOB_OTHER, true, false);
		break;
	case REFUSED_CALL:
		hear(play, CAUSE_RELOAD, CAUSE_JOB_OTHER, true, true);
		break;
	case USERS_CALL:
		play->uid = 1000;
		hear(play, CAUSE_RELOAD, CAUSE_JOB_OTHER, true, false);
		play->uid = 0;
		break;
	case COMPLETE_CALL:
		hear(play, CAUSE_COMPLETE_RELOAD, CAUSE_JOB_OTHER, true, false);
		break;
	case ZONE_CALL:
		hear(play, CAUSE_DEFAULT_ZONE, CAUSE_JOB_OTHER, true, false);
		break;
	case REFUSED:
		cause_log_drop(&play->log, play->serial);
		break;
	case RELOADED:
	case RELOADED_UNSEEN:
		cause_log_reloaded(&play->log, play->now_us, what == RELOADED);
		break;
	case JOB_RELOAD:
		hear(play, CAUSE_JOB, CAUSE_JOB_RELOAD, false, false);
		break;
	case JOB_RESTART:
		hear(play, CAUSE_JOB, CAUSE_JOB_RESTART, false, false);
		break;
	case JOB_START:
		hear(play, CAUSE_JOB, CAUSE_JOB_START, false, false);
		break;
	case JOB_STOP:
		hear(play, CAUSE_JOB, CAUSE_JOB_STOP, false, false);
		break;
	case JOB_OTHER:
		hear(play, CAUSE_JOB, CAUSE_JOB_OTHER, false, false);
		break;
	case SYSTEMCTL_RESTART:
		hear(play, CAUSE_JOB, CAUSE_JOB_RESTART, true, false);
		break;
	case SYSTEMCTL_RIVAL:
		play->rival = cause_units[1];
		hear(play, CAUSE_JOB, CAUSE_JOB_STOP, true, false);
		play->rival = NULL;
		break;
	case F2B_RESTART:
		hear(play, CAUSE_FAIL2BAN, CAUSE_JOB_RESTART, false, false);
		break;
	case F2B_TOGETHER:
		play->now_us -= S(1);
		hear(play, CAUSE_FAIL2BAN, CAUSE_JOB_RESTART, false, false);
		break;
	case CAME:
		cause_log_came(&play->log);
		break;
	case GONE:
	case GONE_WITHOUT_SYSTEMD:
	case BUS_GONE:
		cause_log_gone(&play->log, play->now_us, what == BUS_GONE,
		               what != GONE_WITHOUT_SYSTEMD);
		break;
	case AGES:
		play->now_us += S(3600);
		break;
	}
}

START_TEST(wipes)
{
	struct play play = {.now_us = S(1)};
	char words[CAUSE_WORDS_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(log_rows[_i].acts) && log_rows[_i].acts[i] != END; i++)
		act(&play, log_rows[_i].acts[i]);
	ck_assert_int_eq(
	    cause_words(words, &play.log, log_rows[_i].kind, log_rows[_i].n_reloads, play.now_us),
	    log_rows[_i].words[0] != '\0');
	ck_assert_str_eq(words, log_rows[_i].words);
}
END_TEST

/* What is said when it goes, before anybody knows whether it comes back. */
START_TEST(went)
{
	static const struct {
		enum act acts[3];
		const char *words;
	} ends[] = {
	    {{SYSTEMCTL_RIVAL, GONE},
	     "stop by systemd, as it cannot run beside nftables.service: systemctl (pid 1)"},
	    {{SYSTEMCTL_RESTART, GONE}, "systemctl restart firewalld (pid 1)"},
	    {{JOB_OTHER, GONE}, "stop by systemd (job 1)"},
	    {{GONE}, "it ended by itself (crash or kill)"},
	    {{GONE_WITHOUT_SYSTEMD}, ""},
	    {{BUS_GONE}, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct play play = {.now_us = S(1)};
		char words[CAUSE_WORDS_SIZE];

		for (size_t k = 0; k < ARRAY_SIZE(ends[i].acts); k++)
			act(&play, ends[i].acts[k]);
		ck_assert_int_eq(cause_gone(words, &play.log), ends[i].words[0] != '\0');
		ck_assert_str_eq(words, ends[i].words);
	}
}
END_TEST

/* The job's type is learnt when firewalld has gone already. */
START_TEST(learnt_late)
{
	struct play play = {.now_us = S(1)};
	struct cause_evidence late;
	char words[CAUSE_WORDS_SIZE];

	act(&play, JOB_OTHER);
	act(&play, GONE);
	late = play.log.end_job;
	late.job = CAUSE_JOB_RESTART;
	late.caller.pid = 9;
	cause_log_put(&play.log, &late);
	ck_assert(cause_words(words, &play.log, WIPE_RESTART, 0, play.now_us));
	ck_assert_str_eq(words, "systemctl restart firewalld (pid 9)");
}
END_TEST

static void fill(char *name)
{
	memset(name, 'w', CAUSE_NAME_SIZE - 1);
}

/* Whatever is known, the words fit. */
START_TEST(longest)
{
	struct cause_log log = CAUSE_LOG_NULL;
	struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;
	char words[CAUSE_WORDS_SIZE + 1];

	evidence.caller = (struct cause_caller){
	    .pid = INT64_MAX,
	    .by_pid = INT64_MAX,
	    .manager_pid = INT64_MAX - 1,
	    .uid = INT64_MAX,
	    .login_uid = INT64_MAX - 1,
	    .session = true,
	};
	fill(evidence.caller.name);
	fill(evidence.caller.by);
	fill(evidence.caller.manager);
	fill(evidence.caller.unit);
	fill(evidence.zone);
	evidence.serial = 1;
	evidence.kind = CAUSE_LOG_DENIED;
	cause_log_put(&log, &evidence);
	cause_log_reloaded(&log, 0, true);
	evidence.serial = 2;
	evidence.kind = CAUSE_JOB;
	evidence.job = CAUSE_JOB_STOP;
	cause_log_put(&log, &evidence);
	cause_log_gone(&log, 1, false, true);
	evidence.serial = 3;
	evidence.job = CAUSE_JOB_START;
	evidence.at_us = 2;
	cause_log_put(&log, &evidence);
	for (int kind = 0; kind < WIPE_N_KINDS; kind++) {
		memset(words, 'X', sizeof(words));
		(void)cause_words(words, &log, (enum wipe_kind)kind, 1000000000, 3);
		ck_assert_uint_lt(strlen(words), CAUSE_WORDS_SIZE);
		ck_assert_int_eq(words[CAUSE_WORDS_SIZE], 'X');
	}
}
END_TEST

/* Calls to remove something, in order, and who is named for public/service:imaps at 10 s. */
static const struct {
	const char *what;
	struct {
		int64_t at_us;
		const char *zone;
		enum item_kind kind;
		const char *value;
		int pid; /* 0: not known (yet) */
	} calls[3];
	bool zone_is_default;
	const char *words; /* NULL: nobody */
} removals[] = {
    {"nobody was seen", {{0}}, true, NULL},
    {"by name",
     {{S(9), "public", ITEM_SERVICE, "imaps", 7}},
     false,
     "cmd (pid 7), called by x.sh (pid 1), from cron.service"},
    {"in the default zone",
     {{S(9), "", ITEM_SERVICE, "imaps", 7}},
     true,
     "cmd (pid 7), called by x.sh (pid 1), from cron.service"},
    {"in the default zone, which is another", {{S(9), "", ITEM_SERVICE, "imaps", 7}}, false, NULL},
    {"in another zone", {{S(9), "home", ITEM_SERVICE, "imaps", 7}}, true, NULL},
    {"another service", {{S(9), "public", ITEM_SERVICE, "imap", 7}}, true, NULL},
    {"another kind", {{S(9), "public", ITEM_PORT, "imaps", 7}}, true, NULL},
    {"the latest",
     {{S(8), "public", ITEM_SERVICE, "imaps", 7}, {S(9), "public", ITEM_SERVICE, "imaps", 8}},
     true,
     "cmd (pid 8), called by x.sh (pid 1), from cron.service"},
    {"the latest, who is not known",
     {{S(8), "public", ITEM_SERVICE, "imaps", 7}, {S(9), "public", ITEM_SERVICE, "imaps", 0}},
     true,
     NULL},
    {"long ago", {{S(-1000), "public", ITEM_SERVICE, "imaps", 7}}, true, NULL},
};

START_TEST(removers)
{
	_cleanup_item_ struct item imaps = ITEM_NULL;
	struct cause_log log = CAUSE_LOG_NULL;
	char words[CAUSE_WORDS_SIZE];
	bool known;

	ck_assert_int_eq(item_parse(&imaps, "public/service:imaps", NULL), 0);
	for (uint64_t i = 0; i < 3 && removals[_i].calls[i].value; i++) {
		struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;

		evidence.serial = i + 1;
		evidence.kind = CAUSE_REMOVAL;
		evidence.at_us = removals[_i].calls[i].at_us;
		evidence.item_kind = removals[_i].calls[i].kind;
		snprintf(evidence.zone, sizeof(evidence.zone), "%s", removals[_i].calls[i].zone);
		snprintf(evidence.value, sizeof(evidence.value), "%s", removals[_i].calls[i].value);
		evidence.caller.pid = removals[_i].calls[i].pid;
		evidence.caller.by_pid = 1;
		strcpy(evidence.caller.name, "cmd");
		strcpy(evidence.caller.by, "x.sh");
		strcpy(evidence.caller.unit, "cron.service");
		cause_log_put(&log, &evidence);
	}
	known = cause_remover(words, &log, &imaps, removals[_i].zone_is_default, S(10));
	ck_assert_msg(known == (removals[_i].words != NULL), "%s", removals[_i].what);
	ck_assert_str_eq(words, known ? removals[_i].words : "");
}
END_TEST

START_TEST(reloads_that_fail)
{
	struct cause_log log = CAUSE_LOG_NULL;
	struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;
	char words[CAUSE_WORDS_SIZE];

	evidence.kind = CAUSE_RELOAD;
	evidence.serial = 5;
	evidence.caller.pid = 7;
	strcpy(evidence.caller.name, "cmd");
	cause_log_put(&log, &evidence);
	ck_assert(!cause_failed_reload(&log, 4, words));
	ck_assert(cause_failed_reload(&log, 5, words));
	ck_assert_str_eq(words, "reload by cmd (pid 7)");
	cause_log_reloaded(&log, 1, true);
	ck_assert(!cause_failed_reload(&log, 5, words));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cause");
	TCase *tc = tcase_create("cause");

	tcase_add_loop_test(tc, callers, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, arguments_without_an_end);
	tcase_add_loop_test(tc, systemctl, 0, ARRAY_SIZE(systemctl_rows));
	tcase_add_loop_test(tc, wipes, 0, ARRAY_SIZE(log_rows));
	tcase_add_test(tc, went);
	tcase_add_test(tc, learnt_late);
	tcase_add_test(tc, longest);
	tcase_add_loop_test(tc, removers, 0, ARRAY_SIZE(removals));
	tcase_add_test(tc, reloads_that_fail);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
