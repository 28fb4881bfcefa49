/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reject - the types of a reject: names, what goes over the wire, and what the client sees
 */
#ifndef GUARD_MODEL_RULE_REJECT_H
#define GUARD_MODEL_RULE_REJECT_H

#include "guard/base/cidr.h"

struct reject {
	enum cidr_family family;
	const char *name;      /* firewalld's and iptables' */
	const char *also;      /* another of theirs; NULL */
	const char *kernel[2]; /* nftables', where it is none of them; NULL */
	bool reset;            /* of TCP; else an ICMP message */
	uint8_t code;          /* of "destination unreachable" in the family */
	int client_errno;      /* of connect() on a Linux client */
};

const struct reject *reject_find(enum cidr_family family, const char *name);
const struct reject *reject_usual(enum cidr_family family);
bool reject_is_type(enum cidr_family family, const char *name);

#endif
