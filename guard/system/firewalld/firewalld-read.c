/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reading half of the firewalld adapter: answers to a struct firewall, or to nothing at all. */
#include "guard/system/firewalld/firewalld.h"

#include "guard/model/ban/directban.h"
#include "guard/model/rule/direct.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/system/firewalld/firewalld-internal.h"

struct read_op {
	struct firewalld_op op; /* first, so that one can be made of the other */
	unsigned flags;
	struct strv zones; /* asked for by name */
	bool all;
	uint64_t generation;
	struct firewalld_reading reading;

	struct strv ipsets; /* asked for, as ipset:NAME */

	/* objects of the permanent configuration: paths and, beside them, names of zones */
	struct strv paths;
	struct strv names;
};

static struct read_op *read_op(struct firewalld_op *op)
{
	return (struct read_op *)op;
}

/**
 * firewalld_reading_deinit() - free what was read
 * @reading: empty afterwards
 */
void firewalld_reading_deinit(struct firewalld_reading *reading)
{
	firewall_deinit(&reading->firewall);
	reading->firewall = FIREWALL_NULL;
}

static void read_deinit(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);

	strv_deinit(&read->zones);
	strv_deinit(&read->names);
	strv_deinit(&read->ipsets);
	strv_deinit(&read->paths);
	firewalld_reading_deinit(&read->reading);
}

static void finish(struct firewalld_op *op, int result, const struct err *err)
{
	struct read_op *read = read_op(op);
	struct firewalld_reading reading = read->reading;
	firewalld_read_fn fn = op->fn.read;
	void *userdata = op->userdata;

	/* Half a firewall is none (law 2). */
	if (result != 0)
		firewalld_reading_deinit(&reading);
	reading.stale = read->generation != op->fw->generation;
	read->reading.firewall = FIREWALL_NULL;
	firewalld_op_free(op);
	fn(result, &reading, err, userdata);
	firewalld_reading_deinit(&reading);
}

static void fail(struct firewalld_op *op, int result, struct err *err, const char *what)
{
	if (result == FIREWALLD_E_MALFORMED)
		err_set(err, result, "firewalld gave %s in an unknown form", what);
	else
		err_prefix(err, result, "%s", what);
	finish(op, result, err);
}

/* After each answer was parsed, with 0 or an error of firewalld_message: the last one ends the
 * reading. */
static void settle(struct firewalld_op *op, int r, struct err *err, const char *what)
{
	if (r != 0)
		fail(op, r > 0 ? FIREWALLD_E_MALFORMED : r, err, what);
	else if (op->n_calls == 0)
		finish(op, 0, err);
}

/* --- entries ----------------------------------------------------------------------------- */

struct entry_context {
	struct read_op *read;
	const char *zone;
	unsigned flag;
};

static void skip(struct firewalld_reading *reading, const char *zone, const struct err *err)
{
	if (reading->n_skipped++ == 0)
		(void)snprintf(reading->skipped, sizeof(reading->skipped), "%.64s: %.180s", zone,
		               err->text);
}

/* One strange entry must not blind the guard to all the others: it is left out and counted. */
static int add_entry(enum item_kind kind, const char *value, void *userdata)
{
	struct entry_context *context = userdata;
	struct firewalld_reading *reading = &context->read->reading;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	struct err err = ERR_NULL;
	int r = item_init(&item, context->zone, kind, value, &err);

	if (r > 0) {
		skip(reading, context->zone, &err);
		return 0;
	}
	if (r == 0)
		r = firewall_put(&reading->firewall, &item, &entry);
	if (r < 0)
		return r;
	entry->flags |= context->flag;
	return 0;
}

static int take_zone(struct read_op *read, DBusMessage *reply, const char *zone, unsigned flag)
{
	struct entry_context context = {.read = read, .zone = zone, .flag = flag};

	return firewalld_message_zone(reply, add_entry, &context);
}

/* --- runtime ----------------------------------------------------------------------------- */

static void on_state(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	const char *name;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "its state");
		return;
	}
	r = firewalld_message_variant_string(reply, &name);
	if (r == 0)
		read_op(op)->reading.state = firewall_state_parse(name);
	settle(op, r, err, "its state");
}

static void on_default_zone(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	const char *zone = NULL;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the default zone");
		return;
	}
	r = firewalld_message_string(reply, DBUS_TYPE_STRING, &zone);
	if (r == 0 && !*zone)
		r = FIREWALLD_MESSAGE_E_MALFORMED;
	if (r == 0)
		r = firewall_set_default_zone(&read_op(op)->reading.firewall, zone);
	settle(op, r, err, "the default zone");
}

