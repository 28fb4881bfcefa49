// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/setup.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guard/audit/after.h"
#include "guard/base/builder.h"
#include "guard/base/shell.h"
#include "guard/base/text.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/walk.h"

#define BOTH (FIREWALL_RUNTIME | FIREWALL_PERMANENT)

struct plan {
	struct setup *out;
	const struct picture *picture;
	const struct setup_wish *wish;
	const char *from; /* the zone of the interface now */
	bool moves;
	struct after reload; /* the rules after the next reload, as things are */
	bool failed;         /* memory ran out */
};

/* --- a plan -------------------------------------------------------------------------------- */

static void step_deinit(struct setup_step *step)
{
	item_deinit(&step->item);
	free(step->from);
	free(step->words);
	free(step->why);
}

/** setup_deinit() - free it; may be called twice */
void setup_deinit(struct setup *setup)
{
	for (size_t i = 0; i < setup->n; i++)
		step_deinit(&setup->steps[i]);
	free(setup->steps);
	free(setup->interface);
	free(setup->zone);
	free(setup->refused);
	free(setup->mend);
	strv_deinit(&setup->notes);
	strv_deinit(&setup->shut);
	*setup = SETUP_NULL;
}

/** setup_kind_name() - one word; static */
const char *setup_kind_name(enum setup_kind kind)
{
	static const char *const names[SETUP_N_KINDS] = {
	    [SETUP_ZONE] = "zone",   [SETUP_OPEN] = "open", [SETUP_BIND] = "bind",
	    [SETUP_CLOSE] = "close", [SETUP_HOOK] = "hook", [SETUP_WATCHER] = "watcher",
	};

	return names[kind];
}

/** setup_is_firewalld() - does the step change firewalld? */
bool setup_is_firewalld(const struct setup_step *step)
{
	return step->kind <= SETUP_CLOSE;
}

/**
 * setup_add_step() - one more thing to do, or one that is there, in more places
 * @item: copied; NULL: none
 * @out:  borrowed until the next one is added; may be NULL
 *
 * Return: 0; -ENOMEM.
 */
int setup_add_step(struct setup *setup, enum setup_kind kind, const struct item *item,
                   unsigned where, struct setup_step **out)
{
	struct setup_step *step = NULL;

	for (size_t i = 0; i < setup->n && item && item->value && !step; i++)
		if (setup->steps[i].kind == kind && item_cmp(&setup->steps[i].item, item) == 0)
			step = &setup->steps[i];
	if (!step) {
		if (grow(&setup->steps, &setup->capacity, setup->n + 1, sizeof(*step)) < 0)
			return -ENOMEM;
		step = &setup->steps[setup->n];
		*step = (struct setup_step){.kind = kind};
		if (item && (item->value ? item_copy(&step->item, item)
		                         : item_set_zone(&step->item, item->zone)) < 0)
			return -ENOMEM;
		setup->n++;
	}
	step->where |= where;
	if (out)
		*out = step;
	return 0;
}

static struct setup_step *add(struct plan *plan, enum setup_kind kind, const struct item *item,
                              unsigned where)
{
	struct setup_step *step = NULL;

	if (setup_add_step(plan->out, kind, item, where, &step) < 0)
		plan->failed = true;
	return step;
}

static void _printf_(3, 4) say(struct plan *plan, struct setup_step *step, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (step) {
		free(step->words);
		step->words = steal(text);
		plan->failed |= !step->words;
	} else if (!text || strv_add(&plan->out->notes, text) < 0) {
		plan->failed = true;
	}
}

static void because(struct plan *plan, struct setup_step *step, const char *who, const char *what)
{
	free(step->why);
	step->why = NULL;
	plan->failed |= xasprintf(&step->why, "%s %s", who, what) < 0;
}

static void _printf_(2, 3) refuse(struct plan *plan, const char *format, ...)
{
	va_list args;

	if (plan->out->refused)
		return;
	va_start(args, format);
	if (vasprintf(&plan->out->refused, format, args) < 0) {
		plan->out->refused = NULL;
		plan->failed = true;
	}
	va_end(args);
}

