// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/conflictlist.h"

#include <stdio.h>
#include <string.h>

#include "guard/report/report-conflicts.h"
#include "tests/unit/commands.h"
#include "tests/unit/rulesets.h"

#define NOW INT64_C(1795305600000000)
#define SERVER                                                                                     \
	"default public\nservice:imaps 993/tcp\nservice:smtp 25/tcp\n"                             \
	"public service imaps\npublic service smtp\n"
#define RULES_OF(address)                                                                          \
	"public rule rule family=\"ipv4\" source address=\"" address                               \
	"\" port port=\"25\" protocol=\"tcp\" reject\npublic rule rule family=\"ipv4\" source "    \
	"address=\"" address "\" port port=\"993\" protocol=\"tcp\" reject\n"
#define DENY "rule family=\"ipv4\" source address=\"192.0.2.7\" drop"

/* The services, or why there are none; the jail; the first command. */
static const struct {
	const char *lines;
	const char *found;
	const char *jail, *address; /* of a ticket; NULL: none */
} rows[] = {
    {SERVER "public rule " DENY "\n",
     "[25 993] firewall-cmd --zone=public --remove-rich-rule='" DENY "'; ", NULL, NULL},
    {SERVER "public rule " DENY "\n", "[25 993] jail:fail2ban-client set jail unbanip 192.0.2.7; ",
     "jail", "192.0.2.7"},
    /* whatever its name is, a shell takes it for one word */
    {SERVER "public rule " DENY "\n",
     "[25 993] a b;'c:fail2ban-client set 'a b;'\\''c' unbanip 192.0.2.7; ", "a b;'c", "192.0.2.7"},
    /* a ticket of another address is none of it */
    {SERVER "public rule " DENY "\n",
     "[25 993] firewall-cmd --zone=public --remove-rich-rule='" DENY "'; ", "jail", "192.0.2.8"},
    {SERVER "public rule rule family=\"ipv4\" source address=\"192.0.2.7\" service "
            "name=\"imaps\" reject\n",
     "[993] firewall-cmd --zone=public --remove-rich-rule='rule family=\"ipv4\" source "
     "address=\"192.0.2.7\" service name=\"imaps\" reject'; ",
     NULL, NULL},
    /* what nobody offers */
    {SERVER "service:pop3s 995/tcp\npublic rule rule family=\"ipv4\" source "
            "address=\"192.0.2.7\" service name=\"pop3s\" drop\n",
     "(what it denies is open to nobody) ", NULL, NULL},
    {SERVER "public rule rule family=\"ipv4\" source address=\"192.0.2.7\" port port=\"22\" "
            "protocol=\"tcp\" drop\n",
     "(it concerns no mail service) ", NULL, NULL},
    /* what is before it */
    {SERVER "public rule " DENY "\npublic rule rule priority=\"-1\" family=\"ipv4\" source "
            "address=\"192.0.2.0/24\" accept\n",
     "(rule priority=\"-1\" family=\"ipv4\" source address=\"192.0.2.0/24\" accept in zone public "
     "lets them in before it) ",
     NULL, NULL},
    {SERVER "public rule rule priority=\"5\" family=\"ipv4\" source address=\"192.0.2.7\" drop\n",
     "(service smtp in zone public lets them in before it) ", NULL, NULL},
    {SERVER "dmz rule " DENY "\n", "(their packets do not reach zone dmz) ", NULL, NULL},
    /* a zone of their own, that offers less than strangers have */
    {SERVER "drop target DROP\ndrop source 192.0.2.0/28\n",
     "[25 993] firewall-cmd --zone=drop --remove-source=192.0.2.0/28; ", NULL, NULL},
    {SERVER "office source 192.0.2.0/24\noffice service imaps\noffice service smtp\n",
     "(service smtp in zone office lets them in before it) ", NULL, NULL},
    {SERVER "ipset:bad hash:net 192.0.2.0/28 198.51.100.0/24\n"
            "public rule rule source ipset=\"bad\" drop\n",
     "[25 993] firewall-cmd --ipset=bad --remove-entry=192.0.2.0/28; ", NULL, NULL},
    {SERVER "panic\npublic rule " DENY "\n", "(panic mode denies them before it) ", NULL, NULL},
};

static void describe(char *out, size_t size, const struct conflictlist *list)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->n; i++) {
		const struct conflictlist_row *row = &list->rows[i];

		if (!row->effective) {
			n += (size_t)snprintf(out + n, size - n, "(%s) ", row->why_not);
			continue;
		}
		for (size_t k = 0; k < row->n_services; k++)
			n += (size_t)snprintf(out + n, size - n, "%s%u", k ? " " : "[",
			                      row->services[k]->port);
		n += (size_t)snprintf(out + n, size - n, "] %s%s%s; ", row->jail ? row->jail : "",
		                      row->jail ? ":" : "",
		                      row->commands.n ? row->commands.strings[0] : "no command");
	}
}