static void on_panic(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	bool *panic = &read_op(op)->reading.firewall.panic;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the panic mode");
		return;
	}
	r = firewalld_message_bool(reply, panic);
	if (r == 0)
		op->fw->panic = *panic;
	settle(op, r, err, "the panic mode");
}

static int ask(struct firewalld_op *op, const char *path, const char *interface, const char *member,
               const char *argument, firewalld_answer_fn fn)
{
	return firewalld_op_call(
	    op, firewalld_message_call(op->fw->owner, path, interface, member, argument), argument,
	    fn);
}

/* --- ipsets, of which only those are read that let somebody in: others may be huge ------- */

/* No such ipset, or one whose entries end by themselves and are not told. */
static bool has_no_entries(int result, DBusMessage *reply)
{
	return result == FIREWALLD_E_INVALID_SERVICE ||
	       (result == FIREWALLD_E_REFUSED &&
	        firewalld_message_has_code(reply, "IPSET_WITH_TIMEOUT"));
}

static void take_entries(struct firewalld_op *op, int result, DBusMessage *reply, const char *zone,
                         unsigned flag, struct err *err)
{
	struct read_op *read = read_op(op);
	struct entry_context context = {.read = read, .zone = zone, .flag = flag};
	_cleanup_strv_ struct strv entries = STRV_NULL;
	int r;

	if (has_no_entries(result, reply)) {
		*err = ERR_NULL;
		settle(op, 0, err, zone);
		return;
	}
	if (result != 0) {
		fail(op, result, err, zone);
		return;
	}
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &entries);
	if (r == 0 && flag == FIREWALL_RUNTIME)
		r = firewall_add_zone(&read->reading.firewall, zone);
	for (size_t i = 0; i < entries.n && r == 0; i++)
		r = add_entry(ITEM_ENTRY, entries.strings[i], &context);
	settle(op, r, err, zone);
}

static void on_entries(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	take_entries(op, result, reply, tag, FIREWALL_RUNTIME, err);
}

static void on_permanent_entries(struct firewalld_op *op, int result, DBusMessage *reply,
                                 const char *tag, struct err *err)
{
	take_entries(op, result, reply, tag, FIREWALL_PERMANENT, err);
}

static void on_ipset_object(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	const char *path;
	int r;

	if (has_no_entries(result, reply)) {
		*err = ERR_NULL;
		settle(op, 0, err, tag);
		return;
	}
	if (result != 0) {
		fail(op, result, err, tag);
		return;
	}
	r = firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path);
	if (r == 0)
		r = firewalld_op_call(op,
		                      firewalld_message_call(op->fw->owner, path,
		                                             FIREWALLD_MESSAGE_CONFIG_IPSET,
		                                             "getEntries", NULL),
		                      tag, on_permanent_entries);
	settle(op, r, err, tag);
}

/* @zone: ipset:NAME */
static int ask_ipset(struct firewalld_op *op, const char *zone)
{
	struct read_op *read = read_op(op);
	const char *ipset = item_ipset_name(zone), *owner = op->fw->owner;
	int r = 0;

	if (strv_contains(&read->ipsets, zone))
		return 0;
	r = strv_add(&read->ipsets, zone);
	if (r == 0 && (read->flags & FIREWALL_RUNTIME))
		r = firewalld_op_call(op,
		                      firewalld_message_call(owner, FIREWALLD_MESSAGE_PATH,
		                                             FIREWALLD_MESSAGE_IPSET, "getEntries",
		                                             ipset),
		                      zone, on_entries);
	if (r == 0 && (read->flags & FIREWALL_PERMANENT))
		r = firewalld_op_call(op,
		                      firewalld_message_call(owner, FIREWALLD_MESSAGE_CONFIG_PATH,
		                                             FIREWALLD_MESSAGE_CONFIG,
		                                             "getIPSetByName", ipset),
		                      zone, on_ipset_object);
	return r;
}

static bool zone_opens(const struct firewall *fw, const char *zone)
{
	char opened[ITEM_OPENED_MAX];

	for (size_t i = 0; i < fw->n; i++)
		if (strcmp(fw->entries[i].item.zone, zone) == 0 &&
		    item_opens(&fw->entries[i].item, opened))
			return true;
	return false;
}