/* --- packets ------------------------------------------------------------------------------- */

static bool lets_in(struct plan *plan, const struct ruleset *ruleset, const struct packet *packet)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	int r = walk_packet(&verdict, ruleset, packet);

	plan->failed |= r < 0;
	return r == 0 && verdict.action == VERDICT_ACCEPT;
}

/* To a stranger who comes in there. */
static bool is_open(struct plan *plan, const struct ruleset *ruleset, const char *transport,
                    unsigned port, enum cidr_family family)
{
	struct packet packet = {
	    .interface = plan->out->interface, .protocol = transport, .port = port};

	return picture_stranger(&packet.source, family, 0) && lets_in(plan, ruleset, &packet);
}

/* To none of them, wherever they come from; where that is not certain, nothing is shut. */
static bool is_shut(struct plan *plan, const struct ruleset *ruleset, const struct service *service)
{
	struct packet packet = {.interface = plan->out->interface,
	                        .protocol = service->transport,
	                        .port = service->port};

	for (size_t i = 0; picture_stranger(&packet.source, CIDR_IPV4, i); i++) {
		_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

		if (walk_packet(&verdict, ruleset, &packet) < 0)
			plan->failed = true;
		else if (verdict.action != VERDICT_ACCEPT && verdict.certain)
			continue;
		return false;
	}
	return true;
}

/* --- what is served ------------------------------------------------------------------------ */

static const struct firewall_entry *find(const struct plan *plan, const struct item *item)
{
	return firewall_find(&plan->picture->firewall, item);
}

/* It goes by itself. */
static bool has_end(const struct firewall_entry *entry)
{
	return entry->until_us > 0 || (entry->flags & FIREWALL_GUARD_TIMED);
}

static int item_of_port(struct item *out, const char *zone, const struct service *service)
{
	char value[32];

	snprintf(value, sizeof(value), "%u/%s", service->port, service->transport);
	return item_init(out, zone, ITEM_PORT, value, NULL);
}

/* The service of firewalld's, by the name that is in use, else one that this release has, else its
 * port. */
static int item_of(struct item *out, const struct plan *plan, const struct service *service)
{
	const char *names[] = {service->name, service->also};

	for (size_t i = 0; i < ARRAY_SIZE(names) && names[i]; i++) {
		int r = item_init(out, plan->out->zone, ITEM_SERVICE, names[i], NULL);

		if (r != 0 || find(plan, out))
			return r;
		item_deinit(out);
	}
	for (size_t i = 0; i < ARRAY_SIZE(names) && names[i]; i++)
		if (ruleset_service(&plan->picture->ruleset, names[i]))
			return item_init(out, plan->out->zone, ITEM_SERVICE, names[i], NULL);
	return item_of_port(out, plan->out->zone, service);
}

static const char *server_of(const struct plan *plan, const struct service *service)
{
	const struct listeners_socket *sock =
	    listeners_first(&plan->picture->listeners, service->transport, service->port);

	return sock && sock->process[0] ? sock->process : "a server";
}

/* Its port by number and alone, in the zone where it counts now. */
static const struct firewall_entry *raw_port(struct plan *plan, const struct service *service)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const struct firewall_entry *entry;

	if (item_of_port(&item, plan->from, service) < 0) {
		plan->failed = true;
		return NULL;
	}
	entry = find(plan, &item); /* or a range that it is in */
	return entry && (entry->flags & BOTH) && item_cmp(&entry->item, &item) == 0 ? entry : NULL;
}

/* What the service stands for by now; not what has an end, what is required by name, or is a part
 * of a range. */
