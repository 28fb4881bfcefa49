// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/bantables.h"

#ifdef HAVE_NF_TABLES

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "guard/system/kernel/chainchange.h"
#include "guard/system/kernel/gaptable.h"
#include "guard/system/kernel/xtables.h"

#define HEAD_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

/* More than a machine for mail has; each is looked for among the others. */
#define CHAINS_MAX 2000
/* "inet", and two names of nft's */
#define NAME_SIZE 600

/* Of Linux 5.6, and of 4.20: headers of older distributions have no words for them. */
enum { ELEMENT_KEY_END = 10, IPSET_NUMBER = 11, IPSET_VERSION = 7 };

struct chain {
	char *name; /* owned; "inet f2b-table f2b-chain" */
	size_t table;
	bool reached;
};

struct table {
	char *name; /* owned */
	uint8_t family;
	bool mapped; /* verdicts of a map may lead to any of its chains */
};

/* What a rule of a chain leads to, or asks for. */
struct link {
	size_t chain;
	char *to; /* owned; of a chain or set: with its table; NULL: an ipset */
	unsigned ipset;
	uint8_t family; /* that its set is about: AF_INET or AF_INET6 */
};

struct links {
	struct link *links;
	size_t n, capacity;
};

struct reading {
	struct table *tables;
	size_t n_tables, tables_capacity;
	struct chain *chains;
	size_t n_chains, chains_capacity;
	struct links jumps, uses;
	struct banplaces found; /* of chains that nobody may come by, too */
};

static void links_deinit(struct links *links)
{
	for (size_t i = 0; i < links->n; i++)
		free(links->links[i].to);
	free(links->links);
}

static void reading_deinit(struct reading *reading)
{
	for (size_t i = 0; i < reading->n_tables; i++)
		free(reading->tables[i].name);
	for (size_t i = 0; i < reading->n_chains; i++)
		free(reading->chains[i].name);
	free(reading->tables);
	free(reading->chains);
	links_deinit(&reading->jumps);
	links_deinit(&reading->uses);
	banplaces_deinit(&reading->found);
}

/* --- attributes ---------------------------------------------------------------------------- */

static bool find(const struct netlink_piece *in, unsigned type, struct netlink_piece *out)
{
	out->type = type;
	out->bytes = netlink_attribute(in->bytes, in->n, 0, type, &out->n);
	return out->bytes != NULL;
}

static uint32_t number(const struct netlink_piece *in, unsigned type)
{
	return ntohl((uint32_t)netlink_attribute_int(in->bytes, in->n, 0, type));
}

static const char *text(const struct netlink_piece *in, unsigned type)
{
	struct netlink_piece value;

	return find(in, type, &value) && value.n && value.bytes[value.n - 1] == '\0' ? value.bytes
	                                                                             : NULL;
}

/* Return: 1: it is of that type, and @out has its attributes; 0; -EINTR: amid a change. */
static int open_message(struct netlink_piece *out, const struct nlmsghdr *header,
                        unsigned subsystem, unsigned type)
{
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (!netlink_is(header, subsystem << 8 | type, HEAD_SIZE))
		return 0;
	*out = (struct netlink_piece){.bytes = (const char *)header + HEAD_SIZE,
	                              .n = header->nlmsg_len - HEAD_SIZE};
	return 1;
}

static uint8_t family_of(const struct nlmsghdr *header)
{
	return ((const struct nfgenmsg *)((const char *)header + NLMSG_HDRLEN))->nfgen_family;
}

/* --- tables and chains --------------------------------------------------------------------- */

static const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_NETDEV:
		return "netdev";
	default:
		return NULL; /* no packet of an address comes there */
	}
}

static bool is_to_be_read(const char *name)
{
	return strcmp(name, CHAINCHANGE_TABLE) != 0 && strcmp(name, GAPTABLE_NAME) != 0;
}

static int note_table(struct nlmsghdr *header, void *userdata)
{
	struct reading *reading = userdata;
	struct netlink_piece message;
	int r = open_message(&message, header, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE);
	struct table table = {.family = r > 0 ? family_of(header) : NFPROTO_UNSPEC};
	const char *name = r > 0 ? text(&message, NFTA_TABLE_NAME) : NULL;

	if (r < 0 || !name || !family_name(table.family) || !is_to_be_read(name) ||
	    number(&message, NFTA_TABLE_FLAGS) & NFT_TABLE_F_DORMANT)
		return r < 0 ? r : 0;
	table.name = strdup(name);
	if (!table.name || grow(&reading->tables, &reading->tables_capacity, reading->n_tables + 1,
	                        sizeof(table)) < 0) {
		free(table.name);
		return -ENOMEM;
	}
	reading->tables[reading->n_tables++] = table;
	return 0;
}

