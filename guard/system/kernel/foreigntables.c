// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/foreigntables.h"

#ifdef HAVE_NF_TABLES

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#define HEAD_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

/* An attribute that is a text with its end; NULL: it has none such. */
static const char *text_of(const struct nlmsghdr *header, unsigned type)
{
	size_t n = 0;
	const char *value = netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, type, &n);

	return value && n > 0 && value[n - 1] == '\0' ? value : NULL;
}

/* Return: 1: it is of that type; 0; -EINTR: somebody changes the rules while they are told. */
static int is_message(const struct nlmsghdr *header, unsigned type)
{
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	return netlink_is(header, (NFNL_SUBSYS_NFTABLES << 8) | type, HEAD_SIZE);
}

/* As iptables, ip6tables and ebtables name theirs. */
static bool is_iptables(uint8_t family, const char *name)
{
	static const char *const tables[] = {"filter", "nat",      "mangle",
	                                     "raw",    "security", "broute"};
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		known |= strcmp(name, tables[i]) == 0;
	return known &&
	       (family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_BRIDGE);
}

static int note_table(struct nlmsghdr *header, void *userdata)
{
	const struct nfgenmsg *message = NLMSG_DATA(header);
	int r = is_message(header, NFT_MSG_NEWTABLE);
	const char *name = r > 0 ? text_of(header, NFTA_TABLE_NAME) : NULL;

	if (r < 0 || !name || !is_iptables(message->nfgen_family, name))
		return r < 0 ? r : 0;
	return foreign_add(userdata, message->nfgen_family, name, "", 0);
}

/* More than a machine for mail has; each of them is looked for among the others. */
#define CHAINS_MAX 2000

static int note_rule(struct nlmsghdr *header, void *userdata)
{
	const struct nfgenmsg *message = NLMSG_DATA(header);
	int r = is_message(header, NFT_MSG_NEWRULE);
	const char *table = r > 0 ? text_of(header, NFTA_RULE_TABLE) : NULL;
	const char *chain = r > 0 ? text_of(header, NFTA_RULE_CHAIN) : NULL;

	if (r < 0 || !table || !chain)
		return r < 0 ? r : 0;
	if (((struct foreign *)userdata)->n == CHAINS_MAX)
		return -E2BIG;
	return foreign_add(userdata, message->nfgen_family, table, chain, 1);
}

static int read_rules(struct foreign *out, const struct foreign_chain *table, struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETRULE, NLM_F_DUMP, table->family);
	nfbatch_string(&batch, NFTA_RULE_TABLE, table->table);
	r = nfbatch_list(&batch, sock, note_rule, out, NULL);
	return r == -ENOENT ? 0 : r; /* it went meanwhile */
}

/**
 * foreigntables_read() - as they are now
 * @out:  FOREIGN_NULL before; written on success alone
 * @sock: opened when it is not yet; the caller closes it
 *
 * What iptables-legacy has is not among them.
 *
 * Return: 0; FOREIGNTABLES_E_UNKNOWN; negative errno.
 */
int foreigntables_read(struct foreign *out, struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	_cleanup_foreign_ struct foreign tables = FOREIGN_NULL, now = FOREIGN_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETTABLE, NLM_F_DUMP, NFPROTO_UNSPEC);
	r = nfbatch_list(&batch, sock, note_table, &tables, NULL);
	for (size_t i = 0; i < tables.n && r == 0; i++)
		r = read_rules(&now, &tables.chains[i], sock);
	if (r != 0)
		return r > 0 || r == -E2BIG ? FOREIGNTABLES_E_UNKNOWN : r;
	*out = now;
	now = FOREIGN_NULL;
	return 0;
}

/* One that is looked for. */
struct wanted {
	const char *table, *name;
	bool found;
};

static int note_chain(struct nlmsghdr *header, void *userdata)
{
	struct wanted *wanted = userdata;
	int r = is_message(header, NFT_MSG_NEWCHAIN);
	const char *table = r > 0 ? text_of(header, NFTA_CHAIN_TABLE) : NULL;
	const char *name = r > 0 ? text_of(header, NFTA_CHAIN_NAME) : NULL;

	wanted->found |=
	    table && name && strcmp(table, wanted->table) == 0 && strcmp(name, wanted->name) == 0;
	return r < 0 ? r : 0;
}

/**
 * foreigntables_have() - is there a chain of that name, with rules or without?
 * @ipv6: of ip6tables
 *
 * Return: whether there is; also true where nobody can tell.
 */
bool foreigntables_have(bool ipv6, const char *table, const char *chain)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct nfsocket sock = NFSOCKET_NULL;
	struct wanted wanted = {.table = table, .name = chain};
	int r;

	nfbatch_message(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP, ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	r = nfbatch_list(&batch, &sock, note_chain, &wanted, NULL);
	nfsocket_close(&sock);
	return r != 0 || wanted.found;
}

#else

bool foreigntables_have(bool ipv6 _unused_, const char *table _unused_, const char *chain _unused_)
{
	return true;
}

int foreigntables_read(struct foreign *out _unused_, struct nfsocket *sock _unused_)
{
	return FOREIGNTABLES_E_UNKNOWN;
}

#endif
