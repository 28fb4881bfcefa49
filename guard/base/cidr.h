/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cidr - an IPv4 or IPv6 address or prefix
 *
 * Both families live in one space of 128-bit keys, 16 bytes in network order,
 * IPv4 as ::ffff:0:0/96, so that memcmp() orders them. An address is a prefix
 * of full length. Families stay apart nevertheless: no IPv6 prefix contains an
 * IPv4 address, as no ip6 rule ever sees an IPv4 packet. What is written as a
 * mapped address (::ffff:192.0.2.1) is the IPv4 address that it means.
 */
#ifndef GUARD_BASE_CIDR_H
#define GUARD_BASE_CIDR_H

#include "guard/base/err.h"

#define CIDR_KEY_LENGTH  16
#define CIDR_TEXT_LENGTH 64 /* enough for any cidr_format(), its NUL included */

enum cidr_family {
	CIDR_IPV4 = 4,
	CIDR_IPV6 = 6,
};

struct cidr {
	uint8_t key[CIDR_KEY_LENGTH]; /* the address as written; host bits may be set */
	uint8_t family;               /* enum cidr_family */
	uint8_t prefix;               /* 0 to 32 or 0 to 128, as the family counts */
};
#define CIDR_NULL ((struct cidr){.family = CIDR_IPV6})

/* How cidr_parse() reads. Without flags: an address or prefix, host bits cleared. */
enum {
	CIDR_KEEP_HOST_BITS = 1 << 0,
	CIDR_ADDRESS_ONLY = 1 << 1, /* a prefix length is an error */
	CIDR_NETMASK = 1 << 2,      /* 192.0.2.0/255.255.255.0 too */
};

enum {
	CIDR_E_SYNTAX = 1, /* neither an address nor a prefix */
};

int cidr_parse(struct cidr *out, const char *text, unsigned flags, struct err *err) _must_check_;
int cidr_from_key(struct cidr *out, const uint8_t key[CIDR_KEY_LENGTH], unsigned bits) _must_check_;
int cidr_from_bytes(struct cidr *out, const void *bytes, size_t n, unsigned prefix) _must_check_;
void cidr_format(const struct cidr *cidr, char out[CIDR_TEXT_LENGTH]);

unsigned cidr_bits(const struct cidr *cidr);
bool cidr_is_address(const struct cidr *cidr);
void cidr_first(const struct cidr *cidr, uint8_t key[CIDR_KEY_LENGTH]);
void cidr_last(const struct cidr *cidr, uint8_t key[CIDR_KEY_LENGTH]);

int cidr_cmp(const struct cidr *a, const struct cidr *b);
bool cidr_key_step(uint8_t key[CIDR_KEY_LENGTH], int step);
bool cidr_contains(const struct cidr *outer, const struct cidr *inner);

#endif