/* Its number; n_tables: it is none that is read. */
static size_t table_of(const struct reading *reading, uint8_t family, const char *name)
{
	size_t i = 0;

	while (i < reading->n_tables && (!name || reading->tables[i].family != family ||
	                                 strcmp(reading->tables[i].name, name) != 0))
		i++;
	return i;
}

static void full_name(char out[NAME_SIZE], const struct table *table, const char *name)
{
	snprintf(out, NAME_SIZE, "%s %s %s", family_name(table->family), table->name, name);
}

/* The kernel tells the rules of one chain behind each other. Return: n_chains: there is none. */
static size_t chain_of(const struct reading *reading, const char *name)
{
	for (size_t i = reading->n_chains; i-- > 0;)
		if (strcmp(reading->chains[i].name, name) == 0)
			return i;
	return reading->n_chains;
}

static int note_chain(struct nlmsghdr *header, void *userdata)
{
	struct reading *reading = userdata;
	struct netlink_piece message, hook;
	char full[NAME_SIZE];
	int r = open_message(&message, header, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN);
	const char *name = r > 0 ? text(&message, NFTA_CHAIN_NAME) : NULL;
	struct chain chain = {
	    .table =
	        r > 0 ? table_of(reading, family_of(header), text(&message, NFTA_CHAIN_TABLE)) : 0};

	if (r <= 0 || !name || chain.table == reading->n_tables)
		return r < 0 ? r : 0;
	if (reading->n_chains == CHAINS_MAX)
		return -E2BIG;
	full_name(full, &reading->tables[chain.table], name);
	chain.reached = find(&message, NFTA_CHAIN_HOOK, &hook);
	chain.name = strdup(full);
	if (!chain.name || grow(&reading->chains, &reading->chains_capacity, reading->n_chains + 1,
	                        sizeof(chain)) < 0) {
		free(chain.name);
		return -ENOMEM;
	}
	reading->chains[reading->n_chains++] = chain;
	return 0;
}

/* --- rules --------------------------------------------------------------------------------- */

/* What is known of a rule so far. */
struct rule {
	struct table *table;
	bool has_address;
	struct cidr address; /* that it is about */
	unsigned reg;        /* has the packet's source, or a part of it; 0: none */
	size_t length;       /* of that part */
	uint8_t family;
	unsigned prefix; /* bits of it that count */
	const char *set; /* that it asks for; NULL: none */
	bool has_ipset;
	unsigned ipset;
	const char *jump;
	bool denies; /* or leads elsewhere */
};

/* The source of a packet, from the beginning; saddr in struct iphdr and ip6_hdr. */
static void see_payload(struct rule *rule, const struct netlink_piece *data)
{
	unsigned reg = number(data, NFTA_PAYLOAD_DREG), offset = number(data, NFTA_PAYLOAD_OFFSET),
	         length = number(data, NFTA_PAYLOAD_LEN);
	bool is_header = number(data, NFTA_PAYLOAD_BASE) == NFT_PAYLOAD_NETWORK_HEADER;

	if (rule->reg == reg)
		rule->reg = 0;
	if (!is_header || !((offset == 12 && length <= 4) || (offset == 8 && length <= 16)))
		return;
	rule->reg = reg;
	rule->length = length;
	rule->prefix = 8 * length;
	rule->family = offset == 12 ? AF_INET : AF_INET6;
}

static unsigned count_bits(const struct netlink_piece *mask)
{
	unsigned n = 0;

	for (size_t i = 0; i < mask->n; i++)
		n += (unsigned)__builtin_popcount((unsigned char)mask->bytes[i]);
	return n;
}

static void see_mask(struct rule *rule, const struct netlink_piece *data)
{
	struct netlink_piece mask, value;

	if (rule->reg && number(data, NFTA_BITWISE_DREG) == rule->reg &&
	    find(data, NFTA_BITWISE_MASK, &mask) && find(&mask, NFTA_DATA_VALUE, &value))
		rule->prefix = count_bits(&value);
}

