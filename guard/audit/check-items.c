// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what firewalld holds. */
#include "guard/audit/check-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/packet/dispatch.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/zonefile.h"

int check_firewalld_state(struct check_context *context, enum check_id id)
{
	enum firewall_state state = context->reading.state;

	if (state == FIREWALL_STATE_RUNNING)
		return 0;
	return check_add(context, id, FINDING_ERROR, NULL,
	                 strdup("firewall-cmd --check-config && systemctl restart firewalld"),
	                 "firewalld is in state %s: its rules are not what is configured",
	                 firewall_state_name(state));
}

int check_panic(struct check_context *context, enum check_id id)
{
	if (!context->reading.firewall.panic)
		return 0;
	return check_add(context, id, FINDING_ERROR, NULL, strdup("firewall-cmd --panic-off"),
	                 "panic mode drops every packet");
}

/* --- lists of items in one finding ------------------------------------------------------- */

struct list {
	char *names; /* owned */
	size_t size;
	FILE *stream;
	const struct item *items[32]; /* borrowed */
	size_t n;
};

static int list_open(struct list *list)
{
	*list = (struct list){0};
	list->stream = open_memstream(&list->names, &list->size);
	return list->stream ? 0 : -ENOMEM;
}

static void list_deinit(struct list *list)
{
	if (list->stream)
		fclose(list->stream);
	free(list->names);
}
#define _cleanup_list_ _cleanup_(list_deinit)

static int list_add(struct list *list, const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, item) < 0)
		return -ENOMEM;
	fprintf(list->stream, "%s%s", list->n ? ", " : "", text);
	if (list->n < ARRAY_SIZE(list->items))
		list->items[list->n] = item;
	list->n++;
	return 0;
}

static char *list_take(struct list *list)
{
	return fclose(steal(list->stream)) == 0 ? steal(list->names) : NULL;
}

/* What is gone without a known wipe is missed just the same. */
static bool is_missed(enum loss_verdict verdict, enum check_id id)
{
	return id == CHECK_LOST ? verdict == LOSS_LOST || verdict == LOSS_UNATTRIBUTED
	                        : verdict == LOSS_REQUIRED;
}

int check_missing(struct check_context *context, enum check_id id)
{
	const struct loss *loss = &context->missing.loss;
	_cleanup_list_ struct list list;
	int r = list_open(&list);

	for (size_t i = 0; i < loss->n && r == 0; i++)
		if (is_missed(loss->rows[i].verdict, id))
			r = list_add(&list, &loss->rows[i].item);
	if (r < 0 || list.n == 0)
		return r;
	if (id == CHECK_LOST)
		return check_add(
		    context, id, FINDING_ERROR, list_take(&list), strdup("reload-guard restore"),
		    "%zu were there before, and nobody is known to have removed them", list.n);
	return check_add(context, id, FINDING_ERROR, list_take(&list),
	                 strdup("reload-guard restore"),
	                 "%zu are required by the configuration, and not open", list.n);
}

/* --- zones ------------------------------------------------------------------------------- */

static bool is_mail(const struct firewall_entry *entry)
{
	return item_class(&entry->item) == ITEM_CLASS_MAIL;
}

/* What a reached zone has open already is not missed by anybody. */
static bool is_open_somewhere(const struct check_context *context, const struct item *item)
{
	const struct firewall *fw = &context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->flags & FIREWALL_RUNTIME) && entry->item.kind == item->kind &&
		    strcmp(entry->item.value, item->value) == 0 &&
		    dispatch_zone_gets_packets(fw, entry->item.zone, &context->interfaces))
			return true;
	}
	return false;
}

static int tell_unreached(struct check_context *context, enum check_id id, const char *zone)
{
	const struct firewall *fw = &context->reading.firewall;
	const char *interface = check_client_interface(context);
	_cleanup_list_ struct list list;
	char *command = NULL;
	int r = list_open(&list);

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) && is_mail(&fw->entries[i]) &&
		    strcmp(fw->entries[i].item.zone, zone) == 0 &&
		    !is_open_somewhere(context, &fw->entries[i].item))
			r = list_add(&list, &fw->entries[i].item);
	if (r < 0 || list.n == 0)
		return r;
	if (interface &&
	    xasprintf(&command,
	              "firewall-cmd --zone=%s --change-interface=%s && firewall-cmd --permanent "
	              "--zone=%s --change-interface=%s",
	              zone, interface, zone, interface) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_ERROR, list_take(&list), command,
	                 "no packet comes through zone %s, and these are open nowhere else%s", zone,
	                 interface ? "" : ": bind the interface of the clients to it");
}

