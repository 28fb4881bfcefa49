/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading half of the firewalld adapter: answers to a ruleset, and to the items that it
 * holds, or to nothing at all. One code for all of it: the few zones that count right after
 * a wipe, everything that can be restored, and everything that decides a packet.
 */
#include "guard/system/firewalld/firewalld.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/ban/directban.h"
#include "guard/model/packet/itemview.h"
#include "guard/system/firewalld/firewalld-answers.h"
#include "guard/system/firewalld/firewalld-internal.h"

/* More services in one firewall than anybody has; a circle of includes ends anyway. */
#define SERVICES_MAX 4096

struct read_op {
	struct firewalld_op op; /* first, so that one can be made of the other */
	unsigned flags;
	bool packets;
	struct strv zones; /* asked for by name */
	bool all;
	uint64_t generation;
	struct firewalld_reading reading; /* but for its items, which are made at the end */

	struct strv ipsets;   /* asked for, as ipset:NAME, for their entries */
	struct strv sets;     /* asked for, as ipset:NAME, in the runtime */
	struct strv services; /* asked for */

	/* objects of the permanent configuration: paths and, beside them, names of zones */
	struct strv paths;
	struct strv names;
};

static struct read_op *read_op(struct firewalld_op *op)
{
	return (struct read_op *)op;
}

static struct ruleset *ruleset_of(struct firewalld_op *op)
{
	return &read_op(op)->reading.ruleset;
}

/**
 * firewalld_reading_deinit() - free what was read
 * @reading: empty afterwards
 */
void firewalld_reading_deinit(struct firewalld_reading *reading)
{
	firewall_deinit(&reading->firewall);
	ruleset_deinit(&reading->ruleset);
	networkmanager_links_deinit(&reading->links);
}

/** firewalld_reading_take() - what was read, owned by the caller; @reading is empty afterwards */
struct firewalld_reading firewalld_reading_take(struct firewalld_reading *reading)
{
	struct firewalld_reading taken = *reading;

	reading->firewall = FIREWALL_NULL;
	reading->ruleset = RULESET_NULL;
	reading->links = NETWORKMANAGER_LINKS_NULL;
	return taken;
}

static void read_deinit(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);

	strv_deinit(&read->zones);
	strv_deinit(&read->ipsets);
	strv_deinit(&read->sets);
	strv_deinit(&read->services);
	strv_deinit(&read->paths);
	strv_deinit(&read->names);
	firewalld_reading_deinit(&read->reading);
}

/* --- the end ------------------------------------------------------------------------------ */

