// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/packet.h"

#include <string.h>

/** packet_is_ipv6() - of its source; what has none counts as IPv4 */
bool packet_is_ipv6(const struct packet *packet)
{
	return packet->source.family == CIDR_IPV6;
}

/** packet_is_protocol() - by name or number, in any of its spellings */
bool packet_is_protocol(const struct packet *packet, const char *name)
{
	static const struct {
		const char *name, *number;
	} numbers[] = {
	    {"icmp", "1"},       {"igmp", "2"},    {"tcp", "6"},    {"udp", "17"},
	    {"dccp", "33"},      {"gre", "47"},    {"esp", "50"},   {"ah", "51"},
	    {"ipv6-icmp", "58"}, {"icmpv6", "58"}, {"sctp", "132"},
	};
	const char *protocol = packet->protocol, *wanted = name;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].name, protocol) == 0)
			protocol = numbers[i].number;
		if (strcmp(numbers[i].name, wanted) == 0)
			wanted = numbers[i].number;
	}
	return strcmp(protocol, wanted) == 0;
}

/** packet_is_icmp() - of either family */
bool packet_is_icmp(const struct packet *packet)
{
	return packet_is_protocol(packet, "icmp") || packet_is_protocol(packet, "ipv6-icmp");
}

/** packet_is_loopback() - does it come from this machine itself? */
bool packet_is_loopback(const struct packet *packet)
{
	return packet->interface && strcmp(packet->interface, "lo") == 0;
}
