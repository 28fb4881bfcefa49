// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/match.h"

#include <string.h>
#include <strings.h>

#include "guard/model/item.h"
#include "guard/model/mail/services.h"

static struct match_answer inverted(struct match_answer a, bool invert)
{
	if (invert && a.match != MATCH_MAYBE)
		a.match = a.match == MATCH_YES ? MATCH_NO : MATCH_YES;
	return a;
}

/* --- parts of a packet -------------------------------------------------------------------- */

/** match_interface_name() - is the interface meant? A + at the end, or a * of nft(8), is any rest
 */
bool match_interface_name(const char *bound, const char *interface)
{
	size_t n = strlen(bound);

	if (n > 0 && (bound[n - 1] == '+' || bound[n - 1] == '*'))
		return strncmp(bound, interface, n - 1) == 0;
	return strcmp(bound, interface) == 0;
}

static struct match_answer source_port_is(const struct packet *packet, unsigned first,
                                          unsigned last)
{
	unsigned port = packet->source_port;

	if (port == 0)
		return first <= 1 && last >= 65535 ? MATCH_ANSWER_YES
		                                   : match_maybe("the client's port is not known");
	return match_if(port >= first && port <= last);
}

static struct match_answer mac_is(const struct packet *packet, const char *mac)
{
	if (!packet->mac)
		return match_maybe("the client's MAC address is not known");
	return match_if(strcasecmp(packet->mac, mac) == 0);
}

static const struct cidr *address_of(const struct packet *packet, bool destination)
{
	return destination ? packet->destination : &packet->source;
}

static struct match_answer address_is(const struct packet *packet, bool destination,
                                      const struct cidr *prefix)
{
	const struct cidr *address = address_of(packet, destination);

	if (prefix->family != packet->source.family)
		return MATCH_ANSWER_NO;
	if (!address)
		return prefix->prefix == 0 ? MATCH_ANSWER_YES
		                           : match_maybe("which address of this machine is meant");
	return match_if(cidr_contains(prefix, address));
}

/* "465/tcp", "smtps/tcp", of a service or zone; false: not of this packet's protocol, or strange */
static bool split_port(const struct packet *packet, const char *port, unsigned *first,
                       unsigned *last)
{
	const char *slash = strchr(port, '/');
	char text[32];

	if (!slash || (size_t)(slash - port) >= sizeof(text) ||
	    !packet_is_protocol(packet, slash + 1))
		return false;
	memcpy(text, port, (size_t)(slash - port));
	text[slash - port] = '\0';
	return services_port_range(text, first, last);
}

/** match_port() - is it for one of these ports? @port: PORT/PROTOCOL or FIRST-LAST/PROTOCOL */
struct match_answer match_port(const struct packet *packet, const char *port)
{
	unsigned first, last;

	return match_if(split_port(packet, port, &first, &last) && packet->port >= first &&
	                packet->port <= last);
}

/** match_source_port() - does it come from one of these ports? @port: as of match_port() */
struct match_answer match_source_port(const struct packet *packet, const char *port)
{
	unsigned first, last;

	if (!split_port(packet, port, &first, &last))
		return MATCH_ANSWER_NO;
	return source_port_is(packet, first, last);
}

/* --- ipsets ------------------------------------------------------------------------------- */

/* ADDRESS,[PROTOCOL:]PORT: of a source its port, of a destination the one asked for. */
static struct match_answer entry_matches(const struct packet *packet, const char *entry,
                                         bool destination)
{
	const char *comma = strchr(entry, ','), *colon = comma ? strchr(comma, ':') : NULL;
	const char *port = colon ? colon + 1 : comma ? comma + 1 : NULL;
	char address[CIDR_TEXT_LENGTH], protocol[8] = "tcp";
	struct match_answer answer;
	struct cidr prefix;
	unsigned first, last;

	if (!comma || (size_t)(comma - entry) >= sizeof(address))
		return MATCH_ANSWER_NO;
	memcpy(address, entry, (size_t)(comma - entry));
	address[comma - entry] = '\0';
	if (colon && (size_t)(colon - comma - 1) < sizeof(protocol)) {
		memcpy(protocol, comma + 1, (size_t)(colon - comma - 1));
		protocol[colon - comma - 1] = '\0';
	}
	if (cidr_parse(&prefix, address, 0, NULL) != 0)
		return match_maybe("an entry of an ipset is not understood");
	answer = address_is(packet, destination, &prefix);
	if (answer.match == MATCH_NO || !packet_is_protocol(packet, protocol))
		return MATCH_ANSWER_NO;
	if (!services_port_range(port, &first, &last))
		return match_maybe("an entry of an ipset is not understood");
	if (destination)
		return match_both(answer, match_if(packet->port >= first && packet->port <= last));
	return match_both(answer, source_port_is(packet, first, last));
}