static void finish(struct firewalld_op *op, int result, const struct err *err)
{
	struct read_op *read = read_op(op);
	struct firewalld_reading reading = firewalld_reading_take(&read->reading);
	firewalld_read_fn fn = op->fn.read;
	void *userdata = op->userdata;

	/* Half a firewall is none, and half a ruleset decides wrongly (law 2). */
	if (result != 0)
		firewalld_reading_deinit(&reading);
	reading.stale = read->generation != op->fw->generation;
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

/* The default zone is always there, unless a reload broke off amid loading (firewalld#1487). */
static bool has_lost_its_zones(const struct read_op *read)
{
	const struct firewall *firewall = &read->reading.firewall;

	return read->all && (read->flags & FIREWALL_RUNTIME) && firewall->default_zone &&
	       !strv_contains(&firewall->zones, firewall->default_zone);
}

/* The zone that a connection names is the permanent one of its interface. */
static int add_connections(struct firewall *fw, const struct networkmanager_links *links)
{
	for (size_t i = 0; i < links->n; i++) {
		_cleanup_item_ struct item item = ITEM_NULL;
		const struct networkmanager_link *link = &links->rows[i];
		struct firewall_entry *entry;
		int r = *link->zone
		            ? item_init(&item, link->zone, ITEM_INTERFACE, link->interface, NULL)
		            : ITEM_E_SYNTAX;

		if (r == 0)
			r = firewall_put(fw, &item, &entry);
		if (r < 0)
			return r;
		if (r == 0)
			entry->flags |= FIREWALL_PERMANENT | FIREWALL_CONNECTION;
	}
	return 0;
}

/* Of a zone that is put together the parts are listed: "public/10-mail". */
static bool is_permanent(const struct read_op *read, const char *zone)
{
	size_t length = strlen(zone);

	for (size_t i = 0; i < read->names.n; i++) {
		const char *name = read->names.strings[i];

		if (strncmp(name, zone, length) == 0 && (!name[length] || name[length] == '/'))
			return true;
	}
	return false;
}

static void mark_going(struct read_op *read)
{
	struct firewall *fw = &read->reading.firewall;

	for (size_t i = 0; i < fw->n && read->names.n > 0; i++) {
		struct firewall_entry *entry = &fw->entries[i];

		if ((entry->flags & FIREWALL_RUNTIME) && !item_ipset_name(entry->item.zone) &&
		    !item_direct_family(entry->item.zone) && !is_permanent(read, entry->item.zone))
			entry->flags |= FIREWALL_GOING;
	}
}

static int make_items(struct read_op *read)
{
	struct firewalld_reading *reading = &read->reading;
	struct ruleset *ruleset = &reading->ruleset;
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	int r;

	for (size_t i = 0; i < ruleset->n_ipsets; i++)
		for (size_t j = 0; j < read->ipsets.n && !ruleset->ipsets[i].as_items; j++)
			ruleset->ipsets[i].as_items =
			    strcmp(item_ipset_name(read->ipsets.strings[j]),
			           ruleset->ipsets[i].name) == 0;
	r = firewalld_answers_combine(ruleset);
	if (r == 0)
		r = itemview_of(&view, ruleset);
	if (r == 0 && read->packets)
		r = ruleset_settle_permanent(ruleset);
	if (r == 0 && read->packets)
		r = firewalld_answers_resolve(ruleset);
	if (r < 0)
		return r;
	reading->n_skipped = ruleset->n_skipped + view.n_skipped;
	memcpy(reading->skipped, ruleset->n_skipped > 0 ? ruleset->skipped : view.skipped,
	       sizeof(reading->skipped));
	reading->firewall = view.firewall;
	view.firewall = FIREWALL_NULL;
	if (read->flags & FIREWALL_PERMANENT)
		mark_going(read);
	if (reading->state == FIREWALL_STATE_RUNNING && has_lost_its_zones(read))
		reading->state = FIREWALL_STATE_BROKEN;
	return add_connections(&reading->firewall, &reading->links);
}

static int ask_the_rest(struct firewalld_op *op);

/* After each answer was parsed, with 0, an error of firewalld_message, or of asking for more:
 * the last one ends the reading, when there is nothing more to be asked for. */
static void settle(struct firewalld_op *op, int r, struct err *err, const char *what)
{
	if (r == 0 && op->n_calls == 0)
		r = ask_the_rest(op);
	if (r == 0 && op->n_calls > 0)
		return;
	/* as the signals since the answer have it */
	ruleset_of(op)->panic = op->fw->panic;
	if (r == 0)
		r = make_items(read_op(op));
	if (r == -ESHUTDOWN)
		finish(op, err_set(err, FIREWALLD_E_GONE, "firewalld went away"), err);
	else if (r != 0)
		fail(op, r > 0 ? FIREWALLD_E_MALFORMED : r, err, what);
	else
		finish(op, 0, err);
}

/* What is not there has nothing in it, and is no failure. */
static bool absent(struct firewalld_op *op, bool is_absent, int result, const char *what,
                   struct err *err)
{
	if (result == 0)
		return false;
	if (is_absent) {
		*err = ERR_NULL;
		settle(op, 0, err, what);
	} else {
		fail(op, result, err, what);
	}
	return true;
}

/* --- asking; negative errno, -ESHUTDOWN when firewalld is gone ---------------------------- */

static int call(struct firewalld_op *op, DBusMessage *message, const char *tag,
                firewalld_answer_fn fn)
{
	int r = firewalld_op_call(op, message, tag, fn);

	return r > 0 ? -ESHUTDOWN : r;
}

/* One of the runtime; @tag is @argument, or what stands for it */
static int ask_as(struct firewalld_op *op, const char *interface, const char *member,
                  const char *argument, const char *tag, firewalld_answer_fn fn)
{
	return call(op,
	            firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_PATH, interface, member,
	                                   argument),
	            tag, fn);
}

