// SPDX-License-Identifier: GPL-2.0-or-later
/* Ops and their calls: what is under way, whose answers are waited for, and how long. */
#include "guard/system/firewalld/firewalld-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"

struct firewalld_call {
	struct firewalld_op *op;
	struct firewalld_call *prev;
	struct firewalld_call *next;
	struct bus_slot *slot;
	char *tag;
	firewalld_answer_fn fn;
};

static void call_free(struct firewalld_call *call)
{
	struct firewalld_op *op = call->op;

	if (call->prev)
		call->prev->next = call->next;
	else
		op->calls = call->next;
	if (call->next)
		call->next->prev = call->prev;
	op->n_calls--;
	op->fw->n_pending--;
	bus_cancel(call->slot);
	free(call->tag);
	free(call);
}

static void set_slow(struct firewalld *fw, bool slow)
{
	if (fw->slow == slow)
		return;
	fw->slow = slow;
	if (fw->on_slow)
		fw->on_slow(slow, fw->userdata);
}

/** firewalld_on_slow() - nothing was answered for too long; @userdata: the adapter */
void firewalld_on_slow(void *userdata)
{
	set_slow(userdata, true);
}

/* Who goes on answering has time for more, also of those that do not wait for ever. */
#define SLOW_LEAST_MS 500

static int slow_in_ms(const struct firewalld *fw)
{
	int64_t left_ms = fw->slow_by_ms - clock_monotonic_ms();

	if (!fw->slow_by_ms || left_ms > fw->slow_ms)
		return fw->slow_ms;
	return left_ms > SLOW_LEAST_MS ? (int)left_ms : SLOW_LEAST_MS;
}

/* From now on it is waited for. */
static void expect_answer(struct firewalld *fw)
{
	fw->waited_for_us = clock_now_us();
	loop_timer_set(fw->slow_timer, slow_in_ms(fw));
}

/** firewalld_waited_for_us() - since when has nothing been answered? While it is slow; UTC */
int64_t firewalld_waited_for_us(const struct firewalld *fw)
{
	return fw->waited_for_us;
}

static void note_answer(struct firewalld *fw)
{
	set_slow(fw, false);
	if (fw->n_pending > 0)
		expect_answer(fw);
	else
		loop_timer_stop(fw->slow_timer);
}

static int translate_error(DBusMessage *error, struct err *err)
{
	static const struct {
		const char *code;
		int result;
	} codes[] = {
	    {"ALREADY_ENABLED", FIREWALLD_E_ALREADY},
	    {"ZONE_ALREADY_SET", FIREWALLD_E_ALREADY},
	    {"NOT_ENABLED", FIREWALLD_E_NOT_ENABLED},
	    {"UNKNOWN_INTERFACE", FIREWALLD_E_NOT_ENABLED},
	    {"UNKNOWN_SOURCE", FIREWALLD_E_NOT_ENABLED},
	    {"ZONE_CONFLICT", FIREWALLD_E_CONFLICT},
	    {"ACCESS_DENIED", FIREWALLD_E_DENIED},
	    {"PANIC_MODE", FIREWALLD_E_PANIC},
	    {"NOT_AUTHORIZED", FIREWALLD_E_UNAUTHORIZED},
	    {"INVALID_SERVICE", FIREWALLD_E_INVALID_SERVICE},
	    {"INVALID_POLICY", FIREWALLD_E_INVALID_SERVICE},
	    {"INVALID_IPSET", FIREWALLD_E_INVALID_SERVICE},
	};
	int result = FIREWALLD_E_REFUSED;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (firewalld_message_has_code(error, codes[i].code))
			result = codes[i].result;
	/* by its name, where it has no code */
	if (strstr(dbus_message_get_error_name(error), "NotAuthorized"))
		result = FIREWALLD_E_UNAUTHORIZED;
	return err_set(err, result, "%s", firewalld_message_error_text(error));
}

static int translate_result(int result, DBusMessage *reply, struct err *err)
{
	if (result == 0)
		return 0;
	if (result == BUS_E_ERROR)
		return translate_error(reply, err);
	if (result == BUS_E_TIMEOUT)
		return err_set(err, FIREWALLD_E_TIMEOUT, "firewalld did not answer in time");
	return err_set(err, FIREWALLD_E_GONE, "firewalld went away");
}

static void on_answer(int result, DBusMessage *reply, void *userdata)
{
	struct firewalld_call *call = userdata;
	struct firewalld_op *op = call->op;
	firewalld_answer_fn fn = call->fn;
	_cleanup_free_ char *tag = steal(call->tag);
	struct err err = ERR_NULL;

	call->slot = NULL;
	call_free(call);
	note_answer(op->fw);
	result = translate_result(result, reply, &err);
	fn(op, result, reply, tag, &err);
}

