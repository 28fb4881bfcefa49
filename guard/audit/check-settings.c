// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what firewalld is set to, and of which version it is. */
#include "guard/audit/checks-internal.h"
#include "guard/audit/explain.h"
#include "guard/model/fault.h"
#include "guard/model/trait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FIREWALLD_CONF "/etc/firewalld/firewalld.conf"

/* What a reload would leave alone with FlushAllOnReload=no. */
static bool is_spared(const struct picture *picture, struct scope_view *view,
                      const struct firewall_entry *entry)
{
	if (entry->item.kind != ITEM_INTERFACE && entry->item.kind != ITEM_SOURCE &&
	    entry->item.kind != ITEM_ENTRY)
		return false;
	return scope_view_at_risk(view, entry) &&
	       banshapes_have(&picture->shapes, &entry->item) == 0;
}

static int flush_all_on_reload(struct check_run *run)
{
	const struct picture *picture = run->picture;
	struct scope_view view = SCOPE_VIEW(&picture->config->scope, &picture->firewall);
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	char *command = NULL;
	int r = 0;

	for (size_t i = 0; i < picture->firewall.n && r == 0; i++)
		if (is_spared(picture, &view, &picture->firewall.entries[i]))
			r = check_list_add(&list, &picture->firewall.entries[i].item);
	if (view.failed)
		return -ENOMEM;
	if (r < 0 || list.n == 0 || (picture->flush_all && strcmp(picture->flush_all, "no") == 0))
		return r;
	if (check_list_keep(&command, &list, &run->picture->firewall) < 0)
		return -ENOMEM;
	return check_add_as(run, picture_restores(picture) ? FINDING_INFO : FINDING_WARNING,
	                    check_list_take(&list), command,
	                    "every reload drops these, because FlushAllOnReload=yes%s",
	                    picture_restores(picture) ? "; the watcher restores them" : "");
}

const struct check check_flush_all_on_reload = {
    .name = "flush-all-on-reload",
    .severity = FINDING_WARNING,
    .help = "bindings or ipset entries that every reload drops, because FlushAllOnReload=yes",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_SETTINGS | PICTURE_STORE,
    .fn = flush_all_on_reload,
};

static int iptables_backend(struct check_run *run)
{
	if (strcmp(run->picture->backend, "iptables") != 0)
		return 0;
	return check_add(
	    run, strdup("FirewallBackend=iptables"),
	    strdup("sed -i 's/^FirewallBackend=.*/FirewallBackend=nftables/' " FIREWALLD_CONF
	           " && " EXPLAIN_RELOAD_SAFELY),
	    "firewalld's backend is iptables: every reload also drops the iptables rules of other "
	    "programs");
}

const struct check check_iptables_backend = {
    .name = "iptables-backend",
    .severity = FINDING_INFO,
    .help = "a reload also drops the iptables rules of other programs",
    .needs = PICTURE_SETTINGS,
    .also = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .fn = iptables_backend,
};

/* --- versions that break off -------------------------------------------------------------- */

typedef bool entry_fn(const struct picture *picture, const struct firewall_entry *entry);

/*
 * Of what the watcher saw last, with the ends that it alone heard of: what takes it away.
 * @again: and adds it anew, without an end
 */
static int add_last(struct check_list *list, struct builder *commands,
                    const struct picture *picture, entry_fn *is_wanted, bool again)
{
	int r = 0;

	for (size_t i = 0; i < picture->last.n && r == 0; i++) {
		const struct firewall_entry *entry = &picture->last.entries[i];

		if (!is_wanted(picture, entry))
			continue;
		r = check_list_add(list, &entry->item);
		item_add_command(commands, "remove", &entry->item, false);
		if (again)
			item_add_command(commands, "add", &entry->item, false);
	}
	return r;
}

