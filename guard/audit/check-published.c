// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports of mail that are led to a container or another machine, past firewalld's zones. */
#include "guard/audit/checks-internal.h"

#include <errno.h>

#include "guard/model/ban/owner.h"
#include "guard/model/packet/walk.h"

/* What firewalld itself forwards has passed its zones. */
static bool is_published(const struct verdict *verdict)
{
	return verdict->action == VERDICT_ACCEPT && verdict->decider->chain &&
	       verdict->to_address[0];
}

static int list_port(struct builder *out, struct check_run *run, const struct service *mail,
                     struct packet *packet)
{
	const struct ruleset *ruleset = &run->picture->ruleset;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	const struct owner *owner;
	int r;

	packet->port = mail->port;
	packet->protocol = mail->transport;
	r = walk_packet(&verdict, ruleset, packet);
	if (r < 0 || !is_published(&verdict))
		return r;
	owner = owner_of(ruleset, verdict.decider);
	builder_join(out, ", ", "");
	builder_addf(out, "%u/%s to %s (%s)", mail->port, mail->transport, verdict.to_address,
	             owner ? owner_name(owner) : verdict.decider->chain->table);
	return 0;
}

static int list_ports(char **out, struct check_run *run, const char *interface)
{
	struct packet packet = {.interface = interface};
	_cleanup_builder_ struct builder ports = BUILDER_NULL;
	const struct service *mail = NULL;
	int r = 0;

	if (!picture_stranger(&packet.source, CIDR_IPV4, 0))
		return 0;
	while (r == 0 && (mail = services_next(mail, SERVICES_MAIL)))
		r = list_port(&ports, run, mail, &packet);
	return r == 0 ? check_take(&ports, out) : r;
}

/* Docker leaves a chain to its users, which is asked of what is led elsewhere. */
static int published_ports(struct check_run *run)
{
	const struct strv *interfaces = &run->picture->interfaces;
	_cleanup_free_ char *evidence = NULL;
	int r = 0;

	for (size_t i = 0; i < interfaces->n && r == 0 && !evidence; i++)
		r = list_ports(&evidence, run, interfaces->strings[i]);
	if (r < 0 || !evidence)
		return r;
	return check_add(run, steal(evidence), NULL,
	                 "these ports of mail are led elsewhere before firewalld's zones are "
	                 "asked: bans in a zone do not hold for them. With Docker: banaction = "
	                 "iptables-allports and chain = DOCKER-USER, in jail.local");
}

const struct check check_published_ports = {
    .name = "published-ports",
    .severity = FINDING_INFO,
    .help = "a port of mail is led to a container, where bans in firewalld do not hold",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_TABLES,
    .fn = published_ports,
};
