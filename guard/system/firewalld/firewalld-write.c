// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes firewalld: its runtime, its policies one by one, and its permanent configuration. */
#include "guard/system/firewalld/firewalld-internal.h"

#include <errno.h>
#include <string.h>

/* --- adding and removing ----------------------------------------------------------------- */

static void finish_done(struct firewalld_op *op, int result, const struct err *err)
{
	firewalld_done_fn fn = op->fn.done;
	void *userdata = op->userdata;

	firewalld_op_free(op);
	fn(result, err, userdata);
}

static void on_changed(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                       struct err *err)
{
	(void)reply;
	(void)tag;
	finish_done(op, result, err);
}

static int start_change(struct firewalld *fw, struct firewalld_op **out, DBusMessage *take,
                        firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *op = calloc(1, sizeof(*op));
	int r;

	if (!op) {
		if (take)
			dbus_message_unref(take);
		return -ENOMEM;
	}
	op->fn.done = fn;
	r = firewalld_op_init(fw, op, userdata);
	if (r == 0)
		r = firewalld_op_call(op, take, NULL, on_changed);
	else if (take)
		dbus_message_unref(take);
	if (r != 0) {
		firewalld_op_free(op);
		return r;
	}
	if (out)
		*out = op;
	return 0;
}

/* --- policies: read a list, write it back with one more or less --------------------------- */

static void on_policy_settings(struct firewalld_op *op, int result, DBusMessage *reply,
                               const char *tag, struct err *err)
{
	struct firewalld *fw = op->fw;
	DBusMessage *message = NULL;
	bool done = false;
	int r = result;

	(void)tag;
	if (r == 0 && fw->owner)
		message = firewalld_message_policy_change(fw->owner, NULL, reply, &op->item,
		                                          op->removes, &done);
	if (r == 0 && done)
		r = op->removes ? FIREWALLD_E_NOT_ENABLED : FIREWALLD_E_ALREADY;
	else if (r == 0)
		r = message ? firewalld_op_call(op, message, NULL, on_changed)
		            : err_set(err, FIREWALLD_E_MALFORMED,
		                      "firewalld gave the policy in an unknown form");
	if (r != 0)
		finish_done(op, r, err);
}

/** firewalld_work_policies() - begin with the first that waits; @userdata: the adapter */
void firewalld_work_policies(void *userdata)
{
	struct firewalld *fw = userdata;
	struct firewalld_op *op = fw->policy_queue;
	struct err err = ERR_NULL;
	int r = FIREWALLD_E_GONE;

	if (!op || op->n_calls > 0)
		return;
	if (fw->present)
		r = firewalld_op_call(op,
		                      firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
		                                             FIREWALLD_MESSAGE_POLICY,
		                                             "getPolicySettings",
		                                             item_policy_name(op->item.zone)),
		                      NULL, on_policy_settings);
	if (r != 0)
		finish_done(op, err_set(&err, r, "firewalld went away"), &err);
}

static int change_policy(struct firewalld *fw, struct firewalld_op **out, const struct item *item,
                         bool removes, firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *op = calloc(1, sizeof(*op));
	int r;

	if (!op)
		return -ENOMEM;
	op->fn.done = fn;
	r = firewalld_op_init(fw, op, userdata);
	if (r == 0)
		r = item_copy(&op->item, item);
	if (r != 0) {
		firewalld_op_free(op);
		return r;
	}
	op->removes = removes;
	op->in_policy = true;
	if (fw->policy_queue)
		fw->policy_last->queue_next = op;
	else
		fw->policy_queue = op;
	fw->policy_last = op;
	loop_deferred_trigger(fw->policy_work);
	if (out)
		*out = op;
	return 0;
}

/** firewalld_changes_policy() - is a change of our own to this policy under way? */
bool firewalld_changes_policy(const struct firewalld *fw, const char *policy)
{
	const char *name = fw->policy_queue ? item_policy_name(fw->policy_queue->item.zone) : NULL;

	return name && fw->policy_queue->n_calls > 0 && strcmp(name, policy) == 0;
}

