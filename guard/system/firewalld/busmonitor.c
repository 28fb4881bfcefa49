// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/busmonitor.h"

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld-message.h"
#include "guard/system/host/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MONITORING        "org.freedesktop.DBus.Monitoring"
#define NETWORK_MANAGER   "org.freedesktop.NetworkManager"
#define LOOKUP_TIMEOUT_MS 5000

/* Callers that are looked up at a time: somebody who floods the bus costs no more. */
#define LOOKUPS_MAX 16

/*
 * Anybody may call firewalld with what the bus takes, 32 MB. The largest call that is of any use
 * here is all settings of a zone, of which this is 40,000 rules; larger ones are not read, and what
 * comes until the connection is there again is not seen.
 */
#define MESSAGE_MAX (4L * 1024 * 1024)

/* Calls whose refusal would still be recognised. */
#define CALLS_MAX 32

/* Of the path, not of the interface: a call may leave that out. */
#define RULE_OF_CALL(member)                                                                       \
	"type='method_call',path='" FIREWALLD_MESSAGE_PATH "',member='" member "'"

/* Who sent it is looked at here: by sender dbus-broker shows a monitor nothing of the bus' own. */
#define RULE_OF_OWNER(name) "type='signal',member='NameOwnerChanged',arg0='" name "'"

static const char *const rules[] = {
    RULE_OF_CALL("reload"),
    RULE_OF_CALL("completeReload"),
    RULE_OF_CALL("setDefaultZone"),
    RULE_OF_CALL("setLogDenied"),
    RULE_OF_CALL("removeService"),
    RULE_OF_CALL("removePort"),
    RULE_OF_CALL("removeSourcePort"),
    RULE_OF_CALL("removeProtocol"),
    RULE_OF_CALL("removeForwardPort"),
    RULE_OF_CALL("removeMasquerade"),
    RULE_OF_CALL("setZoneSettings2"), /* --remove-forward */
    RULE_OF_CALL("removeInterface"),
    RULE_OF_CALL("addInterface"),
    RULE_OF_CALL("changeZone"),
    RULE_OF_CALL("changeZoneOfInterface"),
    RULE_OF_CALL("removeSource"),
    "type='error',sender='" FIREWALLD_MESSAGE_NAME "'",
    "type='error',sender='" DBUS_SERVICE_DBUS "'",
    RULE_OF_OWNER(NETWORK_MANAGER),
    RULE_OF_OWNER(FIREWALLD_MESSAGE_NAME),
};

/* The look-up of one caller. */
struct lookup {
	struct busmonitor *monitor;
	struct cause_evidence evidence;
	char *destination; /* owned; a unique name that has to be firewalld's; NULL: it is */
	struct bus_slot *slot;
	struct lookup *next, **link;
};

struct seen_call {
	char sender[64];
	dbus_uint32_t message;
	uint64_t serial;
};

struct busmonitor {
	struct busmonitor_options options;
	struct bus *bus; /* our own */
	struct bus_slot *become, *main_state;
	struct bus_slot *asked;   /* who NetworkManager is */
	struct bus_slot *behind;  /* what firewalld answers when it has done what came before */
	char network_manager[64]; /* its unique name; "" when it is away or not known */
	struct lookup *lookups;
	size_t n_lookups;
	struct seen_call calls[CALLS_MAX];
	size_t next_call;
	bool monitoring;
	bool told_why_not;
};

/* --- the caller -------------------------------------------------------------------------- */

static void lookup_free(struct lookup *lookup)
{
	*lookup->link = lookup->next;
	if (lookup->next)
		lookup->next->link = lookup->link;
	lookup->monitor->n_lookups--;
	bus_cancel(lookup->slot);
	free(lookup->destination);
	free(lookup);
}

