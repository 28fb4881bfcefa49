// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/canary.h"

#include <errno.h>

/* Each so many canaries, a look at everything. */
#define AUDIT_WHOLE 20

struct canary {
	struct canary_options given;
	struct loop_source *timer;  /* ask whether all is still there */
	struct firewalld_op *probe; /* that is under way */
	unsigned n_probes;
};

/* What the next wipe would take counts for more than what it would leave; then mail first. */
static bool is_better(const struct firewall_entry *a, const struct firewall_entry *b)
{
	unsigned permanent_a = a->flags & FIREWALL_PERMANENT;
	unsigned permanent_b = b->flags & FIREWALL_PERMANENT;

	return permanent_a != permanent_b ? !permanent_a : item_restore_cmp(&a->item, &b->item) < 0;
}

static bool can_be_asked_for(const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) &&
	       (entry->item.kind == ITEM_SERVICE || entry->item.kind == ITEM_PORT) &&
	       !item_policy_name(entry->item.zone);
}

/* NULL: nothing that is protected can be asked for. */
static const struct item *pick(const struct canary *canary)
{
	const struct firewall *wanted = engine_wanted(canary->given.engine);
	const struct firewall_entry *best = NULL;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct firewall_entry *entry = &wanted->entries[i];

		if (can_be_asked_for(entry) &&
		    scope_protects(&canary->given.config->scope, wanted, &entry->item) &&
		    (!best || is_better(entry, best)))
			best = entry;
	}
	return best ? &best->item : NULL;
}

static void on_probe(int result, enum firewall_state state, bool there, const struct err *err,
                     void *userdata)
{
	struct canary *canary = userdata;

	canary->probe = NULL;
	if (result == FIREWALLD_E_GONE)
		return;
	/* a signal that came meanwhile makes this look one in vain, and no harm is done */
	if (result != 0 || !there || state != FIREWALL_STATE_RUNNING) {
		logger_write(canary->given.logger, LOGGER_DEBUG, "the canary is gone: %s",
		             result                            ? err_text(err, result)
		             : state == FIREWALL_STATE_RUNNING ? "looking at everything"
		                                               : firewall_state_name(state));
		engine_look(canary->given.engine, ENGINE_LOOK_AT_ALL);
		return;
	}
	engine_look(canary->given.engine, ENGINE_LOOK_AT_KERNEL);
}

/** canary_ask() - now, unless a cycle is under way that finds out anyway */
void canary_ask(struct canary *canary)
{
	if (!engine_now(canary->given.engine).idle || canary->probe)
		return;
	if (firewalld_probe(canary->given.fw, &canary->probe, pick(canary), on_probe, canary) != 0)
		canary->probe = NULL; /* the next one asks again */
}

static void on_due(void *userdata)
{
	struct canary *canary = userdata;

	canary_plan(canary);
	if (++canary->n_probes % AUDIT_WHOLE == 0)
		engine_look(canary->given.engine, ENGINE_LOOK_AT_ALL);
	else
		canary_ask(canary);
}

/** canary_plan() - when to ask next; after the configuration was read, too */
void canary_plan(struct canary *canary)
{
	unsigned audit_s = canary->given.config->audit_s;

	if (audit_s)
		loop_timer_set_lazy(canary->timer, INT64_C(1000) * audit_s);
	else
		loop_timer_stop(canary->timer);
}

/**
 * canary_new() - ask now and then, as configured
 * @out:     written on success alone; release with canary_free()
 * @options: copied
 *
 * Return: 0 or negative errno.
 */
int canary_new(struct canary **out, const struct canary_options *options)
{
	struct canary *canary = calloc(1, sizeof(*canary));
	int r;

	if (!canary)
		return -ENOMEM;
	canary->given = *options;
	r = loop_add_timer(options->loop, &canary->timer, on_due, canary);
	if (r < 0) {
		free(canary);
		return r;
	}
	canary_plan(canary);
	*out = canary;
	return 0;
}

/** canary_free() - NULL is fine */
void canary_free(struct canary *canary)
{
	if (!canary)
		return;
	firewalld_cancel(canary->probe);
	loop_remove(canary->timer);
	free(canary);
}