static void close_port(struct plan *plan, const struct firewall_entry *entry)
{
	const unsigned joined = FIREWALL_JOINED | FIREWALL_JOINED_PERMANENT;
	const struct firewall *fw = &plan->picture->firewall;
	struct setup_step *step;

	if (has_end(entry) || scope_requires(&plan->picture->config->scope, &entry->item) ||
	    (entry->flags & joined) ||
	    (entry + 1 < fw->entries + fw->n && ((entry + 1)->flags & joined)))
		return;
	step = add(plan, SETUP_CLOSE, &entry->item, entry->flags & BOTH);
	if (!step)
		return;
	say(plan, step, "take port %s out of zone %s", entry->item.value, entry->item.zone);
	because(plan, step, "a service", "opens it instead");
}

static void open_item(struct plan *plan, const struct service *service, const struct item *item,
                      unsigned where)
{
	struct setup_step *step = add(plan, SETUP_OPEN, item, where);
	const char *what = item->value;

	if (!step)
		return;
	if (where == FIREWALL_PERMANENT) {
		say(plan, step, "keep %s (%u/%s) open in zone %s", what, service->port,
		    service->transport, item->zone);
		because(plan, step, "the next reload", "would close it");
		return;
	}
	say(plan, step, "open %s (%u/%s) in zone %s, now%s", what, service->port,
	    service->transport, item->zone,
	    where == BOTH ? " and for good" : ", as it is for good already");
	because(plan, step, server_of(plan, service), "serves it");
}

static bool is_named(const struct plan *plan, const struct service *service)
{
	for (size_t i = 0; i < plan->wish->n_services; i++)
		if (services_by_name(plan->wish->services[i]) == service)
			return true;
	return false;
}

/* What lets it in already, and goes on doing so: a target, a rule, a service of somebody's own. */
static bool is_settled(struct plan *plan, const struct service *service)
{
	return is_open(plan, &plan->picture->ruleset, service->transport, service->port,
	               CIDR_IPV4) &&
	       is_open(plan, &plan->reload.ruleset, service->transport, service->port, CIDR_IPV4);
}

/* Nobody has asked for it, nor opened it. */
static bool is_kept_shut(struct plan *plan, const struct service *service)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const struct firewall_entry *entry;

	if (!picture_why_shut(plan->picture, service) || is_named(plan, service) ||
	    is_open(plan, &plan->picture->ruleset, service->transport, service->port, CIDR_IPV4))
		return false;
	if (item_of(&item, plan, service) < 0) {
		plan->failed = true;
		return false;
	}
	entry = find(plan, &item);
	return !entry || !(entry->flags & BOTH);
}

static bool is_served(const struct plan *plan, const struct service *service)
{
	return listeners_on(&plan->picture->listeners, service->transport, service->port,
	                    service->port, AF_UNSPEC) == LISTENERS_YES;
}

static void look_at_service(struct plan *plan, const struct service *service)
{
	const struct firewall_entry *raw = raw_port(plan, service), *entry;
	_cleanup_item_ struct item item = ITEM_NULL;
	const char *why_shut = picture_why_shut(plan->picture, service);
	unsigned lacking;

	if (is_kept_shut(plan, service)) {
		say(plan, NULL,
		    "%s (%u/%s) stays shut, %s, though %s serves it. To open it: "
		    "reload-guard setup %s",
		    service->name, service->port, service->transport, why_shut,
		    server_of(plan, service), service->name);
		return;
	}
	if (item_of(&item, plan, service) < 0) {
		plan->failed = true;
		return;
	}
	entry = find(plan, &item);
	if (entry && has_end(entry)) {
		say(plan, NULL, "%s is open for some time only, which is left so", item.value);
		return;
	}
	lacking = BOTH & ~(entry ? entry->flags : 0);
	if (lacking && (raw || !is_settled(plan, service)))
		open_item(plan, service, &item, lacking);
	/* in another zone it stays behind */
	if (raw && item.kind == ITEM_SERVICE && !plan->moves)
		close_port(plan, raw);
}

