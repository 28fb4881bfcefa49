/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rangesfile - a file with the addresses and prefixes of legitimate clients
 *
 * One a line; # begins a comment, which is the note of the range that stands
 * before it. A line that is none of this makes the whole file invalid: a list
 * with a hole in it is not known (law 2).
 */
#ifndef GUARD_SYSTEM_HOST_RANGESFILE_H
#define GUARD_SYSTEM_HOST_RANGESFILE_H

#include "guard/base/cidr.h"

enum {
	RANGESFILE_E_INVALID = 1, /* the file or a line of it is refused; err says where and why */
};

/* @note: borrowed, may be NULL. What it returns other than 0 ends the reading. */
typedef int rangesfile_fn(const struct cidr *range, const char *note, void *userdata);

int rangesfile_read(const char *path, rangesfile_fn *fn, void *userdata,
                    struct err *err) _must_check_;

#endif
