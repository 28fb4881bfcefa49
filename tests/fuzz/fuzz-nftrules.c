// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/kernel/nftrules.c guard/system/kernel/nftrules-expression.c
// Parses: guard/system/kernel/nftrules-own.c guard/system/kernel/nftrules-text.c
#include "guard/system/kernel/nftrules.h"

#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"

#include "tests/fuzz/fuzz.h"

static void decide(const struct ruleset *ruleset, const char *from)
{
	struct packet packet = {.interface = "eth0", .protocol = "tcp", .port = 993};
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	FUZZ_CHECK(cidr_parse(&packet.source, from, CIDR_ADDRESS_ONLY, NULL) == 0);
	FUZZ_CHECK(walk_packet(&verdict, ruleset, &packet) == 0);
	FUZZ_CHECK(verdict.decider && verdict.decider->certain);
	FUZZ_CHECK((verdict.action == VERDICT_ACCEPT) == (verdict.client_errno == 0));
}

/* Whatever nft writes, there is a verdict, and it can be told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	struct err err = ERR_NULL;
	int r = nftrules_parse(&ruleset, NFTRULES_OTHERS, (const char *)data, size, &err);

	FUZZ_CHECK(r == 0 || (r == NFTRULES_E_MALFORMED && err.text[0]));
	FUZZ_CHECK(ruleset.chains_known == (r == 0));
	decide(&ruleset, "192.0.2.7");
	decide(&ruleset, "2001:db8::7");
	return 0;
}
