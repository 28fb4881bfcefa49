// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/ban/jailaction.c guard/model/ban/banrule.c
#include "guard/model/ban/banrule.h"
#include "guard/model/ban/jailaction.h"
#include "guard/model/rule/richrule.h"

#include "tests/fuzz/fuzz.h"

/* In their order, whatever quotes are between them. */
static bool has_letters(const char *text, const char *letters)
{
	while (*letters && (text = strchr(text, *letters))) {
		text++;
		letters++;
	}
	return !*letters;
}

/* By what a jail's parameters say: a rule that denies one address, or none. */
static void write_rules(char *parameters)
{
	struct jail_action action = {.protocol = strsep(&parameters, "\t")};
	_cleanup_strv_ struct strv ports = STRV_NULL;
	struct cidr client, found;

	action.ports = strsep(&parameters, "\t");
	action.blocktype = action.blocktype6 = parameters;
	FUZZ_CHECK(cidr_parse(&client, "192.0.2.1", 0, NULL) == 0);
	FUZZ_CHECK(banrule_ports(&ports, &action) == 0);
	for (size_t i = 0; i < ports.n; i++) {
		_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
		_cleanup_free_ char *text = NULL;

		if (banrule_write(&text, &action, &client, ports.strings[i]) != 0)
			continue;
		FUZZ_CHECK(richrule_parse(&rule, text, NULL) == 0);
		FUZZ_CHECK(richrule_source_cidr(&rule, &found) && cidr_cmp(&found, &client) == 0);
	}
}

/* The lines: actionban, actionstart, a value, and a jail's parameters, which tabs part. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size), *zone = NULL, *put = NULL;
	_cleanup_free_ char *again = NULL;
	char *rest = text, *ban = strsep(&rest, "\n"), *start = strsep(&rest, "\n");
	char *value = strsep(&rest, "\n");
	enum jail_action_kind kind = jailaction_classify(ban, start);

	FUZZ_CHECK(kind < JAIL_ACTION_N_KINDS && jail_action_kind_name(kind));
	FUZZ_CHECK(kind != JAIL_ACTION_RICH || has_letters(ban, "--add-rich-rule"));
	FUZZ_CHECK(jailaction_zone(&zone, ban) == 0);
	FUZZ_CHECK(!zone || (zone[0] && has_letters(ban, zone)));
	FUZZ_CHECK(jailaction_substitute(&put, ban, "<rejecttype>", value) == 0);
	FUZZ_CHECK(strlen(put) <= strlen(ban) + (value ? strlen(value) : 0));
	FUZZ_CHECK(jailaction_substitute(&again, put, "<rejecttype>", NULL) == 0);
	FUZZ_CHECK(strcmp(put, again) == 0);
	if (rest)
		write_rules(rest);
	return 0;
}
