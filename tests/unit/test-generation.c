// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel says at the end of a transaction. */
#include "guard/system/kernel/generation.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

static union {
	char bytes[256];
	struct nlmsghdr header;
} message;

static void begin(unsigned type)
{
	memset(&message, 0, sizeof(message));
	message.header.nlmsg_type = (uint16_t)type;
	message.header.nlmsg_len = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
}

/* @claims: the length that the attribute says that it has */
static void add(unsigned type, const void *data, size_t length, size_t claims)
{
	const struct nlattr attr = {.nla_type = (uint16_t)type,
	                            .nla_len = (uint16_t)(sizeof(attr) + claims)};
	size_t at = message.header.nlmsg_len;

	memcpy(message.bytes + at, &attr, sizeof(attr));
	memcpy(message.bytes + at + sizeof(attr), data, length);
	message.header.nlmsg_len += (uint32_t)(sizeof(attr) + ((length + 3) & ~(size_t)3));
}

static bool parse(uint32_t *pid, char name[GENERATION_NAME_SIZE])
{
	return generation_parse(&message, message.header.nlmsg_len, pid, name);
}

#define NEWGEN ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN)

START_TEST(who_did_it)
{
	const uint32_t id = htonl(7), process = htonl(4711);
	char name[GENERATION_NAME_SIZE] = "before";
	uint32_t pid = 1;

	begin(NEWGEN);
	ck_assert(parse(&pid, name));
	ck_assert_uint_eq(pid, 0);
	ck_assert_str_eq(name, "");
	add(NFTA_GEN_ID, &id, sizeof(id), sizeof(id));
	add(NFTA_GEN_PROC_PID, &process, sizeof(process), sizeof(process));
	add(NFTA_GEN_PROC_NAME, "nft", 4, 4);
	ck_assert(parse(&pid, name));
	ck_assert_uint_eq(pid, 4711);
	ck_assert_str_eq(name, "nft");
}
END_TEST

START_TEST(another_message)
{
	char name[GENERATION_NAME_SIZE] = "before";
	uint32_t pid = 1;

	begin((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWRULE);
	ck_assert(!parse(&pid, name));
	begin(NEWGEN);
	for (size_t length = 0; length < message.header.nlmsg_len; length++)
		ck_assert(!generation_parse(&message, length, &pid, name));
	message.header.nlmsg_len = 4;
	ck_assert(!generation_parse(&message, 20, &pid, name));
	ck_assert_uint_eq(pid, 1);
	ck_assert_str_eq(name, "before");
}
END_TEST

/* Lengths that lie, and a name without an end. */
START_TEST(hostile)
{
	char name[GENERATION_NAME_SIZE];
	uint32_t pid;

	begin(NEWGEN);
	add(NFTA_GEN_PROC_NAME, "aaaaaaaaaaaaaaaaaaaaaaaa", 24, 24);
	ck_assert(parse(&pid, name));
	ck_assert_str_eq(name, "aaaaaaaaaaaaaaa");
	begin(NEWGEN);
	add(NFTA_GEN_PROC_NAME, "nft", 4, 5);
	ck_assert(parse(&pid, name));
	ck_assert_str_eq(name, "");
	begin(NEWGEN);
	add(NFTA_GEN_PROC_PID, "12", 2, 2);
	add(NFTA_GEN_PROC_NAME, "nft", 4, 4);
	ck_assert(parse(&pid, name));
	ck_assert_uint_eq(pid, 0);
	ck_assert_str_eq(name, "nft");
	begin(NEWGEN);
	add(NFTA_GEN_PROC_NAME, "nft", 4, (size_t)-4);
	ck_assert(parse(&pid, name));
	ck_assert_str_eq(name, "");
	begin(NEWGEN);
	add(NFTA_GEN_PROC_NAME, "nft", 4, (size_t)-2);
	ck_assert(parse(&pid, name));
	ck_assert_str_eq(name, "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("generation");
	TCase *tc = tcase_create("generation");

	tcase_add_test(tc, who_did_it);
	tcase_add_test(tc, another_message);
	tcase_add_test(tc, hostile);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
