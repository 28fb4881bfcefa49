/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * protocol - the protocols that stand in rules: names, numbers, and which of them have ports
 */
#ifndef GUARD_MODEL_RULE_PROTOCOL_H
#define GUARD_MODEL_RULE_PROTOCOL_H

#include "guard/base/util.h"

struct protocol {
	const char *name;
	const char *also; /* another way of writing it; NULL */
	uint8_t number;
	bool has_ports;
};

const struct protocol *protocol_find(const char *name);
const struct protocol *protocol_with_ports(const char *name);
bool protocol_number(const char *text, uint8_t *out) _must_check_;
bool protocol_is_same(const char *a, const char *b);

#endif
