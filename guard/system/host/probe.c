// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/host/clock.h"

#define LINE_MAX_LENGTH 2048 /* RFC 5321 has 512, capabilities may be longer */

struct probe {
	const struct probe_target *target;
	struct probe_result *result;
	struct loop *loop;
	size_t *n_left; /* of the run that this belongs to */
	int fd;
	struct loop_source *io;
	struct loop_source *timer;
	int timeout_ms; /* for each thing that is waited for */
	int64_t started_us;
	bool connected;
	bool shaking; /* a TLS handshake is under way */
	struct tls *tls;
	struct dialogue dialogue;
	char line[LINE_MAX_LENGTH];
	size_t length;
};

static const struct {
	const char *name, *meaning;
} outcomes[PROBE_N_OUTCOMES] = {
    [PROBE_PENDING] = {"pending", ""},
    [PROBE_SERVES] = {"serves", "the firewall lets this client in, and the service answers"},
    [PROBE_REFUSED] = {"refused", "the host answers and refuses: nothing listens there, or a rule "
                                  "rejects this client (as most of fail2ban's bans do)"},
    [PROBE_PROHIBITED] = {"prohibited",
                          "an ICMP error came back: a firewall rejects it (as firewalld does for "
                          "what is open in no zone), or that network has no such host"},
    [PROBE_TIMED_OUT] = {"timed out",
                         "nobody answers: a rule, a zone or a filter on the way drops it "
                         "silently, or the host is down"},
    [PROBE_CLOSED] = {"closed", "the firewall lets it in; the service, or something before it, "
                                "closes the connection without a word"},
    [PROBE_SILENT] = {"silent", "the firewall lets it in; the service says nothing: it hangs, or "
                                "has no process left for new clients"},
    [PROBE_OTHER_WORDS] = {"other words", "the firewall lets it in; what answers is not this "
                                          "service, or does not serve this client"},
    [PROBE_TLS_FAILED] = {"TLS failed", "the firewall lets it in; the service and this client "
                                        "cannot agree on TLS"},
    [PROBE_FAILED] = {"not tried", "this machine could not try it"},
};

/** probe_outcome_name() - in a word or two; static */
const char *probe_outcome_name(enum probe_outcome outcome)
{
	return outcomes[outcome].name;
}

/** probe_outcome_meaning() - what it says about the firewall; static */
const char *probe_outcome_meaning(enum probe_outcome outcome)
{
	return outcomes[outcome].meaning;
}

static void finish(struct probe *probe, enum probe_outcome outcome, const char *detail)
{
	struct probe_result *result = probe->result;

	result->outcome = outcome;
	snprintf(result->detail, sizeof(result->detail), "%s", detail);
	memcpy(result->greeting, probe->dialogue.greeting, sizeof(result->greeting));
	result->starttls = probe->dialogue.starttls;
	loop_remove(steal(probe->io));
	loop_remove(steal(probe->timer));
	tls_free(steal(probe->tls));
	if (probe->fd >= 0)
		close(probe->fd);
	probe->fd = -1;
	if (--*probe->n_left == 0)
		loop_exit(probe->loop, 0);
}

static void on_timeout(void *userdata)
{
	struct probe *probe = userdata;

	if (!probe->connected)
		finish(probe, PROBE_TIMED_OUT, "");
	else if (probe->shaking)
		finish(probe, PROBE_TLS_FAILED, "no answer to the TLS handshake");
	else if (probe->dialogue.greeted)
		finish(probe, PROBE_OTHER_WORDS, "it greets, and then does not answer");
	else
		finish(probe, PROBE_SILENT, "");
}

/* The other side ended it. Once it has said what was asked of it, that is its right. */
static void on_end(struct probe *probe)
{
	if (!probe->dialogue.greeted && !probe->result->secured)
		finish(probe, PROBE_CLOSED, "");
	else if (probe->dialogue.greeted)
		finish(probe, PROBE_SERVES, "");
	else
		finish(probe, PROBE_CLOSED, "after the TLS handshake");
}

