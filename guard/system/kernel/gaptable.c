// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/gaptable.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>

/**
 * gaptable_port_of() - what /etc/services says; a gap_port_fn
 *
 * Return: the port in host order; -ENOENT.
 */
int gaptable_port_of(const char *name, const char *protocol)
{
	const struct servent *entry = getservbyname(name, protocol);

	return entry ? ntohs((uint16_t)entry->s_port) : -ENOENT;
}

/** gaptable_close() - let go of it; may be called twice */
void gaptable_close(struct gaptable *table)
{
	nfsocket_close(&table->sock);
}

#ifdef HAVE_NF_TABLES

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define CHAIN_NAME "input"

/* Before firewalld's, which is 10, and before what others put at 0. */
#define CHAIN_PRIORITY (-10)

/* How nft(8) calls the types of keys: it shows the sets by it. */
#define NFT_TYPE_IPV4 7
#define NFT_TYPE_IPV6 8

/*
 * No element stays longer, so that nothing is denied for ever by a table that a
 * killed guard left. A living one fills it again every GAPTABLE_RENEW_MS.
 */
#define ELEMENT_MAX_MS (INT64_C(2) * GAPTABLE_RENEW_MS)

/* An element's two messages' worth, amply; a list of them must fit into one attribute. */
#define ELEMENT_SIZE_MAX 160
#define LIST_ELEMENTS    (NFBATCH_NEST_MAX / ELEMENT_SIZE_MAX)

static int missing(int r)
{
	return r == NFBATCH_E_MISSING || r == NFBATCH_E_FORBIDDEN ? GAPTABLE_E_MISSING : r;
}

/* --- expressions: each says in the kernel's words what the comment before its caller says -- */

static void expression_open(struct nfbatch *batch, const char *name, size_t outer[2])
{
	outer[0] = nfbatch_open(batch, NFTA_LIST_ELEM);
	nfbatch_string(batch, NFTA_EXPR_NAME, name);
	outer[1] = nfbatch_open(batch, NFTA_EXPR_DATA);
}

static void expression_close(struct nfbatch *batch, const size_t outer[2])
{
	nfbatch_close(batch, outer[1]);
	nfbatch_close(batch, outer[0]);
}

static void data(struct nfbatch *batch, unsigned type, const void *bytes, size_t length)
{
	size_t nest = nfbatch_open(batch, type);

	nfbatch_bytes(batch, NFTA_DATA_VALUE, bytes, length);
	nfbatch_close(batch, nest);
}

static void load_meta(struct nfbatch *batch, uint32_t key)
{
	size_t outer[2];

	expression_open(batch, "meta", outer);
	nfbatch_u32(batch, NFTA_META_KEY, key);
	nfbatch_u32(batch, NFTA_META_DREG, NFT_REG_1);
	expression_close(batch, outer);
}

static void load_ct(struct nfbatch *batch, uint32_t key)
{
	size_t outer[2];

	expression_open(batch, "ct", outer);
	nfbatch_u32(batch, NFTA_CT_KEY, key);
	nfbatch_u32(batch, NFTA_CT_DREG, NFT_REG_1);
	expression_close(batch, outer);
}

