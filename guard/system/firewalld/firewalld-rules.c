/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/firewalld/firewalld-rules.h"

#include <errno.h>
#include <string.h>

#include "guard/system/firewalld/firewalld-internal.h"
#include "guard/system/firewalld/firewalld-answers.h"

#define FIREWALLD_MESSAGE_DIRECT "org.fedoraproject.FirewallD1.direct"

/* More services in one firewall than anybody has; a circle of includes ends anyway. */
#define SERVICES_MAX 4096

struct rules_op {
	struct firewalld_op op; /* first, so that one can be made of the other */
	firewalld_rules_fn fn;
	uint64_t generation;
	struct firewalld_rules rules;
	struct strv asked; /* names of services */
};

static struct rules_op *rules_op(struct firewalld_op *op)
{
	return (struct rules_op *)op;
}

static struct ruleset *ruleset_of(struct firewalld_op *op)
{
	return &rules_op(op)->rules.ruleset;
}

/** firewalld_rules_deinit() - free what was read; empty afterwards */
void firewalld_rules_deinit(struct firewalld_rules *rules)
{
	ruleset_deinit(&rules->ruleset);
}

static void rules_deinit(struct firewalld_op *op)
{
	strv_deinit(&rules_op(op)->asked);
	firewalld_rules_deinit(&rules_op(op)->rules);
}

static void finish(struct firewalld_op *op, int result, const struct err *err)
{
	struct rules_op *read = rules_op(op);
	struct firewalld_rules rules = read->rules;
	firewalld_rules_fn fn = read->fn;
	void *userdata = op->userdata;

	/* Half a ruleset decides wrongly (law 2). */
	if (result != 0)
		firewalld_rules_deinit(&rules);
	rules.stale = read->generation != op->fw->generation;
	read->rules.ruleset = RULESET_NULL;
	firewalld_op_free(op);
	fn(result, &rules, err, userdata);
	firewalld_rules_deinit(&rules);
}

static void fail(struct firewalld_op *op, int result, struct err *err, const char *what)
{
	if (result == FIREWALLD_E_MALFORMED)
		err_set(err, result, "firewalld gave %s in an unknown form", what);
	else
		err_prefix(err, result, "%s", what);
	finish(op, result, err);
}

static int ask(struct firewalld_op *op, const char *interface, const char *member,
               const char *argument, firewalld_answer_fn fn)
{
	return firewalld_op_call(op,
	                         firewalld_message_call(op->fw->owner, FIREWALLD_MESSAGE_PATH,
	                                                interface, member, argument),
	                         argument, fn);
}

/* --- services, when all that uses them is there ------------------------------------------- */

static void settle(struct firewalld_op *op, int r, struct err *err, const char *what);

static bool is_unknown(int result, DBusMessage *reply)
{
	return result == FIREWALLD_E_INVALID_SERVICE ||
	       (result == FIREWALLD_E_REFUSED &&
	        (firewalld_message_has_code(reply, "INVALID_ZONE") ||
	         dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_METHOD) ||
	         dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_OBJECT) ||
	         dbus_message_is_error(reply, DBUS_ERROR_UNKNOWN_INTERFACE)));
}

/* What nobody can tell is none; the model says that it does not know. */
static bool refused(struct firewalld_op *op, int result, DBusMessage *reply, const char *what,
                    struct err *err)
{
	if (result == 0)
		return false;
	if (is_unknown(result, reply)) {
		*err = ERR_NULL;
		settle(op, 0, err, what);
	} else {
		fail(op, result, err, what);
	}
	return true;
}

static void on_service(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_service(reply, ruleset_of(op), tag), err, tag);
}

static int ask_service(struct firewalld_op *op, const char *name)
{
	struct rules_op *read = rules_op(op);
	int r;

	if (read->asked.n >= SERVICES_MAX || strv_contains(&read->asked, name))
		return 0;
	r = strv_add(&read->asked, name);
	return r == 0
	           ? ask(op, FIREWALLD_MESSAGE_INTERFACE, "getServiceSettings2", name, on_service)
	           : r;
}

