// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/zonexml.c
#include "guard/system/firewalld/zonexml.h"

#include "tests/fuzz/fuzz.h"

/* Whatever is in a file: items that can be written and read again, or a reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const zones[] = {"public", "policy:in", "ipset:friends"};

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
		struct err err = ERR_NULL;
		int r = zonexml_parse(&fw, zones[i], (const char *)data, size, &err);

		FUZZ_CHECK(r >= 0 && (r == 0) == (err.text[0] == '\0'));
		for (size_t j = 0; r == 0 && j < fw.n; j++) {
			_cleanup_item_ struct item again = ITEM_NULL;
			_cleanup_free_ char *text = NULL;

			FUZZ_CHECK(item_format(&text, &fw.entries[j].item) == 0);
			FUZZ_CHECK(item_parse(&again, text, &err) == 0);
			FUZZ_CHECK(item_cmp(&again, &fw.entries[j].item) == 0);
		}
	}
	return 0;
}
