/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault - faults that some versions of firewalld have, in one table
 *
 * Only what the running daemon cannot be asked for: everything else is asked for.
 */
#ifndef GUARD_MODEL_FAULT_H
#define GUARD_MODEL_FAULT_H

#include "guard/base/util.h"

enum fault {
	/* While something with a --timeout is in the runtime, a reload breaks off half way. */
	FAULT_TIMED_RELOAD,
	/* A reload begins by deleting its tables in the kernel, and breaks off if one is not there.
	 */
	FAULT_NEEDS_TABLE,
	FAULT_NEEDS_THREE_TABLES, /* the same, with one for each family of addresses beside it */
	/* A reload or start empties the tables of iptables, whoever filled them. */
	FAULT_EMPTIES_IPTABLES,
	/* A reload or start passes over a file that it cannot load, and goes on without. */
	FAULT_PASSES_OVER_FILES,
	FAULT_N,
};

bool fault_has(enum fault fault, const char *version);
bool fault_is_half_taken(const char *words);
const char *fault_issue(enum fault fault);

#endif
