// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/target.h"

#include <string.h>

static const char *const target_names[] = {
    [TARGET_DEFAULT] = "default", [TARGET_CONTINUE] = "CONTINUE", [TARGET_ACCEPT] = "ACCEPT",
    [TARGET_REJECT] = "REJECT",   [TARGET_DROP] = "DROP",
};

/** target_parse() - as firewalld writes it, in zones and policies; false: not one */
bool target_parse(const char *text, enum target *out)
{
	if (strcmp(text, "%%REJECT%%") == 0)
		text = "REJECT";
	for (unsigned i = 0; i < ARRAY_SIZE(target_names); i++) {
		if (strcmp(text, target_names[i]) == 0) {
			*out = (enum target)i;
			return true;
		}
	}
	return false;
}

/** target_name() - the word for it; static */
const char *target_name(enum target target)
{
	return target_names[target];
}