static void see_comparison(struct rule *rule, const struct netlink_piece *data)
{
	struct netlink_piece of, value;
	uint8_t bytes[16] = {0};

	if (!rule->reg || number(data, NFTA_CMP_SREG) != rule->reg ||
	    number(data, NFTA_CMP_OP) != NFT_CMP_EQ || !find(data, NFTA_CMP_DATA, &of) ||
	    !find(&of, NFTA_DATA_VALUE, &value) || value.n != rule->length)
		return;
	memcpy(bytes, value.bytes, value.n);
	rule->has_address = cidr_from_bytes(&rule->address, bytes, rule->family == AF_INET ? 4 : 16,
	                                    rule->prefix) == 0;
}

static void see_lookup(struct rule *rule, const struct netlink_piece *data)
{
	struct netlink_piece to;
	bool is_map = find(data, NFTA_LOOKUP_DREG, &to);

	if (is_map)
		rule->table->mapped = true;
	if (!rule->reg || number(data, NFTA_LOOKUP_SREG) != rule->reg)
		return;
	rule->set = text(data, NFTA_LOOKUP_SET);
	rule->denies |= is_map;
}

static void see_verdict(struct rule *rule, const struct netlink_piece *data)
{
	struct netlink_piece of, verdict;
	uint32_t code;

	if (!find(data, NFTA_IMMEDIATE_DATA, &of) || !find(&of, NFTA_DATA_VERDICT, &verdict))
		return;
	code = number(&verdict, NFTA_VERDICT_CODE);
	rule->jump = text(&verdict, NFTA_VERDICT_CHAIN);
	rule->denies |= rule->jump || code == NF_DROP || code == NF_QUEUE;
}

/* Of iptables': a number of an ipset stands first in struct xt_set_info of each revision. */
static void see_match(struct rule *rule, const struct netlink_piece *data)
{
	const char *name = text(data, NFTA_MATCH_NAME);
	struct netlink_piece info;
	uint16_t index;

	if (!name || strcmp(name, "set") != 0 || !find(data, NFTA_MATCH_INFO, &info) ||
	    info.n < sizeof(index))
		return;
	memcpy(&index, info.bytes, sizeof(index));
	rule->has_ipset = true;
	rule->ipset = index;
}

static void see_target(struct rule *rule, const struct netlink_piece *data)
{
	const char *name = text(data, NFTA_TARGET_NAME);

	rule->denies |= name && (strcmp(name, "REJECT") == 0 || strcmp(name, "DROP") == 0 ||
	                         strcmp(name, "TARPIT") == 0);
}

static void see_reject(struct rule *rule, const struct netlink_piece *data _unused_)
{
	rule->denies = true;
}

static void see(struct rule *rule, const struct netlink_piece *expression)
{
	static const struct {
		const char *name;
		void (*fn)(struct rule *rule, const struct netlink_piece *data);
	} kinds[] = {
	    {"payload", see_payload}, {"bitwise", see_mask},      {"cmp", see_comparison},
	    {"lookup", see_lookup},   {"match", see_match},       {"target", see_target},
	    {"reject", see_reject},   {"immediate", see_verdict},
	};
	const char *name = text(expression, NFTA_EXPR_NAME);
	struct netlink_piece data;

	if (!name || !find(expression, NFTA_EXPR_DATA, &data))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			kinds[i].fn(rule, &data);
}

static int add_link(struct links *links, const struct link *link, const char *to)
{
	struct link added = *link;

	added.to = to ? strdup(to) : NULL;
	if ((to && !added.to) ||
	    grow(&links->links, &links->capacity, links->n + 1, sizeof(added)) < 0) {
		free(added.to);
		return -ENOMEM;
	}
	links->links[links->n++] = added;
	return 0;
}

static int add_address(struct banplaces *out, const char *name, const struct rule *rule)
{
	struct banplace *place;

	return banplaces_add(out, name, &place) < 0
	           ? -ENOMEM
	           : rangeset_add(&place->addresses, &rule->address);
}