static struct match_answer ipset_holds(const struct ruleset *ruleset, const struct packet *packet,
                                       const char *name, bool destination)
{
	const struct ruleset_ipset *ipset = ruleset_ipset(ruleset, name);
	const struct cidr *address = address_of(packet, destination);
	struct match_answer answer = MATCH_ANSWER_NO;
	bool pairs;

	if (!ipset || !ipset->known)
		return match_maybe("the entries of its ipset are not known");
	if (strcmp(ipset->type, "hash:mac") == 0) {
		for (size_t i = 0; i < ipset->entries.n; i++)
			answer = match_either(answer, mac_is(packet, ipset->entries.strings[i]));
		return answer;
	}
	/* The match names the set's family, so no packet of the other fulfils it. */
	if (ipset->ipv6 != packet_is_ipv6(packet))
		return MATCH_ANSWER_NO;
	if (strcmp(ipset->type, "hash:ip") == 0 || strcmp(ipset->type, "hash:net") == 0)
		return address ? match_if(rangeset_contains(&ipset->ranges, address))
		               : match_maybe("which address of this machine is meant");
	pairs =
	    strcmp(ipset->type, "hash:ip,port") == 0 || strcmp(ipset->type, "hash:net,port") == 0;
	if (!pairs)
		return ipset->entries.n > 0 ? match_maybe("an ipset of this type is not understood")
		                            : MATCH_ANSWER_NO;
	for (size_t i = 0; i < ipset->entries.n; i++)
		answer = match_either(
		    answer, entry_matches(packet, ipset->entries.strings[i], destination));
	return answer;
}

static bool ipset_is_of_family(const struct ruleset *ruleset, const struct packet *packet,
                               const char *name)
{
	const struct ruleset_ipset *ipset = ruleset_ipset(ruleset, name);

	return !ipset || strcmp(ipset->type, "hash:mac") == 0 ||
	       ipset->ipv6 == packet_is_ipv6(packet);
}

/* --- rich rules --------------------------------------------------------------------------- */

static struct match_answer peer_matches(const struct ruleset *ruleset, const struct packet *packet,
                                        const struct richrule_peer *peer, const struct cidr *prefix,
                                        bool has_prefix, bool destination)
{
	if (peer->mac)
		return inverted(mac_is(packet, peer->mac), peer->invert);
	if (peer->ipset) {
		/* NOT a set of IPv4 addresses still is about IPv4 alone. */
		if (!ipset_is_of_family(ruleset, packet, peer->ipset))
			return MATCH_ANSWER_NO;
		return inverted(ipset_holds(ruleset, packet, peer->ipset, destination),
		                peer->invert);
	}
	if (!peer->address)
		return MATCH_ANSWER_YES;
	if (!has_prefix)
		return match_maybe("its address is not understood");
	if (prefix->family != packet->source.family)
		return MATCH_ANSWER_NO;
	return inverted(address_is(packet, destination, prefix), peer->invert);
}

/** match_icmp() - is it ICMP of that type? */
struct match_answer match_icmp(const struct packet *packet, const char *type)
{
	if (!packet_is_icmp(packet))
		return MATCH_ANSWER_NO;
	if (!packet->icmp_type)
		return match_maybe("the ICMP type is not known");
	return match_if(strcmp(packet->icmp_type, type) == 0);
}

/* The names of services on the way into their includes, which may run in circles. */
struct including {
	const struct including *outer;
	const char *name;
};

static bool is_included(const struct including *in, const char *name)
{
	for (; in; in = in->outer)
		if (strcmp(in->name, name) == 0)
			return true;
	return false;
}

static struct match_answer service_destination(const struct packet *packet,
                                               const struct ruleset_service *service)
{
	const char *text = packet_is_ipv6(packet) ? service->destination6 : service->destination4;
	struct cidr prefix;

	if (!service->destination4 && !service->destination6)
		return MATCH_ANSWER_YES;
	if (!text)
		return MATCH_ANSWER_NO;
	if (cidr_parse(&prefix, text, CIDR_NETMASK, NULL) != 0)
		return match_maybe("the destination of its service is not understood");
	return address_is(packet, true, &prefix);
}