static void on_owner(int result, DBusMessage *reply, void *userdata)
{
	struct lookup *lookup = userdata;
	const struct busmonitor_options *options = &lookup->monitor->options;
	const char *owner;

	lookup->slot = NULL;
	/* a call to somebody else's object of that path says nothing of firewalld */
	if (result != 0 || firewalld_message_string(reply, DBUS_TYPE_STRING, &owner) != 0 ||
	    strcmp(owner, lookup->destination) != 0)
		options->on_refused(lookup->evidence.serial, false, options->userdata);
	lookup_free(lookup);
}

static void check_destination(struct lookup *lookup)
{
	if (!lookup->destination ||
	    bus_call(lookup->monitor->options.bus, &lookup->slot,
	             firewalld_message_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS,
	                                    "GetNameOwner", FIREWALLD_MESSAGE_NAME),
	             LOOKUP_TIMEOUT_MS, on_owner, lookup) != 0)
		lookup_free(lookup);
}

static void on_pid(int result, DBusMessage *reply, void *userdata)
{
	struct lookup *lookup = userdata;
	const struct busmonitor_options *options = &lookup->monitor->options;
	struct cause_origin origin;
	dbus_uint32_t pid;

	lookup->slot = NULL;
	if (result == 0 &&
	    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &pid, DBUS_TYPE_INVALID)) {
		if (process_origin(&origin, options->proc ? options->proc : "/proc", pid) == 0)
			cause_caller_judge(&lookup->evidence.caller, &origin);
		else
			lookup->evidence.caller.pid = pid;
		options->on_evidence(&lookup->evidence, options->userdata);
	}
	check_destination(lookup);
}

/* Without memory, or for one too many, the caller stays unknown. */
static void look_up(struct busmonitor *monitor, const struct cause_evidence *evidence,
                    const char *sender, const char *destination)
{
	struct lookup *lookup;

	if (monitor->n_lookups == LOOKUPS_MAX)
		return;
	lookup = calloc(1, sizeof(*lookup));
	if (!lookup)
		return;
	lookup->monitor = monitor;
	lookup->evidence = *evidence;
	lookup->next = monitor->lookups;
	lookup->link = &monitor->lookups;
	if (lookup->next)
		lookup->next->link = &lookup->next;
	monitor->lookups = lookup;
	monitor->n_lookups++;
	if (*destination == ':')
		lookup->destination = strdup(destination);
	if (bus_call(monitor->options.bus, &lookup->slot,
	             firewalld_message_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS,
	                                    "GetConnectionUnixProcessID", sender),
	             LOOKUP_TIMEOUT_MS, on_pid, lookup) != 0)
		lookup_free(lookup);
}

/* --- what is seen ------------------------------------------------------------------------ */

static bool kind_of(const char *member, enum cause_kind *out)
{
	static const struct {
		const char *member;
		enum cause_kind kind;
	} kinds[] = {
	    {"reload", CAUSE_RELOAD},
	    {"completeReload", CAUSE_COMPLETE_RELOAD},
	    {"setDefaultZone", CAUSE_DEFAULT_ZONE},
	    {"setLogDenied", CAUSE_LOG_DENIED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(member, kinds[i].member) == 0) {
			*out = kinds[i].kind;
			return true;
		}
	return false;
}

static bool is_of(const char *interface, const char *wanted)
{
	/* a call may leave it out */
	return !interface || strcmp(interface, wanted) == 0;
}

static bool take_removal(struct cause_evidence *evidence, DBusMessage *call)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewalld_message_item raw;
	bool fits;

	if (firewalld_message_removal_call(call, &raw) != 0)
		return false;
	/* in normal form, as those that are removed; a zone that is not named comes later */
	fits = item_init(&item, *raw.zone ? raw.zone : "default", raw.kind, raw.value, NULL) == 0 &&
	       strlen(item.value) < sizeof(evidence->value);
	if (fits) {
		evidence->kind = CAUSE_REMOVAL;
		evidence->item_kind = item.kind;
		cause_show(evidence->zone, sizeof(evidence->zone), raw.zone, strlen(raw.zone));
		memcpy(evidence->value, item.value, strlen(item.value) + 1);
	}
	free(raw.value);
	return fits;
}

