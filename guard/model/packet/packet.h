/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet - the first packet of a connection to this machine, as far as it is known
 */
#ifndef GUARD_MODEL_PACKET_PACKET_H
#define GUARD_MODEL_PACKET_PACKET_H

#include "guard/base/cidr.h"

struct packet {
	/* An address; its family is the packet's. Without a family: any that no source is for. */
	struct cidr source;
	const struct cidr *destination; /* the address of this machine; NULL: not known */
	const char *interface;          /* that it comes in on; NULL: not known */
	const char *mac;                /* NULL: not known */
	const char *protocol;           /* "tcp", "udp", "icmp", "ipv6-icmp"… */
	unsigned port;                  /* of the destination */
	unsigned source_port;           /* 0: not known */
	const char *icmp_type;          /* as firewalld calls it, "echo-request"; NULL: not known */
	uint32_t mark;                  /* that rules give it on its way; a new one has 0 */
	bool mark_unknown;              /* something else may have given it another */
	/* static; what drops it since answers go out elsewhere; NULL: nothing does */
	const char *filtered_back;
	/* once its destination was translated (DNAT) */
	bool translated;
	bool away;       /* to another machine */
	const char *out; /* the interface that leads there; NULL: none, or not known */
};

bool packet_is_ipv6(const struct packet *packet);
bool packet_is_protocol(const struct packet *packet, const char *name);
bool packet_is_icmp(const struct packet *packet);
bool packet_is_loopback(const struct packet *packet);

#endif
