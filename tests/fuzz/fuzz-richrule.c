// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/rule/richrule.c guard/model/rule/richvalue.c guard/model/rule/richlex.c
#include "guard/model/rule/richrule.h"

#include "tests/fuzz/fuzz.h"

/* What is accepted can be asked about, and equals itself. */
static void ask(const char *text)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL, same = RICHRULE_NULL;
	_cleanup_free_ char *form = NULL;
	struct cidr cidr = CIDR_NULL;
	struct err err = ERR_NULL;
	int r = richrule_parse(&rule, text, &err);

	if (r) {
		FUZZ_CHECK(r == RICHRULE_E_SYNTAX && err.text[0] && !rule.text);
		return;
	}
	FUZZ_CHECK(richrule_format(&form, &rule) == 0);
	FUZZ_CHECK(richrule_parse(&same, text, NULL) == 0);
	FUZZ_CHECK(richrule_cmp(&rule, &same) == 0);
	FUZZ_CHECK(!richrule_is_ban(&rule) || richrule_is_deny(&rule));
	if (richrule_source_cidr(&rule, &cidr))
		FUZZ_CHECK(cidr_bits(&cidr) <= 128);
}

/* The canonical form is one: it reads as itself. */
static void settle(const char *text)
{
	_cleanup_free_ char *form = NULL, *again = NULL;
	int r = richrule_canonical(&form, text, NULL);

	FUZZ_CHECK(r >= 0);
	if (r)
		return;
	FUZZ_CHECK(richrule_canonical(&again, form, NULL) == 0);
	FUZZ_CHECK(strcmp(form, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	ask(text);
	settle(text);
	free(text);
	return 0;
}
