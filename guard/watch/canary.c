// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slow audit beside the signals: a reload that fails half way tells nobody, and
 * messages get lost. A canary asks for one protected item and for firewalld's state,
 * two calls whatever the number of bans; when it is gone, and now and then without a
 * reason, everything is compared.
 */
#include "guard/watch/watcher-internal.h"

/* Each so many canaries, a look at everything. */
#define AUDIT_WHOLE 20

/* So often in a row, and so much later, for what may be a reload that has just begun. */
#define DROP_IS_SURE  3
#define DROP_AGAIN_MS 500

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
static const struct item *canary(const struct watcher *watcher)
{
	const struct firewall *wanted = &watcher->tracker.wanted;
	const struct firewall_entry *best = NULL;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct firewall_entry *entry = &wanted->entries[i];

		if (can_be_asked_for(entry) &&
		    scope_protects(&watcher->config.scope, wanted, &entry->item) &&
		    (!best || is_better(entry, best)))
			best = entry;
	}
	return best ? &best->item : NULL;
}

/*
 * firewalld has one thread, and has just answered, so it is not amid a reload, unless
 * one has begun since. What is found twice in a row was left behind.
 */
static void look_for_drop(struct watcher *watcher)
{
	bool there = false;

	if (watcher->tracker.wanted.panic || dropchain_is_there(&watcher->nft, &there) != 0)
		there = false;
	if (!there) {
		if (watcher->n_shut >= DROP_IS_SURE)
			logger_write(watcher->logger, LOGGER_NOTICE,
			             "the kernel lets in again what firewalld says is open");
		watcher->n_shut = 0;
		return;
	}
	if (watcher->n_shut < DROP_IS_SURE && ++watcher->n_shut == DROP_IS_SURE) {
		logger_write(
		    watcher->logger, LOGGER_ERROR,
		    "firewalld says open, the kernel does not: a reload that broke off has "
		    "left its policy DROP (nft list table inet firewalld_policy_drop), and "
		    "no new connection gets in; see firewalld's log, then: firewall-cmd "
		    "--reload");
		record_event(
		    watcher->record, EVENT_FIREWALLD_FAILED, NULL,
		    "firewalld says open, the kernel does not: a reload left its policy DROP");
	}
	if (watcher->n_shut < DROP_IS_SURE && watcher->config.audit_s)
		loop_timer_set(watcher->audit_timer, DROP_AGAIN_MS);
}

static void on_probe(int result, enum firewall_state state, bool there, const struct err *err,
                     void *userdata)
{
	struct watcher *watcher = userdata;

	watcher->probe = NULL;
	if (result == FIREWALLD_E_GONE)
		return;
	/* a signal that came meanwhile makes this look one in vain, and no harm is done */
	if (result != 0 || !there || state != FIREWALL_STATE_RUNNING) {
		logger_write(watcher->logger, LOGGER_DEBUG, "the canary is gone: %s",
		             result                            ? err_text(err, result)
		             : state == FIREWALL_STATE_RUNNING ? "looking at everything"
		                                               : firewall_state_name(state));
		cycle_look(watcher);
		return;
	}
	look_for_drop(watcher);
}

/** audit_now() - ask, unless a cycle is under way that finds out anyway */
void audit_now(struct watcher *watcher)
{
	if (!watcher->present || !watcher->idle || watcher->probe)
		return;
	if (firewalld_probe(watcher->fw, &watcher->probe, canary(watcher), on_probe, watcher) != 0)
		watcher->probe = NULL; /* the next one asks again */
}

/** audit_due() - the timer */
void audit_due(void *userdata)
{
	struct watcher *watcher = userdata;

	audit_plan(watcher);
	if (++watcher->n_probes % AUDIT_WHOLE == 0)
		cycle_look(watcher);
	else
		audit_now(watcher);
}

/** audit_plan() - when to ask next; after the configuration was read, too */
void audit_plan(struct watcher *watcher)
{
	unsigned audit_s = watcher->config.audit_s;

	if (audit_s)
		loop_timer_set(watcher->audit_timer, INT64_C(1000) * audit_s);
	else
		loop_timer_stop(watcher->audit_timer);
}
