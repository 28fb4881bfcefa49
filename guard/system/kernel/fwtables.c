// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/fwtables.h"

/* Of the chains that are looked at, those of which firewalld has one with rules in it: with the
 * backend nftables the first, with iptables one of the others. */
#define INPUT           (1U << 0)
#define IPTABLES_INPUT  (7U << 4)
#define IPTABLES_INPUT6 (7U << 7)

/* Of IPv4 and IPv6, a bit each. */
enum { IPV4 = 1, IPV6 = 2 };

#ifdef HAVE_NF_TABLES

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/packet/iptables.h"

#define TABLE_NAME CHAINCHANGE_TABLE

#define LOADED_ATTEMPTS 3

/* NFTA_TABLE_OWNER, which Debian 11 has no word for. */
#define TABLE_OWNER 7

/* Before 1.0 there was one of each; FWTABLES_ONE is of the first, FWTABLES_THREE of all. */
static const uint8_t families[] = {NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6};

/*
 * Chains that have rules whatever is configured: without them nothing of the rest is
 * asked. Those of table filter are the backend iptables' (core/ipXtables.py), where
 * iptables-nft carries it out.
 */
/* clang-format off */
#define EACH(family, table, before) \
	{family, table, before IPTABLES_ZONES}, \
	{family, table, before IPTABLES_POLICIES}, \
	{family, table, before IPTABLES_DISPATCH}
/* clang-format on */
static const struct {
	uint8_t family;
	const char *table, *chain;
} chains[] = {
    {NFPROTO_INET, TABLE_NAME, "filter_INPUT"},
    EACH(NFPROTO_INET, TABLE_NAME, "filter_"),
    EACH(NFPROTO_IPV4, "filter", ""), /* IPTABLES_INPUT */
    EACH(NFPROTO_IPV6, "filter", ""), /* IPTABLES_INPUT6 */
};

/* What is in front of the attributes; both are aligned as they are. */
#define HEAD_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

static bool is_named(const struct nlmsghdr *header, const char *name)
{
	return netlink_attribute_is(header, header->nlmsg_len, HEAD_SIZE, NFTA_TABLE_NAME, name);
}

/* By firewalld 2.3 and later, which nobody else may write to, nor delete. */
static bool is_owned(const struct nlmsghdr *header)
{
	size_t n = 0;

	return netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, TABLE_OWNER, &n) != NULL;
}

/* Somebody has put it to sleep: it is there, and nothing of it is in force. */
static bool is_dormant(const struct nlmsghdr *header)
{
	int flags = netlink_attribute_int(header, header->nlmsg_len, HEAD_SIZE, NFTA_TABLE_FLAGS);

	return ntohl((uint32_t)flags) & NFT_TABLE_F_DORMANT;
}

/* A number that no other table has had since the boot; 0: the kernel tells none. */
static int64_t handle_of(const struct nlmsghdr *header)
{
	size_t n = 0;
	const void *value =
	    netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, NFTA_TABLE_HANDLE, &n);
	uint64_t handle = 0;

	if (value && n == sizeof(handle))
		memcpy(&handle, value, n);
	return (int64_t)be64toh(handle);
}

static int note_table(struct nlmsghdr *header, void *userdata)
{
	const struct nfgenmsg *message = NLMSG_DATA(header);
	struct fwtables *now = userdata;

	if (!netlink_is(header, (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWTABLE, HEAD_SIZE))
		return 0;
	now->shut |= message->nfgen_family == NFPROTO_INET && is_named(header, RULESET_SHUT);
	if (message->nfgen_family != NFPROTO_INET && is_named(header, "filter"))
		now->filter += handle_of(header); /* these only grow, so the sum does with either */
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (message->nfgen_family != families[i] || !is_named(header, TABLE_NAME) ||
		    is_dormant(header))
			continue;
		now->tables |= 1U << i;
		now->loaded = i == 0 ? handle_of(header) : now->loaded;
		now->owned |= is_owned(header) ? 1U << i : 0;
	}
	return 0;
}

