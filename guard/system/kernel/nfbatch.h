/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nfbatch - a transaction with nf_tables, as the kernel's netlink wants it
 *
 * Messages with attributes, one behind the other, that the kernel carries out all
 * together or not at all. An error while writing (memory, a list that is too long)
 * is kept and returned by nfbatch_send(), so that who writes need not ask each time.
 */
#ifndef GUARD_SYSTEM_KERNEL_NFBATCH_H
#define GUARD_SYSTEM_KERNEL_NFBATCH_H

#include "guard/base/err.h"
#include "guard/system/kernel/netlink.h"

struct nfbatch {
	uint8_t *data; /* owned */
	size_t n, capacity;
	size_t message; /* where the last one begins */
	uint32_t n_messages;
	int error; /* the first one; 0: none */
};
#define NFBATCH_NULL      ((struct nfbatch){0})
#define _cleanup_nfbatch_ _cleanup_(nfbatch_deinit)

/* An attribute that holds others cannot be longer than this. */
#define NFBATCH_NEST_MAX 65535

enum {
	NFBATCH_E_MISSING = 1, /* the kernel has no nf_tables */
	NFBATCH_E_FORBIDDEN,   /* not without CAP_NET_ADMIN */
};

/* The socket is opened when it is needed first, and again after a failure. */
struct nfsocket {
	int fd; /* owned; -1: not open */
};
#define NFSOCKET_NULL ((struct nfsocket){-1})

void nfsocket_close(struct nfsocket *sock);

void nfbatch_deinit(struct nfbatch *batch);
void nfbatch_begin(struct nfbatch *batch);
void nfbatch_message(struct nfbatch *batch, unsigned type, unsigned flags, uint8_t family);
void nfbatch_ipset(struct nfbatch *batch, unsigned command, unsigned flags);
void nfbatch_bytes(struct nfbatch *batch, unsigned type, const void *data, size_t length);
void nfbatch_string(struct nfbatch *batch, unsigned type, const char *string);
void nfbatch_u8(struct nfbatch *batch, unsigned type, uint8_t value);
void nfbatch_u32(struct nfbatch *batch, unsigned type, uint32_t value);
void nfbatch_u64(struct nfbatch *batch, unsigned type, uint64_t value);
size_t nfbatch_open(struct nfbatch *batch, unsigned type);
void nfbatch_close(struct nfbatch *batch, size_t opened);

/* A chain where packets come by; it is made, or was there. */
struct nfbatch_chain {
	uint8_t family;
	const char *table, *name;
	uint32_t hook; /* NF_INET_* */
	int32_t priority;
	uint32_t policy; /* NF_ACCEPT, NF_DROP */
};
void nfbatch_remove_table(struct nfbatch *batch, const char *name);
void nfbatch_chain(struct nfbatch *batch, const struct nfbatch_chain *chain);

int nfbatch_send(struct nfbatch *batch, struct nfsocket *sock, struct err *err) _must_check_;
/* One question instead of a transaction; -ENOENT when there is no such thing. */
int nfbatch_ask(struct nfbatch *batch, struct nfsocket *sock, struct err *err) _must_check_;
/* One question that is answered by a list (NLM_F_DUMP). */
int nfbatch_list(struct nfbatch *batch, struct nfsocket *sock, netlink_fn *fn, void *userdata,
                 struct err *err) _must_check_;

#endif