static int ask(struct firewalld_op *op, const char *interface, const char *member,
               firewalld_answer_fn fn)
{
	return ask_as(op, interface, member, NULL, NULL, fn);
}

static int ask_config(struct firewalld_op *op, const char *member, const char *argument,
                      const char *tag, firewalld_answer_fn fn)
{
	return call(op,
	            firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
	                                   FIREWALLD_MESSAGE_CONFIG, member, argument),
	            tag, fn);
}

static int ask_property(struct firewalld_op *op, const char *name, firewalld_answer_fn fn)
{
	return call(op,
	            firewalld_message_get_property(op->fw->owner, FIREWALLD_MESSAGE_PATH,
	                                           FIREWALLD_MESSAGE_INTERFACE, name),
	            NULL, fn);
}

typedef int (*ask_one_fn)(struct firewalld_op *op, const char *name);

/* Asks about each that a list names; the list is of strings or object paths, by @type. */
static void ask_each(struct firewalld_op *op, DBusMessage *reply, int type, ask_one_fn ask_one,
                     const char *what, struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	int r = firewalld_message_list(reply, type, &names);

	for (size_t i = 0; i < names.n && r == 0; i++)
		r = ask_one(op, names.strings[i]);
	settle(op, r, err, what);
}

/* --- what there is one of ----------------------------------------------------------------- */

static void on_state(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	const char *name;
	int r;

	(void)tag;
	if (absent(op, false, result, "its state", err))
		return;
	r = firewalld_message_variant_string(reply, &name);
	if (r == 0)
		read_op(op)->reading.state = firewall_state_parse(name);
	settle(op, r, err, "its state");
}

static void on_version(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	const char *version;
	int r;

	(void)tag;
	if (absent(op, false, result, "its version", err))
		return;
	r = firewalld_message_variant_string(reply, &version);
	if (r == 0)
		r = replace_string(&ruleset_of(op)->version, version);
	if (r == 0)
		r = replace_string(&op->fw->version, version);
	settle(op, r, err, "its version");
}

/* Before 0.6 there was none to choose. */
static void on_backend(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	const char *backend;
	int r;

	(void)tag;
	if (absent(op, result == FIREWALLD_E_REFUSED, result, "its backend", err))
		return;
	r = firewalld_message_variant_string(reply, &backend);
	if (r == 0)
		r = replace_string(&op->fw->backend, backend);
	settle(op, r, err, "its backend");
}

static void on_default_zone(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	const char *zone;
	int r;

	(void)tag;
	if (absent(op, false, result, "the default zone", err))
		return;
	r = firewalld_message_string(reply, DBUS_TYPE_STRING, &zone);
	if (r == 0 && !*zone)
		r = FIREWALLD_MESSAGE_E_MALFORMED;
	if (r == 0)
		r = replace_string(&ruleset_of(op)->default_zone, zone);
	settle(op, r, err, "the default zone");
}

static void on_panic(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	(void)tag;
	if (absent(op, false, result, "the panic mode", err))
		return;
	settle(op, firewalld_message_bool(reply, &op->fw->panic), err, "the panic mode");
}

/* --- services, when all that uses them is there ------------------------------------------- */

static void on_service(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	/* the model says of what nobody can tell that it does not know it */
	if (absent(op, result == FIREWALLD_E_INVALID_SERVICE, result, tag, err))
		return;
	settle(op, firewalld_answers_service(reply, ruleset_of(op), tag), err, tag);
}