static int ask_ipsets_of(struct firewalld_op *op, const char *zone)
{
	const struct firewall *fw = &read_op(op)->reading.firewall;
	bool opens = zone_opens(fw, zone);
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct item *item = &fw->entries[i].item;
		_cleanup_free_ char *ipset = NULL;

		if (strcmp(item->zone, zone) != 0)
			continue;
		if (item->kind == ITEM_SOURCE && opens && item_ipset_name(item->value) &&
		    strlen(item->value) <= ITEM_ZONE_MAX)
			r = ask_ipset(op, item->value);
		else if (item->kind == ITEM_RULE && item_ipset_of_rule(item, &ipset))
			r = ask_ipset(op, ipset);
	}
	return r;
}

/* --- the direct interface: a call for all chains, one for all rules ------------------------ */

static int add_direct(enum item_kind kind, const char *zone, const char *value, void *userdata)
{
	struct entry_context *context = userdata;

	context->zone = zone;
	return add_entry(kind, value, context);
}

/*
 * Firewalls to come may do without it: then there is nothing of it. One that failed to
 * load has no permanent part of it, and answers with an error of Python's; its state, which is read
 * last, says that nothing of it counts.
 */
static bool has_no_direct(int result, DBusMessage *reply, const struct err *err)
{
	return result == FIREWALLD_E_REFUSED &&
	       (strstr(err->text, "'NoneType' object has no attribute") ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_METHOD) ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_INTERFACE));
}

static void fail_to_ask(struct firewalld_op *op, int r, struct err *err)
{
	if (r > 0)
		err_set(err, r, "firewalld went away");
	finish(op, r, err);
}

/* The ipset that the entry is a rule of fail2ban's for; NULL: none. The caller frees it. */
static char *ipset_of_bans(const struct firewall_entry *entry)
{
	char *zone = NULL;

	if (entry->item.kind != ITEM_DIRECT_RULE || !directban_ipset(&entry->item, &zone))
		return NULL;
	return zone;
}

/* Of those that fail2ban's rules look into the ones that are firewalld's. */
static void on_ipset_names(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                           struct err *err)
{
	const struct firewall *fw = &read_op(op)->reading.firewall;
	_cleanup_strv_ struct strv names = STRV_NULL;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the list of ipsets");
		return;
	}
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &names);
	for (size_t i = 0; i < fw->n && r == 0; i++) {
		_cleanup_free_ char *zone = ipset_of_bans(&fw->entries[i]);

		if (!zone || !strv_contains(&names, item_ipset_name(zone)))
			continue;
		r = ask_ipset(op, zone);
		if (r != 0) {
			fail_to_ask(op, r, err);
			return;
		}
	}
	settle(op, r, err, "the list of ipsets");
}

/* Asked for by its name, one of the kernel's would be an error in firewalld's log. */
static int ask_ipsets_of_bans(struct firewalld_op *op)
{
	const struct firewall *fw = &read_op(op)->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		_cleanup_free_ char *zone = ipset_of_bans(&fw->entries[i]);

		if (zone)
			return firewalld_op_call(
			    op,
			    firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_PATH,
			                           FIREWALLD_MESSAGE_IPSET, "getIPSets", NULL),
			    NULL, on_ipset_names);
	}
	return 0;
}

static void take_direct(struct firewalld_op *op, int result, DBusMessage *reply, unsigned flag,
                        struct err *err)
{
	struct entry_context context = {.read = read_op(op), .flag = flag};
	int r;

	if (has_no_direct(result, reply, err)) {
		*err = ERR_NULL;
		settle(op, 0, err, "the direct rules");
		return;
	}
	if (result != 0) {
		fail(op, result, err, "the direct rules");
		return;
	}
	r = firewalld_message_direct(reply, add_direct, &context);
	/* with the rules, not with the chains before them, and of the runtime */
	if (r == 0 && read_op(op)->all && flag == FIREWALL_RUNTIME)
		r = ask_ipsets_of_bans(op);
	settle(op, r, err, "the direct rules");
}

static void on_direct(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                      struct err *err)
{
	(void)tag;
	take_direct(op, result, reply, FIREWALL_RUNTIME, err);
}

static void on_permanent_direct(struct firewalld_op *op, int result, DBusMessage *reply,
                                const char *tag, struct err *err)
{
	(void)tag;
	take_direct(op, result, reply, FIREWALL_PERMANENT, err);
}

