/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err - what went wrong, in words, carried beside the error code
 *
 * The last parameter of many functions. NULL is always allowed; what is set
 * first stays, callers may put their own context in front of it.
 */
#ifndef GUARD_BASE_ERR_H
#define GUARD_BASE_ERR_H

#include "guard/base/util.h"

struct err {
	char text[512];
};
#define ERR_NULL ((struct err){{0}})

int err_set(struct err *err, int code, const char *format, ...) _printf_(3, 4);
int err_prefix(struct err *err, int code, const char *format, ...) _printf_(3, 4);
const char *err_text(const struct err *err, int code);

#endif
