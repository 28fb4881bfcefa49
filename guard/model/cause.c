// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/cause.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Reloads of minutes exist; a call that is refused is dropped, so few wait in vain. */
#define CALL_WAITS_US (600 * INT64_C(1000000))

/* A job that came to nothing is not heard of again. */
#define JOB_WAITS_US (120 * INT64_C(1000000))

/* "In the seconds before", and not by the same job, whose signals come together. */
#define FAIL2BAN_BEFORE_US   (10 * INT64_C(1000000))
#define FAIL2BAN_TOGETHER_US INT64_C(500000)

/* What a change of the default zone is held responsible for. */
#define DEFAULT_ZONE_US (10 * INT64_C(1000000))

/* Where the kernel cuts a process's name. */
#define COMM_CUT 15

static const char *const interpreters[] = {"sh",  "bash", "dash",    "ash",    "ksh",  "mksh",
                                           "zsh", "fish", "busybox", "python", "perl", "ruby",
                                           "php", "lua",  "tclsh",   "node"};

/* What only passes a command on. */
static const char *const wrappers[] = {
    "sudo",   "su",     "runuser", "doas",    "pkexec",  "env",    "timeout",   "nice",
    "xargs",  "chrt",   "setsid",  "nohup",   "ionice",  "flock",  "time",      "unshare",
    "chroot", "script", "stdbuf",  "nsenter", "setpriv", "runcon", "systemctl", "ip"};

/* Above these there is nobody who asked for anything. */
static const char *const roots[] = {"systemd", "init",   "sshd", "sshd-session",
                                    "login",   "agetty", "tmux", "screen"};

static const char *const managers[] = {
    "dnf",    "dnf5",        "dnf-3",           "yum",      "microdnf",   "dnf-automatic",
    "rpm",    "apt",         "apt-get",         "aptitude", "dpkg",       "unattended-upgrade",
    "zypper", "packagekitd", "unattended-upgr", "pacman",   "rpm-ostree", "yum-cron",
    "tdnf"};

/* What `systemctl` is asked for that ends or reloads a service. */
static const char *const verbs[] = {
    "reload",       "restart",   "try-restart",           "reload-or-restart",
    "stop",         "start",     "try-reload-or-restart", "condrestart",
    "force-reload", "condreload"};

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(name, list) is_one_of(name, list, ARRAY_SIZE(list))

/* --- names ------------------------------------------------------------------------------- */

/**
 * cause_show() - a stranger's name, fit to stand in a sentence
 * @out:    receives letters, digits and - . _ + @ : as they are, anything else as '?'
 * @size:   of @out; a longer name ends with '~'
 * @raw:    any bytes; borrowed
 * @length: of @raw; ends at a NUL too
 */
