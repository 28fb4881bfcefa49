// SPDX-License-Identifier: GPL-2.0-or-later
/* One cause, one finding: which of the checks of what is open tells of an item. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- ports that an item opens to everybody -------------------------------------------------- */

/* Of a service that is in no zone now nothing was read: it is what it is known for. */
static int list_ports(struct strv *out, struct check_run *run, const struct item *item)
{
	const struct service *service = services_by_name(item->value);
	char port[32];
	int r = 0;

	if (item->kind == ITEM_PORT)
		return strv_add(out, item->value);
	if (item->kind == ITEM_SERVICE)
		r = ruleset_service_ports(&run->picture->ruleset, item->value, out);
	if (r < 0 || item->kind != ITEM_SERVICE || out->n > 0 || !service)
		return r;
	snprintf(port, sizeof(port), "%u/%s", service->port, service->transport);
	return strv_add(out, port);
}

static bool has_port(const struct strv *ports, const char *wanted)
{
	unsigned first, last, low, high;
	char protocol[8], other[8];

	if (!item_port_parse(wanted, &first, &last, protocol))
		return false;
	for (size_t i = 0; i < ports->n; i++)
		if (item_port_parse(ports->strings[i], &low, &high, other) &&
		    strcmp(protocol, other) == 0 && low <= first && last <= high)
			return true;
	return false;
}

/** check_is_covered() - are its ports open in its zone by something else, too?
 * @flag: FIREWALL_RUNTIME, FIREWALL_PERMANENT: there
 *
 * By the service of a port, a port of a service, another service or a range: then it is missed by
 * nobody. Without memory the run has failed.
 */
bool check_is_covered(struct check_run *run, const struct firewall_entry *entry, unsigned flag)
{
	const struct firewall *fw = &run->picture->firewall;
	_cleanup_strv_ struct strv own = STRV_NULL, others = STRV_NULL;
	bool covered;

	run->failed |= list_ports(&own, run, &entry->item) < 0;
	for (size_t i = 0; own.n > 0 && i < fw->n; i++)
		if (&fw->entries[i] != entry && (fw->entries[i].flags & flag) &&
		    strcmp(fw->entries[i].item.zone, entry->item.zone) == 0) {
			_cleanup_strv_ struct strv ports = STRV_NULL;

			run->failed |= list_ports(&ports, run, &fw->entries[i].item) < 0 ||
			               strv_add_each(&others, &ports) < 0;
		}
	covered = own.n > 0;
	for (size_t i = 0; i < own.n && covered; i++)
		covered = has_port(&others, own.strings[i]);
	return covered;
}

/* --- what is told --------------------------------------------------------------------------- */

static const struct service *mail_of(struct check_run *run, const struct item *item)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	unsigned first, last;
	const struct service *service;
	char protocol[8];

	run->failed |= list_ports(&ports, run, item) < 0;
	if (ports.n != 1 || !item_port_parse(ports.strings[0], &first, &last, protocol) ||
	    first != last)
		return NULL;
	service = services_by_port(first, protocol);
	return service && service->purpose == SERVICES_MAIL ? service : NULL;
}

static int name_told(char **out, const char *zone, const struct service *mail)
{
	return xasprintf(out, "%s/%s", zone, mail->name) < 0 ? -ENOMEM : 0;
}

/** check_tell() - this zone lacks it, and the finding's command opens it there; Return: 0; -ENOMEM
 */
int check_tell(struct check_run *run, const char *zone, const struct service *mail)
{
	_cleanup_free_ char *name = NULL;

	if (!zone)
		return 0;
	return name_told(&name, zone, mail) < 0 ? -ENOMEM : strv_add_once(&run->told, name);
}

/** check_is_told() - was that said of what the item opens? Without memory the run has failed */
bool check_is_told(struct check_run *run, const struct item *item)
{
	const struct service *mail = mail_of(run, item);
	_cleanup_free_ char *name = NULL;

	if (!mail)
		return false;
	run->failed |= name_told(&name, item->zone, mail) < 0;
	return name && strv_contains(&run->told, name);
}

/* --- ports by their numbers ----------------------------------------------------------------- */

static bool is_raw(const struct firewall_entry *entry, const char *zone, const char *service)
{
	const char *name = check_raw_port_service(entry);

	return name && strcmp(name, service) == 0 && strcmp(entry->item.zone, zone) == 0;
}

/** check_has_raw() - does the zone have the service's port by its number? */
bool check_has_raw(struct check_run *run, const char *zone, const char *service)
{
	const struct firewall *fw = &run->picture->firewall;

	for (size_t i = 0; i < fw->n; i++)
		if (is_raw(&fw->entries[i], zone, service))
			return true;
	return false;
}

/** check_add_raw_removal() - the calls that take it out, behind those that open the service */
void check_add_raw_removal(struct builder *out, struct check_run *run, const char *zone,
                           const char *service)
{
	const struct firewall *fw = &run->picture->firewall;

	for (size_t i = 0; i < fw->n; i++)
		for (unsigned permanent = 0; permanent < 2; permanent++)
			if (is_raw(&fw->entries[i], zone, service) &&
			    (fw->entries[i].flags &
			     (permanent ? FIREWALL_PERMANENT : FIREWALL_RUNTIME)))
				item_add_command(out, "remove", &fw->entries[i].item,
				                 permanent != 0);
}
