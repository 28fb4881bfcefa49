// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next reload closes by moving an interface into another zone. */
#include "guard/audit/after.h"
#include "guard/audit/checks-internal.h"
#include "guard/model/packet/dispatch.h"
#include "guard/system/firewalld/zonefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reload {
	const struct picture *picture;
	struct scope_view view;
};

/* What is there after it: all that is permanent, and what a watcher puts back; a binding that it
 * puts back comes later. */
static bool is_there(const struct firewall_entry *entry, void *userdata)
{
	struct reload *reload = userdata;

	if (entry->flags & FIREWALL_PERMANENT)
		return true;
	return picture_restores(reload->picture) && !item_is_binding(&entry->item) &&
	       scope_view_at_risk(&reload->view, entry);
}

static int look_ahead(struct after *after, const struct picture *picture)
{
	struct reload reload = {.picture = picture,
	                        .view = SCOPE_VIEW(&picture->config->scope, &picture->firewall)};
	const struct after_question question = {.now = &picture->ruleset,
	                                        .fw = &picture->firewall,
	                                        .default_zone = picture_default_after(picture),
	                                        .is_there = is_there,
	                                        .userdata = &reload};
	int r = after_init(after, &question);

	return reload.view.failed ? -ENOMEM : r;
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

	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB | SERVICES_OTHER))) {
		if (strcmp(service->transport, "tcp") != 0 ||
		    !is_closed(run, after, interface, service->port))
			continue;
		builder_join(&text, ", ", "");
		builder_addf(&text, "%s", service->name);
		shell_addf(options, " --add-service=%s", service->name);
	}
	return check_take(&text, names);
}

/* --- who moves ----------------------------------------------------------------------------- */

static bool binds(const struct firewall_entry *entry, const char *interface)
{
	return entry->item.kind == ITEM_INTERFACE && strcmp(entry->item.value, interface) == 0;
}

/* An interface that moves. */
struct move {
	const char *interface, *from, *to;
	bool by_default; /* as it is bound nowhere, now and then */
};

/* Its one zone in the permanent configuration, or the default, where it is bound nowhere; NULL:
 * several, or one by hand, of which others tell. */
static const char *zone_after(const struct picture *picture, const char *interface,
                              bool *by_default)
{
	const struct firewall *fw = &picture->firewall;
	const char *zone = NULL;

	*by_default = true;
	for (size_t i = 0; i < fw->n; i++) {
		if (!binds(&fw->entries[i], interface))
			continue;
		*by_default = false;
		if (zone && (fw->entries[i].flags & FIREWALL_PERMANENT))
			return NULL;
		if (fw->entries[i].flags & FIREWALL_PERMANENT)
			zone = fw->entries[i].item.zone;
	}
	return *by_default ? picture_default_after(picture) : zone;
}

/* Does a watcher put the binding back that it has now? */
static bool is_put_back(struct check_run *run, const char *zone, const char *interface)
{
	const struct firewall *fw = &run->picture->firewall;
	struct scope_view view = SCOPE_VIEW(&run->picture->config->scope, fw);
	bool back = false;

	for (size_t i = 0; i < fw->n; i++)
		if (binds(&fw->entries[i], interface) &&
		    strcmp(fw->entries[i].item.zone, zone) == 0)
			back = scope_view_at_risk(&view, &fw->entries[i]);
	run->failed |= view.failed;
	return back && picture_restores(run->picture);
}

/* What is written where, that moves it. */
static int name_reason(char **out, const struct move *move, const char *written)
{
	if (!move->by_default)
		return xasprintf(out, "%s/interface:%s is permanent", move->to, move->interface);
	return xasprintf(out, "%s is bound nowhere, and the default zone of firewalld.conf is %s%s",
	                 move->interface, written,
	                 strcmp(written, move->to) == 0 ? "" : ", which is not there");
}

static int keeping_command(char **out, const struct move *move)
{
	if (move->by_default)
		return zonefile_default_zone_command(out, move->from);
	return shell_printf(out, "firewall-cmd --permanent --zone=%s --change-interface=%s",
	                    move->from, move->interface);
}

static int tell(struct check_run *run, const struct move *move, const char *closed,
                const char *options)
{
	const bool back = is_put_back(run, move->from, move->interface);
	const bool stays = !move->by_default && run->picture->flush_all &&
	                   strcmp(run->picture->flush_all, "no") == 0;
	_cleanup_free_ char *keep = NULL, *open = NULL, *evidence = NULL, *command = NULL;
	int r;

	if (keeping_command(&keep, move) < 0 ||
	    shell_printf(&open, "firewall-cmd --permanent --zone=%s", move->to) < 0 ||
	    xasprintf(&command, "%s%s", open, options) < 0 ||
	    name_reason(&evidence, move, run->picture->file_default_zone) < 0)
		return -ENOMEM;
	r = check_add_as(run, back ? FINDING_INFO : FINDING_ERROR, steal(evidence), steal(keep),
	                 "the next %s moves %s from zone %s to %s, after which %s %s%s",
	                 stays ? "start of firewalld" : "reload", move->interface, move->from,
	                 move->to, closed, strchr(closed, ',') ? "are closed" : "is closed",
	                 back ? ", until the watcher moves it back" : "");
	return r == 0 ? check_or(run, steal(command)) : r;
}

static int look_at(struct check_run *run, const struct after *after, const char *interface)
{
	const struct firewall *fw = &run->picture->firewall;
	struct move move = {.interface = interface};
	_cleanup_builder_ struct builder options = BUILDER_NULL;
	_cleanup_free_ char *closed = NULL, *text = NULL;
	int r = dispatch_zone(&move.from, fw, &(struct packet){.interface = interface});

	move.to = zone_after(run->picture, interface, &move.by_default);
	if (r < 0 || !move.to || !move.from || strcmp(move.from, move.to) == 0)
		return r;
	r = list_closed(run, after, interface, &closed, &options);
	if (r == 0)
		r = check_take(&options, &text);
	return r == 0 && closed ? tell(run, &move, closed, text) : r;
}

static int reload_moves(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_after_ struct after after = AFTER_NULL;
	int r = look_ahead(&after, picture);

	for (size_t i = 0; i < picture->interfaces.n && r == 0; i++)
		r = look_at(run, &after, picture->interfaces.strings[i]);
	return r;
}

const struct check check_reload_moves = {
    .name = "reload-moves",
    .severity = FINDING_ERROR,
    .help = "the next reload moves an interface to a zone where less is open",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_SETTINGS | PICTURE_FILES | PICTURE_STORE | PICTURE_SOCKETS,
    .status = true,
    .fn = reload_moves,
};