void cause_show(char *out, size_t size, const char *raw, size_t length)
{
	static const char fine[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                           "0123456789-._+@:";
	size_t n = strnlen(raw, length);

	for (size_t i = 0; i < n && i < size - 1; i++)
		out[i] = strchr(fine, raw[i]) ? raw[i] : '?';
	out[n < size ? n : size - 1] = '\0';
	if (n >= size)
		out[size - 2] = '~';
}

/* The next argument after @arg, or the first for NULL; NULL at the end. */
static const char *next_arg(const struct cause_process *process, const char *arg)
{
	const char *end = process->args + process->args_length;
	const char *next = arg ? arg + strnlen(arg, (size_t)(end - arg)) + 1 : process->args;

	/* one that was cut, and has no end, counts for nothing */
	if (next >= end || !memchr(next, '\0', (size_t)(end - next)))
		return NULL;
	return next;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* python3.11 is python */
static bool is_interpreter(const char *name)
{
	char bare[CAUSE_NAME_SIZE];
	size_t n;

	snprintf(bare, sizeof(bare), "%s", *name == '-' ? name + 1 : name);
	for (n = strlen(bare); n > 0 && strchr("0123456789.", bare[n - 1]); n--)
		bare[n - 1] = '\0';
	return IS_ONE_OF(bare, interpreters);
}

/* The script that an interpreter runs; NULL: none, or one that was given as an argument. */
static const char *script_of(const struct cause_process *process)
{
	const char *arg = next_arg(process, next_arg(process, NULL));

	for (; arg; arg = next_arg(process, arg)) {
		if (strcmp(arg, "-c") == 0 || strcmp(arg, "-e") == 0)
			return NULL;
		if (strcmp(arg, "-m") == 0)
			return next_arg(process, arg);
		if (*arg != '-')
			return base_of(arg);
	}
	return NULL;
}

/* A name that the kernel has cut, from the arguments, where they have the whole. */
static const char *whole_name(const struct cause_process *process)
{
	const char *arg = next_arg(process, NULL);

	if (strlen(process->comm) != COMM_CUT)
		return process->comm;
	for (int i = 0; arg && i < 3; i++, arg = next_arg(process, arg))
		if (strncmp(base_of(arg), process->comm, COMM_CUT) == 0)
			return base_of(arg);
	return process->comm;
}

/* Return: whether it is more than a shell that waits for what it was told to call. */
static bool name_of(char out[CAUSE_NAME_SIZE], const struct cause_process *process)
{
	const char *script = is_interpreter(process->comm) ? script_of(process) : NULL;
	const char *name = script ? script : whole_name(process);

	cause_show(out, CAUSE_NAME_SIZE, name, strlen(name));
	return script || !is_interpreter(process->comm);
}

/* --- who it was -------------------------------------------------------------------------- */

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length > n && memcmp(text + length - n, end, n) == 0;
}

/* The last service or session of a path: what is below is the unit's own business. */
static void find_unit_in(struct cause_caller *out, const char *path, size_t length)
{
	for (size_t i = 0; i < length;) {
		const char *part = path + i;
		size_t n = 0;

		while (i + n < length && part[n] != '/')
			n++;
		i += n + 1;
		if (ends_with(part, n, ".service")) {
			cause_show(out->unit, sizeof(out->unit), part, n);
			out->session = false;
		} else if (ends_with(part, n, ".scope") && !(n == 10 && !memcmp(part, "init", 4))) {
			out->session = n > 14 && memcmp(part, "session-", 8) == 0;
			cause_show(out->unit, sizeof(out->unit), part, out->session ? n - 6 : n);
		}
	}
}

/* systemd's paths are in the unified hierarchy (0::), or in the older one of its own. */
static void find_unit(struct cause_caller *out, const char *cgroup)
{
	static const char *const marks[] = {"0::", ":name=systemd:"};

	for (size_t i = 0; i < ARRAY_SIZE(marks) && !*out->unit; i++)
		for (const char *line = cgroup; *line && !*out->unit;) {
			size_t n = strcspn(line, "\n"), mark = strlen(marks[i]);
			const char *colon = i == 0 ? line : memchr(line, ':', n);

			if (colon && (size_t)(line + n - colon) >= mark &&
			    memcmp(colon, marks[i], mark) == 0)
				find_unit_in(out, colon + mark, (size_t)(line + n - colon) - mark);
			line += n + (line[n] == '\n');
		}
}

static void find_parents(struct cause_caller *out, const struct cause_origin *origin)
{
	for (size_t i = 1; i < origin->n && origin->chain[i].pid > 1; i++) {
		const struct cause_process *process = &origin->chain[i];
		char name[CAUSE_NAME_SIZE];
		bool speaks = name_of(name, process);

		if (IS_ONE_OF(name, roots))
			return;
		out->sudo = out->sudo || strcmp(name, "sudo") == 0;
		if (IS_ONE_OF(name, managers)) {
			/* the highest: dpkg is called by apt */
			memcpy(out->manager, name, sizeof(name));
			out->manager_pid = process->pid;
		}
		if (speaks && !*out->by && !IS_ONE_OF(name, wrappers)) {
			memcpy(out->by, name, sizeof(name));
			out->by_pid = process->pid;
		}
	}
}

/* What would be said twice. */
static void drop_repetitions(struct cause_caller *out)
{
	char unit[CAUSE_NAME_SIZE + 16];

	snprintf(unit, sizeof(unit), "%s.service", out->by);
	if (out->by_pid == out->manager_pid || strcmp(unit, out->unit) == 0)
		out->by[0] = '\0';
	snprintf(unit, sizeof(unit), "%s.service", out->manager);
	if (strcmp(unit, out->unit) == 0)
		out->manager[0] = '\0';
}

/**
 * cause_caller_judge() - from what /proc says to who it was
 * @out:    receives it
 * @origin: borrowed; with nothing in it nobody is known
 *
 * Named are the process itself, the first above it that is more than a shell or
 * a wrapper, the package manager above that, and the unit or session it is in.
 */
void cause_caller_judge(struct cause_caller *out, const struct cause_origin *origin)
{
	*out = CAUSE_CALLER_NULL;
	if (origin->n == 0)
		return;
	out->pid = origin->chain[0].pid;
	out->uid = origin->uid;
	out->login_uid = origin->login_uid;
	(void)name_of(out->name, &origin->chain[0]);
	if (IS_ONE_OF(out->name, managers)) {
		memcpy(out->manager, out->name, sizeof(out->name));
		out->manager_pid = out->pid;
	}
	find_unit(out, origin->cgroup);
	find_parents(out, origin);
	if (out->manager_pid == out->pid)
		out->manager[0] = '\0';
	drop_repetitions(out);
}

/* Conflicts= of firewalld.service, of all releases: who starts one of them ends firewalld. */
const char *const cause_units[] = {"firewalld", "nftables", "iptables", "ip6tables",
                                   "ebtables",  "ipset",    NULL};

/**
 * cause_asks_systemd() - is this a systemctl that was told to do something to a unit?
 * @process: borrowed
 * @unit:    without ".service"
 */
bool cause_asks_systemd(const struct cause_process *process, const char *unit)
{
	bool verb = false, named = false;
	size_t n = strlen(unit);

	if (strcmp(process->comm, "systemctl") != 0)
		return false;
	for (const char *arg = next_arg(process, next_arg(process, NULL)); arg;
	     arg = next_arg(process, arg)) {
		verb = verb || IS_ONE_OF(arg, verbs);
		named = named || (strncmp(arg, unit, n) == 0 &&
		                  (arg[n] == '\0' || strcmp(arg + n, ".service") == 0));
	}
	return verb && named;
}

/**
 * cause_job_asked() - what a systemctl was told to do to its units
 * @process: borrowed; one that cause_asks_systemd()
 */
enum cause_job cause_job_asked(const struct cause_process *process)
{
	for (const char *arg = next_arg(process, next_arg(process, NULL)); arg;
	     arg = next_arg(process, arg))
		if (IS_ONE_OF(arg, verbs))
			return cause_job_parse(arg);
	return CAUSE_JOB_OTHER;
}

/** cause_job_parse() - systemd's name of a job's type */
enum cause_job cause_job_parse(const char *type)
{
	if (strcmp(type, "start") == 0)
		return CAUSE_JOB_START;
	if (strcmp(type, "stop") == 0)
		return CAUSE_JOB_STOP;
	if (strcmp(type, "restart") == 0 || strcmp(type, "try-restart") == 0)
		return CAUSE_JOB_RESTART;
	if (strncmp(type, "reload", 6) == 0 || strncmp(type, "try-reload", 10) == 0)
		return CAUSE_JOB_RELOAD;
	return CAUSE_JOB_OTHER;
}

/* --- evidence ---------------------------------------------------------------------------- */

static void drop_row(struct cause_log *log, size_t i)
{
	memmove(&log->rows[i], &log->rows[i + 1], (log->n - i - 1) * sizeof(log->rows[0]));
	log->n--;
}

static void append_row(struct cause_log *log, const struct cause_evidence *evidence)
{
	if (log->n == CAUSE_LOG_MAX)
		drop_row(log, 0);
	log->rows[log->n++] = *evidence;
}

/**
 * cause_log_put() - keep a piece of evidence, or what more is known of it
 * @evidence: borrowed
 *
 * The oldest piece goes when there are CAUSE_LOG_MAX of them.
 */
void cause_log_put(struct cause_log *log, const struct cause_evidence *evidence)
{
	if (evidence->serial && log->end_job.serial == evidence->serial)
		log->end_job = *evidence;
	for (size_t i = 0; evidence->serial && i < log->n; i++)
		if (log->rows[i].serial == evidence->serial) {
			bool spent = log->rows[i].spent;

			log->rows[i] = *evidence;
			log->rows[i].spent = spent;
			return;
		}
	/* what more is learnt of a call that was refused meanwhile does not bring it back */
	if (evidence->serial && evidence->serial <= log->last_serial)
		return;
	log->last_serial = evidence->serial ? evidence->serial : log->last_serial;
	append_row(log, evidence);
}

/** cause_log_drop() - it came to nothing: firewalld refused it */
void cause_log_drop(struct cause_log *log, uint64_t serial)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].serial == serial && !log->rows[i].spent) {
			drop_row(log, i);
			return;
		}
}