static int ask_service(struct firewalld_op *op, const char *name)
{
	struct read_op *read = read_op(op);
	int r;

	if (read->services.n >= SERVICES_MAX || strv_contains(&read->services, name))
		return 0;
	r = strv_add(&read->services, name);
	return r == 0 ? ask_as(op, FIREWALLD_MESSAGE_INTERFACE, "getServiceSettings2", name, name,
	                       on_service)
	              : r;
}

static int ask_services(struct firewalld_op *op, const struct strv *names)
{
	int r = 0;

	for (size_t i = 0; i < names->n && r == 0; i++)
		r = ask_service(op, names->strings[i]);
	return r;
}

static int ask_services_of(struct firewalld_op *op, const struct ruleset_zone *zone)
{
	int r = ask_services(op, &zone->services);

	for (size_t i = 0; i < zone->n_rules && r == 0; i++)
		if (zone->rules[i].rule.element == RICHRULE_ELEMENT_SERVICE)
			r = ask_service(op, zone->rules[i].rule.value);
	return r;
}

/* Those that something names and nobody asked for, and then once more how firewalld is. */
static int ask_the_rest(struct firewalld_op *op)
{
	const struct ruleset *ruleset = ruleset_of(op);
	int r = 0;

	if (!read_op(op)->packets)
		return 0;
	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		r = ask_services_of(op, &ruleset->zones[i]);
	for (size_t i = 0; i < ruleset->n_services && r == 0; i++)
		r = ask_services(op, &ruleset->services[i].includes);
	return r == 0 && op->n_calls > 0 ? ask_property(op, "state", on_state) : r;
}

/* --- ipsets ------------------------------------------------------------------------------- */

/* No such ipset, or one whose entries end by themselves and are not told. */
static bool has_no_entries(int result, DBusMessage *reply)
{
	return result == FIREWALLD_E_INVALID_SERVICE ||
	       (result == FIREWALLD_E_REFUSED &&
	        firewalld_message_has_code(reply, "IPSET_WITH_TIMEOUT"));
}

static void on_set(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                   struct err *err)
{
	if (absent(op, has_no_entries(result, reply), result, tag, err))
		return;
	settle(op, firewalld_answers_ipset(reply, ruleset_of(op), item_ipset_name(tag)), err, tag);
}

static void on_permanent_entries(struct firewalld_op *op, int result, DBusMessage *reply,
                                 const char *tag, struct err *err)
{
	if (absent(op, has_no_entries(result, reply), result, tag, err))
		return;
	settle(op, firewalld_answers_permanent_ipset(reply, ruleset_of(op), tag), err, tag);
}

static void on_ipset_object(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	const char *path;
	int r;

	if (absent(op, has_no_entries(result, reply), result, tag, err))
		return;
	r = firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path);
	if (r == 0)
		r = call(op,
		         firewalld_message_call(op->fw->owner, path, FIREWALLD_MESSAGE_CONFIG_IPSET,
		                                "getEntries", NULL),
		         tag, on_permanent_entries);
	settle(op, r, err, tag);
}

/* As it is in the runtime; @zone: ipset:NAME */
static int ask_set(struct firewalld_op *op, const char *zone)
{
	struct read_op *read = read_op(op);
	int r;

	if (strv_contains(&read->sets, zone))
		return 0;
	r = strv_add(&read->sets, zone);
	return r == 0 ? ask_as(op, FIREWALLD_MESSAGE_IPSET, "getIPSetSettings",
	                       item_ipset_name(zone), zone, on_set)
	              : r;
}

/* Its entries as items; @zone: ipset:NAME */
static int ask_ipset(struct firewalld_op *op, const char *zone)
{
	struct read_op *read = read_op(op);
	int r;

	if (strv_contains(&read->ipsets, zone))
		return 0;
	r = strv_add(&read->ipsets, zone);
	if (r == 0 && (read->flags & FIREWALL_RUNTIME))
		r = ask_set(op, zone);
	if (r == 0 && (read->flags & FIREWALL_PERMANENT))
		r = ask_config(op, "getIPSetByName", item_ipset_name(zone), zone, on_ipset_object);
	return r;
}