START_TEST(judges)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(rows[_i].lines);
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_config_ struct config config = CONFIG_NULL;
	const struct clientranges_options from = {.config = &config, .now_us = NOW};
	const struct conflictlist_options options = {
	    .ruleset = &ruleset, .ranges = &ranges, .tickets = &tickets, .now_us = NOW};
	char found[2048];

	config_init(&config);
	ck_assert_int_eq(strv_add(&config.client_ranges, "192.0.2.0/24"), 0);
	ck_assert_int_eq(clientranges_read(&ranges, &from, NULL), 0);
	if (rows[_i].jail)
		ck_assert_int_eq(tickets_add(&tickets, rows[_i].jail, rows[_i].address, NOW - 1, 0,
		                             1, TICKET_SOURCE_SOCKET),
		                 0);
	ck_assert_int_eq(conflictlist_make(&list, &options), 0);
	describe(found, sizeof(found), &list);
	ck_assert_str_eq(found, rows[_i].found);
	ck_assert_uint_eq(list.n_effective, list.n && list.rows[0].effective);
}
END_TEST

/* A ban has a rule for each of its ports, and is one conflict with all that ends it. */
START_TEST(one_ban_is_one_row)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_ruleset_ struct ruleset ruleset =
	    ruleset_from_text(SERVER RULES_OF("192.0.2.7") RULES_OF("192.0.2.8"));
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_config_ struct config config = CONFIG_NULL;
	const struct clientranges_options from = {.config = &config, .now_us = NOW};
	const struct conflictlist_options options = {
	    .ruleset = &ruleset, .ranges = &ranges, .tickets = &tickets, .now_us = NOW};

	config_init(&config);
	ck_assert_int_eq(strv_add(&config.client_ranges, "192.0.2.0/24"), 0);
	ck_assert_int_eq(clientranges_read(&ranges, &from, NULL), 0);
	ck_assert_int_eq(conflictlist_make(&list, &options), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_uint_eq(list.n_effective, 2);
	for (size_t i = 0; i < list.n; i++) {
		ck_assert_uint_eq(list.rows[i].n_rules, 2);
		ck_assert_uint_eq(list.rows[i].n_services, 2);
		ck_assert_uint_eq(list.rows[i].commands.n, 2);
	}
}
END_TEST

/* What is printed, backslashes and all, removes the rule and runs nothing else. */
START_TEST(its_command_can_be_pasted)
{
	_cleanup_conflictlist_ struct conflictlist list = CONFLICTLIST_NULL;
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(SERVER);
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_config_ struct config config = CONFIG_NULL;
	const struct clientranges_options from = {.config = &config, .now_us = NOW};
	const struct conflictlist_options options = {
	    .ruleset = &ruleset, .ranges = &ranges, .tickets = &tickets, .now_us = NOW};
	_cleanup_strv_ struct strv commands = STRV_NULL, words = STRV_NULL;
	_cleanup_free_ char *rule = NULL, *want = NULL, *text = NULL;
	struct report report;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	config_init(&config);
	ck_assert_int_eq(strv_add(&config.client_ranges, "192.0.2.0/24"), 0);
	ck_assert_int_eq(clientranges_read(&ranges, &from, NULL), 0);
	ck_assert_int_ge(xasprintf(&rule,
	                           "rule family=\"ipv4\" source address=\"192.0.2.7\" log "
	                           "prefix=\"%s\" drop",
	                           commands_hostile[_i]),
	                 0);
	ck_assert_ptr_nonnull(file);
	report_init(&report, file, false, NULL);
	if (ruleset_add_rule(&ruleset.zones[0], rule, NULL) == 0) {
		ck_assert_int_eq(conflictlist_make(&list, &options), 0);
		ck_assert_int_eq(report_conflicts(&report, &list, &(struct denylist){0}, &options,
		                                  &(struct picture){.now_us = 1}, false),
		                 0);
		ck_assert_int_eq(fflush(file), 0);
		commands = commands_of(text, "firewall-cmd");
		ck_assert_msg(commands.n == 1 || strchr(rule, '\n'), "%s", text);
	}
	if (commands.n == 1) {
		words = commands_run(commands.strings[0]);
		ck_assert_uint_eq(words.n, 3);
		ck_assert_int_ge(xasprintf(&want, "--remove-rich-rule=%s", rule), 0);
		ck_assert_str_eq(words.strings[2], want);
	}
	fclose(file);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("conflictlist");
	TCase *tcase = tcase_create("conflictlist");

	tcase_add_loop_test(tcase, judges, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, one_ban_is_one_row);
	tcase_add_loop_test(tcase, its_command_can_be_pasted, 0, ARRAY_SIZE(commands_hostile));
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