/* A few bytes into a socket that was empty: they go out whole, or not at all. */
static bool say(struct probe *probe, const char *text)
{
	size_t length = strlen(text);
	ssize_t n = probe->tls ? tls_write(probe->tls, text, length)
	                       : send(probe->fd, text, length, MSG_NOSIGNAL);

	return n == (ssize_t)length;
}

static void take_step(struct probe *probe, enum dialogue_step step);

static void begin_dialogue(struct probe *probe)
{
	take_step(probe, dialogue_begin(&probe->dialogue, probe->target->protocol,
	                                probe->result->secured));
}

static void shake(struct probe *probe)
{
	struct err err = ERR_NULL;
	int r = tls_handshake(probe->tls, &err);

	if (r == TLS_E_WANT_READ || r == TLS_E_WANT_WRITE) {
		loop_io_set_events(probe->io, r == TLS_E_WANT_READ ? LOOP_READ : LOOP_WRITE);
		return;
	}
	if (r != 0) {
		finish(probe, PROBE_TLS_FAILED, err_text(&err, r));
		return;
	}
	probe->shaking = false;
	probe->result->secured = true;
	tls_facts(probe->tls, clock_now_us(), &probe->result->tls);
	loop_io_set_events(probe->io, LOOP_READ);
	if (probe->dialogue.greeted)
		take_step(probe, dialogue_secured(&probe->dialogue));
	else
		begin_dialogue(probe);
}

static void begin_tls(struct probe *probe)
{
	struct err err = ERR_NULL;
	int r = tls_new(&probe->tls, probe->fd, probe->target->name, &err);

	if (r == TLS_E_ABSENT) {
		char why[200];

		/* let in it was; what the service says is only known to who can do TLS */
		snprintf(why, sizeof(why), "TLS was not tried: %s", err_text(&err, r));
		finish(probe, PROBE_SERVES, why);
		return;
	}
	if (r != 0) {
		finish(probe, PROBE_FAILED, err_text(&err, r));
		return;
	}
	probe->shaking = true;
	/* what came before the handshake was said by anybody (CVE-2011-0411) */
	probe->length = 0;
	shake(probe);
}

static void take_step(struct probe *probe, enum dialogue_step step)
{
	loop_timer_set(probe->timer, probe->timeout_ms);
	switch (step) {
	case DIALOGUE_WAIT:
		break;
	case DIALOGUE_SEND:
		if (!say(probe, probe->dialogue.output))
			on_end(probe);
		break;
	case DIALOGUE_TLS:
		begin_tls(probe);
		break;
	case DIALOGUE_DONE:
		finish(probe, PROBE_SERVES, "");
		break;
	case DIALOGUE_BAD:
		finish(probe, PROBE_OTHER_WORDS, probe->dialogue.reason);
		break;
	}
}

/* One line out of the buffer into the dialogue; false: there is none, or it is over. */
static bool take_line(struct probe *probe)
{
	char line[LINE_MAX_LENGTH];
	char *end = memchr(probe->line, '\n', probe->length);
	size_t n;

	if (!end && probe->length == sizeof(probe->line))
		end = probe->line + probe->length - 1; /* too long: that much of it is a line */
	if (!end)
		return false;
	n = (size_t)(end - probe->line);
	memcpy(line, probe->line, n);
	line[n] = '\0';
	line[strcspn(line, "\r")] = '\0';
	probe->length -= n + 1;
	memmove(probe->line, end + 1, probe->length);
	take_step(probe, dialogue_line(&probe->dialogue, line));
	return probe->fd >= 0 && !probe->shaking;
}

