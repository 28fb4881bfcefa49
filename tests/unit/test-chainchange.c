// SPDX-License-Identifier: GPL-2.0-or-later
/* By how many rules somebody changed the chains of firewalld's table. */
#include "guard/system/kernel/chainchange.h"

#include "tests/unit/unit.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

static union {
	char bytes[8192];
	struct nlmsghdr header;
} told;
static size_t length;
static struct chainchange change;

static void attribute(struct nlmsghdr *header, unsigned type, const char *text)
{
	const size_t size = strlen(text) + 1;
	const struct nlattr attr = {.nla_type = (uint16_t)type,
	                            .nla_len = (uint16_t)(sizeof(attr) + size)};
	char *at = (char *)header + header->nlmsg_len;

	memcpy(at, &attr, sizeof(attr));
	memcpy(at + sizeof(attr), text, size);
	header->nlmsg_len += (uint32_t)(sizeof(attr) + ((size + 3) & ~(size_t)3));
}

static void say(unsigned type, const char *table, const char *chain)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(void *)(told.bytes + length);
	struct nfgenmsg *message = NLMSG_DATA(header);

	memset(header, 0, 256);
	header->nlmsg_type = (uint16_t)((NFNL_SUBSYS_NFTABLES << 8) | type);
	header->nlmsg_len = sizeof(*header) + sizeof(*message);
	message->nfgen_family = NFPROTO_INET;
	attribute(header, NFTA_RULE_TABLE, table);
	if (chain)
		attribute(header, NFTA_RULE_CHAIN, chain);
	length += header->nlmsg_len;
}

static void setup(void)
{
	memset(&told, 0, sizeof(told));
	length = 0;
	change = CHAINCHANGE_NULL;
}

static int by(const char *chain)
{
	for (size_t i = 0; i < change.n; i++)
		if (strcmp(change.rows[i].name, chain) == 0)
			return change.rows[i].by;
	return 0;
}

START_TEST(counts_by_chain)
{
	struct chainchange sum = CHAINCHANGE_NULL;

	say(NFT_MSG_DELRULE, "firewalld", "filter_IN_public_allow");
	say(NFT_MSG_DELRULE, "firewalld", "filter_IN_public_allow");
	say(NFT_MSG_DELRULE, "firewalld2", "filter_IN_public_allow");
	say(NFT_MSG_DELRULE, "firewalld", NULL);
	say(NFT_MSG_NEWRULE, "firewalld", "filter_IN_public_log");
	say(NFT_MSG_NEWCHAIN, "firewalld", "filter_IN_public_log");
	chainchange_note(&change, &told, length);
	ck_assert_uint_eq(change.n, 2);
	ck_assert_int_eq(by("filter_IN_public_allow"), -2);
	ck_assert_int_eq(by("filter_IN_public_log"), 1);
	/* a second transaction */
	chainchange_add(&sum, &change);
	setup();
	say(NFT_MSG_DELRULE, "firewalld", "filter_IN_public_log");
	chainchange_note(&change, &told, length);
	chainchange_add(&sum, &change);
	change = sum;
	ck_assert_int_eq(by("filter_IN_public_log"), 0);
	ck_assert_int_eq(by("filter_IN_public_allow"), -2);
}
END_TEST

START_TEST(is_bounded)
{
	char name[CHAINCHANGE_NAME_SIZE + 16];

	for (unsigned i = 0; i < 2 * CHAINCHANGE_MAX; i++) {
		snprintf(name, sizeof(name), "chain%u", i);
		say(NFT_MSG_DELRULE, "firewalld", name);
	}
	chainchange_note(&change, &told, length);
	ck_assert_uint_eq(change.n, CHAINCHANGE_MAX);
	setup();
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	say(NFT_MSG_DELRULE, "firewalld", name);
	say(NFT_MSG_DELRULE, "firewalld", "whole");
	/* of a last one that is cut off nothing is taken */
	for (size_t short_by = 1; short_by < 40; short_by++)
		chainchange_note(&change, &told, length - short_by);
	ck_assert_uint_eq(change.n, 0);
	chainchange_note(&change, &told, length);
	ck_assert_uint_eq(change.n, 1);
	ck_assert_int_eq(by("whole"), -1);
}
END_TEST

/* Whatever came in the place of what went. */
static const struct {
	unsigned type;
	const char *table, *chain;
	bool taken, from_iptables, beside, replaced;
} takers[] = {
    {NFT_MSG_DELRULE, "firewalld", "filter_IN_public_deny", true, false, false, false},
    {NFT_MSG_DELSETELEM, "firewalld", "bad", true, false, false, false},
    {NFT_MSG_NEWSETELEM, "firewalld", "bad", false, false, false, false},
    {NFT_MSG_NEWRULE, "firewalld", "filter_IN_public_deny", false, false, false, false},
    {NFT_MSG_DELRULE, "firewalld2", "filter_IN_public_deny", false, false, false, false},
    {NFT_MSG_DELRULE, "filter", "IN_public_deny", false, true, false, false},
    {NFT_MSG_DELRULE, "filter", "INPUT", false, true, false, false},
    {NFT_MSG_NEWRULE, "filter", "INPUT", false, false, false, false},
    {NFT_MSG_DELRULE, "filter", "f2b-mail", false, false, true, false},
    {NFT_MSG_DELRULE, "filter", "I", false, false, true, false},
    {NFT_MSG_DELRULE, "filter", NULL, false, false, true, false},
    {NFT_MSG_DELRULE, "nat", "INPUT", false, false, true, false},
    {NFT_MSG_DELRULE, "mangle", "FORWARD", false, false, true, false},
    {NFT_MSG_NEWRULE, "mangle", "FORWARD", false, false, false, false},
    {NFT_MSG_DELRULE, "raw2", "PREROUTING", false, false, false, false},
    {NFT_MSG_DELTABLE, "filter", NULL, false, false, false, true},
    {NFT_MSG_NEWTABLE, "filter", NULL, false, false, false, false},
    {NFT_MSG_DELTABLE, "filter2", NULL, false, false, false, false},
};

START_TEST(sees_what_is_taken)
{
	struct chainchange sum = CHAINCHANGE_NULL;

	say(takers[_i].type, takers[_i].table, takers[_i].chain);
	say(NFT_MSG_NEWRULE, "firewalld", "filter_IN_public_deny");
	chainchange_note(&change, &told, length);
	chainchange_add(&sum, &change);
	ck_assert_int_eq(sum.taken, takers[_i].taken);
	ck_assert_int_eq(sum.taken_from_iptables, takers[_i].from_iptables);
	ck_assert_int_eq(sum.taken_beside, takers[_i].beside);
	ck_assert_int_eq(sum.iptables_replaced, takers[_i].replaced);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("chainchange");
	TCase *tc = tcase_create("chainchange");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, counts_by_chain);
	tcase_add_test(tc, is_bounded);
	tcase_add_loop_test(tc, sees_what_is_taken, 0, (int)ARRAY_SIZE(takers));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
