// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/item.c
#include "guard/model/item.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size), *form = NULL;
	_cleanup_item_ struct item item = ITEM_NULL, again = ITEM_NULL;
	struct err err = ERR_NULL;
	int r = item_parse(&item, text, &err);

	if (r) {
		FUZZ_CHECK(r == ITEM_E_SYNTAX && err.text[0] && !item.zone && !item.value);
		return 0;
	}
	FUZZ_CHECK(item_format(&form, &item) == 0);
	FUZZ_CHECK(item_parse(&again, form, &err) == 0);
	FUZZ_CHECK(item_cmp(&item, &again) == 0);
	return 0;
}