static bool may_reload(const struct cause_evidence *row, int64_t now_us)
{
	switch (row->kind) {
	case CAUSE_RELOAD:
	case CAUSE_COMPLETE_RELOAD:
	case CAUSE_LOG_DENIED:
		return !row->spent && now_us - row->at_us <= CALL_WAITS_US;
	case CAUSE_JOB:
		return !row->spent && now_us - row->at_us <= JOB_WAITS_US &&
		       (row->job == CAUSE_JOB_RELOAD || row->job == CAUSE_JOB_OTHER);
	case CAUSE_DEFAULT_ZONE:
	case CAUSE_REMOVAL:
	case CAUSE_FAIL2BAN:
	case CAUSE_HANGUP:
	case CAUSE_UNSEEN:
		return false;
	}
	return false;
}

/*
 * systemd and root are never refused; of others that is not known before they are. A job whose
 * type is not known may have been the start of what ran already.
 */
static bool is_sure(const struct cause_evidence *row)
{
	return row->kind == CAUSE_JOB ? row->job != CAUSE_JOB_OTHER : row->caller.uid == 0;
}

static const struct cause_evidence *oldest(const struct cause_log *log, int64_t now_us, bool sure)
{
	for (size_t i = 0; i < log->n; i++)
		if (may_reload(&log->rows[i], now_us) && (!sure || is_sure(&log->rows[i])))
			return &log->rows[i];
	return NULL;
}

