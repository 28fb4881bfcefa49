/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * richvalue - whether firewalld takes a value in a rich rule
 *
 * Its checks are Python's (functions.py): int() takes "+25", "2_5" and " 25 ",
 * and what was taken is kept as it was written. So these functions only say
 * yes or no.
 */
#ifndef GUARD_MODEL_RULE_RICHVALUE_H
#define GUARD_MODEL_RULE_RICHVALUE_H

#include "guard/base/cidr.h"

bool richvalue_int(const char *text, int64_t *out) _must_check_;
bool richvalue_uint(const char *text, int64_t max) _must_check_;
bool richvalue_mark(const char *text) _must_check_;
bool richvalue_port(const char *text) _must_check_;
bool richvalue_protocol(const char *text) _must_check_;
bool richvalue_mac(const char *text) _must_check_;
bool richvalue_mss(const char *text) _must_check_;
bool richvalue_limit(const char *text) _must_check_;
bool richvalue_prefix(const char *text, bool ipv6, struct cidr *out) _must_check_;
bool richvalue_address(const char *text, bool ipv6) _must_check_;
size_t richvalue_length(const char *text);

#endif
