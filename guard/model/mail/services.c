// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/services.h"

#include <string.h>

/* clang-format off */
/* In the order in which they are shown. */
static const struct service services[] = {
    /* name, another, port, purpose, rank, dialogue, server */
    {"smtp",            NULL,             25, "tcp", SERVICES_MAIL,    1, DIALOGUE_SMTP, SERVICES_SERVER_MTA,
     .port_names = {"smtp"}, .expected = true},
    {"smtps",           "submissions",   465, "tcp", SERVICES_MAIL,    3, DIALOGUE_SMTP, SERVICES_SERVER_MTA,
     .port_names = {"smtps", "submissions", "urd", "ssmtp"}, .tls = true, .expected = true},
    {"smtp-submission", "submission",    587, "tcp", SERVICES_MAIL,    2, DIALOGUE_SMTP, SERVICES_SERVER_MTA,
     .port_names = {"submission"}, .expected = true},
    {"imap",            NULL,            143, "tcp", SERVICES_MAIL,    4, DIALOGUE_IMAP, SERVICES_SERVER_MAILBOX,
     .port_names = {"imap", "imap2"}, .expected = true, .optional = true},
    {"imaps",           NULL,            993, "tcp", SERVICES_MAIL,    0, DIALOGUE_IMAP, SERVICES_SERVER_MAILBOX,
     .port_names = {"imaps"}, .tls = true, .expected = true},
    {"pop3",            NULL,            110, "tcp", SERVICES_MAIL,    6, DIALOGUE_POP3, SERVICES_SERVER_MAILBOX,
     .port_names = {"pop3", "pop-3"}, .optional = true},
    {"pop3s",           NULL,            995, "tcp", SERVICES_MAIL,    5, DIALOGUE_POP3, SERVICES_SERVER_MAILBOX,
     .port_names = {"pop3s"}, .tls = true, .expected = true},
    {"managesieve",     NULL,           4190, "tcp", SERVICES_MAIL,    7, DIALOGUE_NONE, SERVICES_SERVER_MAILBOX,
     .port_names = {"sieve"}, .optional = true},
    {"https",           NULL,            443, "tcp", SERVICES_WEB,     8, DIALOGUE_HTTP, SERVICES_SERVER_OTHER,
     .port_names = {"https"}, .tls = true},
    {"http",            NULL,             80, "tcp", SERVICES_WEB,     9, DIALOGUE_HTTP, SERVICES_SERVER_OTHER,
     .port_names = {"http"}},
    {"http3",           NULL,            443, "udp", SERVICES_WEB,    10, DIALOGUE_NONE, SERVICES_SERVER_OTHER,
     .port_names = {NULL}},
    {"ssh",             NULL,             22, "tcp", SERVICES_OTHER,  11, DIALOGUE_NONE, SERVICES_SERVER_OTHER,
     .port_names = {"ssh"}},
    {"ftp",             NULL,             21, "tcp", SERVICES_OTHER,  12, DIALOGUE_NONE, SERVICES_SERVER_OTHER,
     .port_names = {"ftp"}},
};
/* clang-format on */

/**
 * services_next() - all of some purposes, one after the other, in the order of being shown
 * @last:     the one before; NULL: begin
 * @purposes: of enum services_purpose
 *
 * Return: static; NULL: there are no more.
 */
const struct service *services_next(const struct service *last, unsigned purposes)
{
	for (size_t i = last ? (size_t)(last - services) + 1 : 0; i < ARRAY_SIZE(services); i++)
		if (services[i].purpose & purposes)
			return &services[i];
	return NULL;
}

/** services_by_name() - by a name that firewalld has, or had, for it; NULL: not known */
const struct service *services_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (strcmp(services[i].name, name) == 0 ||
		    (services[i].also && strcmp(services[i].also, name) == 0))
			return &services[i];
	return NULL;
}

/** services_by_port() - what is served on a port; NULL: not known */
const struct service *services_by_port(unsigned port, const char *transport)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].port == port && strcmp(services[i].transport, transport) == 0)
			return &services[i];
	return NULL;
}

/** services_spoken() - @service, where it is known how to speak with it; else NULL */
const struct service *services_spoken(const struct service *service)
{
	return service && service->dialogue != DIALOGUE_NONE ? service : NULL;
}

/* --- ports by name ----------------------------------------------------------------------- */

static bool port_number(const char *text, unsigned long *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		for (size_t k = 0; k < SERVICES_PORT_NAMES && services[i].port_names[k]; k++)
			if (strcmp(services[i].port_names[k], text) == 0) {
				*out = services[i].port;
				return true;
			}
	return parse_uint(text, 65535, out);
}

/**
 * services_port_range() - PORT or FIRST-LAST, in numbers or names; also FIRST:LAST, as iptables has
 * it
 * @first: written on success alone, as is @last
 *
 * Of names only those of mail and web servers are known; the caller may ask the system.
 */
bool services_port_range(const char *text, unsigned *first, unsigned *last)
{
	const char *between = strchr(text, ':');
	char low_text[16];
	unsigned long low, high;

	if (port_number(text, &low)) {
		*first = *last = (unsigned)low;
		return true;
	}
	if (!between)
		between = strchr(text, '-');
	if (!between || (size_t)(between - text) >= sizeof(low_text))
		return false;
	memcpy(low_text, text, (size_t)(between - text));
	low_text[between - text] = '\0';
	if (!port_number(low_text, &low) || !port_number(between + 1, &high) || low > high)
		return false;
	*first = (unsigned)low;
	*last = (unsigned)high;
	return true;
}

/**
 * services_stand_in() - is one of them served on these ports?
 * @ports:     borrowed; a number, a range or a name, as rules have it; NULL: none
 * @transport: borrowed; NULL: none
 * @purposes:  of enum services_purpose
 */
bool services_stand_in(const char *ports, const char *transport, unsigned purposes)
{
	const struct service *service = NULL;
	unsigned first, last;

	if (!ports || !transport || !services_port_range(ports, &first, &last))
		return false;
	while ((service = services_next(service, purposes)))
		if (first <= service->port && service->port <= last &&
		    strcmp(service->transport, transport) == 0)
			return true;
	return false;
}
