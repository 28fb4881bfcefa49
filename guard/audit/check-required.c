// SPDX-License-Identifier: GPL-2.0-or-later
/* The services that a mail server is expected to have, zone by zone: now, and after a reload. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/packet/dispatch.h"

#define EXPECTED "which ones belong open: services under [check] of the configuration"

/* What becomes of an expected service at the next reload. */
enum lack {
	LACK_NOW,    /* the next reload opens it */
	LACK_RELOAD, /* the next reload closes it */
	LACK_BOTH,
	LACK_N,
};

struct look {
	struct check_run *run;
	struct scope_view view;
	struct strv services; /* that are expected */
	const char *zone;
	bool configured;
	struct strv lacking[LACK_N]; /* names of services */
	bool served[LACK_N];         /* something listens for one of them */
};

static void look_deinit(struct look *look)
{
	strv_deinit(&look->services);
	for (size_t i = 0; i < LACK_N; i++)
		strv_deinit(&look->lacking[i]);
}

static unsigned port_of(const char *service)
{
	const struct service *known = services_by_name(service);

	return known && known->purpose == SERVICES_MAIL ? known->port : 0;
}

/* By itself, by its port, or by another service that has the port (submission). */
static bool opens(const struct look *look, const struct item *item, const char *service)
{
	unsigned port = port_of(service);

	if (item->kind == ITEM_SERVICE && strcmp(item->value, service) == 0)
		return true;
	return port && check_item_opens(look->run, item, port);
}

/* A zone that lets in to anything has it, too, and so has one from which it is led elsewhere. */
static bool has(const struct look *look, const char *service, unsigned flag)
{
	const struct firewall *fw = &look->run->picture->firewall;
	unsigned port = port_of(service);
	enum check_way way;

	for (size_t i = 0; i < fw->n; i++)
		if ((fw->entries[i].flags & flag) &&
		    strcmp(fw->entries[i].item.zone, look->zone) == 0 &&
		    opens(look, &fw->entries[i].item, service))
			return true;
	way = port ? check_way(look->run, look->zone, port, CIDR_IPV4) : CHECK_WAY_SHUT;
	return way == CHECK_WAY_ALL || way == CHECK_WAY_AWAY;
}

/* Packets come through it, and it has some of them: whoever set it up meant it for mail. */
static bool faces_clients(const struct look *look)
{
	if (item_policy_name(look->zone) || item_ipset_name(look->zone) ||
	    !check_is_reached(look->run, look->zone))
		return false;
	for (size_t i = 0; i < look->services.n; i++)
		if (has(look, look->services.strings[i], FIREWALL_RUNTIME | FIREWALL_PERMANENT))
			return true;
	return false;
}

/* What is open in the runtime only, or leaves, has a check of its own that says so; of what was
 * released somebody said it himself. */
static bool is_leaving(struct look *look, const struct firewall_entry *entry)
{
	const unsigned withdrawn = FIREWALL_WITHDRAWN | FIREWALL_GOING;
	const struct check_run *run = look->run;

	if (entry->flags & FIREWALL_RELEASED)
		return true;
	if (scope_view_at_risk(&look->view, entry))
		return check_is_asked(run, &check_runtime_only_service);
	if (!(entry->flags & (withdrawn | FIREWALL_EDITED)) ||
	    !scope_view_protects(&look->view, &entry->item))
		return false;
	return check_is_asked(run, entry->flags & withdrawn ? &check_withdrawn : &check_edited);
}

/* So has what was lost, or is required. */
static bool is_missing(const struct look *look, const struct loss_row *row)
{
	if (row->verdict == LOSS_REQUIRED)
		return check_is_asked(look->run, &check_required_missing);
	return (row->verdict == LOSS_LOST || row->verdict == LOSS_UNATTRIBUTED) &&
	       check_is_asked(look->run, &check_lost);
}

static bool is_told_elsewhere(struct look *look, const char *service, enum lack lack)
{
	const struct firewall *fw = &look->run->picture->firewall;
	const struct loss *loss = &look->run->picture->missing.loss;

	for (size_t i = 0; lack == LACK_BOTH && i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    opens(look, &fw->entries[i].item, service) &&
		    check_is_stranded(look->run, &fw->entries[i].item))
			return true;
	for (size_t i = 0; lack == LACK_RELOAD && i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    strcmp(fw->entries[i].item.zone, look->zone) == 0 &&
		    opens(look, &fw->entries[i].item, service) && is_leaving(look, &fw->entries[i]))
			return true;
	for (size_t i = 0; lack != LACK_RELOAD && i < loss->n; i++)
		if (strcmp(loss->rows[i].item.zone, look->zone) == 0 &&
		    opens(look, &loss->rows[i].item, service) && is_missing(look, &loss->rows[i]))
			return true;
	return false;
}

/* What the zone has in neither may be shut on purpose; what nobody serves nobody misses, and
 * no-listener would have it shut again. */