static void look_at_services(struct plan *plan)
{
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB))) {
		if (is_served(plan, service))
			look_at_service(plan, service);
		else if (is_named(plan, service))
			say(plan, NULL, "%s is not opened: nothing serves %u/%s", service->name,
			    service->port, service->transport);
	}
}

/* --- the zone ------------------------------------------------------------------------------ */

static bool comes_along(struct plan *plan, const struct firewall_entry *entry)
{
	struct item_ports ports;
	const struct service *service;
	int of_bans;

	if (strcmp(entry->item.zone, plan->from) != 0 || item_is_binding(&entry->item) ||
	    !(entry->flags & BOTH))
		return false;
	of_bans = banshapes_have(&plan->picture->shapes, &entry->item);
	plan->failed |= of_bans < 0;
	if (of_bans || has_end(entry))
		return false;
	/* a service stands for it there */
	service = entry->item.kind == ITEM_PORT && item_ports(&entry->item, &ports) &&
	                  ports.first == ports.last
	              ? services_by_port(ports.first, ports.protocol)
	              : NULL;
	for (size_t i = 0; service && i < plan->out->n; i++)
		if (plan->out->steps[i].item.kind == ITEM_SERVICE &&
		    services_by_name(plan->out->steps[i].item.value) == service)
			return false;
	return true;
}

/* All that is in force for who comes in there: nobody is to be locked out, nor let in. */
static void take_along(struct plan *plan)
{
	const struct firewall *fw = &plan->picture->firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i], *there;
		_cleanup_item_ struct item item = ITEM_NULL;
		struct setup_step *step;
		unsigned lacking;

		if (!comes_along(plan, entry))
			continue;
		if (item_copy(&item, &entry->item) < 0 ||
		    item_set_zone(&item, plan->out->zone) < 0) {
			plan->failed = true;
			return;
		}
		there = find(plan, &item);
		lacking = entry->flags & BOTH & ~(there ? there->flags : 0);
		step = lacking ? add(plan, SETUP_OPEN, &item, lacking) : NULL;
		if (step && !step->words)
			say(plan, step, "take %s%s%s along to zone %s",
			    item.kind == ITEM_RULE ? "" : item_kind_name(item.kind),
			    item.kind == ITEM_RULE || item_is_switch(item.kind) ? "" : " ",
			    item_is_switch(item.kind) ? "" : item.value, item.zone);
	}
}

/* The first of its actions that bans in the zone that is left. */
static const struct jail_action *bans_here(const struct plan *plan, const struct jail *jail)
{
	const char *default_zone = plan->picture->firewall.default_zone;

	for (size_t i = 0; i < jail->n_actions; i++) {
		const struct jail_action *action = &jail->actions[i];
		const char *zone = action->zone ? action->zone : default_zone;

		if (action->kind == JAIL_ACTION_RICH && zone && strcmp(zone, plan->from) == 0)
			return action;
	}
	return NULL;
}

/* Has them ban in the new zone, which is there before. */
static void mend_bans(struct plan *plan)
{
	const struct tickets *tickets = &plan->picture->tickets;
	const char *zone = plan->out->zone;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	int r = 0;

	if (!strv_contains(&plan->picture->firewall.zones, zone))
		shell_addf(&text, "reload-guard setup --zone %s --apply --no-rollback", zone);
	for (size_t i = 0; i < tickets->n_jails && r == 0; i++) {
		const struct jail_action *action = bans_here(plan, &tickets->jails[i]);
		_cleanup_free_ char *command = NULL;

		if (action)
			r = jail_zone_command(&command, tickets->jails[i].name, action->name,
			                      action->zone, zone);
		if (command)
			builder_join(&text, " && ", command);
	}
	if (r == 0)
		r = builder_take(&text, &plan->out->mend);
	plan->failed |= r < 0;
}