static struct match_answer service_itself(const struct packet *packet,
                                          const struct ruleset_service *service)
{
	struct match_answer answer = MATCH_ANSWER_NO;

	for (size_t i = 0; i < service->ports.n; i++)
		answer = match_either(answer, match_port(packet, service->ports.strings[i]));
	for (size_t i = 0; i < service->protocols.n; i++)
		answer = match_either(
		    answer, match_if(packet_is_protocol(packet, service->protocols.strings[i])));
	for (size_t i = 0; i < service->source_ports.n; i++)
		answer = match_either(answer,
		                      match_source_port(packet, service->source_ports.strings[i]));
	return match_both(answer, service_destination(packet, service));
}

static struct match_answer service_matches(const struct ruleset *ruleset,
                                           const struct packet *packet, const char *name,
                                           const struct including *outer)
{
	const struct ruleset_service *service = ruleset_service(ruleset, name);
	struct including here = {.outer = outer, .name = name};
	struct match_answer answer;

	if (!service)
		return match_maybe("the definition of its service is not known");
	answer = service_itself(packet, service);
	for (size_t i = 0; i < service->includes.n && answer.match != MATCH_YES; i++)
		if (!is_included(&here, service->includes.strings[i]))
			answer = match_either(
			    answer,
			    service_matches(ruleset, packet, service->includes.strings[i], &here));
	return answer;
}

/** match_service() - is it for that service, or one that it includes? */
struct match_answer match_service(const struct ruleset *ruleset, const struct packet *packet,
                                  const char *name)
{
	return service_matches(ruleset, packet, name, NULL);
}

static struct match_answer rule_port(const struct packet *packet, const struct ruleset_rule *rule,
                                     bool of_source)
{
	if (!packet_is_protocol(packet, rule->rule.protocol))
		return MATCH_ANSWER_NO;
	if (rule->port_last == 0)
		return match_maybe("the number of its port is not known");
	if (of_source)
		return source_port_is(packet, rule->port_first, rule->port_last);
	return match_if(packet->port >= rule->port_first && packet->port <= rule->port_last);
}

static struct match_answer element_matches(const struct ruleset *ruleset,
                                           const struct packet *packet,
                                           const struct ruleset_rule *rule)
{
	switch (rule->rule.element) {
	case RICHRULE_ELEMENT_NONE:
		return MATCH_ANSWER_YES;
	case RICHRULE_ELEMENT_PROTOCOL:
		return match_if(packet_is_protocol(packet, rule->rule.value));
	case RICHRULE_ELEMENT_SERVICE:
		return match_service(ruleset, packet, rule->rule.value);
	case RICHRULE_ELEMENT_PORT:
	case RICHRULE_ELEMENT_FORWARD_PORT:
		return rule_port(packet, rule, false);
	case RICHRULE_ELEMENT_SOURCE_PORT:
		return rule_port(packet, rule, true);
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
		return match_icmp(packet, rule->rule.value);
	case RICHRULE_ELEMENT_MASQUERADE:
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		break;
	}
	return MATCH_ANSWER_NO;
}

/** match_rule() - is the rich rule for it? Whether the rule says anything of it is another matter
 */
struct match_answer match_rule(const struct ruleset *ruleset, const struct packet *packet,
                               const struct ruleset_rule *rule)
{
	struct match_answer answer;

	if ((rule->rule.family == RICHRULE_FAMILY_IPV4 && packet_is_ipv6(packet)) ||
	    (rule->rule.family == RICHRULE_FAMILY_IPV6 && !packet_is_ipv6(packet)))
		return MATCH_ANSWER_NO;
	answer = peer_matches(ruleset, packet, &rule->rule.source, &rule->source, rule->has_source,
	                      false);
	if (answer.match == MATCH_NO)
		return answer;
	answer = match_both(answer, peer_matches(ruleset, packet, &rule->rule.destination,
	                                         &rule->destination, rule->has_destination, true));
	answer = match_both(answer, element_matches(ruleset, packet, rule));
	if (answer.match == MATCH_YES && rule->rule.action_limit.value)
		answer = match_maybe("it holds up to a rate only");
	return answer;
}

/**
 * match_source() - is it from there?
 * @source: as a zone has it: an address or prefix, ipset:NAME, or a MAC address
 */
struct match_answer match_source(const struct ruleset *ruleset, const struct packet *packet,
                                 const char *source)
{
	const char *ipset = item_ipset_name(source);
	struct cidr prefix;

	if (packet->source.family == 0 && !packet->mac)
		return MATCH_ANSWER_NO;
	if (ipset)
		return ipset_holds(ruleset, packet, ipset, false);
	if (cidr_parse(&prefix, source, CIDR_NETMASK, NULL) == 0)
		return address_is(packet, false, &prefix);
	return mac_is(packet, source);
}