static bool is_missed(const struct look *look, const char *service, enum lack lack, bool served)
{
	const struct picture *picture = look->run->picture;
	const struct service *known = services_by_name(service);

	if (look->configured)
		return true;
	return (served || !picture_knows(picture, PICTURE_SOCKETS)) &&
	       (lack != LACK_BOTH || !known || !picture_why_shut(picture, known));
}

static int look_for(struct look *look, const char *service)
{
	bool now = has(look, service, FIREWALL_RUNTIME);
	bool permanent = has(look, service, FIREWALL_PERMANENT);
	const struct picture *picture = look->run->picture;
	unsigned port = port_of(service);
	enum lack lack = now ? LACK_RELOAD : permanent ? LACK_NOW : LACK_BOTH;
	bool served;

	if ((now && permanent) || is_told_elsewhere(look, service, lack))
		return 0;
	served = picture_knows(picture, PICTURE_SOCKETS) && port &&
	         listeners_first(&picture->listeners, "tcp", port);
	if (!is_missed(look, service, lack, served))
		return 0;
	look->served[lack] |= served;
	if ((!now && strv_add(&look->run->lacking, service) < 0) ||
	    strv_add(&look->lacking[lack], service) < 0)
		return -ENOMEM;
	return port ? check_tell(look->run, look->zone, services_by_name(service)) : 0;
}

/* --- telling ----------------------------------------------------------------------------- */

/* A port by its number goes once the service stands for it. */
static int command_of(char **out, const struct look *look, enum lack lack)
{
	const struct strv *opened = &look->lacking[lack];
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	bool raw = false;

	for (size_t i = 0; i < opened->n; i++)
		raw |= check_has_raw(look->run, look->zone, opened->strings[i]);
	if (lack != LACK_RELOAD || raw)
		check_add_opening(&text, look->zone, opened, false);
	if (lack != LACK_NOW || raw)
		check_add_opening(&text, look->zone, opened, true);
	for (size_t i = 0; i < opened->n; i++)
		check_add_raw_removal(&text, look->run, look->zone, opened->strings[i]);
	return check_take(&text, out);
}

/* What nobody serves on this machine may well be missing; what the watcher puts back is. */
static enum finding_severity severity_of(const struct look *look, enum lack lack)
{
	if (!look->served[lack] || (lack == LACK_RELOAD && picture_restores(look->run->picture)))
		return FINDING_INFO;
	return FINDING_WARNING;
}

static int tell(struct look *look, enum lack lack)
{
	static const char *const words[LACK_N] = {
	    [LACK_NOW] = "lacks now, until the next reload",
	    [LACK_RELOAD] = "will lack after the next reload",
	    [LACK_BOTH] = "lacks, now and after the next reload",
	};
	_cleanup_builder_ struct builder list = BUILDER_NULL;
	_cleanup_free_ char *names = NULL, *command = NULL;

	if (look->lacking[lack].n == 0)
		return 0;
	builder_join_all(&list, ", ", &look->lacking[lack]);
	if (builder_take(&list, &names) < 0 || command_of(&command, look, lack) < 0)
		return -ENOMEM;
	return check_add_as(look->run, severity_of(look, lack), strdup(EXPECTED), steal(command),
	                    "zone %s %s%s: %s", look->zone, words[lack],
	                    look->served[lack] ? "" : " (and nothing listens for it here)", names);
}

static int look_at(struct look *look, const char *zone)
{
	int r = 0;

	look->zone = zone;
	if (!faces_clients(look))
		return 0;
	for (size_t i = 0; i < look->services.n && r == 0; i++)
		r = look_for(look, look->services.strings[i]);
	for (unsigned lack = 0; lack < LACK_N && r == 0; lack++)
		r = tell(look, lack);
	for (size_t i = 0; i < LACK_N; i++) {
		strv_deinit(&look->lacking[i]);
		look->served[i] = false;
	}
	return r;
}

static int expected_service(struct check_run *run)
{
	const struct strv *configured = &run->picture->config->check_services;
	_cleanup_(look_deinit) struct look look = {
	    .run = run,
	    .view = SCOPE_VIEW(&run->picture->config->scope, &run->picture->firewall),
	    .configured = configured->n > 0};
	const struct strv *zones = &run->picture->firewall.zones;
	const struct service *service = NULL;
	int r = strv_copy(&look.services, configured);

	while (configured->n == 0 && r == 0 && (service = services_next(service, SERVICES_MAIL)))
		r = strv_add(&look.services, service->name);
	for (size_t i = 0; i < zones->n && r == 0; i++)
		r = look_at(&look, zones->strings[i]);
	run->failed |= look.view.failed;
	return r;
}

const struct check check_expected_service = {
    .name = "expected-service",
    .severity = FINDING_WARNING,
    .help = "a zone that clients come through lacks a service of mail",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_SOCKETS | PICTURE_STORE,
    .fn = expected_service,
};
