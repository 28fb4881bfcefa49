// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that runs out is no answer: not "no", where that would let something go. */
#include "guard/audit/summary.h"
#include "guard/model/ban/directban.h"
#include "guard/restore/tracker.h"

#include <string.h>

#include "tests/unit/failing.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

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

static struct firewall wanted;
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
	const struct tracker tracker = {.wanted = wanted};
	struct scope scope = SCOPE_NULL;
	size_t n = 0, bare = 0;
	int r = tracker_count_protected(&tracker, &scope, &n, &bare);

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
	tcase_add_test(tcase, scope);
	tcase_add_test(tcase, history);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
