// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of a mismatch: whom it is about, and the commands that mend it. */
#include "guard/model/ban/mismatch-internal.h"

#include "guard/base/shell.h"
#include "guard/model/packet/dispatch.h"

#include <string.h>

/** mismatch_names_take() - Return: the text, the caller's; NULL without memory */
char *mismatch_names_take(struct mismatch_names *names)
{
	char *out;

	return builder_take(&names->text, &out) < 0 ? NULL : out;
}

/** mismatch_names_add() - one more of whom it is about; @detail: of it, or NULL */
void mismatch_names_add(struct mismatch_names *names, const char *name, const char *detail)
{
	if (names->n < MISMATCH_NAMES_MAX)
		builder_addf(&names->text, "%s%s%s%s%s", names->n ? ", " : "", name,
		             detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
	else if (names->n == MISMATCH_NAMES_MAX)
		builder_add(&names->text, " and others");
	names->n++;
}

/** mismatch_restart_command() - NULL where the jail's name must not be typed, or without memory */
char *mismatch_restart_command(const struct jail *jail)
{
	char *out;

	return jail_restart_command(&out, jail->name) == 0 ? out : NULL;
}

/** mismatch_rules_command() - one call for all of them; NULL without memory */
char *mismatch_rules_command(bool permanent, const char *zone, const struct strv *rules,
                             const char *option)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char *out;

	item_begin_command(&text, zone, permanent);
	for (size_t i = 0; i < rules->n; i++)
		shell_addf(&text, " --%s=%s", option, rules->strings[i]);
	return builder_take(&text, &out) < 0 ? NULL : out;
}

/* The next reload brings something there; from firewalld 2 on another default zone is one. */
static bool is_bound_for_good(const struct firewall *fw, const char *zone)
{
	static const enum item_kind kinds[] = {ITEM_INTERFACE, ITEM_SOURCE};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = firewall_first(fw, zone, kinds[k]);
		     i < fw->n && fw->entries[i].item.kind == kinds[k] &&
		     strcmp(fw->entries[i].item.zone, zone) == 0;
		     i++)
			if (fw->entries[i].flags & FIREWALL_PERMANENT)
				return true;
	return false;
}

/**
 * mismatch_zone_command() - what has the bans of a jail stand where mail comes in
 * @out:  the caller frees it
 * @by:   who writes them elsewhere
 * @zone: where they belong
 *
 * It ends that, and not only for the bans that there are.
 *
 * Return: 0; 1: nothing does; -ENOMEM.
 */
int mismatch_zone_command(char **out, const struct mismatch_writer *by,
                          const struct mismatch_look *look, const char *zone)
{
	const struct firewall *fw = look->evidence->fw;
	int reached;

	if (by->zone || !fw->default_zone || !shell_is_plain(zone))
		return jail_zone_command(out, by->jail->name, by->action, by->zone, zone);
	/* made before it was the default zone */
	if (strcmp(fw->default_zone, zone) == 0)
		return (*out = mismatch_restart_command(by->jail)) ? 0 : 1;
	reached = dispatch_zone_gets_packets(fw, fw->default_zone, look->evidence->interfaces);
	if (reached < 0)
		return reached;
	if (reached > 0 || is_bound_for_good(fw, fw->default_zone))
		return jail_zone_command(out, by->jail->name, by->action, by->zone, zone);
	/* nobody needs that default zone, and all jails profit */
	return xasprintf(out,
	                 "systemctl stop fail2ban && firewall-cmd --set-default-zone=%s; "
	                 "systemctl start fail2ban",
	                 zone);
}
