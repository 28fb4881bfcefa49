// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/base/cidr.c guard/base/rangeset.c
#include "guard/base/cidr.h"
#include "guard/base/rangeset.h"

#include "tests/fuzz/fuzz.h"

static const unsigned manners[] = {0, CIDR_KEEP_HOST_BITS, CIDR_ADDRESS_ONLY, CIDR_NETMASK,
                                   CIDR_KEEP_HOST_BITS | CIDR_NETMASK};

/* What is accepted is within bounds, and reads as itself once written. */
static bool read_line(struct cidr *out, const char *text, unsigned manner)
{
	struct cidr again = CIDR_NULL;
	char form[CIDR_TEXT_LENGTH];
	struct err err = ERR_NULL;
	int r = cidr_parse(out, text, manner, &err);

	FUZZ_CHECK(r == 0 || (r == CIDR_E_SYNTAX && err.text[0]));
	if (r)
		return false;
	FUZZ_CHECK(out->family == CIDR_IPV4 ? out->prefix <= 32 : out->prefix <= 128);
	FUZZ_CHECK(!(manner & CIDR_ADDRESS_ONLY) || cidr_is_address(out));
	FUZZ_CHECK(cidr_contains(out, out));
	cidr_format(out, form);
	FUZZ_CHECK(cidr_parse(&again, form, CIDR_KEEP_HOST_BITS, NULL) == 0);
	FUZZ_CHECK(cidr_cmp(out, &again) == 0);
	return true;
}

/* Sorted, apart from each other, and with everything that was put in. */
static void check_set(const struct rangeset *set, const struct cidr *cidr)
{
	FUZZ_CHECK(rangeset_overlaps(set, cidr));
	for (size_t i = 0; i < set->n; i++)
		FUZZ_CHECK(
		    memcmp(set->ranges[i].first, set->ranges[i].last, CIDR_KEY_LENGTH) <= 0 &&
		    (i == 0 ||
		     memcmp(set->ranges[i - 1].last, set->ranges[i].first, CIDR_KEY_LENGTH) < 0));
}

/* The lines one by one, as all that a set is made of. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	_cleanup_rangeset_ struct rangeset set = RANGESET_NULL;
	struct cidr cidr;
	char *rest = text;

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		for (size_t i = 1; i < ARRAY_SIZE(manners); i++)
			(void)read_line(&cidr, line, manners[i]);
		if (!read_line(&cidr, line, manners[0]))
			continue;
		FUZZ_CHECK(rangeset_add(&set, &cidr) == 0);
		check_set(&set, &cidr);
	}
	return 0;
}