/* From firewalld 2.0 on another default zone is a reload, before it is none. */
static const struct cause_evidence *default_zone(const struct cause_log *log, int64_t now_us)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].kind == CAUSE_DEFAULT_ZONE && !log->rows[i].spent &&
		    log->rows[i].at_us > log->end_us &&
		    now_us - log->rows[i].at_us <= DEFAULT_ZONE_US)
			return &log->rows[i];
	return NULL;
}

/**
 * cause_log_reloaded() - Reloaded was heard: the oldest evidence has led to it
 * @calls_are_seen: and have been long enough, so that a call for it would have been
 */
void cause_log_reloaded(struct cause_log *log, int64_t now_us, bool calls_are_seen)
{
	const struct cause_evidence *found = oldest(log, now_us, true);
	struct cause_evidence row = CAUSE_EVIDENCE_NULL;

	if (!found)
		found = oldest(log, now_us, false);
	if (!found)
		found = default_zone(log, now_us);
	if (found) {
		/* what was spent stands in the order of what was heard */
		row = *found;
		drop_row(log, (size_t)(found - log->rows));
	} else {
		row.kind = calls_are_seen ? CAUSE_HANGUP : CAUSE_UNSEEN;
		row.at_us = now_us;
	}
	row.spent = true;
	append_row(log, &row);
}

static bool may_end(const struct cause_evidence *row, int64_t now_us)
{
	return row->kind == CAUSE_JOB && !row->spent && now_us - row->at_us <= JOB_WAITS_US &&
	       (row->job == CAUSE_JOB_STOP || row->job == CAUSE_JOB_RESTART ||
	        row->job == CAUSE_JOB_OTHER);
}

/**
 * cause_log_gone() - firewalld left the bus, or the bus went
 * @bus:           it was the bus
 * @jobs_are_seen: systemd tells of its jobs, so that an end without one is a crash or a kill
 */
void cause_log_gone(struct cause_log *log, int64_t now_us, bool bus, bool jobs_are_seen)
{
	log->end = jobs_are_seen ? CAUSE_END_ITSELF : CAUSE_END_UNKNOWN;
	log->end_us = now_us;
	log->end_job = CAUSE_EVIDENCE_NULL;
	for (size_t i = log->n; i > 0; i--) {
		struct cause_evidence *row = &log->rows[i - 1];

		if (log->end != CAUSE_END_JOB && may_end(row, now_us)) {
			log->end = CAUSE_END_JOB;
			log->end_job = *row;
		}
		/* what firewalld had not yet done by then it never will */
		if (row->kind != CAUSE_FAIL2BAN && row->kind != CAUSE_DEFAULT_ZONE)
			row->spent = true;
	}
	if (bus && log->end != CAUSE_END_JOB)
		log->end = CAUSE_END_BUS;
}

