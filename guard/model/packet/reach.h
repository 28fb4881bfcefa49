/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reach - can a new connection reach a service?
 *
 * What stands in a zone is open only to packets that come into the zone.
 * firewalld chooses it by the packet's source, then by its interface; what is
 * bound nowhere comes into the default zone. Policies are not chosen: whatever
 * one lets in counts as reached. The targets of zones are not modelled.
 */
#ifndef GUARD_MODEL_PACKET_REACH_H
#define GUARD_MODEL_PACKET_REACH_H

#include "guard/base/cidr.h"
#include "guard/model/firewall.h"

/* A new connection. */
struct reach_from {
	const char *interface;     /* NULL: not known; then bindings of interfaces do not count */
	const struct cidr *source; /* NULL: any that no source binding has */
};

const char *reach_zone(const struct firewall *fw, const struct reach_from *from);
bool reach_service(const struct firewall *fw, const struct reach_from *from, const char *service);
bool reach_zone_gets_packets(const struct firewall *fw, const char *zone,
                             const struct strv *interfaces);

#endif
