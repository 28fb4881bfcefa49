/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generation - the kernel says that somebody changed nf_tables' rules, and who
 *
 * Each transaction ends with one message that carries the process that sent it. A
 * filter on the socket lets these alone through, so that ten thousand rules of a
 * reload cost us a message for each transaction and not one for each rule. What is
 * missed, because too much came at once, is told as a change by nobody known. What
 * changed is for who hears of it to ask. Needs CAP_NET_ADMIN.
 */
#ifndef GUARD_SYSTEM_KERNEL_GENERATION_H
#define GUARD_SYSTEM_KERNEL_GENERATION_H

#include "guard/system/host/loop.h"

#define GENERATION_NAME_SIZE 16 /* of a process, as the kernel cuts it */

struct generation;

enum {
	GENERATION_E_UNKNOWN = 1, /* not built in, no nf_tables in the kernel, or not permitted */
};

/* @pid, @name: who did it; 0 and "" when that is not known. @name is a stranger's bytes. */
typedef void (*generation_fn)(uint32_t pid, const char name[GENERATION_NAME_SIZE], void *userdata);

int generation_new(struct generation **out, struct loop *loop, generation_fn fn,
                   void *userdata) _must_check_;
void generation_free(struct generation *generation); /* before the loop */

/* Of one message; for tests. Return: whether it is one that ends a transaction. */
bool generation_parse(const void *message, size_t length, uint32_t *pid,
                      char name[GENERATION_NAME_SIZE]);

#endif
