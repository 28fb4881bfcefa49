// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/jobwatch.h"

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld-message.h"
#include "guard/system/host/process.h"
#include "guard/system/host/unitcall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SYSTEMD_JOB     SYSTEMD ".Job"
#define CALL_TIMEOUT_MS 10000

/* Jobs whose type is asked for at a time. */
#define ASKED_MAX 8

#define RULE_OF_UNIT(unit)                                                                         \
	"type='signal',sender='" SYSTEMD "',interface='" SYSTEMD_MANAGER                           \
	"',member='JobNew',arg2='" unit ".service'"
#define RULE_OF_OWNER                                                                              \
	"type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS             \
	"',member='NameOwnerChanged',arg0='" SYSTEMD "'"

static const char *const unit_rules[] = {
    RULE_OF_UNIT("firewalld"),
    RULE_OF_UNIT("fail2ban"),
    RULE_OF_OWNER,
};

static const struct unit {
	const char *service;
	enum cause_kind kind;
} units[] = {
    {"firewalld.service", CAUSE_JOB},
    {"fail2ban.service", CAUSE_FAIL2BAN},
};

struct asked {
	struct jobwatch *watch; /* NULL: free */
	struct cause_evidence evidence;
	struct bus_slot *slot;
};

struct jobwatch {
	struct jobwatch_options options;
	struct bus_slot *on_state, *on_signal, *subscribing;
	char systemd[64]; /* its unique name; "" until it has agreed to tell */
	struct asked asked[ASKED_MAX];
};

static void on_type(int result, DBusMessage *reply, void *userdata)
{
	struct asked *asked = userdata;
	const struct jobwatch_options *options = &asked->watch->options;
	const char *type;

	asked->watch = NULL;
	asked->slot = NULL;
	if (result != 0 || firewalld_message_variant_string(reply, &type) != 0)
		return;
	asked->evidence.job = cause_job_parse(type);
	options->on_evidence(&asked->evidence, options->userdata);
}

static void ask_type(struct jobwatch *watch, const struct cause_evidence *evidence,
                     const char *path)
{
	for (size_t i = 0; i < ASKED_MAX; i++) {
		struct asked *asked = &watch->asked[i];

		if (asked->watch)
			continue;
		asked->watch = watch;
		asked->evidence = *evidence;
		if (bus_call(watch->options.bus, &asked->slot,
		             firewalld_message_get_property(watch->systemd, path, SYSTEMD_JOB,
		                                            "JobType"),
		             CALL_TIMEOUT_MS, on_type, asked) != 0)
			asked->watch = NULL;
		return;
	}
}

/* Who is about firewalld, or about what ends it. */
static void find_caller(struct jobwatch *watch, struct cause_evidence *evidence)
{
	const char *proc = watch->options.proc ? watch->options.proc : "/proc", *unit = NULL;
	int64_t pid = process_who_asks_systemd(&unit, proc, cause_units);
	struct cause_origin origin;

	if (!pid || process_origin(&origin, proc, pid) != 0)
		return;
	cause_caller_judge(&evidence->caller, &origin);
	evidence->rival = unit == cause_units[0] ? NULL : unit;
	/* until systemd says it, which it does not of a job that is over by then */
	evidence->job = evidence->rival ? CAUSE_JOB_STOP : cause_job_asked(&origin.chain[0]);
}

static void on_job(struct jobwatch *watch, DBusMessage *signal)
{
	const struct jobwatch_options *options = &watch->options;
	struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;
	const char *path, *service;
	dbus_uint32_t id;

	if (!dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &id, DBUS_TYPE_OBJECT_PATH,
	                           &path, DBUS_TYPE_STRING, &service, DBUS_TYPE_INVALID))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(service, units[i].service) != 0)
			continue;
		evidence.serial = options->next_serial(options->userdata);
		evidence.kind = units[i].kind;
		evidence.at_us = clock_monotonic_us();
		evidence.job_id = id;
		/* first of all: a job may be over within milliseconds */
		ask_type(watch, &evidence, path);
		if (evidence.kind == CAUSE_JOB)
			find_caller(watch, &evidence);
		options->on_evidence(&evidence, options->userdata);
		for (size_t k = 0; k < ASKED_MAX; k++)
			if (watch->asked[k].watch &&
			    watch->asked[k].evidence.serial == evidence.serial)
				watch->asked[k].evidence = evidence;
	}
}

static void subscribe(struct jobwatch *watch);

static void on_signal(DBusMessage *signal, void *userdata)
{
	struct jobwatch *watch = userdata;
	const char *name, *before, *after;

	/* anybody may send us a JobNew, but not in systemd's name */
	if (*watch->systemd && dbus_message_has_sender(signal, watch->systemd) &&
	    dbus_message_is_signal(signal, SYSTEMD_MANAGER, "JobNew"))
		on_job(watch, signal);
	else if (dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) &&
	         dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
	         dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING,
	                               &before, DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID) &&
	         strcmp(name, SYSTEMD) == 0) {
		watch->systemd[0] = '\0';
		if (*after)
			subscribe(watch);
	}
}

static void on_subscribed(int result, DBusMessage *reply, void *userdata)
{
	struct jobwatch *watch = userdata;
	const char *sender = reply ? dbus_message_get_sender(reply) : NULL;

	watch->subscribing = NULL;
	if (result == 0 && sender)
		snprintf(watch->systemd, sizeof(watch->systemd), "%s", sender);
}

/* systemd tells of jobs only while somebody has asked for it. */
static void subscribe(struct jobwatch *watch)
{
	bus_cancel(steal(watch->subscribing));
	if (bus_call(
	        watch->options.bus, &watch->subscribing,
	        firewalld_message_call(SYSTEMD, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe", NULL),
	        CALL_TIMEOUT_MS, on_subscribed, watch) != 0)
		watch->subscribing = NULL;
}

static void on_state(bool connected, void *userdata)
{
	struct jobwatch *watch = userdata;

	watch->systemd[0] = '\0';
	if (connected)
		subscribe(watch);
}

/**
 * jobwatch_new() - be told of systemd's jobs
 * @out:     receives the watch; untouched on failure
 * @options: copied; all callbacks are required, none is called inside
 *
 * Return: 0; -ENOMEM.
 */
int jobwatch_new(struct jobwatch **out, const struct jobwatch_options *options)
{
	struct jobwatch *watch = calloc(1, sizeof(*watch));
	struct bus *bus = options->bus;
	int r;

	if (!watch)
		return -ENOMEM;
	watch->options = *options;
	r = bus_on_state(bus, &watch->on_state, on_state, watch);
	if (r == 0)
		r = bus_on_signal(bus, &watch->on_signal, on_signal, watch);
	for (size_t i = 0; i < ARRAY_SIZE(unit_rules) && r == 0; i++)
		r = bus_match(bus, unit_rules[i]);
	if (r < 0) {
		jobwatch_free(watch);
		return r;
	}
	if (bus_is_connected(bus))
		subscribe(watch);
	*out = watch;
	return 0;
}

/** jobwatch_free() - NULL is fine */
void jobwatch_free(struct jobwatch *watch)
{
	if (!watch)
		return;
	bus_cancel(watch->on_state);
	bus_cancel(watch->on_signal);
	bus_cancel(watch->subscribing);
	for (size_t i = 0; i < ASKED_MAX; i++)
		if (watch->asked[i].watch)
			bus_cancel(watch->asked[i].slot);
	free(watch);
}

/** jobwatch_is_told() - whether systemd is there and has agreed to tell */
bool jobwatch_is_told(const struct jobwatch *watch)
{
	return watch && *watch->systemd;
}