static void load_payload(struct nfbatch *batch, uint32_t base, uint32_t offset, uint32_t length)
{
	size_t outer[2];

	expression_open(batch, "payload", outer);
	nfbatch_u32(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nfbatch_u32(batch, NFTA_PAYLOAD_BASE, base);
	nfbatch_u32(batch, NFTA_PAYLOAD_OFFSET, offset);
	nfbatch_u32(batch, NFTA_PAYLOAD_LEN, length);
	expression_close(batch, outer);
}

static void mask(struct nfbatch *batch, uint32_t bits)
{
	const uint32_t none = 0;
	size_t outer[2];

	expression_open(batch, "bitwise", outer);
	nfbatch_u32(batch, NFTA_BITWISE_SREG, NFT_REG_1);
	nfbatch_u32(batch, NFTA_BITWISE_DREG, NFT_REG_1);
	nfbatch_u32(batch, NFTA_BITWISE_LEN, sizeof(bits));
	data(batch, NFTA_BITWISE_MASK, &bits, sizeof(bits));
	data(batch, NFTA_BITWISE_XOR, &none, sizeof(none));
	expression_close(batch, outer);
}

static void compare(struct nfbatch *batch, uint32_t op, const void *bytes, size_t length)
{
	size_t outer[2];

	expression_open(batch, "cmp", outer);
	nfbatch_u32(batch, NFTA_CMP_SREG, NFT_REG_1);
	nfbatch_u32(batch, NFTA_CMP_OP, op);
	data(batch, NFTA_CMP_DATA, bytes, length);
	expression_close(batch, outer);
}

static void compare_u8(struct nfbatch *batch, uint8_t value)
{
	compare(batch, NFT_CMP_EQ, &value, sizeof(value));
}

static void look_up(struct nfbatch *batch, const char *set, uint32_t id)
{
	size_t outer[2];

	expression_open(batch, "lookup", outer);
	nfbatch_string(batch, NFTA_LOOKUP_SET, set);
	nfbatch_u32(batch, NFTA_LOOKUP_SET_ID, id);
	nfbatch_u32(batch, NFTA_LOOKUP_SREG, NFT_REG_1);
	expression_close(batch, outer);
}

static void verdict(struct nfbatch *batch, uint32_t code)
{
	size_t outer[2], nest, inner;

	expression_open(batch, "immediate", outer);
	nfbatch_u32(batch, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	nest = nfbatch_open(batch, NFTA_IMMEDIATE_DATA);
	inner = nfbatch_open(batch, NFTA_DATA_VERDICT);
	nfbatch_u32(batch, NFTA_VERDICT_CODE, code);
	nfbatch_close(batch, inner);
	nfbatch_close(batch, nest);
	expression_close(batch, outer);
}

static void reject(struct nfbatch *batch, uint32_t type, uint8_t code)
{
	size_t outer[2];

	expression_open(batch, "reject", outer);
	nfbatch_u32(batch, NFTA_REJECT_TYPE, type);
	nfbatch_u8(batch, NFTA_REJECT_ICMP_CODE, code);
	expression_close(batch, outer);
}

/* eth0, or eth+ for all that begin so, as firewalld takes it. */
static void compare_interface(struct nfbatch *batch, uint32_t op, const char *name)
{
	char padded[IFNAMSIZ] = "";
	size_t length = strnlen(name, sizeof(padded) - 1);
	bool begins = length > 0 && name[length - 1] == '+';

	memcpy(padded, name, length);
	load_meta(batch, NFT_META_IIFNAME);
	compare(batch, op, padded, begins ? length - 1 : sizeof(padded));
}

/* --- rules -------------------------------------------------------------------------------- */

static size_t rule_open(struct nfbatch *batch)
{
	nfbatch_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, NFPROTO_INET);
	nfbatch_string(batch, NFTA_RULE_TABLE, GAPTABLE_NAME);
	nfbatch_string(batch, NFTA_RULE_CHAIN, CHAIN_NAME);
	return nfbatch_open(batch, NFTA_RULE_EXPRESSIONS);
}

/* What firewalld lets pass before it looks at any zone. */
static void add_exceptions(struct nfbatch *batch)
{
	const uint32_t none = 0;
	size_t rule;

	/* ct state established,related accept */
	rule = rule_open(batch);
	load_ct(batch, NFT_CT_STATE);
	mask(batch, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED));
	compare(batch, NFT_CMP_NEQ, &none, sizeof(none));
	verdict(batch, NF_ACCEPT);
	nfbatch_close(batch, rule);
	/* ct status dnat accept */
	rule = rule_open(batch);
	load_ct(batch, NFT_CT_STATUS);
	mask(batch, IPS_DST_NAT);
	compare(batch, NFT_CMP_NEQ, &none, sizeof(none));
	verdict(batch, NF_ACCEPT);
	nfbatch_close(batch, rule);
	/* iifname lo accept */
	rule = rule_open(batch);
	compare_interface(batch, NFT_CMP_EQ, "lo");
	verdict(batch, NF_ACCEPT);
	nfbatch_close(batch, rule);
}

static void match_ports(struct nfbatch *batch, const struct gap_match *match)
{
	uint16_t first = htons(match->first), last = htons(match->last);

	load_payload(batch, NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof(first));
	if (first == last) {
		compare(batch, NFT_CMP_EQ, &first, sizeof(first));
		return;
	}
	compare(batch, NFT_CMP_GTE, &first, sizeof(first));
	compare(batch, NFT_CMP_LTE, &last, sizeof(last));
}

static void match_source(struct nfbatch *batch, uint8_t family, const char *set, uint32_t id)
{
	bool v4 = family == CIDR_IPV4;

	load_payload(batch, NFT_PAYLOAD_NETWORK_HEADER, v4 ? 12 : 8, v4 ? 4 : 16);
	look_up(batch, set, id);
}