static int ask_direct(struct firewalld_op *op)
{
	const char *owner = op->fw->owner;
	int r = firewalld_op_call(op,
	                          firewalld_message_call(owner, FIREWALLD_MESSAGE_PATH,
	                                                 FIREWALLD_MESSAGE_DIRECT, "getAllChains",
	                                                 NULL),
	                          NULL, on_direct);

	return r == 0 ? firewalld_op_call(op,
	                                  firewalld_message_call(owner, FIREWALLD_MESSAGE_PATH,
	                                                         FIREWALLD_MESSAGE_DIRECT,
	                                                         "getAllRules", NULL),
	                                  NULL, on_direct)
	              : r;
}

static int ask_permanent_direct(struct firewalld_op *op)
{
	return firewalld_op_call(
	    op,
	    firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
	                           FIREWALLD_MESSAGE_CONFIG_DIRECT, "getSettings", NULL),
	    NULL, on_permanent_direct);
}

/* --- zones --------------------------------------------------------------------------------- */

static void on_zone(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                    struct err *err)
{
	struct read_op *read = read_op(op);
	int r;

	/* A zone that is not there has nothing in it; that it is missing shows in the zones. */
	if (result == FIREWALLD_E_INVALID_SERVICE ||
	    (result == FIREWALLD_E_REFUSED && firewalld_message_has_code(reply, "INVALID_ZONE"))) {
		*err = ERR_NULL;
		settle(op, 0, err, tag);
		return;
	}
	if (result != 0) {
		fail(op, result, err, tag);
		return;
	}
	r = firewall_add_zone(&read->reading.firewall, tag);
	if (r == 0)
		r = take_zone(read, reply, tag, FIREWALL_RUNTIME);
	if (r == 0 && read->all)
		r = ask_ipsets_of(op, tag);
	settle(op, r, err, tag);
}

static int ask_main(struct firewalld_op *op, const char *member, const char *argument,
                    firewalld_answer_fn fn)
{
	return ask(op, FIREWALLD_MESSAGE_PATH, FIREWALLD_MESSAGE_INTERFACE, member, argument, fn);
}

static int ask_zone(struct firewalld_op *op, const char *member, const char *argument,
                    firewalld_answer_fn fn)
{
	return ask(op, FIREWALLD_MESSAGE_PATH, FIREWALLD_MESSAGE_ZONE, member, argument, fn);
}

static int ask_state(struct firewalld_op *op)
{
	return firewalld_op_call(
	    op,
	    firewalld_message_get_property(op->fw->owner, FIREWALLD_MESSAGE_PATH,
	                                   FIREWALLD_MESSAGE_INTERFACE, "state"),
	    NULL, on_state);
}

static int ask_policy(struct firewalld_op *op, const char *policy)
{
	_cleanup_free_ char *zone = NULL;

	if (xasprintf(&zone, ITEM_POLICY_PREFIX "%s", policy) < 0)
		return -ENOMEM;
	return firewalld_op_call(op,
	                         firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_PATH,
	                                                FIREWALLD_MESSAGE_POLICY,
	                                                "getPolicySettings", policy),
	                         zone, on_zone);
}

/* Before 0.9 firewalld had none. */
static bool has_no_policies(int result, DBusMessage *reply)
{
	return result == FIREWALLD_E_REFUSED &&
	       (dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_METHOD) ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_INTERFACE));
}

typedef int (*ask_one_fn)(struct firewalld_op *op, const char *name);

/* Asks about each that a list names; the list is of strings or object paths, by @type. */
static void ask_each(struct firewalld_op *op, int result, DBusMessage *reply, int type,
                     ask_one_fn ask_one, const char *what, struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	int r;

	if (result != 0) {
		fail(op, result, err, what);
		return;
	}
	r = firewalld_message_list(reply, type, &names);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		r = ask_one(op, names.strings[i]);
		if (r != 0) {
			fail_to_ask(op, r, err);
			return;
		}
	}
	settle(op, r, err, what);
}

/* The same for policies, which an old firewalld does not have. */
static void ask_each_policy(struct firewalld_op *op, int result, DBusMessage *reply, int type,
                            ask_one_fn ask_one, const char *what, struct err *err)
{
	if (has_no_policies(result, reply)) {
		*err = ERR_NULL;
		settle(op, 0, err, what);
		return;
	}
	ask_each(op, result, reply, type, ask_one, what, err);
}

static void on_policies(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                        struct err *err)
{
	(void)tag;
	ask_each_policy(op, result, reply, DBUS_TYPE_STRING, ask_policy, "the list of policies",
	                err);
}

