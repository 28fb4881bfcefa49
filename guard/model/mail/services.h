/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * services - the services of a mail server: the one table of them
 *
 * What a service is called, on which port it is served and what is spoken there,
 * whether clients of mail or of the web come to it, which comes first, and by which
 * kind of daemon it is served (daemons.h has those). Whoever wants to know such a
 * thing asks here; the lists of ports, of expected services and the order of
 * restoring are selections from this table.
 */
#ifndef GUARD_MODEL_MAIL_SERVICES_H
#define GUARD_MODEL_MAIL_SERVICES_H

#include "guard/model/mail/dialogue.h"

#define SERVICES_PORT_NAMES 4

/* What it is for; may be or-ed to ask for several. */
enum services_purpose {
	SERVICES_MAIL = 1 << 0,
	SERVICES_WEB = 1 << 1,
	SERVICES_OTHER = 1 << 2, /* known by the name of its port alone */
};

enum services_server {
	SERVICES_SERVER_OTHER,
	SERVICES_SERVER_MTA,     /* takes and sends mail */
	SERVICES_SERVER_MAILBOX, /* hands it to its readers */
};

struct service {
	const char *name; /* firewalld's, the present one */
	const char *also; /* another of firewalld's, of other releases; NULL */
	unsigned port;
	const char *transport;
	enum services_purpose purpose;
	unsigned rank; /* the order in which its users miss it; lower comes first */
	enum dialogue_protocol dialogue;
	enum services_server server;
	/* the port's, of /etc/services, as rules and jails have them */
	const char *port_names[SERVICES_PORT_NAMES];
	bool tls;      /* from the first byte on; else by STARTTLS, or not at all */
	bool expected; /* on every server of mail: what a probe asks for */
	bool optional; /* many keep it shut on purpose, picture_why_shut() */
};

const struct service *services_next(const struct service *last, unsigned purposes);
const struct service *services_by_name(const char *name);
const struct service *services_by_port(unsigned port, const char *transport);
const struct service *services_spoken(const struct service *service);
bool services_port_range(const char *text, unsigned *first, unsigned *last) _must_check_;
bool services_stand_in(const char *ports, const char *transport, unsigned purposes);

#endif
