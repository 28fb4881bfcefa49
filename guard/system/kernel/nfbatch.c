// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/kernel/nfbatch.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_NF_TABLES
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#endif

/**
 * nfsocket_close() - close it; may be called twice
 *
 * The kernel has this wait until it has freed what transactions have removed, for
 * 5 to 30 ms: so it is kept open from one transaction to the next.
 */
void nfsocket_close(struct nfsocket *sock)
{
	if (sock->fd >= 0)
		close(sock->fd);
	*sock = NFSOCKET_NULL;
}

/** nfbatch_deinit() - free it; it may be begun again */
void nfbatch_deinit(struct nfbatch *batch)
{
	free(batch->data);
	*batch = NFBATCH_NULL;
}

static void *extend(struct nfbatch *batch, size_t length)
{
	size_t padded = NLMSG_ALIGN(length);
	void *at;
	int r;

	if (batch->error)
		return NULL;
	r = grow(&batch->data, &batch->capacity, batch->n + padded, 1);
	if (r < 0) {
		batch->error = r;
		return NULL;
	}
	at = batch->data + batch->n;
	memset(at, 0, padded);
	batch->n += padded;
	return at;
}

static void end_message(struct nfbatch *batch)
{
	uint32_t length = (uint32_t)(batch->n - batch->message);

	if (batch->n_messages && !batch->error)
		memcpy(batch->data + batch->message, &length, sizeof(length));
}

static void add_message(struct nfbatch *batch, unsigned type, unsigned flags, uint8_t family,
                        uint16_t resource)
{
	struct nlmsghdr header = {.nlmsg_type = (uint16_t)type,
	                          .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)};
	struct nfgenmsg body = {
	    .nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource)};
	size_t message = batch->n;
	char *at;

	end_message(batch);
	at = extend(batch, sizeof(header) + sizeof(body));
	if (!at)
		return;
	batch->message = message;
	header.nlmsg_seq = ++batch->n_messages;
	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), &body, sizeof(body));
}

/** nfbatch_begin() - begin a transaction; not for nfbatch_ask() */
void nfbatch_begin(struct nfbatch *batch)
{
	add_message(batch, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
}

/**
 * nfbatch_message() - what follows belongs to this message
 * @type:  NFT_MSG_*
 * @flags: NLM_F_*, beside NLM_F_REQUEST
 */
void nfbatch_message(struct nfbatch *batch, unsigned type, unsigned flags, uint8_t family)
{
	add_message(batch, (NFNL_SUBSYS_NFTABLES << 8) | type, flags, family, 0);
}

/** nfbatch_ipset() - the same, of an IPSET_CMD_* */
void nfbatch_ipset(struct nfbatch *batch, unsigned command, unsigned flags)
{
	add_message(batch, (NFNL_SUBSYS_IPSET << 8) | command, flags, AF_UNSPEC, 0);
}

/** nfbatch_bytes() - an attribute; the bytes are copied */
void nfbatch_bytes(struct nfbatch *batch, unsigned type, const void *data, size_t length)
{
	struct nlattr attr = {.nla_len = (uint16_t)(sizeof(attr) + length),
	                      .nla_type = (uint16_t)type};
	char *at;

	if (length > NFBATCH_NEST_MAX - sizeof(attr)) {
		batch->error = batch->error ? batch->error : -E2BIG;
		return;
	}
	at = extend(batch, sizeof(attr) + length);
	if (!at)
		return;
	memcpy(at, &attr, sizeof(attr));
	if (length)
		memcpy(at + sizeof(attr), data, length);
}

/** nfbatch_string() - a text with its NUL */
void nfbatch_string(struct nfbatch *batch, unsigned type, const char *string)
{
	nfbatch_bytes(batch, type, string, strlen(string) + 1);
}

/** nfbatch_u8() - a number */
void nfbatch_u8(struct nfbatch *batch, unsigned type, uint8_t value)
{
	nfbatch_bytes(batch, type, &value, sizeof(value));
}

/** nfbatch_u32() - a number; nf_tables wants the network's order */
void nfbatch_u32(struct nfbatch *batch, unsigned type, uint32_t value)
{
	value = htobe32(value);
	nfbatch_bytes(batch, type, &value, sizeof(value));
}

/** nfbatch_u64() - a number, likewise */
void nfbatch_u64(struct nfbatch *batch, unsigned type, uint64_t value)
{
	value = htobe64(value);
	nfbatch_bytes(batch, type, &value, sizeof(value));
}

/** nfbatch_open() - an attribute that holds what follows; Return: for nfbatch_close() */
size_t nfbatch_open(struct nfbatch *batch, unsigned type)
{
	size_t at = batch->n;

	nfbatch_bytes(batch, type | NLA_F_NESTED, NULL, 0);
	return at;
}

/** nfbatch_close() - it holds no more */
void nfbatch_close(struct nfbatch *batch, size_t opened)
{
	size_t length = batch->n - opened;
	uint16_t stored = (uint16_t)length;

	if (batch->error)
		return;
	if (length > NFBATCH_NEST_MAX)
		batch->error = -E2BIG;
	else
		memcpy(batch->data + opened, &stored, sizeof(stored));
}

#ifdef HAVE_NF_TABLES

/** nfbatch_remove_table() - two messages: of the family inet; adding it first makes the removal of
 * what is not there no error */
void nfbatch_remove_table(struct nfbatch *batch, const char *name)
{
	nfbatch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_INET);
	nfbatch_string(batch, NFTA_TABLE_NAME, name);
	nfbatch_message(batch, NFT_MSG_DELTABLE, 0, NFPROTO_INET);
	nfbatch_string(batch, NFTA_TABLE_NAME, name);
}