int check_unreached_zone(struct check_context *context, enum check_id id)
{
	const struct firewall *fw = &context->reading.firewall;
	int r = 0;

	for (size_t i = 0; i < fw->zones.n && r == 0; i++)
		if (!item_policy_name(fw->zones.strings[i]) &&
		    !item_ipset_name(fw->zones.strings[i]) &&
		    !dispatch_zone_gets_packets(fw, fw->zones.strings[i], &context->interfaces))
			r = tell_unreached(context, id, fw->zones.strings[i]);
	return r;
}

int check_runtime_only(struct check_context *context, enum check_id id)
{
	const struct firewall *fw = &context->reading.firewall;
	_cleanup_list_ struct list list;
	char *command = NULL;
	bool mail = false;
	int r = list_open(&list);

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->item.kind != ITEM_SERVICE && entry->item.kind != ITEM_PORT) ||
		    !scope_at_risk(&context->cli->config.scope, fw, entry))
			continue;
		mail |= is_mail(entry);
		r = list_add(&list, &entry->item);
	}
	if (r < 0 || list.n == 0)
		return r;
	if (items_permanent_commands(&command, list.items,
	                             list.n < ARRAY_SIZE(list.items) ? list.n
	                                                             : ARRAY_SIZE(list.items)) < 0)
		return -ENOMEM;
	if (context->watcher.running)
		return check_add(context, id, FINDING_INFO, list_take(&list), command,
		                 "%zu are open in the runtime alone; after a reload the watcher "
		                 "puts them back",
		                 list.n);
	return check_add(context, id, mail ? FINDING_ERROR : FINDING_WARNING, list_take(&list),
	                 command, "%zu are open in the runtime alone: the next reload closes them",
	                 list.n);
}

/* --- raw ports --------------------------------------------------------------------------- */

static const char *service_of(const struct item *item)
{
	const struct service *service;
	unsigned first, last;
	char protocol[8];

	if (!item_port_parse(item->value, &first, &last, protocol) || first != last)
		return NULL;
	service = services_by_port(first, protocol);
	return service && service->purpose == SERVICES_MAIL ? service->name : NULL;
}

/** check_raw_port_service() - which service it should be; NULL: none, or its time will end */
const char *check_raw_port_service(const struct firewall_entry *entry)
{
	if (entry->item.kind != ITEM_PORT || item_policy_name(entry->item.zone) ||
	    entry->until_us || !(entry->flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT)))
		return NULL;
	return service_of(&entry->item);
}

/* The service first: the port is never shut. */
static int replace_command(char **out, const struct firewall_entry *entry, const char *service)
{
	_cleanup_free_ char *runtime = NULL, *permanent = NULL;
	const char *zone = entry->item.zone, *port = entry->item.value;
	bool both = (entry->flags & FIREWALL_RUNTIME) && (entry->flags & FIREWALL_PERMANENT);

	if ((entry->flags & FIREWALL_PERMANENT) &&
	    xasprintf(&permanent,
	              "firewall-cmd --permanent --zone=%s --add-service=%s && firewall-cmd "
	              "--permanent --zone=%s --remove-port=%s",
	              zone, service, zone, port) < 0)
		return -ENOMEM;
	if ((entry->flags & FIREWALL_RUNTIME) &&
	    xasprintf(&runtime,
	              "firewall-cmd --zone=%s --add-service=%s && firewall-cmd --zone=%s "
	              "--remove-port=%s",
	              zone, service, zone, port) < 0)
		return -ENOMEM;
	return xasprintf(out, "%s%s%s", permanent ? permanent : "", both ? " && " : "",
	                 runtime ? runtime : "");
}

