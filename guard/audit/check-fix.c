// SPDX-License-Identifier: GPL-2.0-or-later
/* What `check --fix` mends itself. */
#include "guard/audit/check-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/zonefile.h"

#define INCLUDES_MAX 8

static int64_t deadline(void)
{
	return clock_monotonic_ms() + FIREWALLD_SESSION_MS;
}

/* Does a service open this port, and nothing else? *@has: it was found; false: something else. */
static int look_into(struct check_context *context, const char *service, const char *port,
                     unsigned depth, bool *has, bool *only, struct err *err)
{
	struct firewalld_service parts = {0};
	int r = firewalld_service_wait(context->connection.fw, &parts, service, deadline(), err);

	if (r != 0)
		return r;
	*only &= parts.protocols.n == 0 && parts.source_ports.n == 0 && depth < INCLUDES_MAX;
	for (size_t i = 0; i < parts.ports.n; i++) {
		*has |= strcmp(parts.ports.strings[i], port) == 0;
		*only &= strcmp(parts.ports.strings[i], port) == 0;
	}
	/* firewalld 2.x: smtp-submission is what includes submission */
	for (size_t i = 0; *only && i < parts.includes.n && r == 0; i++)
		r = look_into(context, parts.includes.strings[i], port, depth + 1, has, only, err);
	firewalld_service_deinit(&parts);
	return r;
}

/* Nothing more may be open than before: exactly this port, and nothing else. */
static int is_exactly(struct check_context *context, const char *service, const char *port,
                      bool *out, struct err *err)
{
	bool has = false, only = true;
	int r = look_into(context, service, port, 0, &has, &only, err);

	*out = r == 0 && has && only;
	if (r == 0 && !*out)
		err_set(err, 0, "the service %s is not %s alone", service, port);
	return r;
}

static int replace_permanent(struct check_context *context, const struct item *port,
                             const struct item *service, struct err *err)
{
	struct firewalld *fw = context->connection.fw;
	_cleanup_free_ char *copy = NULL;
	int r = zonefile_backup(&copy, context->cli->store_dir, port->zone, err);

	if (r == 0)
		r = firewalld_permanent_add_wait(fw, service, deadline(), err);
	if (r == 0)
		r = firewalld_permanent_remove_wait(fw, port, deadline(), err);
	if (r == 0 && copy)
		cli_note(context->cli, "the file of zone %s was copied to %s", port->zone, copy);
	return r;
}

static int replace_runtime(struct check_context *context, const struct item *port,
                           const struct item *service, struct err *err)
{
	struct firewalld *fw = context->connection.fw;
	int r = firewalld_add_wait(fw, service, deadline(), err);

	if (r == 0 || r == FIREWALLD_E_ALREADY)
		r = firewalld_remove_wait(fw, port, deadline(), err);
	return r == FIREWALLD_E_NOT_ENABLED ? 0 : r;
}

/* Return: 0, also when it could not be done, which is said; -ENOMEM. */
static int replace(struct check_context *context, const struct firewall_entry *entry,
                   const char *name)
{
	_cleanup_item_ struct item service = ITEM_NULL;
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_NULL;
	bool exact;
	int r = item_format(&text, &entry->item);

	if (r == 0)
		r = item_init(&service, entry->item.zone, ITEM_SERVICE, name, &err);
	if (r < 0)
		return r;
	r = is_exactly(context, name, entry->item.value, &exact, &err);
	if (r == 0 && exact && (entry->flags & FIREWALL_PERMANENT))
		r = replace_permanent(context, &entry->item, &service, &err);
	if (r == 0 && exact && (entry->flags & FIREWALL_RUNTIME))
		r = replace_runtime(context, &entry->item, &service, &err);
	if (r == -ENOMEM)
		return r;
	if (r == 0 && exact)
		cli_note(context->cli, "%s was replaced by the service %s", text, name);
	else
		cli_warn(context->cli, "%s was not replaced by the service %s: %s", text, name,
		         err_text(&err, r < 0 ? r : -EIO));
	return 0;
}

/**
 * check_fix_raw_ports() - services in the place of ports, without a moment of closed port
 *
 * The permanent configuration first, after a copy of the zone's file; then the
 * runtime. In each the service is there before the port goes.
 *
 * Return: 0; -ENOMEM.
 */
int check_fix_raw_ports(struct check_context *context)
{
	const struct firewall *fw = &context->reading.firewall;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const char *service = check_raw_port_service(&fw->entries[i]);

		if (service)
			r = replace(context, &fw->entries[i], service);
	}
	return r;
}