/** nfbatch_chain() - a message of its own: make a chain of the type filter */
void nfbatch_chain(struct nfbatch *batch, const struct nfbatch_chain *chain)
{
	size_t hook;

	nfbatch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, chain->family);
	nfbatch_string(batch, NFTA_CHAIN_TABLE, chain->table);
	nfbatch_string(batch, NFTA_CHAIN_NAME, chain->name);
	hook = nfbatch_open(batch, NFTA_CHAIN_HOOK);
	nfbatch_u32(batch, NFTA_HOOK_HOOKNUM, chain->hook);
	nfbatch_u32(batch, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
	nfbatch_close(batch, hook);
	nfbatch_u32(batch, NFTA_CHAIN_POLICY, chain->policy);
	nfbatch_string(batch, NFTA_CHAIN_TYPE, "filter");
}

#endif

/* --- sending ------------------------------------------------------------------------------ */

static int failed(int error, struct err *err)
{
	switch (error) {
	case -EOPNOTSUPP:
	case -EPROTONOSUPPORT:
	case -EAFNOSUPPORT:
		return err_set(err, NFBATCH_E_MISSING, "the kernel has no nf_tables");
	case -EPERM:
	case -EACCES:
		return err_set(err, NFBATCH_E_FORBIDDEN, "not permitted to use nf_tables");
	default:
		return err_set(err, error, "nf_tables: %s", strerror(-error));
	}
}

/* A transaction goes out in one piece, and the kernel counts its own memory too. */
static void make_room(const struct nfsocket *sock, size_t size)
{
	int room = (int)(size + size / 2 + 65536);

	if (setsockopt(sock->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(sock->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

/*
 * The word that it was done, which comes after the answer: an end before that would leave it
 * on the socket, as the answer to the next question.
 */
static int is_answered(struct nlmsghdr *header, void *last)
{
	return header->nlmsg_type == NLMSG_ERROR && header->nlmsg_seq == *(const uint32_t *)last;
}

static int exchange(const struct nfbatch *batch, struct nfsocket *sock, netlink_fn *fn,
                    void *userdata)
{
	int r;

	if (sock->fd < 0)
		sock->fd = netlink_open(NETLINK_NETFILTER);
	if (sock->fd < 0) {
		r = sock->fd;
		*sock = NFSOCKET_NULL;
		return r;
	}
	make_room(sock, batch->n);
	r = netlink_ask(sock->fd, batch->data, batch->n, fn, userdata);
	/* what else the kernel had to say of it is no answer to the next one */
	if (r < 0)
		nfsocket_close(sock);
	return r;
}

/* Has the kernel say when the last message is done. */
static void want_answer(struct nfbatch *batch)
{
	struct nlmsghdr header;

	if (batch->error)
		return;
	memcpy(&header, batch->data + batch->message, sizeof(header));
	header.nlmsg_flags |= NLM_F_ACK;
	memcpy(batch->data + batch->message, &header, sizeof(header));
}

/**
 * nfbatch_send() - end the transaction, and have the kernel carry it out
 *
 * Return: 0 when all of it was done; nothing of it was otherwise: NFBATCH_E_MISSING;
 * NFBATCH_E_FORBIDDEN; negative errno, that of a message or of writing it.
 */
int nfbatch_send(struct nfbatch *batch, struct nfsocket *sock, struct err *err)
{
	uint32_t last = batch->n_messages;
	int r;

	want_answer(batch);
	add_message(batch, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	end_message(batch);
	r = batch->error ? batch->error : exchange(batch, sock, is_answered, &last);
	return r < 0 ? failed(r, err) : 0;
}

/**
 * nfbatch_ask() - send one message without a transaction
 *
 * Return: 0 when there was an answer; -ENOENT; else as nfbatch_send().
 */
int nfbatch_ask(struct nfbatch *batch, struct nfsocket *sock, struct err *err)
{
	uint32_t last = batch->n_messages;
	int r;

	want_answer(batch);
	end_message(batch);
	r = batch->error ? batch->error : exchange(batch, sock, is_answered, &last);
	return r < 0 ? failed(r, err) : 0;
}

/**
 * nfbatch_list() - send one message that is answered by a list
 * @fn: gets each piece of it
 *
 * Return: as nfbatch_ask().
 */
int nfbatch_list(struct nfbatch *batch, struct nfsocket *sock, netlink_fn *fn, void *userdata,
                 struct err *err)
{
	int r;

	end_message(batch);
	r = batch->error ? batch->error : exchange(batch, sock, fn, userdata);
	return r < 0 ? failed(r, err) : 0;
}