static bool take_call(struct cause_evidence *evidence, DBusMessage *call)
{
	const char *interface = dbus_message_get_interface(call), *zone;
	const char *member = dbus_message_get_member(call);

	if (is_of(interface, FIREWALLD_MESSAGE_ZONE) && take_removal(evidence, call))
		return true;
	if (!is_of(interface, FIREWALLD_MESSAGE_INTERFACE) || !kind_of(member, &evidence->kind))
		return false;
	if (evidence->kind == CAUSE_DEFAULT_ZONE &&
	    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &zone, DBUS_TYPE_INVALID))
		cause_show(evidence->zone, sizeof(evidence->zone), zone, strlen(zone));
	return true;
}

/* An interface that somebody puts somewhere; unseen, as long as nobody can say who that is. */
static bool take_binding(struct busmonitor_binding *out, const struct busmonitor *monitor,
                         DBusMessage *call)
{
	struct firewalld_message_binding raw;

	if (monitor->asked || !is_of(dbus_message_get_interface(call), FIREWALLD_MESSAGE_ZONE) ||
	    firewalld_message_binding_call(call, &raw) != 0)
		return false;
	*out = (struct busmonitor_binding){
	    .interface = raw.interface,
	    .zone = raw.zone,
	    .removes = raw.removes,
	    .by_network_manager = *monitor->network_manager &&
	                          dbus_message_has_sender(call, monitor->network_manager),
	};
	return true;
}

/* Its refusal will be recognised. Return: its serial. */
static uint64_t remember(struct busmonitor *monitor, DBusMessage *call)
{
	struct seen_call *seen = &monitor->calls[monitor->next_call];

	monitor->next_call = (monitor->next_call + 1) % CALLS_MAX;
	snprintf(seen->sender, sizeof(seen->sender), "%s", dbus_message_get_sender(call));
	seen->message = dbus_message_get_serial(call);
	seen->serial = monitor->options.next_serial(monitor->options.userdata);
	return seen->serial;
}

static void on_call(struct busmonitor *monitor, DBusMessage *call)
{
	const struct busmonitor_options *options = &monitor->options;
	struct cause_evidence evidence = CAUSE_EVIDENCE_NULL;
	const char *sender = dbus_message_get_sender(call);
	const char *destination = dbus_message_get_destination(call);
	struct busmonitor_binding binding;
	bool binds;

	if (!sender || !destination || !dbus_message_get_member(call) ||
	    (*destination != ':' && strcmp(destination, FIREWALLD_MESSAGE_NAME) != 0))
		return;
	binds = take_binding(&binding, monitor, call);
	if (take_call(&evidence, call)) {
		evidence.serial = remember(monitor, call);
		evidence.at_us = clock_monotonic_us();
		options->on_evidence(&evidence, options->userdata);
		look_up(monitor, &evidence, sender, destination);
	}
	if (binds) {
		binding.serial = evidence.serial ? evidence.serial : remember(monitor, call);
		options->on_binding(&binding, options->userdata);
	}
}

/* Not that it was not allowed: it was tried. */
static bool tells_of_failure(DBusMessage *error)
{
	const char *name = dbus_message_get_error_name(error);

	return dbus_message_has_sender(error, DBUS_SERVICE_DBUS) == FALSE && name &&
	       !strstr(name, "NotAuthorized") &&
	       !firewalld_message_has_code(error, "NOT_AUTHORIZED") &&
	       !firewalld_message_has_code(error, "ACCESS_DENIED");
}