/**
 * firewalld_op_call() - call firewalld on behalf of an op
 * @op: gets the call added
 * @take: the message, taken over also on failure; NULL counts as out of memory
 * @tag: copied, for @fn; may be NULL
 * @fn: called with the answer
 *
 * Return: 0; FIREWALLD_E_GONE; -ENOMEM.
 */
int firewalld_op_call(struct firewalld_op *op, DBusMessage *take, const char *tag,
                      firewalld_answer_fn fn)
{
	struct firewalld *fw = op->fw;
	struct firewalld_call *call = calloc(1, sizeof(*call));
	int r;

	if (!call || (tag && !(call->tag = strdup(tag)))) {
		free(call);
		if (take)
			dbus_message_unref(take);
		return -ENOMEM;
	}
	call->op = op;
	call->fn = fn;
	call->next = op->calls;
	if (op->calls)
		op->calls->prev = call;
	op->calls = call;
	op->n_calls++;
	if (fw->n_pending++ == 0)
		expect_answer(fw);
	r = bus_call(fw->bus, &call->slot, take, fw->call_timeout_ms, on_answer, call);
	if (r == 0)
		return 0;
	call->slot = NULL;
	call_free(call);
	return r < 0 ? r : FIREWALLD_E_GONE;
}

/**
 * firewalld_op_init() - begin an op
 * @fw: the adapter
 * @op: zeroed, on the heap; freed with firewalld_op_free() also on failure
 * @userdata: for its callback
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away.
 */
int firewalld_op_init(struct firewalld *fw, struct firewalld_op *op, void *userdata)
{
	op->fw = fw;
	op->userdata = userdata;
	op->next = fw->ops;
	if (fw->ops)
		fw->ops->prev = op;
	fw->ops = op;
	return fw->present ? 0 : FIREWALLD_E_GONE;
}

/* Takes an op out of a queue; true: others wait in it. */
static bool take_out(struct firewalld_op **first, struct firewalld_op **end,
                     struct firewalld_op *op)
{
	struct firewalld_op **link = first;
	struct firewalld_op *last = NULL;

	while (*link && *link != op) {
		last = *link;
		link = &last->queue_next;
	}
	if (*link)
		*link = op->queue_next;
	if (*end == op)
		*end = last;
	return *first != NULL;
}

static void unqueue(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;

	if (op->queued && take_out(&fw->queue, &fw->queue_last, op))
		loop_deferred_trigger(fw->queue_work);
	if (op->in_policy && take_out(&fw->policy_queue, &fw->policy_last, op))
		loop_deferred_trigger(fw->policy_work);
	op->queued = false;
	op->in_policy = false;
}

static void on_network(int result, struct networkmanager_links *links, void *userdata)
{
	struct firewalld_op *op = userdata;

	op->question = NULL;
	op->n_calls--;
	op->fw->n_pending--;
	op->on_network(op, result, links);
}

/**
 * firewalld_op_network() - ask NetworkManager on behalf of an op, which has one question at most
 * @interface: whose zone its connection is to be given; NULL: all of them are read
 * @fn:        called with the answer
 *
 * Return: 0; NETWORKMANAGER_E_AWAY; -ENOMEM.
 */
int firewalld_op_network(struct firewalld_op *op, const struct item *interface,
                         firewalld_network_fn fn)
{
	struct bus *bus = op->fw->bus;
	int r = interface ? networkmanager_set_zone(&op->question, bus, interface->value,
	                                            interface->zone, on_network, op)
	                  : networkmanager_read(&op->question, bus, on_network, op);

	if (r != 0)
		return r;
	op->on_network = fn;
	op->n_calls++;
	op->fw->n_pending++;
	return 0;
}

/**
 * firewalld_op_free() - end an op and its calls without calling its callback
 * @op: not NULL
 */
void firewalld_op_free(struct firewalld_op *op)
{
	struct firewalld *fw = op->fw;

	unqueue(op);
	while (op->calls)
		call_free(op->calls);
	if (op->question)
		fw->n_pending--;
	networkmanager_cancel(op->question);
	if (fw->n_pending == 0)
		loop_timer_stop(fw->slow_timer);
	if (op->prev)
		op->prev->next = op->next;
	else
		fw->ops = op->next;
	if (op->next)
		op->next->prev = op->prev;
	if (op->deinit)
		op->deinit(op);
	item_deinit(&op->item);
	free(op);
}

/**
 * firewalld_cancel() - forget something that is under way
 * @op: may be NULL; not to be used any more
 *
 * What has been sent may still be carried out by firewalld.
 */
void firewalld_cancel(struct firewalld_op *op)
{
	if (op)
		firewalld_op_free(op);
}