/* A ban is in force for the zone that it is in. */
static void look_at_bans(struct plan *plan)
{
	const struct picture *picture = plan->picture;
	const char *interface = plan->out->interface;
	_cleanup_builder_ struct builder names = BUILDER_NULL;

	if (!picture_knows(picture, PICTURE_FAIL2BAN)) {
		refuse(plan,
		       "in which zone fail2ban bans is not known (%s), and %s would leave zone %s",
		       picture_why(picture, PICTURE_FAIL2BAN), interface, plan->from);
		return;
	}
	for (size_t i = 0; i < picture->tickets.n_jails; i++) {
		const struct jail *jail = &picture->tickets.jails[i];

		if (!jail->actions_known)
			refuse(plan,
			       "in which zone jail %s bans, a running fail2ban alone can tell, and "
			       "%s would leave zone %s",
			       jail->name, interface, plan->from);
		else if (bans_here(plan, jail))
			builder_join(&names, ", ", jail->name);
	}
	plan->failed |= names.failed;
	if (plan->out->refused || !names.text)
		return;
	mend_bans(plan);
	refuse(plan,
	       "fail2ban bans in zone %s (%s), which %s would leave: its bans would not hold. "
	       "Have it ban in zone %s first, or in all zones: banaction = nftables-multiport in "
	       "jail.local, and systemctl restart fail2ban",
	       plan->from, names.text, interface, plan->out->zone);
}

static void make_zone(struct plan *plan)
{
	const struct item zone = {.zone = plan->out->zone};
	struct setup_step *step;

	if (strv_contains(&plan->picture->firewall.zones, plan->out->zone))
		return;
	step = add(plan, SETUP_ZONE, &zone, FIREWALL_PERMANENT);
	if (step)
		say(plan, step, "make zone %s, and reload firewalld", plan->out->zone);
}

static enum target target_of(const struct plan *plan, const char *name)
{
	const struct ruleset_zone *zone = ruleset_zone(&plan->picture->ruleset, name);

	return zone ? zone->target : TARGET_DEFAULT;
}

static void bind_interface(struct plan *plan)
{
	const struct firewall *fw = &plan->picture->firewall;
	_cleanup_item_ struct item now = ITEM_NULL, item = ITEM_NULL;
	const struct firewall_entry *entry;
	struct setup_step *step;

	if (item_init(&now, plan->from, ITEM_INTERFACE, plan->out->interface, NULL) != 0 ||
	    item_init(&item, plan->moves ? plan->out->zone : plan->from, ITEM_INTERFACE,
	              plan->out->interface, NULL) != 0) {
		plan->failed = true;
		return;
	}
	entry = find(plan, &now);
	if (plan->moves) {
		step = add(plan, SETUP_BIND, &item, BOTH);
		if (!step)
			return;
		say(plan, step, "move %s from zone %s to zone %s, now and for good", item.value,
		    plan->from, item.zone);
		step->from = strdup(plan->from);
		step->was = entry ? entry->flags & BOTH : 0;
		plan->failed |= !step->from;
	} else if (entry && (entry->flags & BOTH) == FIREWALL_RUNTIME &&
	           !firewall_is_fallback(fw, entry) && !scope_not_to_persist(fw, &item)) {
		step = add(plan, SETUP_BIND, &item, FIREWALL_PERMANENT);
		if (!step)
			return;
		say(plan, step, "keep %s in zone %s", item.value, item.zone);
		because(plan, step, "the next reload", "would take it out");
	}
}

static void look_at_zone(struct plan *plan)
{
	make_zone(plan);
	look_at_services(plan);
	if (plan->moves) {
		take_along(plan);
		if (target_of(plan, plan->from) != target_of(plan, plan->out->zone))
			refuse(plan,
			       "the target of zone %s is %s, and that of zone %s %s: set the same "
			       "first",
			       plan->from, target_name(target_of(plan, plan->from)),
			       plan->out->zone, target_name(target_of(plan, plan->out->zone)));
	} else if (strcmp(plan->out->zone, plan->from) != 0) {
		say(plan, NULL,
		    "clients come in on %s, into zone %s, and not into zone %s. To move it, too: "
		    "--interface %s",
		    plan->out->interface, plan->from, plan->out->zone, plan->out->interface);
		return;
	}
	bind_interface(plan);
}

