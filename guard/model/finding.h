/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding - one thing that is not as it should be, with what mends it
 *
 * Every finding has the stable name of the check that found it, one line in plain
 * words, the evidence, and the exact command that mends it. What could not be
 * looked at is a finding of its own (FINDING_UNKNOWN), never silence.
 */
#ifndef GUARD_MODEL_FINDING_H
#define GUARD_MODEL_FINDING_H

#include "guard/base/err.h"

/* The order is the order of weight. */
enum finding_severity {
	FINDING_INFO,    /* worth knowing; does not make `check` fail */
	FINDING_UNKNOWN, /* could not look */
	FINDING_WARNING, /* will hurt later: at the next reload, in another range */
	FINDING_ERROR,   /* hurts now */
	FINDING_N_SEVERITIES,
};

struct finding {
	const char *name; /* static; of the check: "runtime-only-service" */
	enum finding_severity severity;
	char *text;     /* owned; one line in plain words */
	char *evidence; /* owned; what was seen, may be NULL */
	char *command;  /* owned; what mends it, as it is typed; NULL: nothing that can be typed */
	char *other;    /* owned; another answer, which may be typed in place of it; NULL: none */
};

struct findings {
	struct finding *findings;
	size_t n;
	size_t capacity;
};
#define FINDINGS_NULL      ((struct findings){0})
#define _cleanup_findings_ _cleanup_(findings_deinit)

void findings_deinit(struct findings *findings);
/* Takes over @text, @evidence and @command, also when it fails. @text must not be NULL. */
int findings_add_take(struct findings *findings, const char *name, enum finding_severity severity,
                      char *text, char *evidence, char *command) _must_check_;
/* The other answer to the last finding; taken over, also on failure. */
int findings_or_take(struct findings *findings, char *command) _must_check_;
int findings_move(struct findings *to, struct findings *from, const char *name) _must_check_;
void findings_sort(struct findings *findings); /* the worst first; else in the order of finding */
bool findings_have(const struct findings *findings, enum finding_severity severity);
enum finding_severity findings_worst(const struct findings *findings);
const char *finding_severity_name(enum finding_severity severity);

#endif
