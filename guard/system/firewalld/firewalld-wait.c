/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For short-lived commands: the calls of the firewalld adapter, waited for. */
#include "guard/system/firewalld/firewalld.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld-internal.h"

struct wait {
	struct loop *loop;
	bool done;
	int result;
	struct err *err; /* may be NULL */
	struct firewalld_reading *reading;
	struct firewalld_service *service;
	char **setting;
};

/* How often firewalld_connect_wait() looks; only while there is nothing to see. */
#define CONNECT_LOOK_MS 5

static void wait_done(struct wait *wait, int result, const struct err *err)
{
	wait->done = true;
	wait->result = result;
	if (wait->err && result != 0)
		*wait->err = *err;
	loop_exit(wait->loop, 0);
}

static void on_done(int result, const struct err *err, void *userdata)
{
	wait_done(userdata, result, err);
}

static void on_read(int result, struct firewalld_reading *reading, const struct err *err,
                    void *userdata)
{
	struct wait *wait = userdata;

	if (result == 0)
		*wait->reading = firewalld_reading_take(reading);
	wait_done(wait, result, err);
}

static int copy_service(struct firewalld_service *out, const struct firewalld_service *from)
{
	struct firewalld_service copy = {0};
	int r = strv_copy(&copy.ports, &from->ports);

	if (r == 0)
		r = strv_copy(&copy.protocols, &from->protocols);
	if (r == 0)
		r = strv_copy(&copy.source_ports, &from->source_ports);
	if (r == 0)
		r = strv_copy(&copy.includes, &from->includes);
	if (r == 0)
		*out = copy;
	else
		firewalld_service_deinit(&copy);
	return r;
}

static void on_service(int result, const struct firewalld_service *service, const struct err *err,
                       void *userdata)
{
	struct wait *wait = userdata;

	if (result == 0)
		result = copy_service(wait->service, service);
	wait_done(wait, result, err);
}

/* Runs the loop for an op that was started with @started. */
static int wait_for(struct wait *wait, int started, struct firewalld_op *op, int64_t deadline_ms)
{
	int r = started;

	if (r == FIREWALLD_E_GONE)
		return err_set(wait->err, r, "firewalld is not running");
	if (r == 0)
		r = loop_run_until(wait->loop, deadline_ms, NULL);
	if (r == 0 && !wait->done)
		r = -EINTR;
	if (wait->done)
		return wait->result;
	firewalld_cancel(started == 0 ? op : NULL);
	if (r == LOOP_E_DEADLINE)
		return err_set(wait->err, FIREWALLD_E_TIMEOUT, "firewalld did not answer in time");
	return r;
}

static struct loop *loop_of(struct firewalld *fw)
{
	return bus_loop(fw->bus);
}

/* Whether it is decided; *out is the answer then. */
static bool look(const struct firewalld *fw, int *out, struct err *err)
{
	if (fw->present) {
		*out = 0;
		return true;
	}
	if (fw->absent) {
		*out = err_set(err, FIREWALLD_E_GONE, "firewalld is not running");
		return true;
	}
	if (!bus_is_connected(fw->bus) && bus_failed_attempts(fw->bus) > 0) {
		*out = err_set(err, FIREWALLD_E_NO_BUS, "cannot reach the system bus: %s",
		               bus_last_error(fw->bus));
		return true;
	}
	return false;
}

/* @patient: one that is not there may come yet */
static int wait_for_it(struct firewalld *fw, bool patient, int64_t deadline_ms, struct err *err)
{
	int result = 0;

	while (!look(fw, &result, err) || (patient && result != 0)) {
		int64_t now_ms = clock_monotonic_ms();
		int64_t until_ms = now_ms + CONNECT_LOOK_MS;
		int r;

		if (now_ms >= deadline_ms)
			return result ? result
			              : err_set(err, FIREWALLD_E_BUS_SILENT,
			                        "the system bus does not answer");
		result = 0;
		r = loop_run_until(loop_of(fw), until_ms < deadline_ms ? until_ms : deadline_ms,
		                   NULL);
		if (r <= 0)
			return r < 0 ? r : -EINTR;
	}
	return result;
}

/**
 * firewalld_connect_wait() - wait until it is known whether firewalld is there
 * @fw: the adapter
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says why not
 *
 * Return: 0 when it is; FIREWALLD_E_GONE; FIREWALLD_E_NO_BUS;
 * FIREWALLD_E_BUS_SILENT when the bus did not say in time; -EINTR when something
 * else called loop_exit(); another negative errno.
 */
int firewalld_connect_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err)
{
	return wait_for_it(fw, false, deadline_ms, err);
}

/**
 * firewalld_appear_wait() - wait until firewalld is there
 *
 * All as firewalld_connect_wait(); but what keeps it from being there is an answer
 * only when the time is over.
 */
