/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefix - addresses and networks for benchmarks, the same for the same seed */
#ifndef TESTS_BENCH_PREFIX_H
#define TESTS_BENCH_PREFIX_H

#include <stdio.h>
#include <stdlib.h>

#include "guard/base/cidr.h"

/* splitmix64 */
static inline uint32_t prefix_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z ^ (z >> 31));
}

/* As on a server: single addresses above all, some networks, a sixth IPv6. */
static inline void prefix_make(char out[CIDR_TEXT_LENGTH], uint64_t *state, bool range)
{
	uint32_t a = prefix_next(state), kind = prefix_next(state) % 12;
	struct cidr cidr;
	char text[80];

	if (kind < 2)
		snprintf(text, sizeof(text), "2001:%x:%x:%x::/%u", 0xdb0 + a % 16, a >> 20,
		         a & 0xffff,
		         range  ? 64
		         : kind ? 64
		                : 48);
	else
		snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", 1 + a % 223, a >> 8 & 255,
		         a >> 16 & 255, a >> 24,
		         kind < 4            ? 24
		         : range && kind < 8 ? 28
		                             : 32);
	if (cidr_parse(&cidr, text, 0, NULL) != 0)
		abort();
	cidr_format(&cidr, out);
}

#endif
