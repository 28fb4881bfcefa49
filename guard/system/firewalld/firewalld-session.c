// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/firewalld-session.h"

#include "guard/system/host/clock.h"

#define READINGS 10

static void on_slow(bool slow, void *userdata)
{
	struct firewalld_session *session = userdata;

	if (!slow)
		return;
	if (session->on_wait) {
		session->on_wait(session->waiting);
		return;
	}
	session->silent = true;
	session->result = err_set(&session->why, FIREWALLD_E_TIMEOUT, "firewalld does not answer");
	loop_exit(session->loop, 0);
}

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct firewalld_session *session = userdata;

	session->on_event(event, session->userdata);
}

/**
 * firewalld_session_result() - of a call, whose end may be that nobody waits any more
 * @r: what the call returned
 *
 * Return: FIREWALLD_E_TIMEOUT, which is told, for a failure in a session that is silent; else @r.
 */
int firewalld_session_result(const struct firewalld_session *session, int r, struct err *err)
{
	if (r == 0 || !session->silent)
		return r;
	if (err)
		*err = session->why;
	return session->result;
}

/**
 * firewalld_session_open() - connect, and wait until firewalld is known to be there
 * @out: closed with firewalld_session_close() in any case
 *
 * Return: as firewalld_connect_wait(); negative errno.
 */
int firewalld_session_open(struct firewalld_session *out, struct err *err)
{
	const bool gives_up = out->silence_ms && !out->on_wait;
	struct firewalld_options options = {.on_event = out->on_event ? on_event : NULL,
	                                    .userdata = out,
	                                    .call_timeout_ms = FIREWALLD_SESSION_MS};
	struct err why = ERR_NULL;
	int64_t until_ms =
	    clock_monotonic_ms() + (gives_up ? out->silence_ms : FIREWALLD_SESSION_MS);
	int r = loop_new(&out->loop);

	if (out->deadline_ms && out->deadline_ms < until_ms)
		until_ms = out->deadline_ms;
	if (out->silence_ms) {
		options.on_slow = on_slow;
		options.slow_ms = out->silence_ms;
		options.slow_by_ms = out->deadline_ms;
	}
	if (r == 0)
		r = bus_new(&out->bus, out->loop, NULL);
	if (r == 0)
		r = firewalld_new(&out->fw, out->bus, &options);
	if (r == 0)
		r = firewalld_connect_wait(out->fw, until_ms, &why);
	if (r > 0 && out->patience_ms)
		r = firewalld_appear_wait(out->fw, clock_monotonic_ms() + out->patience_ms, &why);
	if (!out->silent) {
		out->result = r;
		out->why = why;
	}
	if (err)
		*err = out->why;
	return out->result;
}

/** firewalld_session_close() - disconnect; may be called twice */
void firewalld_session_close(struct firewalld_session *session)
{
	firewalld_free(session->fw);
	bus_free(session->bus);
	loop_free(session->loop);
	*session = FIREWALLD_SESSION_NULL;
}

/**
 * firewalld_session_read() - runtime and permanent state of all zones
 * @out:     written on success alone; the caller deinits it
 * @packets: with all that decides packets
 * @ipsets:  borrowed; as ipset:NAME, whose entries are wanted in any case; NULL: none
 *
 * A reload in the middle of it makes it begin again, a few times.
 *
 * Return: as firewalld_read_wait().
 */
int firewalld_session_read(struct firewalld_session *session, struct firewalld_reading *out,
                           bool packets, const struct strv *ipsets, struct err *err)
{
	const struct firewalld_query query = {
	    .flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT, .ipsets = ipsets, .packets = packets};
	struct firewalld_reading reading = {0};
	int r = 0;

	for (int attempt = 0; attempt < READINGS; attempt++) {
		firewalld_reading_deinit(&reading);
		r = firewalld_read_wait(session->fw, &reading, &query,
		                        clock_monotonic_ms() + FIREWALLD_SESSION_MS, err);
		if (r != 0)
			return firewalld_session_result(session, r, err);
		if (!reading.stale)
			break;
	}
	*out = reading;
	return 0;
}
