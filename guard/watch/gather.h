/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gather - many items in one line, so that a hundred of them are no flood
 */
#ifndef GUARD_WATCH_GATHER_H
#define GUARD_WATCH_GATHER_H

#include "guard/model/firewall.h"

struct gathered {
	const struct item **items; /* borrowed, in an array of our own */
	size_t n, capacity;
};
#define GATHERED_NULL      ((struct gathered){0})
#define _cleanup_gathered_ _cleanup_(gathered_deinit)

void gathered_deinit(struct gathered *gathered);
int gather_add(struct gathered *gathered, const struct item *item) _must_check_;
int gather_all(struct gathered *gathered, const struct firewall *fw) _must_check_;
void gather_sort(struct gathered *gathered);
char *gather_names(const struct gathered *gathered) _must_check_;
char *gather_command(const struct gathered *gathered) _must_check_;

#endif