/* The refusal of a call that was seen: polkit or the bus said no, or it failed. */
static void on_error(struct busmonitor *monitor, DBusMessage *error)
{
	const struct busmonitor_options *options = &monitor->options;
	const char *to = dbus_message_get_destination(error);
	dbus_uint32_t message = dbus_message_get_reply_serial(error);

	for (size_t i = 0; to && i < CALLS_MAX; i++) {
		struct seen_call *seen = &monitor->calls[i];

		if (seen->serial && seen->message == message && strcmp(seen->sender, to) == 0) {
			options->on_refused(seen->serial, tells_of_failure(error),
			                    options->userdata);
			seen->serial = 0;
			return;
		}
	}
}

static void set_network_manager(struct busmonitor *monitor, const char *owner)
{
	snprintf(monitor->network_manager, sizeof(monitor->network_manager), "%s", owner);
}

static void tell_caught_up(struct busmonitor *monitor)
{
	monitor->options.on_caught_up(monitor->options.userdata);
}

/* An error is an answer, too; one that is not there has nothing in its queue. */
static void on_behind(int result, DBusMessage *reply, void *userdata)
{
	struct busmonitor *monitor = userdata;

	(void)reply;
	monitor->behind = NULL;
	if (result != BUS_E_GONE || bus_is_connected(monitor->options.bus))
		tell_caught_up(monitor);
}

/*
 * It takes one call after the other, however long that takes; and one that polkit is asked about
 * (until 1.0 each is) behind others of that kind.
 */
static void ask_firewalld(struct busmonitor *monitor)
{
	int r;

	bus_cancel(steal(monitor->behind));
	r = bus_call(monitor->options.bus, &monitor->behind,
	             firewalld_message_call(FIREWALLD_MESSAGE_NAME, FIREWALLD_MESSAGE_PATH,
	                                    FIREWALLD_MESSAGE_INTERFACE, "getDefaultZone", NULL),
	             BUS_NO_TIMEOUT, on_behind, monitor);
	/* in want of memory nobody can wait for it */
	if (r == -ENOMEM)
		tell_caught_up(monitor);
}

static void on_owner_changed(struct busmonitor *monitor, DBusMessage *signal)
{
	const char *name, *before, *after;

	if (!dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") ||
	    !dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) ||
	    !dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
	                           DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID))
		return;
	if (strcmp(name, NETWORK_MANAGER) == 0) {
		set_network_manager(monitor, after);
		if (monitor->asked)
			ask_firewalld(monitor);
		bus_cancel(steal(monitor->asked));
	} else if (strcmp(name, FIREWALLD_MESSAGE_NAME) == 0 && !*after) {
		monitor->options.on_gone(monitor->options.userdata);
	}
}

static void on_asked(int result, DBusMessage *reply, void *userdata)
{
	struct busmonitor *monitor = userdata;
	const char *owner;

	monitor->asked = NULL;
	if (result == 0 && firewalld_message_string(reply, DBUS_TYPE_STRING, &owner) == 0)
		set_network_manager(monitor, owner);
	ask_firewalld(monitor);
}

/* Over the main connection: a monitor may not call. Without one, when there is one. */
static void ask_network_manager(struct busmonitor *monitor)
{
	int r;

	bus_cancel(steal(monitor->asked));
	r = bus_call(monitor->options.bus, &monitor->asked,
	             firewalld_message_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS,
	                                    "GetNameOwner", NETWORK_MANAGER),
	             LOOKUP_TIMEOUT_MS, on_asked, monitor);
	/* in want of memory it counts as away until it comes */
	if (r == -ENOMEM)
		ask_firewalld(monitor);
}

static void on_main_bus(bool connected, void *userdata)
{
	struct busmonitor *monitor = userdata;

	if (connected && monitor->monitoring)
		ask_network_manager(monitor);
}

static void on_message(DBusMessage *message, void *userdata)
{
	struct busmonitor *monitor = userdata;

	if (!monitor->monitoring)
		return;
	if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL)
		on_call(monitor, message);
	else if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_SIGNAL)
		on_owner_changed(monitor, message);
	else if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_ERROR)
		on_error(monitor, message);
}