static int find_tables(struct nfsocket *sock, struct fwtables *now)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETTABLE, NLM_F_DUMP, NFPROTO_UNSPEC);
	r = nfbatch_list(&batch, sock, note_table, now, NULL);
	return r > 0 ? FWTABLES_E_UNKNOWN : r;
}

static int note_rule(struct nlmsghdr *header, void *userdata)
{
	*(bool *)userdata |= header->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWRULE);
	return 0;
}

static int find_rules(struct nfsocket *sock, uint8_t family, const char *table, const char *chain,
                      bool *there)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETRULE, NLM_F_DUMP, family);
	nfbatch_string(&batch, NFTA_RULE_TABLE, table);
	nfbatch_string(&batch, NFTA_RULE_CHAIN, chain);
	*there = false;
	r = nfbatch_list(&batch, sock, note_rule, there, NULL);
	if (r == -ENOENT)
		return 0;
	return r > 0 ? FWTABLES_E_UNKNOWN : r;
}

/* Where a policy DROP is met: table raw is where firewalld's backend iptables shuts both ways. */
struct policies {
	unsigned dropped; /* anywhere on the way of who comes in, or on that of the answer */
	unsigned shut;    /* in table raw */
	unsigned open;    /* there it is none */
};

static unsigned bits_of(uint8_t family)
{
	return family == NFPROTO_INET   ? IPV4 | IPV6
	       : family == NFPROTO_IPV4 ? IPV4
	       : family == NFPROTO_IPV6 ? IPV6
	                                : 0;
}

static int note_policy(struct nlmsghdr *header, void *userdata)
{
	const struct nfgenmsg *message = NLMSG_DATA(header);
	const unsigned bits = bits_of(message->nfgen_family);
	struct policies *policies = userdata;
	const void *hook;
	size_t n = 0;
	bool drops;

	if (!netlink_is(header, (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWCHAIN, HEAD_SIZE) ||
	    !(hook = netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, NFTA_CHAIN_HOOK, &n)))
		return 0;
	drops = netlink_attribute_int(header, header->nlmsg_len, HEAD_SIZE, NFTA_CHAIN_POLICY) ==
	        (int)htonl(NF_DROP);
	if (drops &&
	    netlink_attribute_int(hook, n, 0, NFTA_HOOK_HOOKNUM) != (int)htonl(NF_INET_FORWARD))
		policies->dropped |= bits;
	if (is_named(header, "raw"))
		*(drops ? &policies->shut : &policies->open) |= bits;
	return 0;
}

/* firewalld shuts both, but for an IPv6 that the kernel has not: over that nobody comes. */
static int find_policies(struct nfsocket *sock, struct fwtables *now)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct policies policies = {.dropped = access("/proc/net/if_inet6", F_OK) == 0 ? 0 : IPV6};
	int r;

	nfbatch_message(&batch, NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO_UNSPEC);
	r = nfbatch_list(&batch, sock, note_policy, &policies, NULL);
	now->shut |= (policies.shut & IPV4) && !policies.open;
	now->dropped = policies.dropped;
	return r > 0 ? FWTABLES_E_UNKNOWN : r;
}

/**
 * fwtables_read() - what is there now
 * @out:  written on success alone
 * @sock: opened when it is not yet; the caller closes it
 *
 * Return: 0; FWTABLES_E_UNKNOWN; negative errno.
 */
int fwtables_read(struct fwtables *out, struct nfsocket *sock)
{
	struct fwtables now = FWTABLES_NULL;
	bool there = false;
	int r = find_tables(sock, &now);

	for (size_t i = 0; i < ARRAY_SIZE(chains) && r == 0; i++) {
		/* of a table that sleeps nothing counts; and most have none of iptables' */
		if (chains[i].family == families[0] ? !(now.tables & 1U) : !now.filter)
			continue;
		r = find_rules(sock, chains[i].family, chains[i].table, chains[i].chain, &there);
		now.chains |= r == 0 && there ? 1U << i : 0;
	}
	if (r == 0 && !(now.chains & INPUT))
		r = find_policies(sock, &now);
	if (r == 0)
		*out = now;
	return r;
}