static int ask_set_by_name(struct firewalld_op *op, const char *name)
{
	_cleanup_free_ char *zone = NULL;

	if (xasprintf(&zone, ITEM_IPSET_PREFIX "%s", name) < 0)
		return -ENOMEM;
	return ask_set(op, zone);
}

static void on_all_sets(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                        struct err *err)
{
	(void)tag;
	if (!absent(op, false, result, "the list of ipsets", err))
		ask_each(op, reply, DBUS_TYPE_STRING, ask_set_by_name, "the list of ipsets", err);
}

/* Of ipsets only those are items that let somebody in, or hold bans: others may be huge. */
static int ask_ipsets_of_items(struct firewalld_op *op, const struct firewall *zone)
{
	char opened[ITEM_OPENED_MAX];
	int opens = firewall_has_hidden_opening(zone, zone->zones.strings[0]), r;

	for (size_t i = 0; i < zone->n && opens == 0; i++)
		opens = item_opening(&zone->entries[i].item, opened);
	r = opens < 0 ? opens : 0;
	for (size_t i = 0; i < zone->n && r == 0; i++) {
		const struct item *item = &zone->entries[i].item;
		_cleanup_free_ char *ipset = NULL;

		if (item->kind == ITEM_SOURCE && opens && item_ipset_name(item->value) &&
		    strlen(item->value) <= ITEM_ZONE_MAX)
			r = ask_ipset(op, item->value);
		else if (item->kind == ITEM_RULE)
			r = item_ipset_of_rule(item, &ipset);
		if (r > 0)
			r = ask_ipset(op, ipset);
	}
	return r;
}

static bool uses_ipsets(const struct ruleset_zone *zone)
{
	for (size_t i = 0; i < zone->sources.n; i++)
		if (item_ipset_name(zone->sources.strings[i]))
			return true;
	for (size_t i = 0; i < zone->n_rules; i++)
		if (zone->rules[i].rule.source.ipset)
			return true;
	return false;
}

/* @name: a zone, or policy:NAME */
static int ask_ipsets_of(struct firewalld_op *op, const char *name)
{
	const struct ruleset_zone *zone = ruleset_zone_of_item(ruleset_of(op), name);
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	int r;

	if (!zone || !uses_ipsets(zone))
		return 0;
	r = itemview_of_zone(&view, zone);
	return r == 0 ? ask_ipsets_of_items(op, &view.firewall) : r;
}

/* --- the direct interface: a call for all chains, one for all rules ------------------------ */

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

/* The ipsets that rules of fail2ban's look into, as ipset:NAME. */
static int find_ipsets_of_bans(struct strv *out, const struct ruleset *ruleset)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_held && r == 0; i++) {
		_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
		const struct ruleset_held *held = &ruleset->held[i];

		if (held->permanent || !item_direct_family(held->zone))
			continue;
		r = itemview_of_held(&view, held);
		for (size_t j = 0; j < view.firewall.n && r == 0; j++) {
			const struct item *item = &view.firewall.entries[j].item;
			_cleanup_free_ char *zone = NULL;

			if (item->kind != ITEM_DIRECT_RULE)
				continue;
			r = directban_ipset(item, &zone);
			if (r > 0)
				r = strv_contains(out, zone) ? 0 : strv_add_take(out, steal(zone));
		}
	}
	return r;
}

/* Of those the ones that are firewalld's. */
static void on_ipset_names(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                           struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL, zones = STRV_NULL;
	int r;

	(void)tag;
	if (absent(op, false, result, "the list of ipsets", err))
		return;
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &names);
	if (r == 0)
		r = find_ipsets_of_bans(&zones, ruleset_of(op));
	for (size_t i = 0; i < zones.n && r == 0; i++)
		if (strv_contains(&names, item_ipset_name(zones.strings[i])))
			r = ask_ipset(op, zones.strings[i]);
	settle(op, r, err, "the list of ipsets");
}