int firewalld_appear_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err)
{
	return wait_for_it(fw, true, deadline_ms, err);
}

/**
 * firewalld_read_wait() - firewalld_read(), waited for
 * @fw: the adapter
 * @out: receives what was read; untouched on failure; the caller frees it
 * @query: borrowed
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_read_wait(struct firewalld *fw, struct firewalld_reading *out,
                        const struct firewalld_query *query, int64_t deadline_ms, struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err, .reading = out};
	struct firewalld_op *op = NULL;
	int r = firewalld_read(fw, &op, query, on_read, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/**
 * firewalld_add_wait() - firewalld_add(), waited for
 * @fw: the adapter
 * @item: borrowed
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_add_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                       struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_add(fw, &op, item, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/** firewalld_move_wait() - firewalld_move(), waited for */
int firewalld_move_wait(struct firewalld *fw, const struct item *binding, int64_t deadline_ms,
                        struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_move(fw, &op, binding, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/**
 * firewalld_remove_wait() - firewalld_remove(), waited for
 * @fw: the adapter
 * @item: borrowed
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_remove_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                          struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_remove(fw, &op, item, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/**
 * firewalld_permanent_add_wait() - firewalld_permanent_add(), waited for
 * @fw: the adapter
 * @item: borrowed
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_permanent_add_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                                 struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_permanent_add(fw, &op, item, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/** firewalld_permanent_remove_wait() - firewalld_permanent_remove(), waited for */
int firewalld_permanent_remove_wait(struct firewalld *fw, const struct item *item,
                                    int64_t deadline_ms, struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_permanent_remove(fw, &op, item, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/** firewalld_new_zone_wait() - firewalld_new_zone(), waited for */
int firewalld_new_zone_wait(struct firewalld *fw, const char *zone, int64_t deadline_ms,
                            struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_new_zone(fw, &op, zone, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/** firewalld_reload_wait() - firewalld_reload(), waited for */
int firewalld_reload_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_reload(fw, &op, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/**
 * firewalld_service_wait() - firewalld_service(), waited for
 * @fw: the adapter
 * @out: receives the service; untouched on failure; the caller frees it
 * @service: its name
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_service_wait(struct firewalld *fw, struct firewalld_service *out, const char *service,
                           int64_t deadline_ms, struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err, .service = out};
	struct firewalld_op *op = NULL;
	int r = firewalld_service(fw, &op, service, on_service, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

static void on_setting(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	struct wait *wait = op->userdata;
	const char *text;

	if (result == 0 && firewalld_message_variant_string(reply, &text) != 0)
		result = err_set(err, FIREWALLD_E_MALFORMED, "firewalld's setting %s is not a text",
		                 tag);
	if (result == 0) {
		*wait->setting = strdup(text);
		result = *wait->setting ? 0 : -ENOMEM;
	}
	firewalld_op_free(op);
	wait_done(wait, result, err);
}

static int ask_setting(struct firewalld *fw, struct firewalld_op **op, const char *name,
                       struct wait *wait)
{
	struct firewalld_op *new = calloc(1, sizeof(*new));
	int r;

	if (!new)
		return -ENOMEM;
	r = firewalld_op_init(fw, new, wait);
	if (r == 0)
		r = firewalld_op_call(
		    new,
		    firewalld_message_get_property(fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
		                                   FIREWALLD_MESSAGE_CONFIG, name),
		    name, on_setting);
	if (r != 0)
		firewalld_op_free(new);
	else
		*op = new;
	return r;
}

/**
 * firewalld_check_wait() - firewalld_check(), waited for
 * @fw: the adapter
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what is wrong with the files, or went wrong
 *
 * Return: 0: the files are in order; FIREWALLD_E_REFUSED or _INVALID_SERVICE: they are not;
 * another FIREWALLD_E_*; negative errno.
 */
int firewalld_check_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_check(fw, &op, on_done, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}

/**
 * firewalld_setting_wait() - a setting of firewalld.conf, as firewalld read it
 * @fw: the adapter
 * @out: receives its value; untouched on failure; the caller frees it
 * @name: "FlushAllOnReload", "FirewallBackend"…
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; FIREWALLD_E_REFUSED for one that this firewalld does not know; another
 * FIREWALLD_E_*; negative errno.
 */
int firewalld_setting_wait(struct firewalld *fw, char **out, const char *name, int64_t deadline_ms,
                           struct err *err)
{
	struct wait wait = {.loop = loop_of(fw), .err = err, .setting = out};
	struct firewalld_op *op = NULL;
	int r = ask_setting(fw, &op, name, &wait);

	return wait_for(&wait, r, op, deadline_ms);
}
