// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/denylist.h"

#include <stdio.h>
#include <string.h>

#include "guard/report/report-conflicts.h"
#include "tests/unit/rulesets.h"

#define NOW INT64_C(1795305600000000)
#define SERVER                                                                                     \
	"default public\nservice:imaps 993/tcp\nservice:smtp 25/tcp\n"                             \
	"public service imaps\npublic service smtp\n"
#define DENY(source, rest)                                                                         \
	"public rule rule family=\"ipv4\" source address=\"" source "\" " rest "\n"

/* What is told of it; the networks are 192.0.2.0/24 on eth0 and 2001:db8::/64 on eth1, the
 * login was from 203.0.113.9, and jail lab bans 198.51.100.7. */
static const struct {
	const char *lines;
	bool all;
	const char *text;
} rows[] = {
    {SERVER, false, ""},
    {SERVER DENY("10.0.0.0/8", "drop"), false, "16777216  10.0.0.0/8 in zone public\n"},
    {SERVER DENY("192.0.0.0/8", "drop"), false,
     "16777216  192.0.0.0/8 in zone public\n hits 192.0.2.0/24 (eth0)\n"
     " if clients are there: reload-guard clients add 192.0.2.0/24\n"},
    {SERVER DENY("203.0.113.0/24", "drop"), false,
     "256  203.0.113.0/24 in zone public\n hits 1 address that logged in lately\n"},
    /* the same ban on several ports */
    {SERVER DENY("198.51.100.0/24", "port port=\"25\" protocol=\"tcp\" reject")
         DENY("198.51.100.0/24", "port port=\"993\" protocol=\"tcp\" reject"),
     false, "256  198.51.100.0/24 in zone public\n"},
    /* single bans are summed up, by jail, and told with --all */
    {SERVER DENY("198.51.100.7", "drop") DENY("198.51.100.8", "drop") DENY("198.51.100.9", "drop"),
     false, "1  single address in zone public, by jail lab\n2  single addresses in zone public\n"},
    {SERVER DENY("198.51.100.7", "drop") DENY("198.51.100.8", "drop"), true,
     "1  198.51.100.7 in zone public, by jail lab\n1  198.51.100.8 in zone public\n"},
    /* but for those of the neighbours, that are first */
    {SERVER DENY("10.0.0.0/8", "drop") DENY("192.0.2.7", "drop"), false,
     "1  192.0.2.7 in zone public\n hits 192.0.2.0/24 (eth0)\n"
     "16777216  10.0.0.0/8 in zone public\n"},
    /* what has no effect */
    {SERVER "dmz rule rule family=\"ipv4\" source address=\"192.0.2.0/25\" drop\n", false,
     "1  more without effect on mail; --all lists them\n"},
    {SERVER "dmz rule rule family=\"ipv4\" source address=\"192.0.2.0/25\" drop\n", true,
     "128  192.0.2.0/25 in zone dmz\n hits 192.0.2.0/24 (eth0)\n"
     " without effect: their packets do not reach zone dmz\n"},
    /* of all that a deny on several ports consists of, one has an effect */
    {SERVER DENY("192.0.2.7", "port port=\"22\" protocol=\"tcp\" reject")
         DENY("192.0.2.7", "port port=\"993\" protocol=\"tcp\" reject"),
     false, "1  192.0.2.7 in zone public\n hits 192.0.2.0/24 (eth0)\n"},
    /* wide ones */
    {SERVER "public rule rule service name=\"imaps\" drop\n", false,
     ">2^127  everybody in zone public\n hits 192.0.2.0/24 (eth0), 2001:db8::/64 (eth1), 1 "
     "address that logged in lately\n"},
    {SERVER "public rule rule family=\"ipv6\" source address=\"2001:db8::/32\" drop\n", false,
     "2^96  2001:db8::/32 in zone public\n hits 2001:db8::/64 (eth1)\n"
     " if clients are there: reload-guard clients add 2001:db8::/64\n"},
    {SERVER "ipset:wide hash:net 192.0.0.0/16\n"
            "public rule rule source ipset=\"wide\" drop\n",
     false,
     "65536  ipset:wide in zone public\n hits 192.0.2.0/24 (eth0)\n"
     " if clients are there: reload-guard clients add 192.0.2.0/24\n"},
    /* what denies everybody is told by the checks of each port */
    {SERVER DENY("0.0.0.0/0", "drop"), false,
     "4294967296  0.0.0.0/0 in zone public\n hits 192.0.2.0/24 (eth0), 1 address that logged in "
     "lately\n"},
    {SERVER "public rule rule family=\"ipv4\" source NOT address=\"192.0.2.0/24\" drop\n", false,
     "4294967040  all but 192.0.2.0/24 in zone public\n hits 1 address that logged in lately\n"},
    /* whose addresses nobody knows */
    {SERVER "public rule rule source mac=\"00:11:22:33:44:55\" drop\n", false,
     "?  00:11:22:33:44:55 in zone public\n"},
    /* sets, sources, policies */
    {SERVER "ipset:bad hash:net 192.0.2.0/28 198.51.100.0/24\n"
            "public rule rule source ipset=\"bad\" drop\n",
     false, "272  ipset:bad in zone public\n hits 192.0.2.0/24 (eth0)\n"},
    /* of a jail are those that hold its bans and nothing else */
    {SERVER "ipset:f2b hash:ip 198.51.100.7\npublic rule rule source ipset=\"f2b\" drop\n", true,
     "1  ipset:f2b in zone public, by jail lab\n"},
    {SERVER "drop target DROP\ndrop source 192.0.2.0/28\n", false,
     "16  192.0.2.0/28 bound to zone drop\n hits 192.0.2.0/24 (eth0)\n"},
    {SERVER "policy:in ingress ANY\npolicy:in egress HOST\npolicy:in target DROP\n"
            "policy:in priority -1\n",
     false,
     ">2^127  everybody by the target of policy in\n hits 192.0.2.0/24 (eth0), 2001:db8::/64 "
     "(eth1), 1 address that logged in lately\n"},
    {SERVER "direct:ipv4 filter INPUT -s 192.0.2.0/25 -p tcp --dport 993 -j DROP\n", false,
     "128  192.0.2.0/25 in the direct rules of ip filter\n hits 192.0.2.0/24 (eth0)\n"},
};

