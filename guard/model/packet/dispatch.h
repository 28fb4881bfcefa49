/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch - into which zone does a packet come?
 *
 * The one place that knows. What is bound to zones, sources and interfaces, is asked one
 * after the other, and what none of them takes comes into the default zone. The order has
 * changed once: 1.x asks all sources, in the order of their zones' names, and then the
 * interfaces, the last one first; 2.x asks by the ingress priority of the zones, and within
 * one priority sources before interfaces, by the names of their zones.
 *
 * Policies are not chosen: they look at what comes in beside the zones.
 */
#ifndef GUARD_MODEL_PACKET_DISPATCH_H
#define GUARD_MODEL_PACKET_DISPATCH_H

#include "guard/model/firewall.h"
#include "guard/model/packet/match.h"

enum dispatch_by {
	DISPATCH_BY_SOURCE,
	DISPATCH_BY_INTERFACE,
	DISPATCH_BY_DEFAULT, /* whatever is left */
};

/* One way into a zone. */
struct dispatch_way {
	const struct ruleset_zone *zone; /* borrowed */
	const char *value;               /* borrowed; the source or interface; NULL: by default */
	enum dispatch_by by;
	size_t at; /* in the order of reading */
};

struct dispatch {
	const struct ruleset *ruleset; /* borrowed; or made_of */
	struct ruleset made_of;        /* the bindings of a struct firewall, and their ipsets */
	struct dispatch_way *ways;     /* in the order in which they are asked */
	size_t n, capacity;
};
#define DISPATCH_NULL      ((struct dispatch){0})
#define _cleanup_dispatch_ _cleanup_(dispatch_deinit)

/* *out keeps pointers into itself: it is not to be copied. */
int dispatch_init(struct dispatch *out, const struct ruleset *ruleset) _must_check_;
int dispatch_init_firewall(struct dispatch *out, const struct firewall *fw) _must_check_;
void dispatch_deinit(struct dispatch *dispatch);

struct match_answer dispatch_takes(const struct dispatch *dispatch, const struct dispatch_way *way,
                                   const struct packet *packet);
const struct dispatch_way *dispatch_way(const struct dispatch *dispatch,
                                        const struct packet *packet);
int dispatch_add_sources(struct rangeset *out, const struct dispatch *dispatch,
                         const struct dispatch_way *way, bool whole) _must_check_;

int dispatch_zone(const char **out, const struct firewall *fw,
                  const struct packet *packet) _must_check_;
bool dispatch_has_interface(const struct strv *interfaces, const char *bound);
int dispatch_zone_gets_packets(const struct firewall *fw, const char *zone,
                               const struct strv *interfaces) _must_check_;

#endif