/* --- held against the model ---------------------------------------------------------------- */

static bool is_runtime(const struct firewall_entry *entry, void *userdata _unused_)
{
	return entry->flags & FIREWALL_RUNTIME;
}

static bool is_permanent(const struct firewall_entry *entry, void *userdata _unused_)
{
	return entry->flags & FIREWALL_PERMANENT;
}

static int change(struct firewall *fw, const struct setup_step *step)
{
	_cleanup_item_ struct item old = ITEM_NULL;
	struct firewall_entry *entry;
	int r = step->kind == SETUP_ZONE ? 0 : firewall_put(fw, &step->item, &entry);

	if (r != 0 || step->kind == SETUP_ZONE)
		return r;
	if (step->kind == SETUP_CLOSE)
		entry->flags &= ~step->where;
	else
		entry->flags |= step->where;
	if (!step->from)
		return 0;
	r = item_init(&old, step->from, ITEM_INTERFACE, step->item.value, NULL);
	if (r == 0)
		firewall_drop(fw, &old);
	return r;
}

/* As everything will be once the plan is carried out; @is_there: now, or after a reload. */
static int look_ahead(struct after *out, const struct plan *plan,
                      bool (*is_there)(const struct firewall_entry *, void *), struct firewall *fw)
{
	const struct picture *picture = plan->picture;
	const struct setup *setup = plan->out;
	const struct after_question question = {
	    .now = &picture->ruleset,
	    .fw = fw,
	    .new_zone = setup->n > 0 && setup->steps[0].kind == SETUP_ZONE ? setup->zone : NULL,
	    .default_zone = picture->firewall.default_zone,
	    .is_there = is_there};
	int r = firewall_copy(fw, &picture->firewall);

	for (size_t i = 0; i < setup->n && r == 0; i++)
		if (setup_is_firewalld(&setup->steps[i]))
			r = change(fw, &setup->steps[i]);
	return r == 0 ? after_init(out, &question) : -ENOMEM;
}

/* The same rules without the plan and with it. */
struct both {
	const struct ruleset *without, *with;
};

static bool is_closed_to(struct plan *plan, const struct both *both, const struct packet *packet)
{
	return lets_in(plan, both->without, packet) && !lets_in(plan, both->with, packet);
}

static void look_at_strangers(struct plan *plan, const struct both *both)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	const struct listeners *listeners = &plan->picture->listeners;

	for (size_t i = 0; i < listeners->n; i++) {
		const struct listeners_socket *sock = &listeners->sockets[i];
		struct packet packet = {.interface = plan->out->interface,
		                        .protocol = sock->protocol == IPPROTO_UDP ? "udp" : "tcp",
		                        .port = sock->port};

		for (size_t k = 0; k < ARRAY_SIZE(families); k++)
			if (picture_stranger(&packet.source, families[k], 0) &&
			    is_closed_to(plan, both, &packet))
				refuse(plan, "%u/%s, which is open now, would be closed",
				       sock->port, packet.protocol);
	}
}

/* Who is connected now: whoever types this may have come by ssh. */
static void look_at_peers(struct plan *plan, const struct both *both)
{
	const struct listeners_peers *peers = &plan->picture->peers;

	for (size_t i = 0; i < peers->n; i++) {
		const struct listeners_peer *peer = &peers->peers[i];
		struct packet packet = {.source = peer->address,
		                        .interface = plan->out->interface,
		                        .protocol = "tcp",
		                        .port = peer->port};
		char address[CIDR_TEXT_LENGTH];

		if (listeners_on(&plan->picture->listeners, "tcp", peer->port, peer->port,
		                 AF_UNSPEC) == LISTENERS_NO)
			continue; /* it is this machine that has connected */
		if (plan->picture->way)
			(void)plan->picture->way(&peer->address, &packet,
			                         plan->picture->way_userdata);
		cidr_format(&peer->address, address);
		if (is_closed_to(plan, both, &packet))
			refuse(plan, "%u/tcp would be closed to %s, who is connected to it now",
			       peer->port, address);
	}
}

