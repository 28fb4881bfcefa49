// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next reload closes by moving an interface into another zone. */
#include "guard/audit/checks-internal.h"
#include "guard/model/packet/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The ruleset as the permanent configuration makes it: policies and what others filter stay. */
struct after {
	struct ruleset ruleset; /* borrows all but its zones */
	struct ruleset zones;   /* owns these */
};

static void after_deinit(struct after *after)
{
	free(after->ruleset.zones);
	ruleset_deinit(&after->zones);
}

static struct ruleset_zone *zone_in(struct ruleset *ruleset, const char *name)
{
	for (size_t i = 0; i < ruleset->n_zones; i++)
		if (!ruleset->zones[i].is_policy && strcmp(ruleset->zones[i].name, name) == 0)
			return &ruleset->zones[i];
	return NULL;
}

/* An empty one of its name, with what is no item. */
static int add_zone(struct ruleset *zones, const struct ruleset_zone *like)
{
	struct ruleset_zone *zone;
	int r = ruleset_add_zone(zones, like->name, &zone);

	if (r < 0)
		return r;
	zone->target = like->target;
	zone->ingress_priority = like->ingress_priority;
	zone->egress_priority = like->egress_priority;
	zone->icmp_block_inversion = like->icmp_block_inversion;
	zone->forward = like->forward;
	return 0;
}

/* What is there after it: all that is permanent, and what a watcher puts back; a binding that it
 * puts back comes later. */
static bool is_there(const struct check_run *run, struct scope_view *view,
                     const struct firewall_entry *entry)
{
	if (entry->flags & FIREWALL_PERMANENT)
		return true;
	return picture_restores(run->picture) && !item_is_binding(&entry->item) &&
	       scope_view_at_risk(view, entry);
}

static int fill(struct check_run *run, struct ruleset *zones)
{
	const struct firewall *fw = &run->picture->firewall;
	struct scope_view view = SCOPE_VIEW(&run->picture->config->scope, fw);
	int r = 0;

	for (size_t i = 0; i < fw->n && r >= 0; i++) {
		const struct item *item = &fw->entries[i].item;
		struct ruleset_zone *zone = zone_in(zones, item->zone);

		if (!zone || !is_there(run, &view, &fw->entries[i]))
			continue;
		r = item->kind == ITEM_RULE ? ruleset_add_rule(zone, item->value, NULL)
		                            : ruleset_add_value(zone, item->kind, item->value);
	}
	return r < 0 || view.failed ? -ENOMEM : 0;
}

static int after_init(struct after *after, struct check_run *run)
{
	const struct ruleset *now = &run->picture->ruleset;
	int r = 0;

	*after = (struct after){.ruleset = *now};
	after->ruleset.zones = calloc(now->n_zones + 1, sizeof(*now->zones));
	if (!after->ruleset.zones)
		return -ENOMEM;
	for (size_t i = 0; i < now->n_zones && r == 0; i++)
		if (!now->zones[i].is_policy)
			r = add_zone(&after->zones, &now->zones[i]);
	if (r == 0)
		r = fill(run, &after->zones);
	for (size_t i = 0; i < now->n_zones && r == 0; i++)
		after->ruleset.zones[i] = now->zones[i].is_policy
		                              ? now->zones[i]
		                              : *zone_in(&after->zones, now->zones[i].name);
	return r;
}

/* --- what a stranger reaches --------------------------------------------------------------- */

static bool lets_in(struct check_run *run, const struct ruleset *ruleset,
                    const struct packet *packet)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	return check_lets_in(run, ruleset, packet, &verdict);
}

static bool is_closed(struct check_run *run, const struct after *after, const char *interface,
                      unsigned port)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	struct packet packet = {.interface = interface, .protocol = "tcp", .port = port};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (picture_stranger(&packet.source, families[i], 0) &&
		    lets_in(run, &run->picture->ruleset, &packet) &&
		    !lets_in(run, &after->ruleset, &packet))
			return true;
	return false;
}