struct world {
	struct clientranges clients;
	struct tickets tickets;
	struct picture picture;
	struct conflictlist_options options;
};

static void add_network(struct picture *picture, const char *interface, const char *network)
{
	struct picture_network row = {.interface = ""};

	snprintf(row.interface, sizeof(row.interface), "%s", interface);
	ck_assert_int_eq(cidr_parse(&row.cidr, network, 0, NULL), 0);
	ck_assert_int_eq(grow(&picture->networks, &picture->networks_capacity,
	                      picture->n_networks + 1, sizeof(row)),
	                 0);
	picture->networks[picture->n_networks++] = row;
}

static void world_init(struct world *world, const struct ruleset *ruleset)
{
	struct clientrange login = {.source = CLIENTRANGE_LEARNED};

	*world = (struct world){.picture = PICTURE_NULL};
	world->picture.asked = world->picture.known = PICTURE_LINKS;
	add_network(&world->picture, "eth0", "192.0.2.0/24");
	add_network(&world->picture, "eth1", "2001:db8::/64");
	ck_assert_int_eq(cidr_parse(&login.cidr, "203.0.113.9", 0, NULL), 0);
	ck_assert_int_eq(grow(&world->clients.ranges, &world->clients.capacity, 2, sizeof(login)),
	                 0);
	world->clients.ranges[0] = login;
	/* one that does not count any more */
	login.aged = true;
	ck_assert_int_eq(cidr_parse(&login.cidr, "203.0.113.10", 0, NULL), 0);
	world->clients.ranges[1] = login;
	world->clients.n = 2;
	world->clients.complete = true;
	ck_assert_int_eq(tickets_add(&world->tickets, "lab", "198.51.100.7", NOW - 1, 0, 1,
	                             TICKET_SOURCE_SOCKET),
	                 0);
	world->options = (struct conflictlist_options){.ruleset = ruleset,
	                                               .ranges = &world->clients,
	                                               .tickets = &world->tickets,
	                                               .now_us = NOW};
}

static void world_deinit(struct world *world)
{
	picture_deinit(&world->picture);
	clientranges_deinit(&world->clients);
	tickets_deinit(&world->tickets);
}