static int ask_zones(struct firewalld_op *op, const struct strv *zones)
{
	bool direct = false;
	int r = 0;

	for (size_t i = 0; i < zones->n && r == 0; i++) {
		const char *policy = item_policy_name(zones->strings[i]);

		if (item_direct_family(zones->strings[i])) {
			/* of all families at once */
			r = direct ? 0 : ask_direct(op);
			direct = true;
		} else if (item_ipset_name(zones->strings[i]))
			r = ask_ipset(op, zones->strings[i]);
		else
			r = policy ? ask_policy(op, policy)
			           : ask_zone(op, "getZoneSettings2", zones->strings[i], on_zone);
	}
	return r;
}

static void on_zones(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the list of zones");
		return;
	}
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &zones);
	if (r == 0) {
		r = ask_zones(op, &zones);
		/* Again behind the zones, so that a failure while they were read shows. */
		if (r == 0)
			r = ask_state(op);
		if (r != 0) {
			fail_to_ask(op, r, err);
			return;
		}
	}
	settle(op, r, err, "the list of zones");
}

static int ask_runtime(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);
	int r;

	if (!read->all) {
		/* What the restorer waits for comes first. */
		r = ask_zones(op, &read->zones);
		read->reading.firewall.panic = op->fw->panic;
		return r;
	}
	r = ask(op, FIREWALLD_MESSAGE_PATH, FIREWALLD_MESSAGE_POLICY, "getPolicies", NULL,
	        on_policies);
	if (r == 0)
		r = ask_zone(op, "getZones", NULL, on_zones);
	if (r == 0)
		r = ask_main(op, "queryPanicMode", NULL, on_panic);
	return r == 0 ? ask_direct(op) : r;
}

/* --- permanent configuration ------------------------------------------------------------- */

static bool is_missing(int result, DBusMessage *reply)
{
	if (result == FIREWALLD_E_INVALID_SERVICE)
		return true;
	return result == FIREWALLD_E_REFUSED &&
	       (firewalld_message_has_code(reply, "INVALID_ZONE") ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_OBJECT) ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_METHOD));
}

static const char *name_of(const struct read_op *read, const char *path)
{
	for (size_t i = 0; i < read->paths.n; i++)
		if (strcmp(read->paths.strings[i], path) == 0)
			return read->names.strings[i];
	return NULL;
}

static void on_settings(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                        struct err *err)
{
	struct read_op *read = read_op(op);
	/* It was asked for in front of this, and firewalld answers in order. */
	const char *zone = name_of(read, tag);

	if (result != 0) {
		fail(op, result, err, zone ? zone : tag);
		return;
	}
	settle(op,
	       zone ? take_zone(read, reply, zone, FIREWALL_PERMANENT)
	            : FIREWALLD_MESSAGE_E_MALFORMED,
	       err, zone ? zone : tag);
}

static int add_path(struct read_op *read, const char *path, const char *name)
{
	int r = strv_add(&read->paths, path);

	if (r == 0)
		r = strv_add(&read->names, name);
	return r;
}

static int add_policy(struct read_op *read, const char *path, const char *policy)
{
	_cleanup_free_ char *zone = NULL;

	if (xasprintf(&zone, ITEM_POLICY_PREFIX "%s", policy) < 0)
		return -ENOMEM;
	return add_path(read, path, zone);
}

/* What kind of object of the permanent configuration it is. */
static bool is_policy(const char *path)
{
	const char *policies = FIREWALLD_MESSAGE_CONFIG_PATH "/policy/";

	return strncmp(path, policies, strlen(policies)) == 0;
}

static const char *interface_of(const char *path)
{
	return is_policy(path) ? FIREWALLD_MESSAGE_CONFIG_POLICY : FIREWALLD_MESSAGE_CONFIG_ZONE;
}

static void on_name(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                    struct err *err)
{
	const char *name = NULL;
	int r;

	if (result != 0) {
		fail(op, result, err, tag);
		return;
	}
	r = firewalld_message_variant_string(reply, &name);
	if (r == 0)
		r = is_policy(tag) ? add_policy(read_op(op), tag, name)
		                   : add_path(read_op(op), tag, name);
	settle(op, r, err, tag);
}

static int ask_settings(struct firewalld_op *op, const char *path)
{
	return firewalld_op_call(
	    op,
	    firewalld_message_call(op->fw->owner, path, interface_of(path),
	                           is_policy(path) ? "getSettings" : "getSettings2", NULL),
	    path, on_settings);
}