static int take_rule(struct reading *reading, const struct rule *rule, size_t chain)
{
	const struct link link = {.chain = chain, .family = rule->family, .ipset = rule->ipset};
	char name[NAME_SIZE];
	int r = 0;

	if (!rule->denies)
		return 0;
	if (rule->jump) {
		full_name(name, rule->table, rule->jump);
		r = add_link(&reading->jumps, &link, name);
	}
	if (r == 0 && rule->set) {
		full_name(name, rule->table, rule->set);
		r = add_link(&reading->uses, &link, name);
	}
	if (r == 0 && rule->has_ipset)
		r = add_link(&reading->uses, &link, NULL);
	if (r == 0 && rule->has_address)
		r = add_address(&reading->found, reading->chains[chain].name, rule);
	return r;
}

struct rules_of {
	struct reading *reading;
	struct table *table;
};

static int note_rule(struct nlmsghdr *header, void *userdata)
{
	const struct rules_of *of = userdata;
	struct rule rule = {.table = of->table};
	struct netlink_piece message, list, expression;
	char full[NAME_SIZE];
	size_t at = 0, chain;
	int r = open_message(&message, header, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE);
	const char *name = r > 0 ? text(&message, NFTA_RULE_CHAIN) : NULL;

	if (r < 0 || !name || !find(&message, NFTA_RULE_EXPRESSIONS, &list))
		return r < 0 ? r : 0;
	full_name(full, of->table, name);
	chain = chain_of(of->reading, full);
	if (chain == of->reading->n_chains)
		return -EINTR; /* it came since they were told */
	while (netlink_next(list.bytes, list.n, &at, &expression))
		see(&rule, &expression);
	return take_rule(of->reading, &rule, chain);
}

/* --- sets ---------------------------------------------------------------------------------- */

/* A border of an interval, or one address. */
struct element {
	uint8_t key[16];
	bool is_end; /* the first that is not in it any more */
};

struct elements {
	size_t length; /* of an address */
	struct element *elements;
	size_t n, capacity;
	struct rangeset *addresses;
};

static bool key_of(uint8_t out[16], const struct elements *of, const struct netlink_piece *element,
                   unsigned type)
{
	struct netlink_piece key, value;

	/* of several things together an address is the first one that is read */
	if (!find(element, type, &key) || !find(&key, NFTA_DATA_VALUE, &value) ||
	    value.n < of->length)
		return false;
	memset(out, 0, 16);
	memcpy(out, value.bytes, of->length);
	return true;
}

static int add_between(struct elements *of, const uint8_t first[16], const uint8_t last[16])
{
	struct cidr from, to;

	if (cidr_from_bytes(&from, first, of->length, (unsigned)of->length * 8) != 0 ||
	    cidr_from_bytes(&to, last, of->length, (unsigned)of->length * 8) != 0)
		return 0;
	return rangeset_add_range(of->addresses, from.key, to.key);
}

static int add_element(struct elements *of, const struct netlink_piece *piece)
{
	struct element element = {.is_end = number(piece, NFTA_SET_ELEM_FLAGS) &
	                                    NFT_SET_ELEM_INTERVAL_END};
	uint8_t last[16];

	if (!key_of(element.key, of, piece, NFTA_SET_ELEM_KEY))
		return 0;
	if (key_of(last, of, piece, ELEMENT_KEY_END))
		return add_between(of, element.key, last);
	if (grow(&of->elements, &of->capacity, of->n + 1, sizeof(element)) < 0)
		return -ENOMEM;
	of->elements[of->n++] = element;
	return 0;
}

static int note_elements(struct nlmsghdr *header, void *userdata)
{
	struct netlink_piece message, list, element;
	size_t at = 0;
	int r = open_message(&message, header, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWSETELEM);

	if (r <= 0 || !find(&message, NFTA_SET_ELEM_LIST_ELEMENTS, &list))
		return r < 0 ? r : 0;
	for (r = 0; r == 0 && netlink_next(list.bytes, list.n, &at, &element);)
		r = add_element(userdata, &element);
	return r;
}

/* Where one interval ends at the beginning of the next, the end comes first. */
static int by_key(const void *a, const void *b)
{
	const struct element *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof(x->key));

	return order ? order : (int)y->is_end - (int)x->is_end;
}

static void step_back(uint8_t key[16], size_t length)
{
	for (size_t i = length; i-- > 0 && key[i]-- == 0;)
		;
}