/** fwtables_read_once() - the same, for who does not ask again; Return: as fwtables_read() */
int fwtables_read_once(struct fwtables *out)
{
	struct nfsocket sock = NFSOCKET_NULL;
	int r = fwtables_read(out, &sock);

	nfsocket_close(&sock);
	return r;
}

/**
 * fwtables_loaded() - which of its tables firewalld has loaded
 *
 * Each reload makes a new one, and nothing else does: a change of an item, a ban, the default zone,
 * panic mode leave it (core/nftables.py, build_flush_rules).
 *
 * Return: the kernel's number of it; 0: there is none (the backend iptables), or it is not known.
 */
int64_t fwtables_loaded(void)
{
	struct fwtables now = FWTABLES_NULL;
	int r = -EAGAIN;

	/* who begins is told by this alone: a moment's want of buffers is no answer */
	for (unsigned i = 0; i < LOADED_ATTEMPTS && r < 0; i++) {
		struct nfsocket sock = NFSOCKET_NULL;

		r = find_tables(&sock, &now);
		nfsocket_close(&sock);
	}
	return r == 0 ? now.loaded : 0;
}

/**
 * fwtables_find_emptied() - a chain from which others than firewalld took all of its rules
 * @change: of those others
 * @out:    receives a row of @change; NULL: there is none; written on success alone
 * @sock:   opened when it is not yet; the caller closes it
 *
 * Return: 0; FWTABLES_E_UNKNOWN; negative errno.
 */
int fwtables_find_emptied(const struct chainchange *change, const struct chainchange_row **out,
                          struct nfsocket *sock)
{
	for (size_t i = 0; i < change->n; i++) {
		const struct chainchange_row *row = &change->rows[i];
		bool there = false;
		int r =
		    row->by < 0 ? find_rules(sock, row->family, TABLE_NAME, row->name, &there) : 0;

		if (r != 0)
			return r;
		if (row->by < 0 && !there) {
			*out = row;
			return 0;
		}
	}
	*out = NULL;
	return 0;
}

/**
 * fwtables_add() - make the tables again that were there, empty
 * @now:    what is there
 * @before: what was
 * @sock:   opened when it is not yet; the caller closes it
 *
 * firewalld before 2.0 deletes them first when it reloads, and fails half way, with its
 * policy DROP, if there is none. One that owns its table makes it itself, and fails half
 * way if somebody else has.
 *
 * Return: 0, also when there is nothing to do; as nfbatch_send().
 */
int fwtables_add(const struct fwtables *now, const struct fwtables *before, struct nfsocket *sock,
                 struct err *err)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	unsigned missing = before->tables & ~before->owned & ~now->tables;

	if (!missing)
		return 0;
	nfbatch_begin(&batch);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (!(missing & 1U << i))
			continue;
		nfbatch_message(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, families[i]);
		nfbatch_string(&batch, NFTA_TABLE_NAME, TABLE_NAME);
	}
	return nfbatch_send(&batch, sock, err);
}

/**
 * fwtables_shut() - let nothing in or out, as firewalld does it in panic mode
 * @iptables: with that backend
 * @sock:     opened when it is not yet; the caller closes it
 *
 * By a table of the same name, chains and priorities, which firewalld deletes when that ends; with
 * iptables by the policies that it sets back then.
 *
 * Return: 0; as nfbatch_send(). Source: build_set_policy_rules() in core/nftables.py and
 * core/ipXtables.py.
 */
