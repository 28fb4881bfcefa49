// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/trait.h"

#include "guard/base/shell.h"
#include "guard/model/item.h"

#include <errno.h>
#include <string.h>

/**
 * trait_format() - it in words: "disable of policy mail-in"
 * @zone: policy:NAME
 *
 * Return: 0 or -ENOMEM.
 */
int trait_format(char **out, const char *zone, const char *trait)
{
	return xasprintf(out, "%s of policy %s", trait, item_policy_name(zone)) < 0 ? -ENOMEM : 0;
}

/** trait_add_removal() - the command that takes it away, behind those of @out */
void trait_add_removal(struct builder *out, const char *zone, const char *trait)
{
	const char *value = strchr(trait, '=');

	item_begin_command(out, zone, false);
	builder_addf(out, " --remove-%.*s", (int)strcspn(trait, "="), trait);
	if (value)
		shell_addf(out, "=%s", value + 1);
}