static int ask_services(struct firewalld_op *op, const struct strv *names)
{
	int r = 0;

	for (size_t i = 0; i < names->n && r == 0; i++)
		r = ask_service(op, names->strings[i]);
	return r;
}

static int ask_services_of_zone(struct firewalld_op *op, const struct ruleset_zone *zone)
{
	int r = ask_services(op, &zone->services);

	for (size_t i = 0; i < zone->n_rules && r == 0; i++)
		if (zone->rules[i].rule.element == RICHRULE_ELEMENT_SERVICE)
			r = ask_service(op, zone->rules[i].rule.value);
	return r;
}

static int ask_missing_services(struct firewalld_op *op)
{
	const struct ruleset *ruleset = ruleset_of(op);
	int r = 0;

	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++)
		r = ask_services_of_zone(op, &ruleset->zones[i]);
	for (size_t i = 0; i < ruleset->n_services && r == 0; i++)
		r = ask_services(op, &ruleset->services[i].includes);
	return r;
}

static void on_state(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	const char *name;

	(void)tag;
	if (result == 0 && firewalld_message_variant_string(reply, &name) != 0)
		result = FIREWALLD_E_MALFORMED;
	if (result != 0) {
		fail(op, result, err, "its state");
		return;
	}
	rules_op(op)->rules.state = firewall_state_parse(name);
	finish(op, 0, err);
}

/* After each answer; the last one asks for what is missing, and then for the state. */
static void settle(struct firewalld_op *op, int r, struct err *err, const char *what)
{
	if (r != 0) {
		fail(op, r > 0 ? FIREWALLD_E_MALFORMED : r, err, what);
		return;
	}
	if (op->n_calls > 0)
		return;
	r = ask_missing_services(op);
	if (r == 0 && op->n_calls == 0)
		r = firewalld_op_call(
		    op,
		    firewalld_message_get_property(op->fw->owner, FIREWALLD_MESSAGE_PATH,
		                                   FIREWALLD_MESSAGE_INTERFACE, "state"),
		    NULL, on_state);
	if (r != 0)
		fail(op, r, err, "firewalld");
}

/* --- zones and policies ------------------------------------------------------------------- */

static void on_zone(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                    struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_zone(reply, ruleset_of(op), tag, false), err, tag);
}

static void on_policy(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                      struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_zone(reply, ruleset_of(op), tag, true), err, tag);
}

static void on_permanent_zone(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_permanent(reply, ruleset_of(op), tag, false), err,
		       tag);
}

static void on_permanent_policy(struct firewalld_op *op, int result, DBusMessage *reply,
                                const char *tag, struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_permanent(reply, ruleset_of(op), tag, true), err, tag);
}

static void ask_settings(struct firewalld_op *op, int result, DBusMessage *reply, const char *name,
                         struct err *err, const char *interface, const char *member,
                         firewalld_answer_fn fn)
{
	const char *path;
	int r;

	if (refused(op, result, reply, name, err))
		return;
	r = firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path);
	if (r == 0)
		r = firewalld_op_call(
		    op, firewalld_message_call(op->fw->owner, path, interface, member, NULL), name,
		    fn);
	settle(op, r, err, name);
}

static void on_zone_path(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                         struct err *err)
{
	ask_settings(op, result, reply, tag, err, FIREWALLD_MESSAGE_CONFIG_ZONE, "getSettings2",
	             on_permanent_zone);
}

static void on_policy_path(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                           struct err *err)
{
	ask_settings(op, result, reply, tag, err, FIREWALLD_MESSAGE_CONFIG_POLICY, "getSettings",
	             on_permanent_policy);
}

static int ask_config(struct firewalld_op *op, const char *member, const char *name,
                      firewalld_answer_fn fn)
{
	return firewalld_op_call(op,
	                         firewalld_message_call(op->fw->owner,
	                                                FIREWALLD_MESSAGE_CONFIG_PATH,
	                                                FIREWALLD_MESSAGE_CONFIG, member, name),
	                         name, fn);
}

