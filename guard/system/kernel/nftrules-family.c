// SPDX-License-Identifier: GPL-2.0-or-later
/* What nft leaves out when it shows a rule: that it is for one family alone. */
#include "guard/system/kernel/nftrules-internal.h"

#ifdef HAVE_NF_TABLES

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "guard/system/kernel/nfbatch.h"

#define HEAD_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

/* What the expressions of a rule say, one after the other (net/netfilter/nft_meta.c). */
struct said {
	bool asked;    /* the one before has loaded of which family the packet is */
	bool unknown;  /* something else than one family is made of it */
	unsigned name; /* what it is to be: NFPROTO_* or ETH_P_*; 0: any */
};

static unsigned number_of(const void *attributes, size_t length, unsigned type)
{
	return ntohl((uint32_t)netlink_attribute_int(attributes, length, 0, type));
}

static bool is_family(const void *meta, size_t length)
{
	unsigned key = meta ? number_of(meta, length, NFTA_META_KEY) : NFT_META_LEN;

	return key == NFT_META_NFPROTO || key == NFT_META_PROTOCOL;
}

/* A byte of NFPROTO_*, or two of ETH_P_*. */
static void take_comparison(struct said *said, const void *cmp, size_t length)
{
	size_t n = 0, n_bytes = 0;
	const void *data = cmp ? netlink_attribute(cmp, length, 0, NFTA_CMP_DATA, &n) : NULL;
	const uint8_t *bytes =
	    data ? netlink_attribute(data, n, 0, NFTA_DATA_VALUE, &n_bytes) : NULL;

	said->unknown |= !bytes || number_of(cmp, length, NFTA_CMP_OP) != NFT_CMP_EQ;
	if (!said->unknown && n_bytes == 1)
		said->name = bytes[0];
	else if (!said->unknown && n_bytes == 2)
		said->name = (unsigned)bytes[0] << 8 | bytes[1];
	else
		said->unknown = true;
}

static void take_expression(struct said *said, const void *expression, size_t length)
{
	size_t n = 0;
	const void *data = netlink_attribute(expression, length, 0, NFTA_EXPR_DATA, &n);
	bool asks = netlink_attribute_is(expression, length, 0, NFTA_EXPR_NAME, "meta");

	if (said->asked && netlink_attribute_is(expression, length, 0, NFTA_EXPR_NAME, "cmp"))
		take_comparison(said, data, n);
	else
		said->unknown |= said->asked;
	said->asked = asks && is_family(data, n);
}

static int note_rule(struct nlmsghdr *header, void *userdata)
{
	struct said *said = userdata;
	size_t length = 0, n = 0;
	const char *list =
	    netlink_attribute(header, header->nlmsg_len, HEAD_SIZE, NFTA_RULE_EXPRESSIONS, &length);
	const char *element;

	for (size_t at = 0;
	     list && (element = netlink_attribute(list, length, at, NFTA_LIST_ELEM, &n));
	     at = (size_t)(element - list) + NLMSG_ALIGN(n))
		take_expression(said, element, n);
	said->unknown |= !list || said->asked;
	return 1;
}

/* Return: 0; a positive one where it cannot be said; negative errno. */
static int ask(struct said *out, const struct ruleset_chain *chain, uint64_t handle,
               struct nfsocket *sock)
{
	_cleanup_nfbatch_ struct nfbatch batch = NFBATCH_NULL;

	*out = (struct said){0};
	nfbatch_message(&batch, NFT_MSG_GETRULE, 0, NFPROTO_INET);
	nfbatch_string(&batch, NFTA_RULE_TABLE, chain->table);
	nfbatch_string(&batch, NFTA_RULE_CHAIN, chain->name);
	nfbatch_u64(&batch, NFTA_RULE_HANDLE, handle);
	return nfbatch_list(&batch, sock, note_rule, out, NULL);
}

/* The match becomes one that is understood, where the kernel's answer is. */
static int fill(struct ruleset_match *match, const struct said *said)
{
	bool ipv4 = said->name == 0 || said->name == NFPROTO_IPV4 || said->name == ETH_P_IP,
	     ipv6 = said->name == 0 || said->name == NFPROTO_IPV6 || said->name == ETH_P_IPV6;
	int r = 0;

	if (said->unknown || (!ipv4 && !ipv6))
		return 0;
	match->field = RULESET_FIELD_FAMILY;
	if (ipv4)
		r = strv_add(&match->names, "ipv4");
	return r == 0 && ipv6 ? strv_add(&match->names, "ipv6") : r;
}

static int fill_step(struct ruleset_step *step, const struct ruleset_chain *chain,
                     struct nfsocket *sock)
{
	struct said said;
	int r;

	for (size_t i = 0; i < step->n_matches; i++) {
		if (!step->matches[i].hidden_family)
			continue;
		r = ask(&said, chain, step->handle, sock);
		if (r != 0)
			return r == -ENOMEM ? r : 0;
		return fill(&step->matches[i], &said);
	}
	return 0;
}

/**
 * nftrules_fill_families() - ask the kernel for which family rules are that do not show it
 *
 * Of what it does not say, or not in time, nothing is known, as before.
 *
 * Return: 0 or -ENOMEM.
 */
int nftrules_fill_families(struct ruleset *ruleset)
{
	struct nfsocket sock = NFSOCKET_NULL;
	int r = 0;

	for (size_t i = 0; i < ruleset->n_chains; i++)
		for (size_t k = 0; k < ruleset->chains[i].n_steps && r == 0; k++)
			r = fill_step(&ruleset->chains[i].steps[k], &ruleset->chains[i], &sock);
	nfsocket_close(&sock);
	return r;
}

#else

int nftrules_fill_families(struct ruleset *ruleset _unused_)
{
	return 0;
}

#endif
