// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/packet.h"

#include "guard/model/rule/protocol.h"

#include <string.h>

/** packet_is_ipv6() - of its source; what has none counts as IPv4 */
bool packet_is_ipv6(const struct packet *packet)
{
	return packet->source.family == CIDR_IPV6;
}

/** packet_is_protocol() - by name or number, in any of its spellings */
bool packet_is_protocol(const struct packet *packet, const char *name)
{
	return protocol_is_same(packet->protocol, name);
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