int check_raw_port(struct check_context *context, enum check_id id)
{
	const struct firewall *fw = &context->reading.firewall;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		const char *service = check_raw_port_service(entry);
		char *command = NULL, *text = NULL;

		if (!service)
			continue;
		if (replace_command(&command, entry, service) < 0)
			return -ENOMEM;
		if (item_format(&text, &entry->item) < 0) {
			free(command);
			return -ENOMEM;
		}
		r = check_add(context, id, FINDING_INFO, text, command,
		              "%s is open by its number; firewalld has the service %s",
		              entry->item.value, service);
	}
	return r;
}

/* --- files and definitions --------------------------------------------------------------- */

/*
 * What the file was meant to say may be worth reading, so it is kept. To set a name
 * that it has makes firewalld write the file again, as it was when it last read it. One
 * that could not read it would write what it has instead: there the file before is taken,
 * where there is one (*@out stays NULL otherwise).
 */
static int file_command(char **out, const struct check_context *context, const char *zone)
{
	_cleanup_free_ char *file = NULL, *old = NULL;

	if (xasprintf(&file, "/etc/firewalld/zones/%s.xml", zone) < 0 ||
	    xasprintf(&old, "%s.old", file) < 0)
		return -ENOMEM;
	if (context->reading.state == FIREWALL_STATE_RUNNING)
		return xasprintf(out,
		                 "cp -p %s %s.broken && firewall-cmd --permanent --zone=%s "
		                 "--set-short=\"$(firewall-cmd --permanent --zone=%s "
		                 "--get-short)\"",
		                 file, file, zone, zone);
	if (access(old, R_OK) != 0)
		return 0;
	return xasprintf(out, "cp -p %s %s.broken && cp -p %s %s", file, file, old, file);
}

static int tell_broken(struct check_context *context, enum check_id id, const char *zone,
                       const struct err *why)
{
	char *command = NULL, *evidence;

	if (file_command(&command, context, zone) < 0)
		return -ENOMEM;
	evidence = strdup(why->text);
	if (!evidence) {
		free(command);
		return -ENOMEM;
	}
	return check_add(context, id, FINDING_ERROR, evidence, command,
	                 "the file of zone %s is broken: the next reload fails, and the next start "
	                 "loads the stock configuration",
	                 zone);
}

int check_zone_file(struct check_context *context, enum check_id id)
{
	const struct strv *zones = &context->reading.firewall.zones;
	int r = 0;

	for (size_t i = 0; i < zones->n && r == 0; i++) {
		_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
		const char *zone = zones->strings[i];
		struct err err = ERR_NULL;

		if (item_policy_name(zone) || item_ipset_name(zone) || !zonefile_is_own(zone, ""))
			continue;
		r = zonefile_read(&file, zone, "", &err);
		if (r == ZONEFILE_E_BROKEN)
			r = tell_broken(context, id, zone, &err);
		else if (r > 0)
			r = 0;
	}
	return r;
}

static bool is_in_use(const struct firewall *fw, const char *service)
{
	for (size_t i = 0; i < fw->n; i++)
		if (fw->entries[i].item.kind == ITEM_SERVICE &&
		    strcmp(fw->entries[i].item.value, service) == 0)
			return true;
	return false;
}

static int check_definition(struct check_context *context, enum check_id id, const char *service,
                            unsigned number)
{
	struct firewalld_service parts = {0};
	char *command = NULL, port[16];
	int r;

	snprintf(port, sizeof(port), "%u/tcp", number);
	r = firewalld_service_wait(context->connection.fw, &parts, service,
	                           clock_monotonic_ms() + FIREWALLD_SESSION_MS, NULL);
	if (r < 0)
		return r;
	/* one that includes others is somebody's who knows what it is made of */
	if (r > 0 || strv_contains(&parts.ports, port) || parts.includes.n > 0) {
		firewalld_service_deinit(&parts);
		return 0;
	}
	firewalld_service_deinit(&parts);
	if (xasprintf(
	        &command,
	        "firewall-cmd --permanent --load-service-defaults=%s && firewall-cmd --reload",
	        service) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_ERROR, NULL, command,
	                 "the service %s does not have %s: it is open in name alone", service,
	                 port);
}

int check_service_definition(struct check_context *context, enum check_id id)
{
	const struct service *service = NULL;
	int r = 0;

	while (r == 0 && (service = services_next(service, SERVICES_MAIL)))
		if (is_in_use(&context->reading.firewall, service->name))
			r = check_definition(context, id, service->name, service->port);
	return r;
}
