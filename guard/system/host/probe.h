/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - connect to a service as a client does, and see whether it speaks
 *
 * Being let in is not being served: a firewall may refuse, drop, or let in what
 * nobody answers. So a probe connects, waits for the greeting, asks what is
 * offered, shakes hands, and takes its leave. Nobody logs in.
 */
#ifndef GUARD_SYSTEM_HOST_PROBE_H
#define GUARD_SYSTEM_HOST_PROBE_H

#include <sys/socket.h>

#include "guard/model/mail/dialogue.h"
#include "guard/system/host/loop.h"
#include "guard/system/host/tls.h"

enum probe_outcome {
	PROBE_PENDING,
	PROBE_SERVES,      /* it spoke as it should */
	PROBE_REFUSED,     /* somebody answered: no */
	PROBE_PROHIBITED,  /* an ICMP error came back: prohibited, or no such host */
	PROBE_TIMED_OUT,   /* nobody answered */
	PROBE_CLOSED,      /* let in, and the connection ended before a word was said */
	PROBE_SILENT,      /* let in, and not a word came in time */
	PROBE_OTHER_WORDS, /* let in, and it says something else, or will not serve */
	PROBE_TLS_FAILED,  /* let in, and no TLS could be agreed on */
	PROBE_FAILED,      /* could not be tried */
	PROBE_N_OUTCOMES,
};

struct probe_target {
	struct sockaddr_storage address; /* with its port */
	socklen_t address_length;
	enum dialogue_protocol protocol;
	bool tls;         /* from the first byte on */
	const char *name; /* borrowed; what the certificate must be for */
};

struct probe_result {
	enum probe_outcome outcome;
	int64_t connect_us; /* until it was let in, or refused */
	char detail[DIALOGUE_TEXT_MAX + 64];
	char greeting[DIALOGUE_TEXT_MAX];
	bool starttls; /* offered */
	bool secured;  /* a handshake was done, and tls says how */
	struct tls_facts tls;
};

int probe_run(struct loop *loop, const struct probe_target *targets, size_t n, int timeout_ms,
              struct probe_result *results, struct err *err) _must_check_;
const char *probe_outcome_name(enum probe_outcome outcome);
const char *probe_outcome_meaning(enum probe_outcome outcome);

#endif
