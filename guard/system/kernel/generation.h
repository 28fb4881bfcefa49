/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generation - the kernel says that somebody changed nf_tables' rules, and who
 *
 * Each transaction ends with one message that carries the process that sent it. A
 * filter on the socket lets these through, and of the others what somebody else than
 * firewalld does in firewalld's table, so that ten thousand rules of a reload cost us a
 * message for each transaction and not one for each rule. What is missed, because too
 * much came at once, is told as a change by nobody known. Needs CAP_NET_ADMIN.
 */
#ifndef GUARD_SYSTEM_KERNEL_GENERATION_H
#define GUARD_SYSTEM_KERNEL_GENERATION_H

#include "guard/system/host/loop.h"
#include "guard/system/kernel/chainchange.h"

#define GENERATION_NAME_SIZE 16 /* of a process, as the kernel cuts it */

struct generation;

enum {
	GENERATION_E_UNKNOWN = 1, /* not built in, no nf_tables in the kernel, or not permitted */
};

/* One transaction; borrowed during the call. */
struct generation_change {
	uint32_t pid;                    /* who did it, as the machine counts; 0: not known */
	uint32_t address;                /* of the socket that it was sent from */
	char name[GENERATION_NAME_SIZE]; /* a stranger's bytes; "": not known */
	struct chainchange chains; /* of firewalld's table; of its own doings it has any or none */
};

typedef void (*generation_fn)(const struct generation_change *change, void *userdata);

int generation_new(struct generation **out, struct loop *loop, generation_fn fn,
                   void *userdata) _must_check_;
void generation_free(struct generation *generation); /* before the loop */
void generation_spare(struct generation *generation, uint32_t address);

/* Of one message; for tests. Return: whether it is one that ends a transaction. */
bool generation_parse(const void *message, size_t length, uint32_t *pid,
                      char name[GENERATION_NAME_SIZE]);

#endif
