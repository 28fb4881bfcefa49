// SPDX-License-Identifier: GPL-2.0-or-later
/* Asked for a source, a zone gives each rule that may be for it, once, and few others. */
#include "guard/model/packet/ruleset.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define N_RULES 600

static struct ruleset ruleset;
static struct ruleset_zone *zone;
static unsigned given[N_RULES], n_given;

static void setup(void)
{
	ruleset = RULESET_NULL;
	ck_assert_int_eq(ruleset_add_zone(&ruleset, "public", &zone), 0);
}

static void teardown(void)
{
	ruleset_deinit(&ruleset);
}

static void add(const char *source)
{
	char rule[200];

	snprintf(rule, sizeof(rule), "rule family=\"%s\" source %s drop",
	         strchr(source, ':') ? "ipv6" : "ipv4", source);
	ck_assert_int_eq(ruleset_add_rule(zone, rule, NULL), 0);
}

static void add_address(const char *before, const char *address)
{
	char source[100];

	snprintf(source, sizeof(source), "%saddress=\"%s\"", before, address);
	add(source);
}

/* Crowded, so that most addresses are in some, and of all widths. */
static void make(char out[64], unsigned i, bool whole)
{
	unsigned a = i * 2654435761U >> 8;
	int n = i % 5 == 0 ? snprintf(out, 64, "2001:db8:%x::%x", a >> 4 & 3, a & 15)
	                   : snprintf(out, 64, "10.%u.%u.%u", a >> 12 & 3, a >> 8 & 3, a & 15);

	if (!whole && i % 3)
		snprintf(out + n, 64 - (size_t)n, "/%u", i % 5 == 0 ? a * 7 % 129 : a * 7 % 33);
}

static int note(const struct ruleset_rule *rule, void *userdata _unused_)
{
	given[rule - zone->rules]++;
	n_given++;
	return 0;
}

static void ask(const char *address)
{
	struct cidr source;

	memset(given, 0, sizeof(given));
	n_given = 0;
	ck_assert_int_eq(cidr_parse(&source, address, CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(ruleset_each_rule(zone, &source, note, NULL), 0);
	for (size_t i = 0; i < zone->n_rules; i++) {
		const struct ruleset_rule *rule = &zone->rules[i];

		ck_assert_uint_le(given[i], 1);
		if (!rule->has_source || rule->rule.source.invert ||
		    cidr_contains(&rule->source, &source))
			ck_assert_msg(given[i], "%s: not %s", address, rule->text);
	}
}

START_TEST(gives_all_that_may_match)
{
	char address[64];

	for (unsigned i = 0; i + 3 < N_RULES; i++) {
		make(address, i, false);
		add_address(i % 50 == 7 ? "NOT " : "", address);
	}
	add_address("", "0.0.0.0/0");
	add_address("", "::/0");
	add("mac=\"00:11:22:33:44:55\"");
	ck_assert_int_eq(ruleset_settle_permanent(&ruleset), 0);
	for (unsigned i = 0; i < 2000; i++) {
		make(address, i * 31 + 7, true);
		ask(address);
		ck_assert_uint_lt(n_given, zone->n_rules);
	}
}
END_TEST

/* What is not known is not left out: all are asked. */
START_TEST(gives_all_where_there_is_none)
{
	const struct cidr nowhere = {.family = 0};

	add_address("", "192.0.2.1");
	add_address("", "192.0.2.2");
	ask("192.0.2.1");
	ck_assert_uint_eq(n_given, 2);
	ck_assert_int_eq(ruleset_settle_permanent(&ruleset), 0);
	ask("192.0.2.1");
	ck_assert_uint_eq(n_given, 1);
	n_given = 0;
	ck_assert_int_eq(ruleset_each_rule(zone, &nowhere, note, NULL), 0);
	ck_assert_uint_eq(n_given, 2);
	add_address("", "192.0.2.3");
	ask("192.0.2.1");
	ck_assert_uint_eq(n_given, 3);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rules-by-source");
	TCase *tc = tcase_create("rules-by-source");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, gives_all_that_may_match);
	tcase_add_test(tc, gives_all_where_there_is_none);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