/**
 * cause_log_came() - firewalld is on the bus anew
 *
 * A job whose type was not learnt in time has started it, then, and leads to nothing else.
 */
void cause_log_came(struct cause_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].kind == CAUSE_JOB && log->rows[i].job == CAUSE_JOB_OTHER &&
		    !log->rows[i].spent)
			log->rows[i].job = CAUSE_JOB_START;
}

/* --- words ------------------------------------------------------------------------------- */

struct words {
	char *out;
	size_t used;
};

static void say(struct words *words, const char *format, ...) _printf_(2, 3);
static void say(struct words *words, const char *format, ...)
{
	size_t left = CAUSE_WORDS_SIZE - words->used;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(words->out + words->used, left, format, args);
	va_end(args);
	if (n > 0)
		words->used += (size_t)n < left ? (size_t)n : left - 1;
}

static void say_uid(struct words *words, int64_t uid)
{
	if (uid == 0)
		say(words, "root");
	else
		say(words, "uid %lld", (long long)uid);
}

/* Everything but the caller itself. */
static void say_surroundings(struct words *words, const struct cause_caller *caller)
{
	if (*caller->by)
		say(words, ", called by %s (pid %lld)", caller->by, (long long)caller->by_pid);
	if (*caller->manager)
		say(words, ", under the package manager %s (pid %lld)", caller->manager,
		    (long long)caller->manager_pid);
	if (caller->uid > 0 || (caller->session && caller->uid == 0)) {
		say(words, ", run by ");
		say_uid(words, caller->uid);
		say(words,
		    caller->session ? " in %s"
		    : *caller->unit ? ", from %s"
		                    : "%s",
		    caller->unit);
	} else if (*caller->unit) {
		say(words, ", from %s", caller->unit);
	}
	if (caller->login_uid >= 0 && caller->login_uid != caller->uid)
		say(words, " (%s uid %lld)", caller->sudo ? "sudo by" : "login of",
		    (long long)caller->login_uid);
}

static void say_caller(struct words *words, const struct cause_caller *caller)
{
	if (!caller->pid) {
		say(words, "an unknown caller");
		return;
	}
	say(words, "%s (pid %lld)", *caller->name ? caller->name : "a process",
	    (long long)caller->pid);
	say_surroundings(words, caller);
}

/* @verb: what it turned out to be, when its type was not learnt in time */
static void say_job(struct words *words, const struct cause_evidence *job, const char *verb)
{
	static const char *const names[] = {
	    [CAUSE_JOB_START] = "start",
	    [CAUSE_JOB_STOP] = "stop",
	    [CAUSE_JOB_RESTART] = "restart",
	    [CAUSE_JOB_RELOAD] = "reload",
	};

	if (job->job != CAUSE_JOB_OTHER)
		verb = names[job->job];
	if (job->rival) {
		say(words,
		    "%s by systemd, as it cannot run beside %s.service: systemctl (pid %lld)", verb,
		    job->rival, (long long)job->caller.pid);
		say_surroundings(words, &job->caller);
		return;
	}
	if (!job->caller.pid) {
		say(words, "%s by systemd (%sjob %u)", verb,
		    strcmp(verb, "reload") == 0 ? "SIGHUP, " : "", job->job_id);
		return;
	}
	say(words, "systemctl %s firewalld (%spid %lld)", verb,
	    strcmp(verb, "reload") == 0 ? "SIGHUP, " : "", (long long)job->caller.pid);
	say_surroundings(words, &job->caller);
}

static void say_evidence(struct words *words, const struct cause_evidence *row)
{
	switch (row->kind) {
	case CAUSE_RELOAD:
		say(words, "reload by ");
		break;
	case CAUSE_COMPLETE_RELOAD:
		say(words, "complete reload by ");
		break;
	case CAUSE_LOG_DENIED:
		say(words, "LogDenied set, and so a reload, by ");
		break;
	case CAUSE_DEFAULT_ZONE:
		say(words, "default zone set to %s%s by ", row->zone,
		    row->spent ? ", and so a reload," : "");
		break;
	case CAUSE_REMOVAL:
		break;
	case CAUSE_JOB:
		say_job(words, row, "reload");
		return;
	case CAUSE_HANGUP:
		say(words, "reload by SIGHUP (sender unknown)");
		return;
	case CAUSE_FAIL2BAN:
	case CAUSE_UNSEEN:
		say(words, "firewalld reloaded (cause unknown)");
		return;
	}
	say_caller(words, &row->caller);
}