/* Asked for by its name, one of the kernel's would be an error in firewalld's log. */
static int ask_ipsets_of_bans(struct firewalld_op *op)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r = find_ipsets_of_bans(&zones, ruleset_of(op));

	return r == 0 && zones.n > 0 ? ask(op, FIREWALLD_MESSAGE_IPSET, "getIPSets", on_ipset_names)
	                             : r;
}

static void on_direct_chains(struct firewalld_op *op, int result, DBusMessage *reply,
                             const char *tag, struct err *err)
{
	(void)tag;
	if (!absent(op, has_no_direct(result, reply, err), result, "the direct chains", err))
		settle(op, firewalld_answers_direct(reply, ruleset_of(op), false), err,
		       "the direct chains");
}

static void on_direct_rules(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	struct read_op *read = read_op(op);
	int r;

	(void)tag;
	if (absent(op, has_no_direct(result, reply, err), result, "the direct rules", err))
		return;
	r = firewalld_answers_direct(reply, ruleset_of(op), false);
	if (r == 0 && read->packets)
		r = firewalld_answers_direct_rules(reply, ruleset_of(op));
	if (r == 0 && read->all)
		r = ask_ipsets_of_bans(op);
	settle(op, r, err, "the direct rules");
}

static void on_passthroughs(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	(void)tag;
	if (!absent(op, has_no_direct(result, reply, err), result, "the passed through rules", err))
		settle(op, firewalld_answers_passthroughs(reply, ruleset_of(op)), err,
		       "the passed through rules");
}

static void on_permanent_direct(struct firewalld_op *op, int result, DBusMessage *reply,
                                const char *tag, struct err *err)
{
	(void)tag;
	if (!absent(op, has_no_direct(result, reply, err), result, "the permanent direct rules",
	            err))
		settle(op, firewalld_answers_direct(reply, ruleset_of(op), true), err,
		       "the permanent direct rules");
}

static int ask_direct(struct firewalld_op *op)
{
	int r = ask(op, FIREWALLD_MESSAGE_DIRECT, "getAllChains", on_direct_chains);

	return r == 0 ? ask(op, FIREWALLD_MESSAGE_DIRECT, "getAllRules", on_direct_rules) : r;
}

static int ask_permanent_direct(struct firewalld_op *op)
{
	return call(op,
	            firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
	                                   FIREWALLD_MESSAGE_CONFIG_DIRECT, "getSettings", NULL),
	            NULL, on_permanent_direct);
}

/* --- zones and policies ------------------------------------------------------------------- */

static void on_zone(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                    struct err *err)
{
	/* A zone that is not there has nothing in it; that it is missing shows in the zones. */
	bool is_absent =
	    result == FIREWALLD_E_INVALID_SERVICE ||
	    (result == FIREWALLD_E_REFUSED && firewalld_message_has_code(reply, "INVALID_ZONE"));
	DBusMessageIter settings;
	int r;

	if (absent(op, is_absent, result, tag, err))
		return;
	r = firewalld_answers_zone(reply, ruleset_of(op), tag);
	if (r == 0 && item_policy_name(tag) && dbus_message_iter_init(reply, &settings))
		r = firewalld_take_traits(op->fw, tag, &settings, 0);
	if (r == 0 && read_op(op)->all)
		r = ask_ipsets_of(op, tag);
	settle(op, r, err, tag);
}

static int ask_zone(struct firewalld_op *op, const char *zone)
{
	return ask_as(op, FIREWALLD_MESSAGE_ZONE, "getZoneSettings2", zone, zone, on_zone);
}

static int ask_policy(struct firewalld_op *op, const char *policy)
{
	_cleanup_free_ char *zone = NULL;

	if (xasprintf(&zone, ITEM_POLICY_PREFIX "%s", policy) < 0)
		return -ENOMEM;
	return ask_as(op, FIREWALLD_MESSAGE_POLICY, "getPolicySettings", policy, zone, on_zone);
}

