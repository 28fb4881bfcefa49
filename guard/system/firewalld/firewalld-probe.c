// SPDX-License-Identifier: GPL-2.0-or-later
/* The canary half of the firewalld adapter: two calls, whatever firewalld holds. */
#include "guard/system/firewalld/firewalld.h"

#include <errno.h>

#include "guard/system/firewalld/firewalld-internal.h"

struct probe_op {
	struct firewalld_op op; /* first, so that one can be made of the other */
	enum firewall_state state;
	bool there;
};

static struct probe_op *probe_op(struct firewalld_op *op)
{
	return (struct probe_op *)op;
}

static void finish(struct firewalld_op *op, int result, const struct err *err)
{
	enum firewall_state state = probe_op(op)->state;
	bool there = probe_op(op)->there;
	firewalld_probe_fn fn = op->fn.probe;
	void *userdata = op->userdata;

	firewalld_op_free(op);
	fn(result, state, there, err, userdata);
}

/* With 0 or an error of firewalld_message; the last answer ends the probe. */
static void settle(struct firewalld_op *op, int r, struct err *err)
{
	if (r != 0)
		finish(op,
		       err_set(err, FIREWALLD_E_MALFORMED, "firewalld answered in an unknown form"),
		       err);
	else if (op->n_calls == 0)
		finish(op, 0, err);
}

static void on_there(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	(void)tag;
	/* a stock configuration does not have all zones: what is in one of the others is gone */
	if (result == FIREWALLD_E_REFUSED && firewalld_message_has_code(reply, "INVALID_ZONE")) {
		*err = ERR_NULL;
		settle(op, 0, err);
	} else if (result != 0) {
		finish(op, result, err);
	} else {
		settle(op, firewalld_message_bool(reply, &probe_op(op)->there), err);
	}
}

static void on_state(struct firewalld_op *op, int result, DBusMessage *reply, const char *tag,
                     struct err *err)
{
	const char *name;
	int r;

	(void)tag;
	if (result != 0) {
		finish(op, result, err);
		return;
	}
	r = firewalld_message_variant_string(reply, &name);
	if (r == 0)
		probe_op(op)->state = firewall_state_parse(name);
	settle(op, r, err);
}

static int ask(struct firewalld_op *op, const struct item *item)
{
	const char *owner = op->fw->owner;
	int r = 0;

	if (item)
		r = firewalld_op_call(op, firewalld_message_query(owner, item), NULL, on_there);
	if (r == 0)
		r = firewalld_op_call(op,
		                      firewalld_message_get_property(owner, FIREWALLD_MESSAGE_PATH,
		                                                     FIREWALLD_MESSAGE_INTERFACE,
		                                                     "state"),
		                      NULL, on_state);
	return r;
}

/**
 * firewalld_probe() - ask how firewalld is, and whether it still has one item
 * @fw: the adapter
 * @op: receives what can be cancelled; may be NULL
 * @item: of a zone, not of a policy; NULL: none, and it counts as there
 * @fn: called with the state and the answer, or with a FIREWALLD_E_*
 * @userdata: for @fn
 *
 * Costs firewalld 4 ms, however many rules it has.
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; -ENOMEM.
 */
int firewalld_probe(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                    firewalld_probe_fn fn, void *userdata)
{
	struct probe_op *probe = calloc(1, sizeof(*probe));
	int r;

	if (!probe)
		return -ENOMEM;
	probe->op.fn.probe = fn;
	probe->there = !item;
	r = firewalld_op_init(fw, &probe->op, userdata);
	if (r == 0)
		r = ask(&probe->op, item);
	if (r != 0) {
		firewalld_op_free(&probe->op);
		return r;
	}
	if (op)
		*op = &probe->op;
	return 0;
}
