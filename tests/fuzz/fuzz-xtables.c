// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/kernel/xtables.c guard/system/kernel/ipsets.c
#include "guard/system/kernel/xtables.h"

#include "guard/model/ban/owner.h"
#include "guard/model/packet/walk.h"
#include "guard/system/kernel/ipsets.h"

#include "tests/fuzz/fuzz.h"

static void decide(const struct ruleset *ruleset, const char *from)
{
	struct packet packet = {.interface = "eth0", .protocol = "tcp", .port = 25};
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	_cleanup_strv_ struct strv ports = STRV_NULL, commands = STRV_NULL;
	const struct owner *owner;

	FUZZ_CHECK(cidr_parse(&packet.source, from, CIDR_ADDRESS_ONLY, NULL) == 0);
	FUZZ_CHECK(walk_packet(&verdict, ruleset, &packet) == 0);
	FUZZ_CHECK((verdict.action == VERDICT_ACCEPT) == (verdict.client_errno == 0));
	owner = owner_of(ruleset, verdict.decider);
	FUZZ_CHECK(strv_add(&ports, "25/tcp") == 0);
	FUZZ_CHECK(!owner ||
	           owner_commands(&commands, owner, verdict.decider, &packet.source, &ports) == 0);
}

/* Whatever iptables-save or ipset writes, there is a verdict, and its owner can be told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xtables_source source = {
	    .family = "ip", .tool = "iptables-legacy", .legacy = true};
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	struct ruleset_match set = {.addresses = RANGESET_NULL};
	char *text = strndup((const char *)data, size), *copy = text ? strdup(text) : NULL;
	int r;

	FUZZ_CHECK(text && copy);
	FUZZ_CHECK(xtables_parse(&ruleset, &source, text) == 0);
	ruleset.chains_known = true;
	decide(&ruleset, "198.51.100.7");
	decide(&ruleset, "2001:db8::7");
	r = ipsets_parse(&set, copy);
	FUZZ_CHECK(r == 0 || r == IPSETS_E_UNKNOWN);
	rangeset_deinit(&set.addresses);
	free(text);
	free(copy);
	return 0;
}