static void act(struct nfbatch *batch, const struct gap_match *match)
{
	switch (match->action) {
	case GAP_DROP:
		verdict(batch, NF_DROP);
		break;
	case GAP_REJECT_ICMP:
		reject(batch, NFT_REJECT_ICMP_UNREACH, match->code);
		break;
	case GAP_REJECT_RESET:
		reject(batch, NFT_REJECT_TCP_RST, 0);
		break;
	}
}

/* [iifname @interface] meta nfproto … meta l4proto … th dport … ip saddr @set reject */
static void add_rule(struct nfbatch *batch, const struct gap_match *match,
                     const struct gap_place *place, const char *interface, const char *set,
                     uint32_t id)
{
	size_t rule = rule_open(batch);

	if (interface)
		compare_interface(batch, NFT_CMP_EQ, interface);
	for (size_t i = 0; !interface && i < place->interfaces.n; i++)
		compare_interface(batch, NFT_CMP_NEQ, place->interfaces.strings[i]);
	load_meta(batch, NFT_META_NFPROTO);
	compare_u8(batch, match->family == CIDR_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	if (match->protocol) {
		load_meta(batch, NFT_META_L4PROTO);
		compare_u8(batch, match->protocol);
	}
	if (match->first)
		match_ports(batch, match);
	match_source(batch, match->family, set, id);
	act(batch, match);
	nfbatch_close(batch, rule);
}

static void add_rules(struct nfbatch *batch, const struct gap *gap, const struct gap_set *set,
                      const char *name, uint32_t id)
{
	for (size_t i = 0; i < set->n_matches; i++) {
		const struct gap_match *match = &set->matches[i];
		const struct gap_place *place = &gap->places[match->place];

		if (place->others)
			add_rule(batch, match, place, NULL, name, id);
		for (size_t k = 0; !place->others && k < place->interfaces.n; k++)
			add_rule(batch, match, place, place->interfaces.strings[k], name, id);
	}
}

/* --- sets --------------------------------------------------------------------------------- */

static void add_set(struct nfbatch *batch, const char *name, uint32_t id, bool v4)
{
	nfbatch_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
	nfbatch_string(batch, NFTA_SET_TABLE, GAPTABLE_NAME);
	nfbatch_string(batch, NFTA_SET_NAME, name);
	nfbatch_u32(batch, NFTA_SET_FLAGS, NFT_SET_INTERVAL | NFT_SET_TIMEOUT);
	nfbatch_u32(batch, NFTA_SET_KEY_TYPE, v4 ? NFT_TYPE_IPV4 : NFT_TYPE_IPV6);
	nfbatch_u32(batch, NFTA_SET_KEY_LEN, v4 ? 4 : 16);
	nfbatch_u32(batch, NFTA_SET_ID, id);
}

/* The kernel keeps where an interval begins, and the first address after it. */
static void add_element(struct nfbatch *batch, const uint8_t *key, size_t length, uint64_t ms)
{
	size_t nest = nfbatch_open(batch, NFTA_LIST_ELEM);

	if (ms == 0)
		nfbatch_u32(batch, NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
	data(batch, NFTA_SET_ELEM_KEY, key, length);
	if (ms)
		nfbatch_u64(batch, NFTA_SET_ELEM_TIMEOUT, ms);
	nfbatch_close(batch, nest);
}

static uint64_t timeout_ms(int64_t end_us, int64_t now_us)
{
	int64_t left_ms = end_us > now_us ? (end_us - now_us) / 1000 + 1 : 1;

	return (uint64_t)(left_ms < ELEMENT_MAX_MS ? left_ms : ELEMENT_MAX_MS);
}

static void add_interval(struct nfbatch *batch, const struct gap_interval *interval, bool v4,
                         int64_t now_us)
{
	size_t offset = v4 ? CIDR_KEY_LENGTH - 4 : 0, length = CIDR_KEY_LENGTH - offset;
	uint8_t after[CIDR_KEY_LENGTH];
	size_t i = CIDR_KEY_LENGTH;

	add_element(batch, interval->first + offset, length, timeout_ms(interval->end_us, now_us));
	memcpy(after, interval->last, sizeof(after));
	while (i > offset && ++after[i - 1] == 0)
		i--;
	/* nothing comes after the last address: it is open at that end */
	if (i > offset)
		add_element(batch, after + offset, length, 0);
}

static void add_elements(struct nfbatch *batch, const struct gap_set *set, const char *name,
                         uint32_t id, int64_t now_us)
{
	bool v4 = set->matches->family == CIDR_IPV4;

	for (size_t i = 0; i < set->n;) {
		size_t nest;

		nfbatch_message(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE, NFPROTO_INET);
		nfbatch_string(batch, NFTA_SET_ELEM_LIST_TABLE, GAPTABLE_NAME);
		nfbatch_string(batch, NFTA_SET_ELEM_LIST_SET, name);
		nfbatch_u32(batch, NFTA_SET_ELEM_LIST_SET_ID, id);
		nest = nfbatch_open(batch, NFTA_SET_ELEM_LIST_ELEMENTS);
		for (size_t end = i + LIST_ELEMENTS; i < set->n && i < end; i++)
			add_interval(batch, &set->intervals[i], v4, now_us);
		nfbatch_close(batch, nest);
	}
}

/* --- the table ---------------------------------------------------------------------------- */

static void add_table(struct nfbatch *batch)
{
	const struct nfbatch_chain chain = {.family = NFPROTO_INET,
	                                    .table = GAPTABLE_NAME,
	                                    .name = CHAIN_NAME,
	                                    .hook = NF_INET_LOCAL_IN,
	                                    .priority = CHAIN_PRIORITY,
	                                    .policy = NF_ACCEPT};

	nfbatch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_INET);
	nfbatch_string(batch, NFTA_TABLE_NAME, GAPTABLE_NAME);
	nfbatch_chain(batch, &chain);
}

/**
 * gaptable_fill() - deny these, and nobody else, in one transaction
 * @sets:   borrowed; with none of them the table is removed
 * @gap:    borrowed; what @sets was built from, for its places
 * @now_us: microseconds since the epoch, UTC
 *
 * Return: 0; GAPTABLE_E_MISSING, which will stay so; negative errno. Where it fails,
 * everything is as it was.
 */
int gaptable_fill(struct gaptable *table, const struct gap_sets *sets, const struct gap *gap,
                  int64_t now_us, struct err *err)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	char name[32];

	if (sets->n == 0)
		return gaptable_drop(table, err);
	nfbatch_begin(&batch);
	nfbatch_remove_table(&batch, GAPTABLE_NAME);
	add_table(&batch);
	add_exceptions(&batch);
	for (size_t i = 0; i < sets->n; i++) {
		const struct gap_set *set = &sets->sets[i];
		uint32_t id = (uint32_t)i + 1;

		snprintf(name, sizeof(name), "bans%u", (unsigned)id);
		add_set(&batch, name, id, set->matches->family == CIDR_IPV4);
		add_elements(&batch, set, name, id, now_us);
		add_rules(&batch, gap, set, name, id);
	}
	return missing(nfbatch_send(&batch, &table->sock, err));
}

