// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/firewalld-answers.c
/* Whatever firewalld answers, alone or as all there is: there is a verdict, and it can be told. */
#include "guard/system/firewalld/firewalld-answers.h"

#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

static void decide(const struct ruleset *ruleset, const char *from)
{
	struct packet packet = {.interface = "eth0", .protocol = "tcp", .port = 993};
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	FUZZ_CHECK(cidr_parse(&packet.source, from, CIDR_ADDRESS_ONLY, NULL) == 0);
	FUZZ_CHECK(walk_packet(&verdict, ruleset, &packet) == 0);
	FUZZ_CHECK((verdict.action == VERDICT_ACCEPT) == (verdict.client_errno == 0));
}

static void take(struct ruleset *ruleset, DBusMessage *message)
{
	FUZZ_CHECK(firewalld_answers_zone(message, ruleset, "public") >= 0);
	FUZZ_CHECK(firewalld_answers_zone(message, ruleset, "policy:in") >= 0);
	FUZZ_CHECK(firewalld_answers_permanent(message, ruleset, "public") >= 0);
	FUZZ_CHECK(firewalld_answers_permanent(message, ruleset, "public/part") >= 0);
	FUZZ_CHECK(firewalld_answers_service(message, ruleset, "imaps") >= 0);
	FUZZ_CHECK(firewalld_answers_ipset(message, ruleset, "friends") >= 0);
	FUZZ_CHECK(firewalld_answers_permanent_ipset(message, ruleset, "ipset:friends") >= 0);
	FUZZ_CHECK(firewalld_answers_direct(message, ruleset, false) >= 0);
	FUZZ_CHECK(firewalld_answers_direct_rules(message, ruleset) >= 0);
	FUZZ_CHECK(firewalld_answers_passthroughs(message, ruleset) >= 0);
}

/* Messages that an empty line parts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;

	for (char *next = text; next;) {
		char *end = strstr(next, "\n\n");

		if (end)
			*end = '\0';
		_cleanup_(fuzz_message_cleanup) DBusMessage *message = fuzz_message(next);
		if (message)
			take(&ruleset, message);
		next = end ? end + 2 : NULL;
	}
	FUZZ_CHECK(firewalld_answers_resolve(&ruleset) == 0);
	FUZZ_CHECK(firewalld_answers_combine(&ruleset) == 0);
	decide(&ruleset, "192.0.2.7");
	decide(&ruleset, "2001:db8::7");
	return 0;
}
