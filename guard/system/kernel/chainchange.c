// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/chainchange.h"

#include <string.h>

static struct chainchange_row *row_of(struct chainchange *change, uint8_t family, const char *name)
{
	struct chainchange_row *row;

	for (size_t i = 0; i < change->n; i++)
		if (change->rows[i].family == family && strcmp(change->rows[i].name, name) == 0)
			return &change->rows[i];
	if (change->n == CHAINCHANGE_MAX)
		return NULL;
	row = &change->rows[change->n++];
	*row = (struct chainchange_row){.family = family};
	memcpy(row->name, name, strlen(name) + 1);
	return row;
}

static void add(struct chainchange *change, uint8_t family, const char *name, int by)
{
	struct chainchange_row *row = row_of(change, family, name);

	if (row)
		row->by += by;
}

/** chainchange_add() - another change, after the first */
void chainchange_add(struct chainchange *change, const struct chainchange *more)
{
	for (size_t i = 0; i < more->n; i++)
		add(change, more->rows[i].family, more->rows[i].name, more->rows[i].by);
	change->taken |= more->taken;
	change->taken_from_iptables |= more->taken_from_iptables;
	change->taken_beside |= more->taken_beside;
	change->iptables_replaced |= more->iptables_replaced;
}

#ifdef HAVE_NF_TABLES

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "guard/system/kernel/netlink.h"

#define HEAD_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

static bool is_of(const struct nlmsghdr *header, unsigned type, const char *table)
{
	return header->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type) &&
	       netlink_attribute_is(header, header->nlmsg_len, HEAD_SIZE, NFTA_RULE_TABLE, table);
}

/* INPUT, INPUT_ZONES, IN_public_allow…, PRE_public_allow: core/ipXtables.py. */
static bool is_in_chain(const struct nlmsghdr *header, const char *beginning)
{
	size_t n = 0;
	const char *chain =
	    netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, NFTA_RULE_CHAIN, &n);

	return chain && n > strlen(beginning) && strncmp(chain, beginning, strlen(beginning)) == 0;
}

/* In which its direct interface may have rules, whatever the chain. */
static bool is_of_iptables(const struct nlmsghdr *header)
{
	static const char *const tables[] = {"filter", "nat", "mangle", "raw", "security"};
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(tables) && !is; i++)
		is = is_of(header, NFT_MSG_DELRULE, tables[i]);
	return is;
}

/* Each has the name of its table in the same place. */
static void note_taken(struct chainchange *change, const struct nlmsghdr *header)
{
	bool own;

	if (header->nlmsg_len < HEAD_SIZE)
		return;
	change->taken |= is_of(header, NFT_MSG_DELRULE, CHAINCHANGE_TABLE) ||
	                 is_of(header, NFT_MSG_DELSETELEM, CHAINCHANGE_TABLE);
	own = (is_of(header, NFT_MSG_DELRULE, "filter") && is_in_chain(header, "IN")) ||
	      (is_of(header, NFT_MSG_DELRULE, "nat") && is_in_chain(header, "PRE"));
	change->taken_from_iptables |= own;
	change->taken_beside |= !own && is_of_iptables(header);
	change->iptables_replaced |= is_of(header, NFT_MSG_DELTABLE, "filter");
}

/* Return: 1, -1: a rule more, or less, in a chain of firewalld's; 0: something else. */
static int change_of(const struct nlmsghdr *header)
{
	int by = header->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWRULE)   ? 1
	         : header->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_DELRULE) ? -1
	                                                                                 : 0;

	return header->nlmsg_len >= HEAD_SIZE &&
	               netlink_attribute_is(header, header->nlmsg_len, HEAD_SIZE, NFTA_RULE_TABLE,
	                                    CHAINCHANGE_TABLE)
	           ? by
	           : 0;
}

static void note_one(struct chainchange *change, struct nlmsghdr *header)
{
	const struct nfgenmsg *message = NLMSG_DATA(header);
	char name[CHAINCHANGE_NAME_SIZE] = "";
	int by = change_of(header);
	const char *value;
	size_t n = 0;

	if (by == 0)
		return;
	value = netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, NFTA_RULE_CHAIN, &n);
	if (!value || n == 0 || n > sizeof(name) || value[n - 1] != '\0')
		return;
	memcpy(name, value, n);
	add(change, message->nfgen_family, name, by);
}

/**
 * chainchange_note() - what the kernel tells of a transaction, or a part of it
 * @messages: of netlink, aligned for their headers; a last one that is cut off is passed over
 * @length:   bytes
 */
void chainchange_note(struct chainchange *change, void *messages, size_t length)
{
	struct nlmsghdr *header;

	for (size_t at = 0; netlink_next_message(messages, length, &at, &header);) {
		note_taken(change, header);
		note_one(change, header);
	}
}

#else

void chainchange_note(struct chainchange *change _unused_, void *messages _unused_,
                      size_t length _unused_)
{
}

#endif
