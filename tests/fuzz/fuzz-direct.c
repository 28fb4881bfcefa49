// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/rule/direct.c guard/model/ban/directban.c guard/base/shell.c
#include "guard/base/shell.h"
#include "guard/model/ban/directban.h"
#include "guard/model/rule/direct.h"

#include "tests/fuzz/fuzz.h"

/* The normal form tells the same words, and is its own normal form. */
static void settle(const char *text, bool is_chain)
{
	_cleanup_direct_ struct direct direct = DIRECT_NULL, again = DIRECT_NULL;
	_cleanup_free_ char *form = NULL, *same = NULL;
	int r = direct_parse(&direct, is_chain, text);

	FUZZ_CHECK(r == 0 || (r == DIRECT_E_SYNTAX && direct.words.n == 0));
	if (r || direct_canonical(&form, is_chain, text) != 0)
		return;
	FUZZ_CHECK(direct.words.n <= DIRECT_WORDS_MAX && strlen(direct.chain) <= DIRECT_CHAIN_MAX);
	if (strlen(form) > DIRECT_TEXT_MAX)
		return; /* quotes make it longer than what is read */
	FUZZ_CHECK(direct_parse(&again, is_chain, form) == 0);
	FUZZ_CHECK(direct_canonical(&same, is_chain, form) == 0 && strcmp(form, same) == 0);
	FUZZ_CHECK(again.priority == direct.priority && again.n_args == direct.n_args);
	for (size_t i = 0; i < direct.n_args; i++)
		FUZZ_CHECK(strcmp(again.args[i], direct.args[i]) == 0);
}

/* A ban is one address, of a chain that has a name. */
static void judge(const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	char name[ITEM_ZONE_MAX + 1] = "";
	_cleanup_free_ char *ipset = NULL;
	struct cidr source = CIDR_NULL;
	int role;

	if (item_parse(&item, text, NULL) != 0)
		return;
	role = directban_role(&item, name, &source);
	FUZZ_CHECK(role >= 0);
	FUZZ_CHECK(role != DIRECTBAN_BAN || (name[0] && cidr_bits(&source) <= 128));
	FUZZ_CHECK(directban_ipset(&item, &ipset) == (ipset != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	static const char *const heads[] = {
	    "direct:ipv4/chain:", "direct:ipv4/direct-rule:", "direct:ipv6/direct-rule:"};

	settle(text, true);
	settle(text, false);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		_cleanup_free_ char *item = NULL;

		FUZZ_CHECK(xasprintf(&item, "%s%s", heads[i], text) >= 0);
		judge(item);
	}
	return 0;
}