static bool is_of_a_reload(const struct cause_evidence *row)
{
	return row->spent && row->kind != CAUSE_FAIL2BAN;
}

static bool reads_alike(const struct cause_evidence *a, const struct cause_evidence *b)
{
	return a->kind == b->kind && strcmp(a->caller.name, b->caller.name) == 0 &&
	       strcmp(a->caller.by, b->caller.by) == 0 &&
	       strcmp(a->caller.unit, b->caller.unit) == 0;
}

/* Return: when it began; 0: nothing is known of it */
static int64_t say_reloads(struct words *words, const struct cause_log *log, unsigned n_reloads)
{
	const struct cause_evidence *first = NULL;
	unsigned left = n_reloads;
	bool others = false;

	if (n_reloads == 0) {
		say(words, "firewalld was reloaded while the guard did not run (cause unknown)");
		return 0;
	}
	for (size_t i = log->n; i > 0 && left > 0; i--)
		if (is_of_a_reload(&log->rows[i - 1])) {
			others = others || (first && !reads_alike(first, &log->rows[i - 1]));
			first = &log->rows[i - 1];
			left--;
		}
	if (n_reloads > 1)
		say(words, "firewalld reloaded, %u times in a row%s", n_reloads,
		    first ? ": " : " (cause unknown)");
	else if (!first)
		say(words, "firewalld reloaded (cause unknown)");
	if (first)
		say_evidence(words, first);
	if (others)
		say(words, "; others follow");
	return first ? first->at_us : 0;
}

static const struct cause_evidence *start_after(const struct cause_log *log, int64_t at_us)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].kind == CAUSE_JOB && log->rows[i].at_us > at_us &&
		    log->rows[i].job != CAUSE_JOB_STOP)
			return &log->rows[i];
	return NULL;
}

static int64_t say_restart(struct words *words, const struct cause_log *log)
{
	const struct cause_evidence *start = start_after(log, log->end_us);

	switch (log->end) {
	case CAUSE_END_NOT_SEEN:
		say(words, "firewalld was restarted while the guard did not run (cause unknown)");
		return 0;
	case CAUSE_END_UNKNOWN:
		say(words, "firewalld was restarted (cause unknown)");
		return log->end_us;
	case CAUSE_END_BUS:
		say(words, "the bus was restarted, and firewalld with it");
		return log->end_us;
	case CAUSE_END_JOB:
		say_job(words, &log->end_job, "restart");
		break;
	case CAUSE_END_ITSELF:
		say(words, "firewalld ended by itself (crash or kill)");
		break;
	}
	if (start && log->end_job.job != CAUSE_JOB_RESTART) {
		say(words, "; then ");
		say_job(words, start, "start");
	}
	return log->end == CAUSE_END_JOB ? log->end_job.at_us : log->end_us;
}

static int64_t say_default_zone(struct words *words, const struct cause_log *log, int64_t now_us)
{
	for (size_t i = log->n; i > 0; i--)
		if (log->rows[i - 1].kind == CAUSE_DEFAULT_ZONE &&
		    now_us - log->rows[i - 1].at_us <= DEFAULT_ZONE_US) {
			say_evidence(words, &log->rows[i - 1]);
			return log->rows[i - 1].at_us;
		}
	return 0;
}

/* PartOf=firewalld.service: what was done to firewalld was done to it, too. */
static bool went_along(const struct cause_log *log, const struct cause_evidence *fail2ban)
{
	for (size_t i = 0; i < log->n; i++)
		if (log->rows[i].kind == CAUSE_JOB &&
		    llabs(log->rows[i].at_us - fail2ban->at_us) < FAIL2BAN_TOGETHER_US)
			return true;
	return false;
}

static void say_fail2ban(struct words *words, const struct cause_log *log, int64_t began_us)
{
	for (size_t i = log->n; began_us && i > 0; i--) {
		const struct cause_evidence *row = &log->rows[i - 1];
		int64_t before_us = began_us - row->at_us;

		if (row->kind != CAUSE_FAIL2BAN || before_us < FAIL2BAN_TOGETHER_US ||
		    before_us > FAIL2BAN_BEFORE_US || row->job == CAUSE_JOB_RELOAD ||
		    went_along(log, row))
			continue;
		say(words, "; fail2ban was %s %lld s before",
		    row->job == CAUSE_JOB_STOP    ? "stopped"
		    : row->job == CAUSE_JOB_START ? "started"
		                                  : "restarted",
		    (long long)((before_us + 500000) / 1000000));
		return;
	}
}