static void receive(struct probe *probe)
{
	for (;;) {
		size_t room = sizeof(probe->line) - probe->length;
		ssize_t n = probe->tls ? tls_read(probe->tls, probe->line + probe->length, room)
		                       : recv(probe->fd, probe->line + probe->length, room, 0);

		if (n < 0 && (n == -EAGAIN || errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			on_end(probe);
			return;
		}
		probe->length += (size_t)n;
		while (take_line(probe))
			;
		if (probe->fd < 0 || probe->shaking)
			return;
	}
}

static void refused(struct probe *probe, int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
		finish(probe, PROBE_REFUSED, "");
		break;
	case EHOSTUNREACH:
	case EACCES:
	case EPERM:
	case ENOPROTOOPT:
	case ENETUNREACH:
		finish(probe, PROBE_PROHIBITED, strerror(error));
		break;
	case ETIMEDOUT:
		finish(probe, PROBE_TIMED_OUT, "");
		break;
	default:
		finish(probe, PROBE_FAILED, strerror(error));
		break;
	}
}

static void on_connected(struct probe *probe)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	probe->result->connect_us = clock_monotonic_us() - probe->started_us;
	if (error) {
		refused(probe, error);
		return;
	}
	probe->connected = true;
	loop_io_set_events(probe->io, LOOP_READ);
	loop_timer_set(probe->timer, probe->timeout_ms);
	if (probe->target->tls)
		begin_tls(probe);
	else
		begin_dialogue(probe);
}

static void on_io(int fd, unsigned events, void *userdata)
{
	struct probe *probe = userdata;

	(void)fd;
	(void)events;
	if (!probe->connected)
		on_connected(probe);
	else if (probe->shaking)
		shake(probe);
	else
		receive(probe);
}

static void start(struct probe *probe)
{
	const struct sockaddr *address = (const struct sockaddr *)&probe->target->address;
	int r;

	probe->started_us = clock_monotonic_us();
	probe->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe->fd < 0) {
		finish(probe, PROBE_FAILED, strerror(errno));
		return;
	}
	r = connect(probe->fd, address, probe->target->address_length);
	if (r < 0 && errno != EINPROGRESS) {
		refused(probe, errno);
		return;
	}
	if (loop_add_io(probe->loop, &probe->io, probe->fd, LOOP_WRITE, on_io, probe) < 0 ||
	    loop_add_timer(probe->loop, &probe->timer, on_timeout, probe) < 0) {
		finish(probe, PROBE_FAILED, "out of memory");
		return;
	}
	loop_timer_set(probe->timer, probe->timeout_ms);
}

/**
 * probe_run() - try all targets at once, and wait for the last of them
 * @loop:       runs until then; borrowed
 * @targets:    borrowed
 * @timeout_ms: for the connection, and for each answer
 * @results:    receives one for each target; @n of them
 *
 * Each conversation is bounded: so many lines an answer, so many answers, and
 * a time for each.
 *
 * Return: 0; negative errno.
 */
int probe_run(struct loop *loop, const struct probe_target *targets, size_t n, int timeout_ms,
              struct probe_result *results, struct err *err)
{
	_cleanup_free_ struct probe *probes = calloc(n ? n : 1, sizeof(*probes));
	size_t n_left = n;
	int code, r = 0;

	if (!probes)
		return err_set(err, -ENOMEM, "out of memory");
	memset(results, 0, n * sizeof(*results));
	for (size_t i = 0; i < n; i++) {
		probes[i] = (struct probe){
		    .target = &targets[i],
		    .result = &results[i],
		    .loop = loop,
		    .n_left = &n_left,
		    .fd = -1,
		    .timeout_ms = timeout_ms,
		};
		start(&probes[i]);
	}
	if (n_left > 0)
		r = loop_run(loop, &code);
	for (size_t i = 0; r < 0 && i < n; i++)
		if (results[i].outcome == PROBE_PENDING)
			finish(&probes[i], PROBE_FAILED, strerror(-r));
	return r < 0 ? err_set(err, r, "waiting for answers: %s", strerror(-r)) : 0;
}
