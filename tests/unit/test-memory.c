// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that runs out is no answer: not "no", where that would let something go. */
#include "guard/audit/summary.h"
#include "guard/model/ban/banplan.h"
#include "guard/model/ban/banrule.h"
#include "guard/model/ban/directban.h"
#include "guard/model/loss.h"
#include "guard/restore/banorigin.h"

#include <string.h>

#include "tests/unit/failing.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

static struct firewall wanted;

/* Each allocation fails once; @ask says 1 for yes, 0 for no. */
static void never_no(int (*ask)(void))
{
	bool failed = FAILING;

	ck_assert_int_eq(ask(), 1);
	for (unsigned long at = 1; failed; at++) {
		int r;

		failing_begin(at);
		r = ask();
		failed = failing_end();
		ck_assert_msg(r == 1 || (failed && r == -ENOMEM), "allocation %lu: %d", at, r);
	}
}

static int ask_for_ipset(void)
{
	struct item item = {
	    .zone = (char[]){"direct:ipv4"},
	    .value = (char[]){"filter INPUT 0 -p tcp -m multiport --dports 25,993 -m set "
	                      "--match-set f2b-postfix src -j REJECT"},
	    .kind = ITEM_DIRECT_RULE,
	};
	_cleanup_free_ char *zone = NULL;
	int r = directban_ipset(&item, &zone);

	return r == 1 ? strcmp(zone, "ipset:f2b-postfix") == 0 : r;
}

START_TEST(ipset)
{
	never_no(ask_for_ipset);
}
END_TEST

/* --- bans: what cannot be read is not "no ban" -------------------------------------------- */

static const struct item rich_ban = {
    .zone = (char[]){"public"},
    .value = (char[]){"rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"993\" "
                      "protocol=\"tcp\" reject"},
    .kind = ITEM_RULE,
};
static const struct item direct_ban = {
    .zone = (char[]){"direct:ipv4"},
    .value = (char[]){"filter f2b-lab 0 -s 192.0.2.1 -j REJECT"},
    .kind = ITEM_DIRECT_RULE,
};
static const struct item shaped_ban = {
    .zone = (char[]){"drop"}, .value = (char[]){"192.0.2.1"}, .kind = ITEM_SOURCE};

static struct banshape shape = {
    .jail = (char[]){"lab"}, .zone = (char[]){"drop"}, .kind = ITEM_SOURCE, .sure = true};
static struct banshapes shapes = {.shapes = &shape, .n = 1};
static struct tickets held;

static int ask_role(void)
{
	char name[ITEM_ZONE_MAX + 1];
	struct cidr source;
	int r = directban_role(&direct_ban, name, &source);

	return r < 0 ? r : r == DIRECTBAN_BAN;
}

static int ask_rich(void)
{
	return banplan_is_ban(&rich_ban, NULL);
}

static int ask_direct(void)
{
	return banplan_is_ban(&direct_ban, NULL);
}

static int ask_shaped(void)
{
	return banplan_is_ban(&shaped_ban, &shapes);
}

static int ask_judged(const struct item *item)
{
	const struct banplan_evidence evidence = {.tickets = &held, .shapes = &shapes, .now_us = 2};
	struct banplan_rule rule = {.item = item};
	int r = banplan_judge(&rule, 1, &evidence);

	return r < 0 ? r : rule.answer == BANPLAN_HELD;
}

static int ask_rich_judged(void)
{
	return ask_judged(&rich_ban);
}

static int ask_direct_judged(void)
{
	return ask_judged(&direct_ban);
}

/* What is denied already needs no rule of its own. */
static int ask_unseen(void)
{
	_cleanup_firewall_ struct firewall out = FIREWALL_NULL;
	const struct banrule_query query = {.tickets = &held, .now = &wanted, .now_us = 2};
	int r = banrule_unseen(&out, &query);

	return r < 0 ? r : out.n == 0;
}

/* Of the two that a wipe took, both were bans. */
static int ask_loss(void)
{
	struct scope scope = SCOPE_NULL;
	const struct firewall after = FIREWALL_NULL;
	const struct loss_evidence evidence = {.before = &wanted,
	                                       .after = &after,
	                                       .scope = &scope,
	                                       .shapes = &shapes,
	                                       .kind = WIPE_RELOAD,
	                                       .bans = true,
	                                       .now_us = 2};
	struct loss loss = LOSS_NULL;
	int r = loss_find(&loss, &evidence);

	for (size_t i = 0; i < loss.n && r == 0; i++)
		r = loss.rows[i].verdict == LOSS_BAN ? 0 : 1;
	r = r == 0 ? loss.n == 2 : r < 0 ? r : 0;
	loss_deinit(&loss);
	return r;
}

START_TEST(bans)
{
	struct firewall_entry *entry;

	ck_assert_int_eq(banshape_cut(&shape.pattern, &(struct cidr){0}, &shaped_ban), 0);
	wanted = firewall_from_text("public/service:imaps=p");
	ck_assert_int_eq(firewall_put(&wanted, &rich_ban, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
	ck_assert_int_eq(firewall_put(&wanted, &shaped_ban, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
	ck_assert_int_eq(tickets_add(&held, "lab", "192.0.2.1", 1, 0, 1, TICKET_SOURCE_SOCKET), 0);
	never_no(ask_role);
	never_no(ask_rich);
	never_no(ask_direct);
	never_no(ask_shaped);
	never_no(ask_rich_judged);
	never_no(ask_direct_judged);
	never_no(ask_unseen);
	never_no(ask_loss);
	tickets_deinit(&held);
	firewall_deinit(&wanted);
	free(shape.pattern);
}
END_TEST

static const struct item mail_rule = {
    .zone = (char[]){"public"},
    .value = (char[]){"rule service name=\"imaps\" accept"},
    .kind = ITEM_RULE,
};

static int ask_scope(void)
{
	struct scope scope = SCOPE_NULL;

	return scope_protects(&scope, &wanted, &mail_rule);
}

static int ask_count(void)
{
	struct scope scope = SCOPE_NULL;
	size_t n = 0, bare = 0;
	int r = scope_count_protected(&scope, &wanted, &n, &bare);

	return r == 0 ? n == 2 && bare == 1 : r;
}

START_TEST(scope)
{
	struct firewall_entry *entry;

	wanted = firewall_from_text("public/service:imaps=rp");
	ck_assert_int_eq(firewall_put(&wanted, &mail_rule, &entry), 0);
	entry->flags = FIREWALL_RUNTIME;
	never_no(ask_scope);
	never_no(ask_count);
	firewall_deinit(&wanted);
}
END_TEST

static int ask_summary(void)
{
	struct summary period = {0};
	struct store_history_row wipe = {.id = 1, .kind = "wipe", .text = "x"};
	struct store_history_row loss = {.wipe_id = 1,
	                                 .kind = "loss",
	                                 .verdict = "lost",
	                                 .step = STORE_STEP_N,
	                                 .item = "public/service:imaps",
	                                 .text = ""};
	int r = summary_row(&period, &wipe);

	if (r == 0)
		r = summary_row(&period, &loss);
	if (r == 0)
		r = period.wipes[0].n_mail_lost == 1;
	summary_deinit(&period);
	return r;
}

START_TEST(history)
{
	never_no(ask_summary);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tcase = tcase_create("memory");

	tcase_add_test(tcase, ipset);
	tcase_add_test(tcase, bans);
	tcase_add_test(tcase, scope);
	tcase_add_test(tcase, history);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