int fwtables_shut(bool iptables, struct nfsocket *sock, struct err *err)
{
	static const struct nfbatch_chain shut[] = {
	    {NFPROTO_INET, RULESET_SHUT, "raw_prerouting", NF_INET_PRE_ROUTING, -291, NF_DROP},
	    {NFPROTO_INET, RULESET_SHUT, "raw_output", NF_INET_LOCAL_OUT, -291, NF_DROP},
	    {NFPROTO_IPV4, "raw", "PREROUTING", NF_INET_PRE_ROUTING, -300, NF_DROP},
	    {NFPROTO_IPV4, "raw", "OUTPUT", NF_INET_LOCAL_OUT, -300, NF_DROP},
	    {NFPROTO_IPV6, "raw", "PREROUTING", NF_INET_PRE_ROUTING, -300, NF_DROP},
	    {NFPROTO_IPV6, "raw", "OUTPUT", NF_INET_LOCAL_OUT, -300, NF_DROP},
	};
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;

	nfbatch_begin(&batch);
	for (size_t i = 0; i < ARRAY_SIZE(shut); i++) {
		if (iptables != (shut[i].family != NFPROTO_INET))
			continue;
		nfbatch_message(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, shut[i].family);
		nfbatch_string(&batch, NFTA_TABLE_NAME, shut[i].table);
		nfbatch_chain(&batch, &shut[i]);
	}
	return nfbatch_send(&batch, sock, err);
}

/**
 * fwtables_open() - take away the policy DROP that a reload of firewalld's has left
 *
 * Return: 0, also when there is none; as nfbatch_send().
 */
int fwtables_open(void)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct nfsocket sock = NFSOCKET_NULL;
	int r;

	nfbatch_begin(&batch);
	nfbatch_remove_table(&batch, RULESET_SHUT);
	r = nfbatch_send(&batch, &sock, NULL);
	nfsocket_close(&sock);
	return r;
}

#else

int fwtables_open(void)
{
	return FWTABLES_E_UNKNOWN;
}

int fwtables_read(struct fwtables *out _unused_, struct nfsocket *sock _unused_)
{
	return FWTABLES_E_UNKNOWN;
}

int fwtables_read_once(struct fwtables *out _unused_)
{
	return FWTABLES_E_UNKNOWN;
}

int64_t fwtables_loaded(void)
{
	return 0;
}

int fwtables_find_emptied(const struct chainchange *change _unused_,
                          const struct chainchange_row **out _unused_,
                          struct nfsocket *sock _unused_)
{
	return FWTABLES_E_UNKNOWN;
}

int fwtables_add(const struct fwtables *now _unused_, const struct fwtables *before _unused_,
                 struct nfsocket *sock _unused_, struct err *err _unused_)
{
	return 0;
}

int fwtables_shut(bool iptables _unused_, struct nfsocket *sock _unused_, struct err *err _unused_)
{
	return FWTABLES_E_UNKNOWN;
}

#endif

/** fwtables_lack_rules() - is something gone that is there whatever is loaded? */
bool fwtables_lack_rules(const struct fwtables *now)
{
	return !(now->chains & (INPUT | IPTABLES_INPUT));
}

/** fwtables_lack() - is something gone that was there @before? */
bool fwtables_lack(const struct fwtables *now, const struct fwtables *before)
{
	return (before->tables & ~now->tables) || (before->chains & ~now->chains);
}

/** fwtables_is_empty() - is nothing of firewalld's there, of whatever backend? */
bool fwtables_is_empty(const struct fwtables *now)
{
	return !now->tables && !now->chains;
}

/** fwtables_gate() - what a new connection meets there */
enum fwtables_gate fwtables_gate(const struct fwtables *now)
{
	unsigned lacks = (now->chains & (INPUT | IPTABLES_INPUT) ? 0 : IPV4) |
	                 (now->chains & (INPUT | IPTABLES_INPUT6) ? 0 : IPV6);

	if (now->shut)
		return FWTABLES_SHUT;
	switch (lacks & ~now->dropped) {
	case IPV4 | IPV6:
		return FWTABLES_OPEN;
	case IPV4:
		return FWTABLES_OPEN_IPV4;
	case IPV6:
		return FWTABLES_OPEN_IPV6;
	default:
		return lacks == (IPV4 | IPV6) ? FWTABLES_OTHERS : FWTABLES_GUARDED;
	}
}
