// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/remembered.h"

#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

#define PAST                                                                                       \
	"public/interface:eth0=rp public/service:imaps=rp public/port:4190/tcp=r "                 \
	"public/service:ssh=r work/service:smtps=rp work/source:192.0.2.0/24=r "                   \
	"public/service:smtp=p"

static struct ruleset remember(const char *past)
{
	_cleanup_firewall_ struct firewall firewall = firewall_from_text(past);
	struct ruleset ruleset = RULESET_NULL;

	ruleset.chains_known = ruleset.kernel.table = true;
	ck_assert_int_eq(remembered_add(&ruleset, &firewall), 0);
	return ruleset;
}

static const struct {
	const char *from;
	unsigned port;
	enum verdict_action action;
} rows[] = {
    {"203.0.113.7", 993, VERDICT_ACCEPT}, {"203.0.113.7", 4190, VERDICT_ACCEPT},
    {"203.0.113.7", 465, VERDICT_REJECT}, {"192.0.2.7", 465, VERDICT_ACCEPT},
    {"192.0.2.7", 993, VERDICT_REJECT},   {"203.0.113.7", 25, VERDICT_REJECT},
};

/* As it was, and nothing of it is certain. */
START_TEST(decides_by_what_was)
{
	_cleanup_ruleset_ struct ruleset ruleset = remember(PAST);
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	struct packet packet = {.protocol = "tcp", .port = rows[_i].port, .interface = "eth0"};

	ck_assert_int_eq(cidr_parse(&packet.source, rows[_i].from, 0, NULL), 0);
	ck_assert_int_eq(walk_packet(&verdict, &ruleset, &packet), 0);
	ck_assert_int_eq(verdict.action, rows[_i].action);
	ck_assert(!verdict.certain);
	ck_assert_ptr_nonnull(verdict.decider->doubt);
}
END_TEST

static enum remembered_kernel ask(const struct ruleset *ruleset, const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;

	ck_assert_int_eq(item_parse(&item, text, NULL), 0);
	return remembered_in_kernel(ruleset, &item);
}

static void allow(struct ruleset_chain *chain, unsigned port)
{
	struct ruleset_match *match;
	struct ruleset_step *step;

	ck_assert_int_eq(ruleset_add_step(chain, "accept", &step), 0);
	step->action = RULESET_ACTION_ACCEPT;
	ck_assert_int_eq(ruleset_add_match(step, RULESET_FIELD_PORT, false, &match), 0);
	ck_assert_int_eq(ruleset_match_ports(match, port, port), 0);
}

START_TEST(looks_into_the_kernel)
{
	_cleanup_ruleset_ struct ruleset ruleset = remember(PAST);
	struct ruleset_chain *chain;

	ck_assert_int_eq(ask(&ruleset, "public/service:imaps"), REMEMBERED_KERNEL_LACKS);
	chain = rulesets_own_chain(&ruleset, "inet", "filter_IN_public_allow");
	allow(chain, 993);
	allow(chain, 4190);
	/* nothing leads there */
	ck_assert_int_eq(ask(&ruleset, "public/service:imaps"), REMEMBERED_KERNEL_LACKS);
	rulesets_kernel_leads(&ruleset, "inet", "filter_IN_public_allow");
	ck_assert_int_eq(ask(&ruleset, "public/service:imaps"), REMEMBERED_KERNEL_HAS);
	ck_assert_int_eq(ask(&ruleset, "public/port:4190/tcp"), REMEMBERED_KERNEL_HAS);
	ck_assert_int_eq(ask(&ruleset, "work/service:smtps"), REMEMBERED_KERNEL_LACKS);
	/* what it is made of is not known here, or it is no port */
	ck_assert_int_eq(ask(&ruleset, "public/service:own"), REMEMBERED_KERNEL_UNKNOWN);
	ck_assert_int_eq(ask(&ruleset, "public/interface:eth0"), REMEMBERED_KERNEL_UNKNOWN);
	/* nor is anything where its table is not there, which iptables' backend has none of */
	ruleset.kernel.table = false;
	ck_assert_int_eq(ask(&ruleset, "public/service:imaps"), REMEMBERED_KERNEL_UNKNOWN);
	ruleset.kernel.table = true;
	ruleset.chains_known = false;
	ck_assert_int_eq(ask(&ruleset, "public/service:imaps"), REMEMBERED_KERNEL_UNKNOWN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("remembered");
	TCase *tests = tcase_create("remembered");

	tcase_add_loop_test(tests, decides_by_what_was, 0, ARRAY_SIZE(rows));
	tcase_add_test(tests, looks_into_the_kernel);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