/* Before 0.9 firewalld had none. */
static bool has_no_policies(int result, DBusMessage *reply)
{
	return result == FIREWALLD_E_REFUSED &&
	       (dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_METHOD) ||
	        dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_INTERFACE));
}

static void on_policies(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                        struct err *err)
{
	(void)tag;
	if (!absent(op, has_no_policies(result, reply), result, "the list of policies", err))
		ask_each(op, reply, DBUS_TYPE_STRING, ask_policy, "the list of policies", err);
}

static void on_zones(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r;

	(void)tag;
	if (absent(op, false, result, "the list of zones", err))
		return;
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &zones);
	for (size_t i = 0; i < zones.n && r == 0; i++)
		r = ask_zone(op, zones.strings[i]);
	/* Again behind the zones, so that a failure while they were read shows. */
	if (r == 0)
		r = ask_property(op, "state", on_state);
	settle(op, r, err, "the list of zones");
}

/* --- the permanent configuration ---------------------------------------------------------- */

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
	/* It was asked for in front of this, and firewalld answers in order. */
	const char *zone = name_of(read_op(op), tag);

	if (absent(op, false, result, zone ? zone : tag, err))
		return;
	settle(op,
	       zone ? firewalld_answers_permanent(reply, ruleset_of(op), zone)
	            : FIREWALLD_MESSAGE_E_MALFORMED,
	       err, zone ? zone : tag);
}

static int add_path(struct read_op *read, const char *path, const char *name)
{
	int r = strv_add(&read->paths, path);

	return r == 0 ? strv_add(&read->names, name) : r;
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
	_cleanup_free_ char *zone = NULL;
	const char *name;
	int r;

	if (absent(op, false, result, tag, err))
		return;
	r = firewalld_message_variant_string(reply, &name);
	if (r == 0 && xasprintf(&zone, "%s%s", is_policy(tag) ? ITEM_POLICY_PREFIX : "", name) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = add_path(read_op(op), tag, zone);
	settle(op, r, err, tag);
}

static int ask_settings(struct firewalld_op *op, const char *path)
{
	return call(op,
	            firewalld_message_call(op->fw->owner, path, interface_of(path),
	                                   is_policy(path) ? "getSettings" : "getSettings2", NULL),
	            path, on_settings);
}

static int ask_object(struct firewalld_op *op, const char *path)
{
	int r = call(
	    op, firewalld_message_get_property(op->fw->owner, path, interface_of(path), "name"),
	    path, on_name);

	return r == 0 ? ask_settings(op, path) : r;
}

static void on_zone_objects(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	(void)tag;
	if (!absent(op, false, result, "the permanent zones", err))
		ask_each(op, reply, DBUS_TYPE_OBJECT_PATH, ask_object, "the permanent zones", err);
}

static void on_policy_objects(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	(void)tag;
	if (!absent(op, has_no_policies(result, reply), result, "the permanent policies", err))
		ask_each(op, reply, DBUS_TYPE_OBJECT_PATH, ask_object, "the permanent policies",
		         err);
}

static void on_object(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                      struct err *err)
{
	const char *path;
	int r;

	if (absent(op, is_missing(result, reply), result, tag, err))
		return;
	r = firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path);
	if (r == 0)
		r = add_path(read_op(op), path, tag);
	if (r == 0)
		r = ask_settings(op, path);
	settle(op, r, err, tag);
}

/* --- what is asked for -------------------------------------------------------------------- */

static int ask_one_runtime(struct firewalld_op *op, const char *zone, bool *direct)
{
	if (item_direct_family(zone)) {
		bool again = *direct;

		*direct = true;
		return again ? 0 : ask_direct(op); /* of all families at once */
	}
	if (item_ipset_name(zone))
		return ask_ipset(op, zone);
	return item_policy_name(zone) ? ask_policy(op, item_policy_name(zone)) : ask_zone(op, zone);
}

