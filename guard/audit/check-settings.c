// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what firewalld is set to, and of which version it is. */
#include "guard/audit/check-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/system/host/clock.h"

#define FIREWALLD_CONF "/etc/firewalld/firewalld.conf"
/* More than these are not typed. */
#define ITEMS_MAX 32

/* Does a setting of firewalld.conf have this value? One that is not known does not. */
static bool is_set(struct check_context *context, const char *name, const char *value)
{
	_cleanup_free_ char *text = NULL;

	return firewalld_setting_wait(context->connection.fw, &text, name,
	                              clock_monotonic_ms() + FIREWALLD_SESSION_MS, NULL) == 0 &&
	       strcmp(text, value) == 0;
}

bool check_uses_iptables(struct check_context *context)
{
	return is_set(context, "FirewallBackend", "iptables");
}

static int list_add(char **list, const struct item *item)
{
	_cleanup_free_ char *text = NULL;
	char *longer = NULL;

	if (item_format(&text, item) < 0 ||
	    xasprintf(&longer, "%s%s%s", *list ? *list : "", *list ? ", " : "", text) < 0)
		return -ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

/* What a reload would leave alone with FlushAllOnReload=no. */
static bool is_spared(const struct check_context *context, const struct firewall_entry *entry)
{
	if (entry->item.kind != ITEM_INTERFACE && entry->item.kind != ITEM_SOURCE &&
	    entry->item.kind != ITEM_ENTRY)
		return false;
	return scope_at_risk(&context->cli->config.scope, &context->reading.firewall, entry);
}

int check_flush_all(struct check_context *context, enum check_id id)
{
	const struct firewall *fw = &context->reading.firewall;
	const struct item *items[ITEMS_MAX];
	_cleanup_free_ char *list = NULL, *command = NULL;
	size_t n = 0;

	for (size_t i = 0; i < fw->n && n < ITEMS_MAX; i++) {
		if (!is_spared(context, &fw->entries[i]))
			continue;
		items[n++] = &fw->entries[i].item;
		if (list_add(&list, &fw->entries[i].item) < 0)
			return -ENOMEM;
	}
	if (n == 0 || is_set(context, "FlushAllOnReload", "no"))
		return 0;
	if (items_permanent_commands(&command, items, n) < 0)
		return -ENOMEM;
	return check_add(context, id, context->watcher.running ? FINDING_INFO : FINDING_WARNING,
	                 steal(list), steal(command),
	                 "FlushAllOnReload is yes: each reload drops bindings and entries that are "
	                 "not permanent%s",
	                 context->watcher.running ? ", and the watcher puts them back" : "");
}

int check_iptables_backend(struct check_context *context, enum check_id id)
{
	if (!check_uses_iptables(context))
		return 0;
	return check_add(
	    context, id, FINDING_INFO, strdup("FirewallBackend=iptables"),
	    strdup("sed -i 's/^FirewallBackend=.*/FirewallBackend=nftables/' " FIREWALLD_CONF
	           " && " CHECK_RELOAD_SAFELY),
	    "firewalld's backend is iptables: each reload takes the iptables rules of "
	    "other programs as well");
}

/* --- versions that break off -------------------------------------------------------------- */

/* firewalld issue 1597: from 2.4.1 on a reload with a pending timeout ends in an exception. */
static bool crashes(const char *version)
{
	int major = 0, minor = 0, patch = 0;

	if (!version || sscanf(version, "%d.%d.%d", &major, &minor, &patch) < 2 || major != 2)
		return false;
	return (minor == 4 && patch >= 1) || minor == 5;
}

/* The runtime once without and once with the item, which has no end then. */
static int endless(char **command, const struct item *item)
{
	const char *what = item->kind == ITEM_RULE ? "rich-rule" : item_kind_name(item->kind);
	const char *quote = item->kind == ITEM_RULE ? "'" : "";
	char *longer = NULL;

	if (xasprintf(&longer,
	              "%s%sfirewall-cmd --zone=%s --remove-%s=%s%s%s && firewall-cmd --zone=%s "
	              "--add-%s=%s%s%s",
	              *command ? *command : "", *command ? " && " : "", item->zone, what, quote,
	              item->value, quote, item->zone, what, quote, item->value, quote) < 0)
		return -ENOMEM;
	free(*command);
	*command = longer;
	return 0;
}

/* Ends are known to who heard of them: the watcher, which wrote them down. */
int check_reload_crash(struct check_context *context, enum check_id id)
{
	_cleanup_firewall_ struct firewall last = FIREWALL_NULL;
	_cleanup_free_ char *list = NULL, *command = NULL;
	const struct ruleset *ruleset = check_ruleset(context);

	if (!ruleset)
		return check_tell_unknown(context, id, "firewalld's version");
	if (!crashes(ruleset->version) || !context->store)
		return 0;
	if (store_snapshot_last(context->store, NULL, &last, NULL) != 0)
		return 0;
	for (size_t i = 0; i < last.n; i++) {
		const struct firewall_entry *entry = &last.entries[i];

		if (entry->until_us <= context->cli->now_us ||
		    (entry->flags & FIREWALL_GUARD_TIMED) ||
		    !firewall_has(&context->reading.firewall, &entry->item, FIREWALL_RUNTIME))
			continue;
		if (list_add(&list, &entry->item) < 0 ||
		    (!strchr(entry->item.value, '\'') && endless(&command, &entry->item) < 0))
			return -ENOMEM;
	}
	if (!list)
		return 0;
	return check_add(context, id, FINDING_ERROR, steal(list), steal(command),
	                 "firewalld %s breaks a reload off while something is open for a time: "
	                 "then nobody gets in",
	                 ruleset->version);
}