/**
 * firewalld_add() - add an item to the runtime, without a timeout
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                  firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	if (item_policy_name(item->zone))
		return change_policy(fw, op, item, false, fn, userdata);
	return start_change(fw, op, firewalld_message_add(fw->owner, item), fn, userdata);
}

/**
 * firewalld_move() - bind an interface or source to its zone, wherever it is bound now
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @binding: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_move(struct firewalld *fw, struct firewalld_op **op, const struct item *binding,
                   firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	return start_change(fw, op, firewalld_message_move(fw->owner, binding), fn, userdata);
}

/**
 * firewalld_remove() - remove an item from the runtime
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: borrowed during the call
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_remove(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                     firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	if (item_policy_name(item->zone))
		return change_policy(fw, op, item, true, fn, userdata);
	return start_change(fw, op, firewalld_message_remove(fw->owner, item), fn, userdata);
}

static int call_main(struct firewalld *fw, struct firewalld_op **op, const char *member,
                     firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	return start_change(fw, op,
	                    firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_PATH,
	                                           FIREWALLD_MESSAGE_INTERFACE, member, NULL),
	                    fn, userdata);
}

/**
 * firewalld_check() - have firewalld read its files, as `firewall-cmd --check-config`
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @fn: called with 0 when they are in order, or with a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * It answers nobody else meanwhile, for some 100 ms.
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_check(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                    void *userdata)
{
	return call_main(fw, op, "checkPermanentConfig", fn, userdata);
}

/** firewalld_check_found() - does this result of a check say that the files are broken? */
bool firewalld_check_found(int result)
{
	return result == FIREWALLD_E_REFUSED || result == FIREWALLD_E_INVALID_SERVICE;
}

/**
 * firewalld_reload() - load the permanent configuration, as `firewall-cmd --reload`
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @fn: called with 0 when it has, or with a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_reload(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                     void *userdata)
{
	return call_main(fw, op, "reload", fn, userdata);
}

/**
 * firewalld_new_zone() - make a zone in the permanent configuration, with nothing in it
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @zone: its name; a reload brings it into the runtime
 * @fn: called with 0 or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_new_zone(struct firewalld *fw, struct firewalld_op **op, const char *zone,
                       firewalld_done_fn fn, void *userdata)
{
	if (!fw->present)
		return FIREWALLD_E_GONE;
	return start_change(fw, op, firewalld_message_new_zone(fw->owner, zone), fn, userdata);
}

/* --- permanent writes: parallel ones have erased zone files (firewalld#1495) -------------- */

static void on_permanent_done(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	(void)reply;
	(void)tag;
	if (result == (op->removes ? FIREWALLD_E_NOT_ENABLED : FIREWALLD_E_ALREADY)) {
		*err = ERR_NULL;
		result = 0;
	}
	finish_done(op, result, err);
}

/* @tag: the policy's object */
static void on_permanent_settings(struct firewalld_op *op, int result, DBusMessage *reply,
                                  const char *tag, struct err *err)
{
	DBusMessage *message = NULL;
	bool there = false;
	int r = result;

	if (r == 0)
		message = firewalld_message_policy_change(dbus_message_get_sender(reply), tag,
		                                          reply, &op->item, false, &there);
	if (r == 0 && !there)
		r = message ? firewalld_op_call(op, message, NULL, on_permanent_done)
		            : err_set(err, FIREWALLD_E_MALFORMED,
		                      "firewalld gave the policy in an unknown form");
	if (r != 0 || there)
		finish_done(op, r, err);
}

static void on_permanent_path(struct firewalld_op *op, int result, DBusMessage *reply,
                              const char *tag, struct err *err)
{
	const char *path, *sender = reply ? dbus_message_get_sender(reply) : NULL;
	int r;

	(void)tag;
	if (result != 0) {
		finish_done(op, result, err);
		return;
	}
	if (firewalld_message_string(reply, DBUS_TYPE_OBJECT_PATH, &path) != 0) {
		finish_done(op, FIREWALLD_E_MALFORMED, err);
		return;
	}
	/* The same connection answered, so it is the same instance, whoever owns the name now. */
	if (item_policy_name(op->item.zone)) {
		r = firewalld_op_call(op,
		                      firewalld_message_call(sender, path,
		                                             FIREWALLD_MESSAGE_CONFIG_POLICY,
		                                             "getSettings", NULL),
		                      path, on_permanent_settings);
		if (r != 0)
			finish_done(op, r, err);
		return;
	}
	r = firewalld_op_call(op,
	                      op->removes
	                          ? firewalld_message_permanent_remove(sender, path, &op->item)
	                          : firewalld_message_permanent_add(sender, path, &op->item),
	                      NULL, on_permanent_done);
	if (r != 0)
		finish_done(op, r, err);
}