/** gaptable_drop() - remove the table, if it is there; Return: as gaptable_fill() */
int gaptable_drop(struct gaptable *table, struct err *err)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;

	nfbatch_begin(&batch);
	nfbatch_remove_table(&batch, GAPTABLE_NAME);
	return missing(nfbatch_send(&batch, &table->sock, err));
}

/** gaptable_exists() - whether there is such a table; Return: as gaptable_fill() */
int gaptable_exists(struct gaptable *table, bool *exists, struct err *err)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	int r;

	nfbatch_message(&batch, NFT_MSG_GETTABLE, 0, NFPROTO_INET);
	nfbatch_string(&batch, NFTA_TABLE_NAME, GAPTABLE_NAME);
	r = nfbatch_ask(&batch, &table->sock, NULL);
	if (r == -ENOENT || r == 0) {
		*exists = r == 0;
		return 0;
	}
	return err_set(err, missing(r), "nf_tables cannot be asked%s%s", r < 0 ? ": " : "",
	               r < 0 ? strerror(-r) : "");
}

#else

static int not_built_in(struct err *err)
{
	return err_set(err, GAPTABLE_E_MISSING, "built without nf_tables");
}

int gaptable_fill(struct gaptable *table _unused_, const struct gap_sets *sets _unused_,
                  const struct gap *gap _unused_, int64_t now_us _unused_, struct err *err)
{
	return not_built_in(err);
}

int gaptable_drop(struct gaptable *table _unused_, struct err *err)
{
	return not_built_in(err);
}

int gaptable_exists(struct gaptable *table _unused_, bool *exists, struct err *err)
{
	*exists = false;
	return not_built_in(err);
}

#endif
