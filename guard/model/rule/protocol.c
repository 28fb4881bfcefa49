// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/protocol.h"

#include <netinet/in.h>
#include <string.h>

/* With ports are those of which firewalld takes ports (functions.py, checkProtocol). */
static const struct protocol protocols[] = {
    {"tcp", NULL, IPPROTO_TCP, true},    {"udp", NULL, IPPROTO_UDP, true},
    {"sctp", NULL, IPPROTO_SCTP, true},  {"dccp", NULL, IPPROTO_DCCP, true},
    {"icmp", NULL, IPPROTO_ICMP, false}, {"ipv6-icmp", "icmpv6", IPPROTO_ICMPV6, false},
    {"igmp", NULL, IPPROTO_IGMP, false}, {"gre", NULL, IPPROTO_GRE, false},
    {"esp", NULL, IPPROTO_ESP, false},   {"ah", NULL, IPPROTO_AH, false},
};

/** protocol_find() - by its name; Return: static; NULL: not known */
const struct protocol *protocol_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (strcmp(protocols[i].name, name) == 0 ||
		    (protocols[i].also && strcmp(protocols[i].also, name) == 0))
			return &protocols[i];
	return NULL;
}

/** protocol_with_ports() - the same, of those that have ports */
const struct protocol *protocol_with_ports(const char *name)
{
	const struct protocol *protocol = protocol_find(name);

	return protocol && protocol->has_ports ? protocol : NULL;
}

/** protocol_number() - of a name or a number; false: none that is known, or 0 */
bool protocol_number(const char *text, uint8_t *out)
{
	const struct protocol *protocol = protocol_find(text);
	unsigned long number = 0;

	if (!protocol && (!parse_uint(text, 255, &number) || number == 0))
		return false;
	*out = protocol ? protocol->number : (uint8_t)number;
	return true;
}

/** protocol_is_same() - however each of the two is written */
bool protocol_is_same(const char *a, const char *b)
{
	uint8_t x, y;

	if (protocol_number(a, &x) && protocol_number(b, &y))
		return x == y;
	return strcmp(a, b) == 0;
}