/* Something else may refuse what the zone lets in, now or after a reload. */
static void look_at_opened(struct plan *plan, const struct ruleset *after, bool now)
{
	const struct service *service = NULL;

	/* of a zone that no packet comes into there is nothing to tell */
	if (!plan->moves && strcmp(plan->out->zone, plan->from) != 0)
		return;
	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB))) {
		if (!is_served(plan, service) || is_kept_shut(plan, service) ||
		    strv_contains(&plan->out->shut, service->name) ||
		    !is_shut(plan, after, service))
			continue;
		if (strv_add(&plan->out->shut, service->name) < 0)
			plan->failed = true;
		else if (now)
			say(plan, NULL,
			    "%s stays shut, since something else refuses it. To see what: "
			    "reload-guard explain 203.0.113.77 %s",
			    service->name, service->name);
		else
			say(plan, NULL,
			    "%s is shut by the next reload: something permanent refuses it",
			    service->name);
	}
}

static void drop_steps(struct setup *setup)
{
	size_t n = 0;

	for (size_t i = 0; i < setup->n; i++) {
		if (setup_is_firewalld(&setup->steps[i]))
			step_deinit(&setup->steps[i]);
		else
			setup->steps[n++] = setup->steps[i];
	}
	setup->n = n;
}

/* @without: the rules that it is held against */
static int hold_against(struct plan *plan, const struct ruleset *without,
                        bool (*is_there)(const struct firewall_entry *, void *))
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_after_ struct after after = AFTER_NULL;
	const struct both both = {without, &after.ruleset};
	int r = look_ahead(&after, plan, is_there, &fw);

	if (r < 0)
		return r;
	look_at_strangers(plan, &both);
	look_at_peers(plan, &both);
	if (!plan->out->refused)
		look_at_opened(plan, &after.ruleset, is_there == is_runtime);
	return 0;
}

/* --- beside firewalld ---------------------------------------------------------------------- */

static void look_at_hook(struct plan *plan)
{
	const struct fail2ban_hook *hook = plan->wish->hook;
	_cleanup_builder_ struct builder jails = BUILDER_NULL;
	struct setup_step *step;

	if (!hook || hook->left.n == 0)
		return;
	if (hook->enabled) {
		for (size_t i = 0; i < hook->left.n; i++)
			say(plan, NULL, "fail2ban does not report the bans of %s",
			    hook->left.strings[i]);
		return;
	}
	builder_join_all(&jails, ", ", &hook->left);
	step = add(plan, SETUP_HOOK, NULL, BOTH);
	if (step)
		say(plan, step, "have fail2ban report its bans (jails: %s)",
		    jails.text ? jails.text : "");
	plan->failed |= jails.failed;
}

static void look_at_watcher(struct plan *plan)
{
	const struct picture *picture = plan->picture;
	const struct watcher_state *watcher = &picture->watcher;
	unsigned lacking = (watcher->known && !watcher->running ? FIREWALL_RUNTIME : 0) |
	                   (picture->unit_wanted ? 0 : FIREWALL_PERMANENT);
	struct setup_step *step;

	if (!picture_knows(picture, PICTURE_HOST)) {
		say(plan, NULL, "whether the watcher is started at each boot is not known: %s",
		    picture_why(picture, PICTURE_HOST));
	} else if (!picture->systemd || !picture->unit_installed) {
		if (lacking & FIREWALL_RUNTIME)
			say(plan, NULL,
			    "the watcher does not run: start `reload-guard watch` by "
			    "what starts services here");
	} else if (picture->unit_masked) {
		say(plan, NULL,
		    "the watcher's unit is masked. To allow it: systemctl unmask "
		    "reload-guard");
	} else if (lacking) {
		step = add(plan, SETUP_WATCHER, NULL, lacking);
		if (step)
			say(plan, step, "start the watcher %s",
			    lacking == BOTH               ? "now and at each boot"
			    : lacking == FIREWALL_RUNTIME ? "now"
			                                  : "at each boot");
	}
}