/* "smtp, imaps and ssh"; and what opens them in the other zone */
static int list_closed(struct check_run *run, const struct after *after, const char *interface,
                       char **names, struct builder *options)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB))) {
		if (strcmp(service->transport, "tcp") != 0 ||
		    !is_closed(run, after, interface, service->port))
			continue;
		builder_join(&text, ", ", "");
		builder_addf(&text, "%s", service->name);
		shell_addf(options, " --add-service=%s", service->name);
	}
	if (is_closed(run, after, interface, 22)) {
		builder_join(&text, ", ", "");
		builder_addf(&text, "ssh");
		shell_addf(options, " --add-service=ssh");
	}
	return check_take(&text, names);
}

/* --- who moves ----------------------------------------------------------------------------- */

/* Its one zone in the permanent configuration; NULL: none, or several. */
static const char *zone_for_good(const struct firewall *fw, const char *interface)
{
	const char *zone = NULL;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if (entry->item.kind != ITEM_INTERFACE || !(entry->flags & FIREWALL_PERMANENT) ||
		    strcmp(entry->item.value, interface) != 0)
			continue;
		if (zone)
			return NULL;
		zone = entry->item.zone;
	}
	return zone;
}

/* Does a watcher put the binding back that it has now? */
static bool is_put_back(struct check_run *run, const char *zone, const char *interface)
{
	const struct firewall *fw = &run->picture->firewall;
	struct scope_view view = SCOPE_VIEW(&run->picture->config->scope, fw);
	bool back = false;

	for (size_t i = 0; i < fw->n; i++)
		if (fw->entries[i].item.kind == ITEM_INTERFACE &&
		    strcmp(fw->entries[i].item.zone, zone) == 0 &&
		    strcmp(fw->entries[i].item.value, interface) == 0)
			back = scope_view_at_risk(&view, &fw->entries[i]);
	run->failed |= view.failed;
	return back && picture_restores(run->picture);
}

static int tell(struct check_run *run, const char *interface, const char *from, const char *to,
                const char *closed, const char *options)
{
	const bool back = is_put_back(run, from, interface);
	const bool stays = run->picture->flush_all && strcmp(run->picture->flush_all, "no") == 0;
	_cleanup_free_ char *keep = NULL, *open = NULL, *evidence = NULL, *command = NULL;
	int r;

	if (shell_printf(&keep, "firewall-cmd --permanent --zone=%s --change-interface=%s", from,
	                 interface) < 0 ||
	    shell_printf(&open, "firewall-cmd --permanent --zone=%s", to) < 0 ||
	    xasprintf(&command, "%s%s", open, options) < 0 ||
	    xasprintf(&evidence, "%s/interface:%s is permanent", to, interface) < 0)
		return -ENOMEM;
	r = check_add_as(run, back ? FINDING_INFO : FINDING_ERROR, steal(evidence), steal(keep),
	                 "the next %s moves %s from zone %s to %s, after which %s %s%s",
	                 stays ? "start of firewalld" : "reload", interface, from, to, closed,
	                 strchr(closed, ',') ? "are closed" : "is closed",
	                 back ? ", until the watcher moves it back" : "");
	return r == 0 ? check_or(run, steal(command)) : r;
}

static int look_at(struct check_run *run, const struct after *after, const char *interface)
{
	const struct firewall *fw = &run->picture->firewall;
	const char *to = zone_for_good(fw, interface), *from = NULL;
	_cleanup_builder_ struct builder options = BUILDER_NULL;
	_cleanup_free_ char *closed = NULL, *text = NULL;
	int r = dispatch_zone(&from, fw, &(struct packet){.interface = interface});

	if (r < 0 || !to || !from || strcmp(from, to) == 0)
		return r;
	r = list_closed(run, after, interface, &closed, &options);
	if (r == 0)
		r = check_take(&options, &text);
	return r == 0 && closed ? tell(run, interface, from, to, closed, text) : r;
}

static int reload_moves(struct check_run *run)
{
	const struct picture *picture = run->picture;
	struct after after;
	int r = after_init(&after, run);

	for (size_t i = 0; i < picture->interfaces.n && r == 0; i++)
		r = look_at(run, &after, picture->interfaces.strings[i]);
	after_deinit(&after);
	return r;
}

const struct check check_reload_moves = {
    .name = "reload-moves",
    .severity = FINDING_ERROR,
    .help = "the next reload moves an interface to a zone where less is open",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_SETTINGS | PICTURE_STORE,
    .status = true,
    .fn = reload_moves,
};