/** match_interface() - does it come in there? @bound: as firewalld or nft(8) writes it */
struct match_answer match_interface(const struct packet *packet, const char *bound)
{
	if (!packet->interface)
		return match_maybe("the interface is not known");
	return match_if(match_interface_name(bound, packet->interface));
}

/* --- rules of others ---------------------------------------------------------------------- */

static struct match_answer goes_out_by(const struct packet *packet, const char *bound)
{
	if (!packet->away)
		return MATCH_ANSWER_NO;
	if (!packet->out)
		return match_maybe("the interface that it goes out by is not known");
	return match_if(match_interface_name(bound, packet->out));
}

static struct match_answer any_name(const struct packet *packet, const struct ruleset_match *match)
{
	struct match_answer answer = MATCH_ANSWER_NO;

	for (size_t i = 0; i < match->names.n; i++) {
		const char *name = match->names.strings[i];

		if (match->field == RULESET_FIELD_INTERFACE)
			answer = match_either(answer, match_interface(packet, name));
		else if (match->field == RULESET_FIELD_OUT_INTERFACE)
			answer = match_either(answer, goes_out_by(packet, name));
		else if (match->field == RULESET_FIELD_MAC)
			answer = match_either(answer, mac_is(packet, name));
		else if (match->field == RULESET_FIELD_PROTOCOL)
			answer = match_either(answer, match_if(packet_is_protocol(packet, name)));
		else
			answer = match_either(answer, match_if((strcmp(name, "ipv6") == 0) ==
			                                       packet_is_ipv6(packet)));
	}
	return answer;
}

static struct match_answer any_port(const struct packet *packet, const struct ruleset_match *match)
{
	struct match_answer answer = MATCH_ANSWER_NO;

	for (size_t i = 0; i < match->n_ports; i++) {
		const struct ruleset_ports *ports = &match->ports[i];

		if (match->field == RULESET_FIELD_SOURCE_PORT)
			answer =
			    match_either(answer, source_port_is(packet, ports->first, ports->last));
		else
			answer = match_either(answer, match_if(packet->port >= ports->first &&
			                                       packet->port <= ports->last));
	}
	return answer;
}

static struct match_answer mark_is(const struct packet *packet, const struct ruleset_match *match)
{
	bool is = false;

	if (packet->mark_unknown)
		return match_maybe("which mark it bears is not known");
	for (size_t i = 0; i < match->n_ports; i++)
		is |= (packet->mark & match->mask) >= match->ports[i].first &&
		      (packet->mark & match->mask) <= match->ports[i].last;
	return match_if(is);
}

static struct match_answer field_matches(const struct packet *packet,
                                         const struct ruleset_match *match)
{
	switch (match->field) {
	case RULESET_FIELD_UNKNOWN:
		return match_maybe("it is not understood");
	case RULESET_FIELD_NEVER:
		return MATCH_ANSWER_NO;
	case RULESET_FIELD_FAMILY:
	case RULESET_FIELD_PROTOCOL:
	case RULESET_FIELD_INTERFACE:
	case RULESET_FIELD_OUT_INTERFACE:
	case RULESET_FIELD_MAC:
		return any_name(packet, match);
	case RULESET_FIELD_LOCAL:
		return match_if(!packet->away);
	case RULESET_FIELD_MARK:
		return mark_is(packet, match);
	case RULESET_FIELD_TRANSLATED:
		return match_if(packet->translated);
	case RULESET_FIELD_SOURCE:
		return match_if(rangeset_contains(&match->addresses, &packet->source));
	case RULESET_FIELD_DESTINATION:
		if (!packet->destination)
			return match_maybe("which address of this machine is meant");
		return match_if(rangeset_contains(&match->addresses, packet->destination));
	case RULESET_FIELD_PORT:
	case RULESET_FIELD_SOURCE_PORT:
		return any_port(packet, match);
	}
	return MATCH_ANSWER_NO;
}

/** match_step() - is the rule of another chain for it? */
struct match_answer match_step(const struct packet *packet, const struct ruleset_step *step)
{
	struct match_answer answer = MATCH_ANSWER_YES;

	for (size_t i = 0; i < step->n_matches && answer.match != MATCH_NO; i++)
		answer = match_both(answer, inverted(field_matches(packet, &step->matches[i]),
		                                     step->matches[i].invert));
	return answer;
}
