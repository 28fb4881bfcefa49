// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/status.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/model/mail/services.h"

/** status_deinit() - free all of it but the picture; may be called twice */
void status_deinit(struct status *status)
{
	for (size_t i = 0; i < status->n; i++) {
		item_deinit(&status->items[i].item);
		strv_deinit(&status->items[i].ports);
	}
	free(status->items);
	findings_deinit(&status->findings);
	for (size_t i = 0; i < ARRAY_SIZE(status->strangers); i++)
		explain_deinit(&status->strangers[i]);
	*status = STATUS_NULL;
}

/* What somebody released he knows of. */
static bool any_is_closed_for_good(const struct status *status)
{
	for (size_t i = 0; i < status->n; i++)
		if (status->items[i].open && status_item_is_leaving(&status->items[i]) &&
		    !status->items[i].released)
			return true;
	return false;
}

/** status_is_degraded() - does something hurt, now or after a reload, or could not be looked at? */
bool status_is_degraded(const struct status *status)
{
	return any_is_closed_for_good(status) || findings_have(&status->findings, FINDING_ERROR) ||
	       findings_have(&status->findings, FINDING_UNKNOWN) ||
	       !picture_is_whole(status->picture);
}

/** status_is_reached() - could firewalld be looked at? */
bool status_is_reached(const struct status *status)
{
	return picture_knows(status->picture, PICTURE_FIREWALLD);
}

/** status_is_remembered() - are the items those of the last snapshot? firewalld does not answer */
bool status_is_remembered(const struct status *status)
{
	return !status_is_reached(status) && status->picture->ruleset.remembered;
}

/** status_is_bare() - is there nothing but the kernel and the sockets? */
bool status_is_bare(const struct status *status)
{
	return !status_is_reached(status) && status->picture->ruleset.bare;
}

/** status_item_is_leaving() - does the next reload close it for good? */
bool status_item_is_leaving(const struct status_item *item)
{
	return item->listed && (item->withdrawn || item->edited || item->released);
}

/** status_n_missing() - how many should be open, and are not */
size_t status_n_missing(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->n; i++)
		n += !status->items[i].open && (status->items[i].lost || status->items[i].required);
	return n;
}

/** status_item_is_runtime_only() - does the next reload take it, though it is meant to stay? */
bool status_item_is_runtime_only(const struct status_item *item)
{
	return item->listed && !item->permanent && item->until_us == 0 &&
	       !status_item_is_leaving(item);
}

/** status_item_is_at_risk() - does the next reload take it, whoever puts it back? */
bool status_item_is_at_risk(const struct status_item *item)
{
	return status_item_is_runtime_only(item) || status_item_is_leaving(item);
}

/* --- the items ---------------------------------------------------------------------------- */

static struct status_item *add_item(struct status *status, const struct item *item)
{
	struct status_item row = {.listens = LISTENERS_UNKNOWN};

	if (grow(&status->items, &status->capacity, status->n + 1, sizeof(row)) < 0 ||
	    item_copy(&row.item, item) < 0)
		return NULL;
	status->items[status->n] = row;
	return &status->items[status->n++];
}

static int by_rank(const void *a, const void *b)
{
	const struct status_item *x = a, *y = b;
	int zones = strcmp(x->item.zone, y->item.zone);

	return zones ? zones : item_restore_cmp(&x->item, &y->item);
}

/* What is there, or what was there when somebody saw it last. */
static const struct firewall *held(const struct status *status)
{
	return status_is_reached(status) ? &status->picture->firewall : &status->picture->last;
}

/* Zones are made with it, and of a service it says nothing. */
static bool goes_without_saying(const struct firewall_entry *entry)
{
	return entry->item.kind == ITEM_FORWARD && (entry->flags & FIREWALL_PERMANENT);
}

static int add_held(struct status *status)
{
	const struct picture *picture = status->picture;
	const struct scope *scope = &picture->config->scope;
	const struct firewall *fw = held(status);
	struct scope_view view = SCOPE_VIEW(scope, fw);

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		struct status_item *row;
		int reached;

		/* bindings show in what is open to whom */
		if (item_class(&entry->item) == ITEM_CLASS_BINDING || goes_without_saying(entry) ||
		    !scope_view_protects(&view, &entry->item))
			continue;
		row = add_item(status, &entry->item);
		if (!row)
			return -ENOMEM;
		row->listed = (entry->flags & FIREWALL_RUNTIME) != 0;
		reached = status_is_reached(status)
		              ? picture_gets_packets(picture, fw, entry->item.zone)
		              : 0;
		if (reached < 0)
			return reached;
		row->open = row->listed && reached && !picture->firewall.panic;
		if (status_is_remembered(status))
			row->kernel = remembered_in_kernel(&picture->ruleset, &row->item);
		row->permanent = (entry->flags & FIREWALL_PERMANENT) != 0;
		row->required = scope_requires(scope, &entry->item);
		row->withdrawn = (entry->flags & (FIREWALL_WITHDRAWN | FIREWALL_GOING)) != 0;
		row->edited = (entry->flags & FIREWALL_EDITED) != 0;
		row->released = (entry->flags & FIREWALL_RELEASED) != 0;
		row->until_us = entry->until_us;
	}
	return view.failed ? -ENOMEM : 0;
}