static int start_in_zone(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;
	const char *policy = item_policy_name(op->item.zone);
	const char *ipset = item_ipset_name(op->item.zone);

	if (!fw->present)
		return FIREWALLD_E_GONE;
	return firewalld_op_call(op,
	                         firewalld_message_call(fw->owner, FIREWALLD_MESSAGE_CONFIG_PATH,
	                                                FIREWALLD_MESSAGE_CONFIG,
	                                                policy  ? "getPolicyByName"
	                                                : ipset ? "getIPSetByName"
	                                                        : "getZoneByName",
	                                                policy  ? policy
	                                                : ipset ? ipset
	                                                        : op->item.zone),
	                         NULL, on_permanent_path);
}

static void on_connection(struct firewalld_op *op, int result, struct networkmanager_links *links)
{
	struct err err = ERR_NULL;
	int r = result;

	(void)links;
	if (r == NETWORKMANAGER_E_AWAY || r == NETWORKMANAGER_E_OTHER)
		r = start_in_zone(op);
	else if (r == NETWORKMANAGER_E_REFUSED)
		err_set(&err, r = FIREWALLD_E_REFUSED, "NetworkManager did not take the zone");
	if (r == 0 && result != 0)
		return;
	if (r == FIREWALLD_E_GONE)
		err_set(&err, r, "firewalld went away");
	finish_done(op, r, &err);
}

/* An interface that NetworkManager keeps has its permanent zone there. */
static int start_permanent(struct firewalld_op *op)
{
	int r = NETWORKMANAGER_E_AWAY;

	if (op->item.kind == ITEM_INTERFACE && !op->removes)
		r = firewalld_op_network(op, &op->item, on_connection);
	return r == NETWORKMANAGER_E_AWAY ? start_in_zone(op) : r;
}

/**
 * firewalld_work_queue() - begin with the first permanent write that waits
 * @userdata: the adapter
 *
 * Also where what could not be asked of the bus for want of memory is asked again.
 */
void firewalld_work_queue(void *userdata)
{
	struct firewalld *fw = userdata;
	struct firewalld_op *op = fw->queue;
	struct err err = ERR_NULL;
	int r;

	if (bus_is_connected(fw->bus) && !fw->present && !fw->absent && !fw->owner_slot &&
	    !fw->pid_slot) {
		free(steal(fw->owner));
		firewalld_ask_owner(fw);
	}
	if (!op || op->n_calls > 0)
		return;
	r = start_permanent(op);
	if (r != 0)
		finish_done(op, err_set(&err, r, "firewalld went away"), &err);
}

static int queue_permanent(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                           bool removes, firewalld_done_fn fn, void *userdata)
{
	struct firewalld_op *new;
	int r;

	if (item_direct_family(item->zone) || (removes && item_policy_name(item->zone)))
		return -EOPNOTSUPP;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->fn.done = fn;
	r = firewalld_op_init(fw, new, userdata);
	if (r == 0)
		r = item_copy(&new->item, item);
	if (r != 0) {
		firewalld_op_free(new);
		return r;
	}
	new->queued = true;
	new->removes = removes;
	if (fw->queue)
		fw->queue_last->queue_next = new;
	else
		fw->queue = new;
	fw->queue_last = new;
	loop_deferred_trigger(fw->queue_work);
	if (op)
		*op = new;
	return 0;
}

/**
 * firewalld_permanent_add() - add an item to the permanent configuration of its zone
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: copied
 * @fn: called with 0, also if it was there, or a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -EOPNOTSUPP for an item of
 * the direct interface; -ENOMEM.
 */
int firewalld_permanent_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                            firewalld_done_fn fn, void *userdata)
{
	return queue_permanent(fw, op, item, false, fn, userdata);
}

/**
 * firewalld_permanent_remove() - take an item out of the permanent configuration of its zone
 *
 * For what an administrator asked for alone (law 8). As firewalld_permanent_add(), in
 * the same queue; @fn is called with 0, also if it was not there.
 */
int firewalld_permanent_remove(struct firewalld *fw, struct firewalld_op **op,
                               const struct item *item, firewalld_done_fn fn, void *userdata)
{
	return queue_permanent(fw, op, item, true, fn, userdata);
}