static int ask_zone(struct firewalld_op *op, const char *name)
{
	int r = ask(op, FIREWALLD_MESSAGE_ZONE, "getZoneSettings2", name, on_zone);

	return r == 0 ? ask_config(op, "getZoneByName", name, on_zone_path) : r;
}

static int ask_policy(struct firewalld_op *op, const char *name)
{
	int r = ask(op, FIREWALLD_MESSAGE_POLICY, "getPolicySettings", name, on_policy);

	return r == 0 ? ask_config(op, "getPolicyByName", name, on_policy_path) : r;
}

/* --- ipsets and direct rules -------------------------------------------------------------- */

static void on_ipset(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	if (!refused(op, result, reply, tag, err))
		settle(op, firewalld_answers_ipset(reply, ruleset_of(op), tag), err, tag);
}

static int ask_ipset(struct firewalld_op *op, const char *name)
{
	return ask(op, FIREWALLD_MESSAGE_IPSET, "getIPSetSettings", name, on_ipset);
}

static void on_direct_rules(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	(void)tag;
	if (!refused(op, result, reply, "the direct rules", err))
		settle(op, firewalld_answers_direct_rules(reply, ruleset_of(op)), err,
		       "the direct rules");
}

static void on_passthroughs(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	(void)tag;
	if (!refused(op, result, reply, "the passed through rules", err))
		settle(op, firewalld_answers_passthroughs(reply, ruleset_of(op)), err,
		       "the passed through rules");
}

/* --- lists of names ----------------------------------------------------------------------- */

typedef int (*ask_one_fn)(struct firewalld_op *op, const char *name);

static void ask_each(struct firewalld_op *op, int result, DBusMessage *reply, ask_one_fn ask_one,
                     const char *what, struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	int r;

	if (refused(op, result, reply, what, err))
		return;
	r = firewalld_message_list(reply, DBUS_TYPE_STRING, &names);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		r = ask_one(op, names.strings[i]);
		if (r > 0) {
			fail(op, r, err, what);
			return;
		}
	}
	settle(op, r, err, what);
}

static void on_zones(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	(void)tag;
	ask_each(op, result, reply, ask_zone, "the list of zones", err);
}

static void on_policies(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                        struct err *err)
{
	(void)tag;
	ask_each(op, result, reply, ask_policy, "the list of policies", err);
}

static void on_ipsets(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                      struct err *err)
{
	(void)tag;
	ask_each(op, result, reply, ask_ipset, "the list of ipsets", err);
}

/* --- the whole ---------------------------------------------------------------------------- */

static int keep(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

static void on_version(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	struct ruleset *ruleset = ruleset_of(op);
	const char *version;
	int r;

	(void)tag;
	if (refused(op, result, reply, "its version", err))
		return;
	r = firewalld_message_variant_string(reply, &version);
	if (r == 0)
		r = keep(&ruleset->version, version);
	/* 2.0 brought priorities of zones, and sorts by them. */
	if (r == 0 && strtol(version, NULL, 10) >= 2)
		ruleset->dispatch = RULESET_DISPATCH_2;
	settle(op, r, err, "its version");
}

static void on_default_zone(struct firewalld_op *op, int result, DBusMessage *reply,
                            const char *tag, struct err *err)
{
	const char *zone;
	int r;

	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the default zone");
		return;
	}
	r = firewalld_message_string(reply, DBUS_TYPE_STRING, &zone);
	if (r == 0)
		r = keep(&ruleset_of(op)->default_zone, zone);
	settle(op, r, err, "the default zone");
}

static void on_panic(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	(void)tag;
	if (result != 0) {
		fail(op, result, err, "the panic mode");
		return;
	}
	settle(op, firewalld_message_bool(reply, &ruleset_of(op)->panic), err, "the panic mode");
}