static int ask_one_permanent(struct firewalld_op *op, const char *zone, bool *direct)
{
	const char *policy = item_policy_name(zone);

	if (item_direct_family(zone)) {
		bool again = *direct;

		*direct = true;
		return again ? 0 : ask_permanent_direct(op);
	}
	if (item_ipset_name(zone))
		return ask_ipset(op, zone);
	return ask_config(op, policy ? "getPolicyByName" : "getZoneByName", policy ? policy : zone,
	                  zone, on_object);
}

static int ask_selection(struct firewalld_op *op, const struct strv *zones,
                         int (*ask_one)(struct firewalld_op *op, const char *zone, bool *direct))
{
	bool direct = false;
	int r = 0;

	for (size_t i = 0; i < zones->n && r == 0; i++)
		r = ask_one(op, zones->strings[i], &direct);
	return r;
}

static int ask_runtime(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);
	int r;

	if (!read->all) {
		/* What the restorer waits for comes first. */
		return ask_selection(op, &read->zones, ask_one_runtime);
	}
	r = ask(op, FIREWALLD_MESSAGE_POLICY, "getPolicies", on_policies);
	if (r == 0)
		r = ask(op, FIREWALLD_MESSAGE_ZONE, "getZones", on_zones);
	if (r == 0)
		r = ask(op, FIREWALLD_MESSAGE_INTERFACE, "queryPanicMode", on_panic);
	return r == 0 ? ask_direct(op) : r;
}

/* Not known is no failure: firewalld is what is read. */
static void on_links(struct firewalld_op *op, int result, struct networkmanager_links *links)
{
	struct err err = ERR_NULL;

	if (result == 0) {
		read_op(op)->reading.links = *links;
		*links = NETWORKMANAGER_LINKS_NULL;
	}
	settle(op, 0, &err, "the connections");
}

static int ask_permanent(struct firewalld_op *op)
{
	struct read_op *read = read_op(op);
	int r;

	if (!read->all)
		return ask_selection(op, &read->zones, ask_one_permanent);
	r = firewalld_op_network(op, NULL, on_links);
	if (r >= 0)
		r = ask_config(op, "listZones", NULL, NULL, on_zone_objects);
	if (r == 0)
		r = ask_config(op, "listPolicies", NULL, NULL, on_policy_objects);
	return r == 0 ? ask_permanent_direct(op) : r;
}

/* What is no item, and decides nevertheless. */
static int ask_packets(struct firewalld_op *op)
{
	int r = ask(op, FIREWALLD_MESSAGE_IPSET, "getIPSets", on_all_sets);

	return r == 0 ? ask(op, FIREWALLD_MESSAGE_DIRECT, "getAllPassthroughs", on_passthroughs)
	              : r;
}

static int start(struct firewalld_op *op, const struct firewalld_query *query)
{
	struct read_op *read = read_op(op);
	int r = 0;

	read->flags = query->flags;
	read->packets = query->packets;
	read->all = !query->zones;
	if (query->zones)
		r = strv_copy(&read->zones, query->zones);
	if (r == 0 && (read->flags & FIREWALL_RUNTIME))
		r = ask_runtime(op);
	if (r == 0 && (read->flags & FIREWALL_PERMANENT))
		r = ask_permanent(op);
	for (size_t i = 0; query->ipsets && i < query->ipsets->n && r == 0; i++)
		r = ask_ipset(op, query->ipsets->strings[i]);
	if (r == 0 && read->packets)
		r = ask_packets(op);
	/* once of each instance */
	if (r == 0 && read->all && !op->fw->backend)
		r = call(
		    op,
		    firewalld_message_get_property(op->fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
		                                   FIREWALLD_MESSAGE_CONFIG, "FirewallBackend"),
		    NULL, on_backend);
	/* the same, and in what tells of packets */
	if (r == 0 && (read->packets || (read->all && !op->fw->version)))
		r = ask_property(op, "version", on_version);
	if (r == 0)
		r = ask(op, FIREWALLD_MESSAGE_INTERFACE, "getDefaultZone", on_default_zone);
	if (r == 0)
		r = ask_property(op, "state", on_state);
	return r == -ESHUTDOWN ? FIREWALLD_E_GONE : r;
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
