// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli-explain.h"

#include "guard/audit/hold.h"

#define PARTS                                                                                      \
	(PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_TABLES | PICTURE_LINKS | PICTURE_FAIL2BAN |   \
	 PICTURE_SOCKETS | PICTURE_STORE | PICTURE_SETTINGS)

/** cli_explain_deinit() - free what it owns */
void cli_explain_deinit(struct cli_explain *asked)
{
	explain_deinit(&asked->explain);
	picture_deinit(&asked->picture);
}

/**
 * cli_explain_read() - the rules, who is banned and who listens
 * @asked:   CLI_EXPLAIN_NULL but for its packet's source and its ports
 * @session: borrowed; opened, or tried to be
 *
 * Return: CLI_FINE, or CLI_NOT_FINE after the reason was said; whether firewalld answered is for
 * cli_reached() to tell.
 */
int cli_explain_read(struct cli *cli, struct cli_explain *asked, struct firewalld_session *session)
{
	int r = cli_picture(cli, &asked->picture, PARTS, session);

	asked->picture.ruleset.flushed = picture_is_flushed(&asked->picture);
	asked->explain.ruleset = &asked->picture.ruleset;
	if (picture_knows(&asked->picture, PICTURE_FAIL2BAN))
		asked->explain.tickets = &asked->picture.tickets;
	asked->explain.bans_restored = picture_restores_bans(&asked->picture);
	asked->explain.shapes = &asked->picture.shapes;
	return r;
}

static void find_way(struct cli *cli, struct cli_explain *asked, const char *interface)
{
	struct packet *packet = &asked->explain.packet;
	struct err err = ERR_NULL;
	bool known = route_to(&asked->route, &packet->source, &err) == 0;

	asked->explain.interface_given = interface != NULL;
	if (known && asked->route.has_local)
		packet->destination = &asked->route.local;
	if (interface)
		packet->interface = interface;
	else if (known)
		packet->interface = asked->route.interface;
	else
		cli_note(cli, "%s; name the interface where it arrives with --interface", err.text);
}

/* Only where somebody names the interface it is another than answers take. */
static void look_back(struct cli_explain *asked)
{
	struct packet *packet = &asked->explain.packet;
	const bool ipv4 = packet->source.family == CIDR_IPV4;

	if (!asked->explain.interface_given || !packet->destination || packet_is_loopback(packet) ||
	    (!ipv4 && !asked->picture.ruleset.kernel.filters_back) ||
	    route_admits(&packet->source, packet->destination, packet->interface) != 0)
		return;
	packet->filtered_back = ipv4 ? "rp_filter" : "IPv6_rpfilter";
}

/**
 * cli_explain_decide() - the way of the packet, and what becomes of it
 * @interface: where it comes in; NULL: where answers go out
 *
 * Return: 0; -ENOMEM.
 */
int cli_explain_decide(struct cli *cli, struct cli_explain *asked, const char *interface)
{
	const struct picture *picture = &asked->picture;
	struct explain *explain = &asked->explain;
	int r;

	find_way(cli, asked, interface);
	look_back(asked);
	r = explain_decide(explain,
	                   picture_knows(picture, PICTURE_SOCKETS) ? &picture->listeners : NULL);
	for (size_t i = 0; i < explain->n_reasons && r == 0; i++) {
		struct explain_reason *reason = &explain->reasons[i];

		r = hold_commands(&reason->commands, &reason->others, &reason->withheld, picture);
	}
	return r;
}
