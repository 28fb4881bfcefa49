// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/plan.h"

#include "guard/model/portspace.h"

#include <errno.h>
#include <string.h>

/** plan_step_deinit() - release what a step owns */
void plan_step_deinit(struct plan_step *step)
{
	item_deinit(&step->item);
	item_deinit(&step->whole);
}

/** plan_step_copy() - deep copy; @out is written on success alone; Return: 0 or -ENOMEM */
int plan_step_copy(struct plan_step *out, const struct plan_step *from)
{
	struct plan_step copy = *from;

	copy.whole = ITEM_NULL;
	if (item_copy(&copy.item, &from->item) < 0)
		return -ENOMEM;
	if (from->whole.value && item_copy(&copy.whole, &from->whole) < 0) {
		plan_step_deinit(&copy);
		return -ENOMEM;
	}
	*out = copy;
	return 0;
}

/** plan_step_call() - what firewalld is asked for; borrowed */
const struct item *plan_step_call(const struct plan_step *step)
{
	return step->whole.value ? &step->whole : &step->item;
}

/** plan_step_narrow() - ask for the item alone */
void plan_step_narrow(struct plan_step *step)
{
	item_deinit(&step->whole);
}

/** plan_deinit() - release everything; the result is PLAN_NULL and usable */
void plan_deinit(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		plan_step_deinit(&plan->steps[i]);
	free(plan->steps);
	*plan = PLAN_NULL;
}

/*
 * The turns of the plan. A zone that packets reach only through a binding needs
 * it before its mail services are worth anything; the default zone is reached
 * without, so there the services come first, as everywhere else (law 3).
 */
enum turn {
	TURN_BINDINGS_OF_MAIL,
	TURN_MAIL_AND_WEB,
	TURN_BINDINGS,
	TURN_REST,
	N_TURNS,
};

static bool opens_mail(const struct item *item, const char *zone)
{
	return item_class(item) == ITEM_CLASS_MAIL && strcmp(item->zone, zone) == 0;
}

static bool zone_has_mail(const struct loss *loss, const struct firewall *now, const char *zone)
{
	for (size_t i = 0; i < loss->n; i++)
		if (loss_verdict_restores(loss->rows[i].verdict) &&
		    opens_mail(&loss->rows[i].item, zone))
			return true;
	for (size_t i = 0; i < now->n; i++)
		if ((now->entries[i].flags & FIREWALL_RUNTIME) &&
		    opens_mail(&now->entries[i].item, zone))
			return true;
	return false;
}

static enum turn turn_of(const struct item *item, const struct loss *loss,
                         const struct firewall *now)
{
	enum item_class class = item_class(item);

	if (class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB)
		return TURN_MAIL_AND_WEB;
	if (class != ITEM_CLASS_BINDING)
		return TURN_REST;
	if (item->kind == ITEM_ENTRY)
		return TURN_BINDINGS; /* there may be many */
	if (firewall_is_default_zone(now, item->zone))
		return TURN_BINDINGS;
	return zone_has_mail(loss, now, item->zone) ? TURN_BINDINGS_OF_MAIL : TURN_BINDINGS;
}

/* Is the row still to be restored? Says what becomes of it in @step. */
static bool needs_step(struct plan_step *step, const struct loss_row *row,
                       const struct firewall *now, int64_t now_us)
{
	const struct firewall_entry *elsewhere;

	if (!loss_verdict_restores(row->verdict) || firewall_has(now, &row->item, FIREWALL_RUNTIME))
		return false;
	/* required for good, whatever timeout it once had */
	step->until_us = row->verdict == LOSS_REQUIRED ? 0 : row->until_us;
	if (step->until_us && step->until_us <= now_us)
		return false;
	elsewhere = item_is_binding(&row->item) ? firewall_bound_elsewhere(now, &row->item) : NULL;
	step->move = elsewhere != NULL;
	return !elsewhere || row->verdict == LOSS_REQUIRED || firewall_is_fallback(now, elsewhere);
}

static int add_step(struct plan *plan, struct plan_step *step, const struct item *item)
{
	if (grow(&plan->steps, &plan->capacity, plan->n + 1, sizeof(*step)) < 0 ||
	    item_copy(&step->item, item) < 0)
		return -ENOMEM;
	plan->steps[plan->n++] = *step;
	return 0;
}

/* What is there and what comes back, of ports. */
static int gather_ports(struct firewall *out, const struct plan *plan, const struct loss *loss,
                        const struct firewall *now)
{
	struct firewall_entry *entry;
	struct item_ports ports;
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		if (!(now->entries[i].flags & FIREWALL_RUNTIME) ||
		    !item_ports(&now->entries[i].item, &ports))
			continue;
		r = firewall_put(out, &now->entries[i].item, &entry);
		if (r == 0)
			entry->flags = now->entries[i].flags;
	}
	for (size_t i = 0; i < plan->n && r == 0; i++) {
		if (!item_ports(&plan->steps[i].item, &ports))
			continue;
		r = firewall_put(out, &plan->steps[i].item, &entry);
		if (r == 0)
			entry->flags = loss->rows[plan->steps[i].loss_row].flags | FIREWALL_RUNTIME;
	}
	return r;
}

/* firewalld joins what overlaps: asked for as it was listed, it is listed so again. */
static int widen_ports(struct plan *plan, const struct loss *loss, const struct firewall *now)
{
	_cleanup_firewall_ struct firewall ports = FIREWALL_NULL;
	int r = gather_ports(&ports, plan, loss, now);

	for (size_t i = 0; i < plan->n && r == 0 && ports.n > 0; i++) {
		struct plan_step *step = &plan->steps[i];

		r = portspace_widen(&step->whole, &step->item, &ports);
		if (r == 0 && item_cmp(&step->whole, &step->item) == 0)
			plan_step_narrow(step);
	}
	return r;
}

/**
 * plan_build() - derive the restore steps from what was lost
 * @out:    written on success alone; release with plan_deinit()
 * @loss:   borrowed; its order is the order of the steps within each turn
 * @now:    the state as it is now: what is there already needs no step, and what
 *          somebody bound to another zone gets none
 * @now_us: microseconds since the epoch, UTC: what has ended meanwhile needs none either
 *
 * Return: 0 or -ENOMEM.
 */
int plan_build(struct plan *out, const struct loss *loss, const struct firewall *now,
               int64_t now_us)
{
	_cleanup_plan_ struct plan plan = PLAN_NULL;

	for (enum turn turn = 0; turn < N_TURNS; turn++) {
		for (size_t i = 0; i < loss->n; i++) {
			const struct loss_row *row = &loss->rows[i];
			struct plan_step step = {.loss_row = i};

			if (turn_of(&row->item, loss, now) == turn &&
			    needs_step(&step, row, now, now_us) &&
			    add_step(&plan, &step, &row->item) < 0)
				return -ENOMEM;
		}
	}
	if (widen_ports(&plan, loss, now) < 0)
		return -ENOMEM;
	*out = plan;
	plan = PLAN_NULL;
	return 0;
}