/* The part about denies, a blank for all blanks at the beginning of a line. */
static char *tell(const struct world *world, const struct denylist *denies, bool all)
{
	_cleanup_free_ char *text = NULL;
	size_t length, n = 0;
	FILE *file = open_memstream(&text, &length);
	struct report report;
	char *told, *from;

	ck_assert_ptr_nonnull(file);
	report_init(&report, file, false, NULL);
	ck_assert_int_eq(report_conflicts(&report, &(struct conflictlist){0}, denies,
	                                  &world->options, &world->picture, all),
	                 0);
	fclose(file);
	told = calloc(length + 1, 1);
	ck_assert_ptr_nonnull(told);
	from = strstr(text, "ADDRESSES");
	for (from = from ? strchr(from, '\n') + 1 : strchr(text, '\0'); *from; from++)
		if (*from != ' ' || (n && told[n - 1] != '\n'))
			told[n++] = *from;
	return told;
}

/* As the table has it: without the blank that marks what belongs to the line above. */
static void expect(char *out, const char *text)
{
	for (; *text; text++)
		if (*text != ' ' || !(text[-1] == '\n'))
			*out++ = *text;
	*out = '\0';
}

START_TEST(tells)
{
	_cleanup_denylist_ struct denylist denies = DENYLIST_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(rows[_i].lines);
	_cleanup_free_ char *text = NULL;
	char expected[1024];
	struct world world;

	world_init(&world, &ruleset);
	ck_assert_int_eq(denylist_make(&denies, &world.options, &world.picture), 0);
	text = tell(&world, &denies, rows[_i].all);
	expect(expected, rows[_i].text);
	ck_assert_str_eq(text, expected);
	world_deinit(&world);
}
END_TEST

/* Ten thousand on five ports each: a line, and one for the neighbour among them. */
START_TEST(sums_up)
{
	_cleanup_denylist_ struct denylist denies = DENYLIST_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(SERVER);
	_cleanup_free_ char *text = NULL;
	struct world world;
	char rule[160];

	for (unsigned i = 0; i < 50000; i++) {
		snprintf(rule, sizeof(rule),
		         "rule family=\"ipv4\" source address=\"10.%u.%u.1\" port port=\"%u\" "
		         "protocol=\"tcp\" reject",
		         i / 5 / 250, i / 5 % 250, 25 + i % 5);
		ck_assert_int_eq(ruleset_add_rule(&ruleset.zones[0], rule, NULL), 0);
	}
	world_init(&world, &ruleset);
	add_network(&world.picture, "eth2", "10.7.7.0/24");
	ck_assert_int_eq(denylist_make(&denies, &world.options, &world.picture), 0);
	ck_assert_uint_eq(denies.n, 10000);
	ck_assert_uint_eq(denies.rows[0].n_rules, 5);
	text = tell(&world, &denies, false);
	ck_assert_str_eq(text, "1  10.7.7.1 in zone public\nhits 10.7.7.0/24 (eth2)\n"
	                       "9999  single addresses in zone public\n");
	world_deinit(&world);
}
END_TEST

/* Of two thousand networks forty are told. */
START_TEST(is_bounded)
{
	_cleanup_denylist_ struct denylist denies = DENYLIST_NULL;
	_cleanup_ruleset_ struct ruleset ruleset = ruleset_from_text(SERVER);
	_cleanup_free_ char *text = NULL;
	struct world world;
	char rule[160];
	size_t n = 0;

	for (unsigned i = 0; i < 2000; i++) {
		snprintf(rule, sizeof(rule),
		         "rule family=\"ipv4\" source address=\"10.%u.%u.0/24\" drop", i / 250,
		         i % 250);
		ck_assert_int_eq(ruleset_add_rule(&ruleset.zones[0], rule, NULL), 0);
	}
	world_init(&world, &ruleset);
	ck_assert_int_eq(denylist_make(&denies, &world.options, &world.picture), 0);
	text = tell(&world, &denies, false);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		n++;
	ck_assert_uint_eq(n, 41);
	ck_assert_ptr_nonnull(strstr(text, "1960  more like these; --all lists them\n"));
	world_deinit(&world);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("denylist");
	TCase *tcase = tcase_create("denylist");

	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, tells, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, sums_up);
	tcase_add_test(tcase, is_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