static int add_gone(struct status *status)
{
	const struct loss *loss = &status->picture->missing.loss;

	for (size_t i = 0; i < loss->n; i++) {
		const struct loss_row *gone = &loss->rows[i];
		struct status_item *row;
		size_t at = 0;

		if (!loss_verdict_restores(gone->verdict) && gone->verdict != LOSS_UNATTRIBUTED)
			continue;
		while (at < status->n && item_cmp(&status->items[at].item, &gone->item) != 0)
			at++;
		row = at < status->n ? &status->items[at] : add_item(status, &gone->item);
		if (!row)
			return -ENOMEM;
		row->required = gone->verdict == LOSS_REQUIRED;
		row->lost = !row->required;
		row->until_us = gone->until_us;
	}
	return 0;
}

/* The best answer over all ports: a service with one live port is served. */
static enum listeners_answer listens_on(const struct listeners *listeners, const struct strv *ports)
{
	enum listeners_answer best = LISTENERS_UNKNOWN;

	for (size_t i = 0; i < ports->n; i++) {
		unsigned first, last;
		char protocol[8];
		enum listeners_answer answer;

		if (!item_port_parse(ports->strings[i], &first, &last, protocol))
			continue;
		answer = listeners_on(listeners, protocol, first, last, AF_UNSPEC);
		if (answer > best)
			best = answer;
	}
	return best;
}

static int find_listeners(struct status *status)
{
	const struct picture *picture = status->picture;

	for (size_t i = 0; i < status->n; i++) {
		struct status_item *row = &status->items[i];

		int r = 0;

		/* without the definition its ports are not known, which the table says */
		if (row->item.kind == ITEM_SERVICE)
			r = ruleset_service_ports(&picture->ruleset, row->item.value, &row->ports);
		else if (row->item.kind == ITEM_PORT)
			r = strv_add(&row->ports, row->item.value);
		if (r < 0)
			return r;
		if (picture_knows(picture, PICTURE_SOCKETS))
			row->listens = listens_on(&picture->listeners, &row->ports);
	}
	return 0;
}

static int make_items(struct status *status)
{
	int r = add_held(status);

	if (r == 0)
		r = add_gone(status);
	if (r == 0 && status->n > 0)
		qsort(status->items, status->n, sizeof(*status->items), by_rank);
	return r == 0 ? find_listeners(status) : r;
}

/* --- without firewalld and without a record ------------------------------------------------- */

static int family_of(const struct cidr *address)
{
	return address->family == CIDR_IPV4 ? AF_INET : AF_INET6;
}

static int add_served(struct explain *explain, const struct picture *picture)
{
	const struct service *service = NULL;
	int r = 0;

	while (r == 0 &&
	       (service = services_next(service, SERVICES_MAIL | SERVICES_WEB | SERVICES_OTHER)))
		if (listeners_on(&picture->listeners, service->transport, service->port,
		                 service->port,
		                 family_of(&explain->packet.source)) == LISTENERS_YES)
			r = explain_add(explain, service->transport, service->port, service->name,
			                true);
	return r;
}

static int find_stranger(struct explain *explain, const struct picture *picture,
                         enum cidr_family family)
{
	const char *interface = picture->client_interface;
	int r;

	*explain = (struct explain){
	    .ruleset = &picture->ruleset, .shapes = &picture->shapes, .now_us = picture->now_us};
	if (picture_knows(picture, PICTURE_FAIL2BAN))
		explain->tickets = &picture->tickets;
	explain->packet.destination = picture_local(picture, interface, family);
	explain->packet.interface = interface[0] ? interface : NULL;
	/* a machine without an address is not reached so */
	if (!picture_stranger(&explain->packet.source, family, 0) ||
	    (interface[0] && !explain->packet.destination))
		return 0;
	r = add_served(explain, picture);
	return r == 0 ? explain_decide(explain, &picture->listeners) : r;
}

static int find_strangers(struct status *status)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	int r = 0;

	if (!status_is_bare(status) || !picture_knows(status->picture, PICTURE_SOCKETS))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(status->strangers) && r == 0; i++)
		r = find_stranger(&status->strangers[i], status->picture, families[i]);
	return r;
}

/* --- all together ------------------------------------------------------------------------- */

/**
 * status_make() - the items of a picture, and the findings of a selection of checks
 * @out:     STATUS_NULL before; the caller deinits it, also after a failure
 * @picture: borrowed for as long as @out lives
 *
 * Return: 0 or -ENOMEM.
 */
int status_make(struct status *out, const bool selected[CHECKS_N], const struct picture *picture)
{
	int r;

	out->picture = picture;
	r = status_is_reached(out) || status_is_remembered(out) ? make_items(out) : 0;
	if (r == 0)
		r = find_strangers(out);
	return r == 0 ? checks_make(&out->findings, &out->counts, selected, picture) : r;
}