static int ask_object(struct firewalld_op *op, const char *path)
{
	int r = firewalld_op_call(
	    op, firewalld_message_get_property(op->fw->owner, path, interface_of(path), "name"),
	    path, on_name);

	return r == 0 ? ask_settings(op, path) : r;
}

static void on_zone_objects(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	(void)tag;
	ask_each(op, result, reply, DBUS_TYPE_OBJECT_PATH, ask_object, "the permanent zones", err);
}

static void on_policy_objects(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	(void)tag;
	ask_each_policy(op, result, reply, DBUS_TYPE_OBJECT_PATH, ask_object,
	                "the permanent policies", err);
}

static void on_object(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                      struct err *err)
{
	const char *path;
	int r;

	if (is_missing(result, reply)) {
		*err = ERR_NULL;
		settle(op, 0, err, tag);
		return;
	}
	if (result != 0) {
		fail(op, result, err, tag);
		return;
	}
	r = firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path);
	if (r == 0) {
		r = add_path(read_op(op), path, tag);
		if (r == 0)
			r = ask_settings(op, path);
		if (r != 0) {
			fail_to_ask(op, r, err);
			return;
		}
	}
	settle(op, r, err, tag);
}

static int ask_permanent(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);
	bool direct = false;
	int r = 0;

	if (read->all) {
		r = ask(op, FIREWALLD_MESSAGE_CONFIG_PATH, FIREWALLD_MESSAGE_CONFIG, "listZones",
		        NULL, on_zone_objects);
		if (r == 0)
			r = ask(op, FIREWALLD_MESSAGE_CONFIG_PATH, FIREWALLD_MESSAGE_CONFIG,
			        "listPolicies", NULL, on_policy_objects);
		return r == 0 ? ask_permanent_direct(op) : r;
	}
	for (size_t i = 0; i < read->zones.n && r == 0; i++) {
		const char *zone = read->zones.strings[i], *policy = item_policy_name(zone);

		if (item_ipset_name(zone)) {
			r = ask_ipset(op, zone);
			continue;
		}
		if (item_direct_family(zone)) {
			r = direct ? 0 : ask_permanent_direct(op);
			direct = true;
			continue;
		}
		r = firewalld_op_call(
		    op,
		    firewalld_message_call(
		        op->fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH, FIREWALLD_MESSAGE_CONFIG,
		        policy ? "getPolicyByName" : "getZoneByName", policy ? policy : zone),
		    zone, on_object);
	}
	return r;
}

/* --- the start --------------------------------------------------------------------------- */

static int start(struct firewalld_op *op, const struct firewalld_query *query)
{
	struct read_op *read = read_op(op);
	int r = 0;

	read->flags = query->flags;
	read->all = !query->zones;
	if (query->zones)
		r = strv_copy(&read->zones, query->zones);
	if (r == 0 && (read->flags & FIREWALL_RUNTIME))
		r = ask_runtime(op);
	if (r == 0 && (read->flags & FIREWALL_PERMANENT))
		r = ask_permanent(op);
	for (size_t i = 0; query->ipsets && i < query->ipsets->n && r == 0; i++)
		r = ask_ipset(op, query->ipsets->strings[i]);
	if (r == 0)
		r = ask_main(op, "getDefaultZone", NULL, on_default_zone);
	return r == 0 ? ask_state(op) : r;
}

/**
 * firewalld_read() - read the firewall, all calls in as few goes as possible
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @query: borrowed during the call
 * @fn: called with 0 and what was read, or with a FIREWALLD_E_* or negative errno
 *      and nothing: unknown
 * @userdata: for @fn
 *
 * With zones given and without FIREWALL_PERMANENT, everything is asked for in
 * one go, the zones first: for after a wipe, where each round trip counts.
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_read(struct firewalld *fw, struct firewalld_op **op,
                   const struct firewalld_query *query, firewalld_read_fn fn, void *userdata)
{
	struct read_op *read = calloc(1, sizeof(*read));
	int r;

	if (!read)
		return -ENOMEM;
	read->op.deinit = read_deinit;
	read->op.fn.read = fn;
	read->generation = fw->generation;
	r = firewalld_op_init(fw, &read->op, userdata);
	if (r == 0)
		r = start(&read->op, query);
	if (r != 0) {
		firewalld_op_free(&read->op);
		return r;
	}
	if (op)
		*op = &read->op;
	return 0;
}