/**
 * cause_words() - why there was a wipe
 * @out:       receives the words; "" when there are none
 * @n_reloads: that came in one burst; 0: it was not heard
 * @now_us:    monotonic
 *
 * Return: whether the evidence has words for this kind of wipe.
 */
bool cause_words(char out[CAUSE_WORDS_SIZE], const struct cause_log *log, enum wipe_kind kind,
                 unsigned n_reloads, int64_t now_us)
{
	struct words words = {.out = out};
	int64_t began_us = 0;

	out[0] = '\0';
	switch (kind) {
	case WIPE_RELOAD:
		began_us = say_reloads(&words, log, n_reloads);
		break;
	case WIPE_RESTART:
		began_us = say_restart(&words, log);
		break;
	case WIPE_REBOOT:
		say(&words, "the machine was rebooted");
		break;
	case WIPE_UNKNOWN:
		began_us = say_default_zone(&words, log, now_us);
		break;
	case WIPE_NETWORK_MANAGER:
		say(&words, "NetworkManager sent the zones of its connections, and one that is "
		            "active names none");
		break;
	case WIPE_SILENT:
	case WIPE_REQUIRE:
	case WIPE_BY_HAND:
	case WIPE_N_KINDS:
		break;
	}
	say_fail2ban(&words, log, began_us);
	return out[0] != '\0';
}

/**
 * cause_gone() - how firewalld's end came, the last time
 * @out: receives the words; "" when nothing is known
 *
 * Return: whether there are words.
 */
bool cause_gone(char out[CAUSE_WORDS_SIZE], const struct cause_log *log)
{
	struct words words = {.out = out};

	out[0] = '\0';
	if (log->end == CAUSE_END_JOB)
		say_job(&words, &log->end_job, "stop");
	else if (log->end == CAUSE_END_ITSELF)
		say(&words, "it ended by itself (crash or kill)");
	return out[0] != '\0';
}

/**
 * cause_failed_reload() - who made a call for a reload that came to nothing
 * @serial: of the evidence
 * @out:    receives the words
 *
 * Return: whether the evidence is of a reload.
 */
bool cause_failed_reload(const struct cause_log *log, uint64_t serial, char out[CAUSE_WORDS_SIZE])
{
	struct words words = {.out = out};

	out[0] = '\0';
	for (size_t i = 0; i < log->n; i++) {
		const struct cause_evidence *row = &log->rows[i];

		if (row->serial != serial || row->spent ||
		    (row->kind != CAUSE_RELOAD && row->kind != CAUSE_COMPLETE_RELOAD &&
		     row->kind != CAUSE_LOG_DENIED))
			continue;
		say_evidence(&words, row);
		return true;
	}
	return false;
}

static bool is_of_item(const struct cause_evidence *row, const struct item *item,
                       bool zone_is_default)
{
	return row->kind == CAUSE_REMOVAL && row->item_kind == item->kind &&
	       strcmp(row->value, item->value) == 0 &&
	       (strcmp(row->zone, item->zone) == 0 || (zone_is_default && !*row->zone));
}

/**
 * cause_remover() - who asked firewalld to remove an item, the last time
 * @out:             receives the words
 * @log:             of removals
 * @zone_is_default: the item's zone is the default one, which callers need not name
 * @now_us:          monotonic
 *
 * Return: whether that is known.
 */
bool cause_remover(char out[CAUSE_WORDS_SIZE], const struct cause_log *log, const struct item *item,
                   bool zone_is_default, int64_t now_us)
{
	struct words words = {.out = out};

	out[0] = '\0';
	for (size_t i = log->n; i > 0; i--) {
		const struct cause_evidence *row = &log->rows[i - 1];

		if (!is_of_item(row, item, zone_is_default))
			continue;
		/* the latest call for it; an older one of somebody else's says nothing */
		if (now_us - row->at_us > CALL_WAITS_US || !row->caller.pid)
			return false;
		say_caller(&words, &row->caller);
		return true;
	}
	return false;
}
