/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause - who or what wiped firewalld's runtime, in words
 *
 * A cause_log holds the latest evidence: calls that were seen on the bus before
 * firewalld acted on them, jobs of systemd. firewalld works off what it is told
 * in order, so each Reloaded takes the oldest evidence that nothing has come of
 * yet. What no evidence speaks for is unknown and is said to be.
 *
 * Names of processes and units are strangers' bytes: they get into the words
 * only as letters, digits and a few signs, so that none can pose as another part
 * of the sentence. Times are monotonic. No I/O in here.
 */
#ifndef GUARD_MODEL_CAUSE_H
#define GUARD_MODEL_CAUSE_H

#include "guard/model/loss.h"

#define CAUSE_NAME_SIZE  64
#define CAUSE_WORDS_SIZE 480
#define CAUSE_CHAIN_MAX  16
#define CAUSE_LOG_MAX    16
#define CAUSE_VALUE_SIZE 128

/* A process, as /proc tells of it. */
struct cause_process {
	int64_t pid;
	char comm[64];
	char args[512]; /* its arguments, each ended by NUL; may be cut */
	size_t args_length;
};

/* All that is known of who made a call; raw. */
struct cause_origin {
	struct cause_process chain[CAUSE_CHAIN_MAX]; /* itself first, then its parents */
	size_t n;
	char cgroup[512]; /* of itself: the text of /proc/PID/cgroup */
	int64_t uid;      /* -1: not known */
	int64_t login_uid;
};

/* The same, judged, and fit to be shown; names are "" and numbers 0 when not known. */
struct cause_caller {
	int64_t pid;
	int64_t by_pid;
	int64_t manager_pid;
	int64_t uid; /* -1: not known */
	int64_t login_uid;
	bool sudo;
	bool session; /* unit is a login session */
	char name[CAUSE_NAME_SIZE];
	char by[CAUSE_NAME_SIZE];      /* the script or program that called it */
	char manager[CAUSE_NAME_SIZE]; /* the package manager at whose behest */
	char unit[CAUSE_NAME_SIZE];
};
#define CAUSE_CALLER_NULL ((struct cause_caller){.uid = -1, .login_uid = -1})

enum cause_kind {
	CAUSE_RELOAD, /* calls to firewalld */
	CAUSE_COMPLETE_RELOAD,
	CAUSE_LOG_DENIED,
	CAUSE_DEFAULT_ZONE,
	CAUSE_REMOVAL,  /* of an item from the runtime */
	CAUSE_JOB,      /* of systemd, for firewalld.service */
	CAUSE_FAIL2BAN, /* the same, for fail2ban.service */
	CAUSE_HANGUP,   /* a reload that nobody called for, though calls are seen */
	CAUSE_UNSEEN,   /* a reload while calls are not seen */
};

enum cause_job {
	CAUSE_JOB_OTHER, /* or not known: it was over before it could be asked for */
	CAUSE_JOB_START,
	CAUSE_JOB_STOP,
	CAUSE_JOB_RESTART,
	CAUSE_JOB_RELOAD,
};

struct cause_evidence {
	uint64_t serial; /* counts up; the same for what is learnt later */
	enum cause_kind kind;
	enum cause_job job;
	uint32_t job_id;
	int64_t at_us;
	char zone[CAUSE_NAME_SIZE];   /* CAUSE_DEFAULT_ZONE, CAUSE_REMOVAL; fit to be shown */
	enum item_kind item_kind;     /* CAUSE_REMOVAL */
	char value[CAUSE_VALUE_SIZE]; /* the same; as items have it, not to be shown */
	struct cause_caller caller;
	const char
	    *rival; /* CAUSE_JOB: @caller was about this one of cause_units; NULL: firewalld */
	bool spent; /* it has led to something that was heard */
};
#define CAUSE_EVIDENCE_NULL ((struct cause_evidence){.caller = CAUSE_CALLER_NULL})

/* Who moved an interface, and why. */
enum cause_mover {
	CAUSE_MOVER_SOMEBODY,   /* and means it, as far as is known */
	CAUSE_MOVER_CONNECTION, /* NetworkManager, to the zone that its connection names */
	CAUSE_MOVER_HABIT,      /* NetworkManager, and the connection names none, or goes down */
};

enum cause_end {
	CAUSE_END_NOT_SEEN,
	CAUSE_END_JOB,
	CAUSE_END_BUS,
	CAUSE_END_ITSELF,
	CAUSE_END_UNKNOWN,
};

struct cause_log {
	struct cause_evidence rows[CAUSE_LOG_MAX]; /* oldest first */
	size_t n;
	uint64_t last_serial;
	enum cause_end end; /* of firewalld, the last time */
	int64_t end_us;
	struct cause_evidence end_job;
};
#define CAUSE_LOG_NULL ((struct cause_log){0})

extern const char *const cause_units[]; /* firewalld, what it cannot run beside, NULL */

void cause_show(char *out, size_t size, const char *raw, size_t length);
void cause_caller_judge(struct cause_caller *out, const struct cause_origin *origin);
bool cause_asks_systemd(const struct cause_process *process, const char *unit);
enum cause_job cause_job_asked(const struct cause_process *process);
enum cause_job cause_job_parse(const char *type);

void cause_log_put(struct cause_log *log, const struct cause_evidence *evidence);
void cause_log_drop(struct cause_log *log, uint64_t serial);
void cause_log_reloaded(struct cause_log *log, int64_t now_us, bool calls_are_seen);
void cause_log_gone(struct cause_log *log, int64_t now_us, bool bus, bool jobs_are_seen);
void cause_log_came(struct cause_log *log);
bool cause_words(char out[CAUSE_WORDS_SIZE], const struct cause_log *log, enum wipe_kind kind,
                 unsigned n_reloads, int64_t now_us);

bool cause_gone(char out[CAUSE_WORDS_SIZE], const struct cause_log *log);
bool cause_failed_reload(const struct cause_log *log, uint64_t serial, char out[CAUSE_WORDS_SIZE]);
bool cause_remover(char out[CAUSE_WORDS_SIZE], const struct cause_log *log, const struct item *item,
                   bool zone_is_default, int64_t now_us);

#endif