static int start(struct firewalld_op *op)
{
	static const struct {
		const char *interface, *member;
		firewalld_answer_fn fn;
	} questions[] = {
	    {FIREWALLD_MESSAGE_INTERFACE, "getDefaultZone", on_default_zone},
	    {FIREWALLD_MESSAGE_INTERFACE, "queryPanicMode", on_panic},
	    {FIREWALLD_MESSAGE_ZONE, "getZones", on_zones},
	    {FIREWALLD_MESSAGE_POLICY, "getPolicies", on_policies},
	    {FIREWALLD_MESSAGE_IPSET, "getIPSets", on_ipsets},
	    {FIREWALLD_MESSAGE_DIRECT, "getAllRules", on_direct_rules},
	    {FIREWALLD_MESSAGE_DIRECT, "getAllPassthroughs", on_passthroughs},
	};
	int r = firewalld_op_call(
	    op,
	    firewalld_message_get_property(op->fw->owner, FIREWALLD_MESSAGE_PATH,
	                                   FIREWALLD_MESSAGE_INTERFACE, "version"),
	    NULL, on_version);

	for (size_t i = 0; i < ARRAY_SIZE(questions) && r == 0; i++)
		r = ask(op, questions[i].interface, questions[i].member, NULL, questions[i].fn);
	return r;
}

/**
 * firewalld_rules() - read what firewalld decides packets by
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @fn: called with 0 and what was read, or with a FIREWALLD_E_* or negative errno
 *      and nothing
 * @userdata: for @fn
 *
 * All is asked for in three or four goes, whatever there is. Chains of others are
 * not among it (ruleset.chains_known stays false).
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_rules(struct firewalld *fw, struct firewalld_op **op, firewalld_rules_fn fn,
                    void *userdata)
{
	struct rules_op *read = calloc(1, sizeof(*read));
	int r;

	if (!read)
		return -ENOMEM;
	read->op.deinit = rules_deinit;
	read->fn = fn;
	read->generation = fw->generation;
	r = firewalld_op_init(fw, &read->op, userdata);
	if (r == 0)
		r = start(&read->op);
	if (r != 0) {
		firewalld_op_free(&read->op);
		return r;
	}
	if (op)
		*op = &read->op;
	return 0;
}

struct wait {
	struct loop *loop;
	bool done;
	int result;
	struct firewalld_rules *out;
	struct err *err;
};

static void on_rules(int result, struct firewalld_rules *rules, const struct err *err,
                     void *userdata)
{
	struct wait *wait = userdata;

	if (result == 0) {
		*wait->out = *rules;
		rules->ruleset = RULESET_NULL;
	} else if (wait->err) {
		*wait->err = *err;
	}
	wait->result = result;
	wait->done = true;
	loop_exit(wait->loop, 0);
}

/**
 * firewalld_rules_wait() - firewalld_rules(), waited for
 * @fw: the adapter
 * @out: receives what was read; untouched on failure; the caller frees it
 * @deadline_ms: by clock_monotonic_ms()
 * @err: says what went wrong
 *
 * Return: 0; a FIREWALLD_E_*; negative errno.
 */
int firewalld_rules_wait(struct firewalld *fw, struct firewalld_rules *out, int64_t deadline_ms,
                         struct err *err)
{
	struct wait wait = {.loop = bus_loop(fw->bus), .out = out, .err = err};
	struct firewalld_op *op = NULL;
	int r = firewalld_rules(fw, &op, on_rules, &wait);

	if (r == FIREWALLD_E_GONE)
		return err_set(err, r, "firewalld is not running");
	if (r != 0)
		return r;
	r = loop_run_until(wait.loop, deadline_ms, NULL);
	if (wait.done)
		return wait.result;
	firewalld_cancel(op);
	if (r == LOOP_E_DEADLINE)
		return err_set(err, FIREWALLD_E_TIMEOUT, "firewalld did not answer in time");
	return r < 0 ? r : -EINTR;
}