static int add_intervals(struct elements *of)
{
	int r = 0;

	if (of->n)
		qsort(of->elements, of->n, sizeof(*of->elements), by_key);
	for (size_t i = 0; i < of->n && r == 0; i++) {
		bool is_interval = i + 1 < of->n && of->elements[i + 1].is_end;
		uint8_t last[16];

		if (of->elements[i].is_end)
			continue;
		memcpy(last, of->elements[is_interval ? i + 1 : i].key, sizeof(last));
		if (is_interval)
			step_back(last, of->length);
		r = add_between(of, of->elements[i].key, last);
	}
	return r;
}

static int read_set(struct banplaces *out, const struct table *table, const struct link *use,
                    struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct elements elements = {.length = use->family == AF_INET ? 4 : 16};
	struct banplace *place;
	int r = banplaces_add(out, use->to, &place);

	if (r < 0)
		return r;
	elements.addresses = &place->addresses;
	nfbatch_message(&batch, NFT_MSG_GETSETELEM, NLM_F_DUMP, table->family);
	nfbatch_string(&batch, NFTA_SET_ELEM_LIST_TABLE, table->name);
	nfbatch_string(&batch, NFTA_SET_ELEM_LIST_SET, strrchr(use->to, ' ') + 1);
	r = nfbatch_list(&batch, sock, note_elements, &elements, NULL);
	if (r == 0)
		r = add_intervals(&elements);
	free(elements.elements);
	return r;
}

/* --- ipsets -------------------------------------------------------------------------------- */

struct ipsets {
	const struct reading *reading;
	struct banplaces *out;
};

static bool is_used(const struct reading *reading, unsigned index)
{
	const struct links *uses = &reading->uses;

	for (size_t i = 0; i < uses->n; i++)
		if (!uses->links[i].to && uses->links[i].ipset == index &&
		    reading->chains[uses->links[i].chain].reached)
			return true;
	return false;
}

static int add_member(struct banplace *place, const struct netlink_piece *member)
{
	struct netlink_piece ip, value, bits;
	struct cidr cidr;
	unsigned prefix;

	if (!find(member, IPSET_ATTR_IP, &ip) || (!find(&ip, IPSET_ATTR_IPADDR_IPV4, &value) &&
	                                          !find(&ip, IPSET_ATTR_IPADDR_IPV6, &value)))
		return 0;
	prefix = find(member, IPSET_ATTR_CIDR, &bits) && bits.n == 1 ? (uint8_t)bits.bytes[0]
	                                                             : (unsigned)value.n * 8;
	return cidr_from_bytes(&cidr, value.bytes, value.n, prefix) == 0
	           ? rangeset_add(&place->addresses, &cidr)
	           : 0;
}

/* A set that is long is told in pieces, of which each has its name. */
static int note_ipset(struct nlmsghdr *header, void *userdata)
{
	const struct ipsets *ipsets = userdata;
	struct netlink_piece message, number_of, list = {0}, member;
	char name[sizeof(BANPLACE_IPSET) + IPSET_MAXNAMELEN];
	struct banplace *place;
	uint16_t index;
	size_t at = 0;
	int r = open_message(&message, header, NFNL_SUBSYS_IPSET, IPSET_CMD_LIST);
	const char *set = r > 0 ? text(&message, IPSET_ATTR_SETNAME) : NULL;

	if (r < 0 || !set)
		return r < 0 ? r : 0;
	snprintf(name, sizeof(name), BANPLACE_IPSET "%s", set);
	if (find(&message, IPSET_NUMBER, &number_of) && number_of.n == sizeof(index)) {
		memcpy(&index, number_of.bytes, sizeof(index));
		if (!is_used(ipsets->reading, ntohs(index)))
			return 0;
		r = banplaces_add(ipsets->out, name, &place);
	} else {
		place = banplaces_find(ipsets->out, name);
		r = place ? 0 : 1;
	}
	if (r != 0 || !find(&message, IPSET_ATTR_ADT, &list))
		return r < 0 ? r : 0;
	for (; r == 0 && netlink_next(list.bytes, list.n, &at, &member);)
		r = add_member(place, &member);
	return r;
}

static int read_ipsets(struct banplaces *out, const struct reading *reading, struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct ipsets ipsets = {.reading = reading, .out = out};
	bool used = false;

	for (size_t i = 0; i < reading->uses.n; i++)
		used |= !reading->uses.links[i].to;
	if (!used)
		return 0;
	nfbatch_ipset(&batch, IPSET_CMD_LIST, NLM_F_DUMP);
	nfbatch_u8(&batch, IPSET_ATTR_PROTOCOL, IPSET_VERSION);
	return nfbatch_list(&batch, sock, note_ipset, &ipsets, NULL);
}

