// SPDX-License-Identifier: GPL-2.0-or-later
/* What a stranger gets in to, by the way that a packet goes: not by lists of what is open. */
#include "guard/audit/checks-internal.h"

#include <string.h>

#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/walk.h"

/* Of servers that have nothing to do with each other: portmap, NFS, MySQL, Redis, memcached,
 * MongoDB. What lets strangers in to three of them was not opened for any. */
static const unsigned unrelated[] = {111, 2049, CHECK_UNRELATED_PORT, 6379, 11211, 27017};
#define UNRELATED_MIN 3

/** check_lets_in() - does the packet come in, be it that it is led on from here?
 *
 * @verdict: receives how; the caller deinits it. Without memory the run has failed.
 */
bool check_lets_in(struct check_run *run, const struct ruleset *ruleset,
                   const struct packet *packet, struct verdict *verdict)
{
	int r = walk_packet(verdict, ruleset, packet);

	run->failed |= r < 0;
	return r == 0 && verdict->action == VERDICT_ACCEPT;
}

/** check_lets_all_in() - does what decides on this packet let in to anything?
 *
 * A zone whose target accepts, a protocol as a whole, a rule without a port, a range of ports
 * that was opened for no server: all of them alike, whatever they are called.
 */
bool check_lets_all_in(struct check_run *run, const struct packet *packet,
                       const struct verdict_step *decider)
{
	struct packet other = *packet;
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(unrelated) && n < UNRELATED_MIN; i++) {
		_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

		other.port = unrelated[i];
		n += check_lets_in(run, &run->picture->ruleset, &other, &verdict) &&
		     verdict_is_same(verdict.decider, decider);
	}
	return n == UNRELATED_MIN;
}

/* @whether: by which word is not asked, which takes many more packets. */
static enum check_way way_of(struct check_run *run, const struct packet *packet, bool whether)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	if (!check_lets_in(run, &run->picture->ruleset, packet, &verdict))
		return CHECK_WAY_SHUT;
	if (verdict.to_port != 0 || verdict.to_address[0])
		return CHECK_WAY_AWAY;
	return !whether && check_lets_all_in(run, packet, verdict.decider) ? CHECK_WAY_ALL
	                                                                   : CHECK_WAY_OWN;
}

/* Do a stranger's packets come through the zone on that interface? */
static bool leads_to(struct check_run *run, const char *interface, const char *zone)
{
	const char *found = NULL;
	int r = dispatch_zone(&found, &run->picture->firewall,
	                      &(struct packet){.interface = interface});

	run->failed |= r < 0;
	return r == 0 && found && strcmp(found, zone) == 0;
}

static enum check_way find_way(struct check_run *run, const char *zone, unsigned port,
                               enum cidr_family family, bool whether)
{
	const struct strv *interfaces = &run->picture->interfaces;
	struct packet packet = {.protocol = "tcp", .port = port};
	enum check_way found = CHECK_WAY_SHUT;

	for (size_t i = 0; i < interfaces->n; i++) {
		packet.interface = interfaces->strings[i];
		if (zone && !leads_to(run, packet.interface, zone))
			continue;
		for (size_t k = 0;
		     found < CHECK_WAY_OWN && picture_stranger(&packet.source, family, k); k++) {
			enum check_way way = way_of(run, &packet, whether);

			found = way > found ? way : found;
		}
	}
	return found;
}

/** check_way() - how a stranger gets in to a TCP port of this machine, on any interface
 * @zone: through this zone; NULL: through any
 *
 * Strangers come from several places, so that who denies one country is not taken for
 * somebody who denies everybody.
 */
enum check_way check_way(struct check_run *run, const char *zone, unsigned port,
                         enum cidr_family family)
{
	return find_way(run, zone, port, family, false);
}

/** check_is_open() - does any stranger get in to this TCP port, over IPv4 or IPv6? */
bool check_is_open(struct check_run *run, unsigned port)
{
	return find_way(run, NULL, port, CIDR_IPV4, true) != CHECK_WAY_SHUT ||
	       find_way(run, NULL, port, CIDR_IPV6, true) != CHECK_WAY_SHUT;
}