/* Nobody may have heard that it went. Of a disabled policy nothing is read, not even its zones. */
static bool is_there(const struct ruleset *ruleset, const struct store_timed *timed)
{
	const struct ruleset_zone *policy = ruleset_zone_of_item(ruleset, timed->zone);
	const char *value = strchr(timed->trait, '=');

	if (!item_policy_name(timed->zone))
		return false;
	if (!policy || !value)
		return !policy;
	return strv_contains(*timed->trait == 'i' ? &policy->ingress_zones : &policy->egress_zones,
	                     value + 1);
}

/* Its timers are of whole seconds (GLib's), and one of them late. */
#define LATE_US (2 * INT64_C(1000000))

static bool is_pending(const struct picture *picture, int64_t until_us)
{
	return until_us && until_us + LATE_US > picture->now_us;
}

/* What is no item is left to firewalld, which ends it. */
static int add_traits(const struct picture *picture, struct builder *names,
                      struct builder *commands)
{
	for (size_t i = 0; i < picture->timeds.n; i++) {
		const struct store_timed *timed = &picture->timeds.rows[i];
		_cleanup_free_ char *text = NULL;

		if (!is_pending(picture, timed->until_us) || !is_there(&picture->ruleset, timed))
			continue;
		if (trait_format(&text, timed->zone, timed->trait) < 0)
			return -ENOMEM;
		builder_join(names, ", ", text);
		trait_add_removal(commands, timed->zone, timed->trait);
	}
	return 0;
}

static bool has_timer(const struct picture *picture, const struct firewall_entry *entry)
{
	return is_pending(picture, entry->until_us) && !(entry->flags & FIREWALL_GUARD_TIMED) &&
	       firewall_has(&picture->firewall, &entry->item, FIREWALL_RUNTIME);
}

static int reload_crash(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_builder_ struct builder commands = BUILDER_NULL;
	char *command = NULL;
	int r;

	if (!fault_has(FAULT_TIMED_RELOAD, picture->ruleset.version))
		return 0;
	r = add_last(&list, &commands, picture, has_timer, true);
	if (r == 0)
		r = add_traits(picture, &list.names, &commands);
	if (r == 0)
		r = check_take(&commands, &command);
	if (r < 0 || !command)
		return r;
	return check_add(
	    run, check_list_take(&list), command,
	    "firewalld %s aborts a reload while a --timeout is pending, and then nobody gets in",
	    picture->ruleset.version);
}

const struct check check_reload_crash = {
    .name = "reload-crash",
    .severity = FINDING_ERROR,
    .help = "this firewalld aborts its next reload: a --timeout is pending",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES,
    .also = PICTURE_STORE,
    .status = true,
    .fn = reload_crash,
};

/* --- what should have ended --------------------------------------------------------------- */

/* An end that the guard has to keep nobody keeps while none runs. */
static bool is_over(const struct picture *picture, const struct firewall_entry *entry)
{
	const struct firewall_entry *now = firewall_find(&picture->firewall, &entry->item);

	return (entry->flags & FIREWALL_GUARD_TIMED) && entry->until_us &&
	       entry->until_us + LATE_US <= picture->now_us && now &&
	       (now->flags & FIREWALL_RUNTIME) && !(now->flags & FIREWALL_PERMANENT);
}

static int time_over(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_builder_ struct builder commands = BUILDER_NULL;
	char *command = NULL;
	int r = add_last(&list, &commands, run->picture, is_over, false);

	if (r == 0)
		r = check_take(&commands, &command);
	if (r < 0 || !command)
		return r;
	return check_add(run, check_list_take(&list), command,
	                 "the time of these is over, and they are still there: no watcher runs to "
	                 "end them");
}

const struct check check_time_over = {
    .name = "time-over",
    .severity = FINDING_ERROR,
    .help = "an item whose time is over is still there: its end is the guard's to keep",
    .needs = PICTURE_FIREWALLD | PICTURE_STORE,
    .status = true,
    .shuts = true,
    .fn = time_over,
};