/* --- the plan ------------------------------------------------------------------------------ */

static int find_way_in(struct plan *plan, struct err *err)
{
	const struct picture *picture = plan->picture;
	const char *interface = plan->wish->interface, *zone = plan->wish->zone;
	int r;

	if (interface && !strv_contains(&picture->interfaces, interface))
		return err_set(err, SETUP_E_WISH, "there is no interface %s here", interface);
	if (!interface && !picture->client_interface[0])
		return err_set(err, SETUP_E_UNKNOWN,
		               "nobody can tell on which interface clients come in; name it: "
		               "--interface NAME");
	plan->out->interface = strdup(interface ? interface : picture->client_interface);
	if (!plan->out->interface)
		return -ENOMEM;
	r = dispatch_zone(&plan->from, &picture->firewall,
	                  &(struct packet){.interface = plan->out->interface});
	if (r < 0)
		return r;
	if (!plan->from)
		return err_set(err, SETUP_E_UNKNOWN, "nobody can tell into which zone %s comes",
		               plan->out->interface);
	plan->moves = zone && interface && strcmp(zone, plan->from) != 0;
	plan->out->zone = strdup(zone ? zone : plan->from);
	return plan->out->zone ? 0 : -ENOMEM;
}

/* In panic mode nobody can see what is open, and firewalld takes nothing. */
static int look_at_panic(struct plan *plan)
{
	refuse(plan, "panic mode drops every packet");
	return replace_string(&plan->out->mend, "firewall-cmd --panic-off");
}

static int look_at_firewalld(struct plan *plan)
{
	const struct ruleset *now = &plan->picture->ruleset;
	int r;

	if (plan->picture->firewall.panic)
		return look_at_panic(plan);
	look_at_zone(plan);
	r = plan->failed ? -ENOMEM : hold_against(plan, now, is_runtime);
	if (r == 0 && !plan->failed)
		r = hold_against(plan, &plan->reload.ruleset, is_permanent);
	/* last: what mends it is of no use where something else is in the way */
	if (r == 0 && plan->moves && !plan->out->refused)
		look_at_bans(plan);
	return r;
}

static int look_at_reload(struct plan *plan)
{
	const struct after_question question = {.now = &plan->picture->ruleset,
	                                        .fw = &plan->picture->firewall,
	                                        .default_zone =
	                                            plan->picture->firewall.default_zone,
	                                        .is_there = is_permanent};

	return after_init(&plan->reload, &question);
}

/**
 * setup_plan() - what is left to do
 * @out:     written on success alone; the caller deinits it
 * @picture: knows SETUP_NEEDS; firewalld runs. Its ruleset has what services are, also of those
 *           that are in no zone: one that is not among them is not firewalld's
 * @err:     says why not
 *
 * Return: 0; SETUP_E_*; -ENOMEM.
 */
int setup_plan(struct setup *out, const struct picture *picture, const struct setup_wish *wish,
               struct err *err)
{
	_cleanup_setup_ struct setup setup = SETUP_NULL;
	struct plan plan = {.out = &setup, .picture = picture, .wish = wish};
	int r = find_way_in(&plan, err);

	if (r == 0)
		r = look_at_reload(&plan);
	if (r != 0)
		return r;
	r = look_at_firewalld(&plan);
	after_deinit(&plan.reload);
	if (setup.refused)
		drop_steps(&setup);
	look_at_hook(&plan);
	look_at_watcher(&plan);
	if (plan.failed || r < 0)
		return -ENOMEM;
	*out = setup;
	setup = SETUP_NULL;
	return 0;
}