/* --- coming and going -------------------------------------------------------------------- */

static DBusMessage *message_become(void)
{
	DBusMessage *message = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
	                                                    MONITORING, "BecomeMonitor");
	const char *const *list = rules;
	dbus_uint32_t flags = 0;

	if (message && !dbus_message_append_args(message, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &list,
	                                         (int)ARRAY_SIZE(rules), DBUS_TYPE_UINT32, &flags,
	                                         DBUS_TYPE_INVALID)) {
		dbus_message_unref(message);
		return NULL;
	}
	return message;
}

static void on_become(int result, DBusMessage *reply, void *userdata)
{
	struct busmonitor *monitor = userdata;
	const struct busmonitor_options *options = &monitor->options;
	const char *why = reply ? dbus_message_get_error_name(reply) : NULL;

	monitor->become = NULL;
	monitor->monitoring = result == 0;
	if (monitor->monitoring) {
		monitor->told_why_not = false;
		options->on_state(true, "", options->userdata);
		ask_network_manager(monitor);
	} else if (result == BUS_E_ERROR && !monitor->told_why_not) {
		monitor->told_why_not = true;
		options->on_state(false, why ? why : "refused", options->userdata);
	}
}

static void on_bus(bool connected, void *userdata)
{
	struct busmonitor *monitor = userdata;
	const struct busmonitor_options *options = &monitor->options;

	if (connected) {
		/* in want of memory calls stay unseen, as without the right */
		if (bus_call(monitor->bus, &monitor->become, message_become(), BUS_NO_TIMEOUT,
		             on_become, monitor) != 0)
			options->on_state(false, "out of memory", options->userdata);
		return;
	}
	if (monitor->monitoring)
		options->on_state(false, "the bus went away", options->userdata);
	monitor->monitoring = false;
	set_network_manager(monitor, "");
	bus_cancel(steal(monitor->asked));
	bus_cancel(steal(monitor->behind));
}

/**
 * busmonitor_catch_up() - let what was seen so far be told before this returns
 *
 * The bus shows a call to the monitor before firewalld has it, but the loop may get to
 * the main connection first, where firewalld says what became of it.
 */
void busmonitor_catch_up(struct busmonitor *monitor)
{
	bus_catch_up(monitor->bus);
}

/** busmonitor_has_network_manager() - may a call be NetworkManager's? Also while that is asked */
bool busmonitor_has_network_manager(const struct busmonitor *monitor)
{
	return monitor->asked || *monitor->network_manager;
}

/**
 * busmonitor_new() - watch who calls firewalld
 * @out:     receives the monitor; untouched on failure
 * @options: copied; all callbacks are required, none is called inside
 *
 * Return: 0; -ENOMEM.
 */
int busmonitor_new(struct busmonitor **out, const struct busmonitor_options *options)
{
	struct bus_options bus_options = {.monitor = true, .message_max = MESSAGE_MAX};
	struct busmonitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return -ENOMEM;
	monitor->options = *options;
	r = bus_new(&monitor->bus, bus_loop(options->bus), &bus_options);
	if (r == 0)
		r = bus_on_state(monitor->bus, NULL, on_bus, monitor);
	if (r == 0)
		r = bus_on_signal(monitor->bus, NULL, on_message, monitor);
	if (r == 0)
		r = bus_on_state(options->bus, &monitor->main_state, on_main_bus, monitor);
	if (r < 0) {
		busmonitor_free(monitor);
		return r;
	}
	*out = monitor;
	return 0;
}

/** busmonitor_free() - NULL is fine */
void busmonitor_free(struct busmonitor *monitor)
{
	if (!monitor)
		return;
	while (monitor->lookups)
		lookup_free(monitor->lookups);
	bus_cancel(monitor->main_state);
	bus_cancel(monitor->asked);
	bus_cancel(monitor->behind);
	bus_free(monitor->bus);
	free(monitor);
}
