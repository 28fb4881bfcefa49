// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/finding.h"
#include "tests/unit/unit.h"

#include <string.h>

START_TEST(the_worst_comes_first)
{
	static const struct {
		const char *name;
		enum finding_severity severity;
	} added[] = {
	    {"a", FINDING_INFO},  {"b", FINDING_ERROR},   {"c", FINDING_WARNING},
	    {"d", FINDING_ERROR}, {"e", FINDING_UNKNOWN},
	};
	static const char *const sorted[] = {"b", "d", "c", "e", "a"};
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;

	ck_assert_int_eq(findings_worst(&findings), FINDING_INFO);
	for (size_t i = 0; i < ARRAY_SIZE(added); i++)
		ck_assert_int_eq(findings_add_take(&findings, added[i].name, added[i].severity,
		                                   strdup("text"), NULL, strdup("command")),
		                 0);
	findings_sort(&findings);
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_str_eq(findings.findings[i].name, sorted[i]);
	ck_assert_int_eq(findings_worst(&findings), FINDING_ERROR);
}
END_TEST

START_TEST(without_a_text_it_is_no_finding)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;

	ck_assert_int_lt(
	    findings_add_take(&findings, "a", FINDING_INFO, NULL, strdup("e"), strdup("c")), 0);
	ck_assert_uint_eq(findings.n, 0);
}
END_TEST

START_TEST(a_check_takes_its_own_of_a_list)
{
	static const char *const names[] = {"a", "b", "a", "c"};
	_cleanup_findings_ struct findings from = FINDINGS_NULL, to = FINDINGS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_int_eq(findings_add_take(&from, names[i], FINDING_INFO,
		                                   strdup(i == 2 ? "last" : "text"), NULL, NULL),
		                 0);
	ck_assert_int_eq(findings_move(&to, &from, "a"), 0);
	ck_assert_int_eq(findings_move(&to, &from, "a"), 0);
	ck_assert_uint_eq(to.n, 2);
	ck_assert_str_eq(to.findings[1].text, "last");
	ck_assert_uint_eq(from.n, 2);
	ck_assert_str_eq(from.findings[1].name, "c");
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("finding");
	TCase *tcase = tcase_create("finding");

	tcase_add_test(tcase, the_worst_comes_first);
	tcase_add_test(tcase, a_check_takes_its_own_of_a_list);
	tcase_add_test(tcase, without_a_text_it_is_no_finding);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