/* --- all of it ----------------------------------------------------------------------------- */

static void follow_jumps(struct reading *reading)
{
	bool more = true;

	for (size_t i = 0; i < reading->n_chains; i++)
		reading->chains[i].reached |= reading->tables[reading->chains[i].table].mapped;
	while (more) {
		more = false;
		for (size_t i = 0; i < reading->jumps.n; i++) {
			const struct link *jump = &reading->jumps.links[i];
			size_t to = chain_of(reading, jump->to);

			if (!reading->chains[jump->chain].reached || to == reading->n_chains ||
			    reading->chains[to].reached)
				continue;
			reading->chains[to].reached = true;
			more = true;
		}
	}
}

static int list(unsigned type, struct reading *reading, netlink_fn *fn, struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;

	nfbatch_message(&batch, type, NLM_F_DUMP, NFPROTO_UNSPEC);
	return nfbatch_list(&batch, sock, fn, reading, NULL);
}

static int list_rules(struct reading *reading, struct table *table, struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;
	struct rules_of of = {.reading = reading, .table = table};

	nfbatch_message(&batch, NFT_MSG_GETRULE, NLM_F_DUMP, table->family);
	nfbatch_string(&batch, NFTA_RULE_TABLE, table->name);
	return nfbatch_list(&batch, sock, note_rule, &of, NULL);
}

static int take_places(struct banplaces *out, const struct reading *reading, struct nfsocket *sock)
{
	int r = 0;

	for (size_t i = 0; i < reading->n_chains && r == 0; i++) {
		const struct banplace *found =
		    banplaces_find(&reading->found, reading->chains[i].name);

		if (found && reading->chains[i].reached)
			r = banplaces_take(out, found);
	}
	for (size_t i = 0; i < reading->uses.n && r == 0; i++) {
		const struct link *use = &reading->uses.links[i];
		const struct chain *chain = &reading->chains[use->chain];

		if (use->to && chain->reached && !banplaces_find(out, use->to))
			r = read_set(out, &reading->tables[chain->table], use, sock);
	}
	return r == 0 ? read_ipsets(out, reading, sock) : r;
}

static int read_all(struct banplaces *out, struct reading *reading, struct nfsocket *sock)
{
	int r = list(NFT_MSG_GETTABLE, reading, note_table, sock);

	if (r == 0)
		r = list(NFT_MSG_GETCHAIN, reading, note_chain, sock);
	for (size_t i = 0; i < reading->n_tables && r == 0; i++)
		r = list_rules(reading, &reading->tables[i], sock);
	if (r != 0)
		return r;
	follow_jumps(reading);
	out->legacy = xtables_has_any_legacy();
	return take_places(out, reading, sock);
}

/**
 * bantables_read() - as it is now
 * @out:  BANPLACES_NULL before; written on success alone
 * @sock: opened when it is not yet; the caller closes it
 *
 * Return: 0; BANTABLES_E_UNKNOWN; -EINTR: somebody changes it meanwhile; negative errno.
 */
int bantables_read(struct banplaces *out, struct nfsocket *sock)
{
	_cleanup_banplaces_ struct banplaces places = BANPLACES_NULL;
	_cleanup_(reading_deinit) struct reading reading = {0};
	int r = read_all(&places, &reading, sock);

	if (r == -ENOENT)
		r = -EINTR; /* what was told has gone since */
	if (r != 0)
		return r > 0 || r == -E2BIG ? BANTABLES_E_UNKNOWN : r;
	*out = places;
	places = BANPLACES_NULL;
	return 0;
}

#else

int bantables_read(struct banplaces *out _unused_, struct nfsocket *sock _unused_)
{
	return BANTABLES_E_UNKNOWN;
}

#endif

/* Somebody may change it all the time. */
#define ATTEMPTS 5

/** bantables_read_once() - the same, for who does not ask again; Return: as bantables_read() */
int bantables_read_once(struct banplaces *out)
{
	int r = -EINTR;

	for (unsigned i = 0; i < ATTEMPTS && r == -EINTR; i++) {
		struct nfsocket sock = NFSOCKET_NULL;

		r = bantables_read(out, &sock);
		nfsocket_close(&sock);
	}
	return r;
}
