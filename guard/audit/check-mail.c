// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of who listens on the ports of mail, held against what is open. */
#include "guard/audit/check-internal.h"
#include "guard/audit/rules.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/verdict.h"
#include "guard/system/kernel/route.h"

/* Services that include each other do not go deeper. */
#define INCLUDES_MAX 4

/* --- what is read when it is wanted ------------------------------------------------------ */

/** check_ruleset() - all that decides about packets; Return: borrowed; NULL: not known */
const struct ruleset *check_ruleset(struct check_context *context)
{
	if (!context->rules_tried && context->reading.state == FIREWALL_STATE_RUNNING)
		context->rules_known =
		    rules_read(context->cli, &context->connection, &context->rules) == CLI_FINE;
	context->rules_tried = true;
	return context->rules_known ? &context->rules.ruleset : NULL;
}

/** check_listeners() - who listens, with the names of processes; Return: borrowed; NULL: unknown */
const struct listeners *check_listeners(struct check_context *context)
{
	if (!context->listeners_tried)
		context->listeners_known =
		    listeners_read(&context->listeners, NULL) == 0 &&
		    listeners_find_processes(&context->listeners, "/proc") == 0;
	context->listeners_tried = true;
	return context->listeners_known ? &context->listeners : NULL;
}

/** check_tell_unknown() - the finding that it could not be looked at */
int check_tell_unknown(struct check_context *context, enum check_id id, const char *what)
{
	return check_add(context, id, FINDING_UNKNOWN, NULL, NULL, "%s could not be read", what);
}

/* --- what opens a port -------------------------------------------------------------------- */

static bool list_has(const struct strv *ports, unsigned port)
{
	for (size_t i = 0; i < ports->n; i++) {
		unsigned first, last;
		char protocol[8];

		if (item_port_parse(ports->strings[i], &first, &last, protocol) &&
		    strcmp(protocol, "tcp") == 0 && first <= port && port <= last)
			return true;
	}
	return false;
}

static bool service_has(const struct ruleset *ruleset, const char *name, unsigned port, int depth)
{
	const struct ruleset_service *service = ruleset_service(ruleset, name);

	if (!service || depth > INCLUDES_MAX)
		return false;
	if (list_has(&service->ports, port))
		return true;
	for (size_t i = 0; i < service->includes.n; i++)
		if (service_has(ruleset, service->includes.strings[i], port, depth + 1))
			return true;
	return false;
}

/** check_item_opens() - does it let packets in to this TCP port? */
bool check_item_opens(const struct ruleset *ruleset, const struct item *item, unsigned port)
{
	char opened[ITEM_OPENED_MAX], protocol[8];
	unsigned first, last;

	if (!item_opens(item, opened))
		return false;
	if (item_port_parse(opened, &first, &last, protocol))
		return strcmp(protocol, "tcp") == 0 && first <= port && port <= last;
	return service_has(ruleset, opened, port, 0);
}

static bool is_reached(const struct check_context *context, const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) &&
	       dispatch_zone_gets_packets(&context->reading.firewall, entry->item.zone,
	                                  &context->interfaces);
}

static bool is_opened(const struct check_context *context, const struct ruleset *ruleset,
                      unsigned port)
{
	const struct firewall *fw = &context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++)
		if (is_reached(context, &fw->entries[i]) &&
		    check_item_opens(ruleset, &fw->entries[i].item, port))
			return true;
	return false;
}

/* Some stranger, on some interface, is let in to a server of this machine. */
static bool lets_strangers_in(const struct check_context *context, const struct ruleset *ruleset,
                              unsigned port, enum cidr_family family)
{
	struct packet packet = {.protocol = "tcp", .port = port};

	for (size_t i = 0; i < context->interfaces.n; i++) {
		packet.interface = context->interfaces.strings[i];
		for (size_t k = 0; check_stranger(&packet.source, family, k); k++) {
			_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

			if (verdict_of(&verdict, ruleset, &packet) == 0 &&
			    verdict.action == VERDICT_ACCEPT && verdict.to_port == 0 &&
			    verdict.to_address[0] == '\0')
				return true;
		}
	}
	return false;
}

/* --- commands ----------------------------------------------------------------------------- */

static int append(char **text, const char *command)
{
	char *longer = NULL;

	if (xasprintf(&longer, "%s%s%s", *text ? *text : "", *text ? " && " : "", command) < 0)
		return -ENOMEM;
	free(*text);
	*text = longer;
	return 0;
}

static int append_removal(char **text, const struct firewall_entry *entry)
{
	const char *what = entry->item.kind == ITEM_SERVICE ? "service" : "port";

	for (unsigned permanent = 0; permanent < 2; permanent++) {
		_cleanup_free_ char *command = NULL;

		if (!(entry->flags & (permanent ? FIREWALL_PERMANENT : FIREWALL_RUNTIME)))
			continue;
		if (xasprintf(&command, "firewall-cmd %s--zone=%s --remove-%s=%s",
		              permanent ? "--permanent " : "", entry->item.zone, what,
		              entry->item.value) < 0 ||
		    append(text, command) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What shuts the port again; NULL: it is not open by a service or port of its own. */
static int closing_command(char **out, const struct check_context *context,
                           const struct ruleset *ruleset, unsigned port)
{
	const struct firewall *fw = &context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->item.kind != ITEM_SERVICE && entry->item.kind != ITEM_PORT) ||
		    item_policy_name(entry->item.zone) ||
		    !check_item_opens(ruleset, &entry->item, port))
			continue;
		if (append_removal(out, entry) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool has_unit(const char *unit)
{
	static const char *const folders[] = {"/etc/systemd/system", "/usr/lib/systemd/system",
	                                      "/lib/systemd/system"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = NULL;

		if (xasprintf(&path, "%s/%s.service", folders[i], unit) == 0 &&
		    access(path, R_OK) == 0)
			return true;
	}
	return false;
}

/* A daemon that is installed, and listens on none of its ports: it does not run. */
static const char *stopped_daemon(const struct listeners *listeners, const struct service *mail)
{
	const struct mail_daemon *daemon = NULL;
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL)))
		if (service->server == mail->server &&
		    listeners_first(listeners, "tcp", service->port))
			return NULL;
	while ((daemon = daemons_next(daemon)))
		if (daemon->server == mail->server && has_unit(daemon->unit))
			return daemon->unit;
	return NULL;
}

/* "master, process 812" */
static char *who(const struct listeners_socket *sock)
{
	char *text = NULL;

	if (sock->pid == 0)
		return strdup("by a process that cannot be seen");
	return xasprintf(&text, "by %s, process %lld", sock->process, (long long)sock->pid) == 0
	           ? text
	           : NULL;
}

static int opening_command(char **out, const struct listeners_socket *sock, bool both)
{
	const struct mail_daemon *daemon = daemons_by_process(sock->process);
	const char *command = !daemon ? NULL : both ? daemon->listen_both : daemon->listen_all;

	*out = command ? strdup(command) : NULL;
	return command && !*out ? -ENOMEM : 0;
}

/* --- the checks --------------------------------------------------------------------------- */

typedef int port_fn(struct check_context *context, enum check_id id, const struct ruleset *ruleset,
                    const struct listeners *listeners, const struct service *mail);

static int each_port(struct check_context *context, enum check_id id, port_fn *fn)
{
	const struct ruleset *ruleset = check_ruleset(context);
	const struct listeners *listeners = check_listeners(context);
	const struct service *service = NULL;
	int r = 0;

	if (!ruleset || !listeners)
		return check_tell_unknown(context, id,
		                          ruleset ? "who listens" : "firewalld's rules");
	while (r == 0 && (service = services_next(service, SERVICES_MAIL)))
		r = fn(context, id, ruleset, listeners, service);
	return r;
}

static bool is_open_to_strangers(const struct check_context *context, const struct ruleset *ruleset,
                                 unsigned port)
{
	return lets_strangers_in(context, ruleset, port, CIDR_IPV4) ||
	       lets_strangers_in(context, ruleset, port, CIDR_IPV6);
}

static int not_listening(struct check_context *context, enum check_id id,
                         const struct ruleset *ruleset, const struct listeners *listeners,
                         const struct service *mail)
{
	_cleanup_free_ char *command = NULL;
	const char *unit;

	/* where a zone lets in everything, no port was opened for anybody */
	if (listeners_first(listeners, "tcp", mail->port) ||
	    !is_opened(context, ruleset, mail->port) ||
	    !is_open_to_strangers(context, ruleset, mail->port))
		return 0;
	unit = stopped_daemon(listeners, mail);
	if (unit) {
		if (xasprintf(&command, "systemctl start %s", unit) < 0)
			return -ENOMEM;
		return check_add(context, id, FINDING_WARNING, NULL, steal(command),
		                 "%s (%u/tcp) is open, and nothing listens there: %s does not run",
		                 mail->name, mail->port, unit);
	}
	if (closing_command(&command, context, ruleset, mail->port) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_WARNING, NULL, steal(command),
	                 "%s (%u/tcp) is open, and nothing listens there", mail->name, mail->port);
}

int check_no_listener(struct check_context *context, enum check_id id)
{
	return each_port(context, id, not_listening);
}

static int on_loopback(struct check_context *context, enum check_id id,
                       const struct ruleset *ruleset, const struct listeners *listeners,
                       const struct service *mail)
{
	_cleanup_free_ char *command = NULL, *evidence = NULL;

	if (listeners_on(listeners, "tcp", mail->port, mail->port, AF_UNSPEC) !=
	        LISTENERS_LOOPBACK ||
	    !is_opened(context, ruleset, mail->port) ||
	    !is_open_to_strangers(context, ruleset, mail->port))
		return 0;
	if (opening_command(&command, listeners_first(listeners, "tcp", mail->port), false) < 0 ||
	    (!command && closing_command(&command, context, ruleset, mail->port) < 0))
		return -ENOMEM;
	evidence = who(listeners_first(listeners, "tcp", mail->port));
	return check_add(context, id, FINDING_WARNING, steal(evidence), steal(command),
	                 "%s (%u/tcp) is open, and is served on loopback alone", mail->name,
	                 mail->port);
}

int check_loopback_only(struct check_context *context, enum check_id id)
{
	return each_port(context, id, on_loopback);
}

/* An address that others can reach; not one of a link. */
static bool is_of_family(const struct ifaddrs *address, int family)
{
	static const unsigned char loopback[16] = {[15] = 1};
	const unsigned char *bytes;

	if (!address->ifa_addr || address->ifa_addr->sa_family != family)
		return false;
	if (family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address->ifa_addr)
		                 ->sin_addr.s_addr) >>
		           24 !=
		       127;
	bytes = ((const struct sockaddr_in6 *)(const void *)address->ifa_addr)->sin6_addr.s6_addr;
	return memcmp(bytes, loopback, sizeof(loopback)) != 0 &&
	       !(bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

static bool has_address(int family)
{
	struct ifaddrs *addresses = NULL;
	bool found = false;

	if (getifaddrs(&addresses) < 0)
		return false;
	for (const struct ifaddrs *at = addresses; at && !found; at = at->ifa_next)
		found = is_of_family(at, family);
	freeifaddrs(addresses);
	return found;
}

static int in_one_family(struct check_context *context, enum check_id id,
                         const struct ruleset *ruleset, const struct listeners *listeners,
                         const struct service *mail)
{
	bool on4 = listeners_on(listeners, "tcp", mail->port, mail->port, AF_INET) == LISTENERS_YES;
	bool on6 =
	    listeners_on(listeners, "tcp", mail->port, mail->port, AF_INET6) == LISTENERS_YES;
	_cleanup_free_ char *command = NULL;

	if (on4 == on6 || !has_address(on4 ? AF_INET6 : AF_INET) ||
	    !is_opened(context, ruleset, mail->port) ||
	    !lets_strangers_in(context, ruleset, mail->port, CIDR_IPV4) ||
	    !lets_strangers_in(context, ruleset, mail->port, CIDR_IPV6))
		return 0;
	if (opening_command(&command, listeners_first(listeners, "tcp", mail->port), true) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_WARNING,
	                 who(listeners_first(listeners, "tcp", mail->port)), steal(command),
	                 "%s (%u/tcp) is open for %s, too, and is served over %s alone", mail->name,
	                 mail->port, on4 ? "IPv6" : "IPv4", on4 ? "IPv4" : "IPv6");
}

int check_one_family(struct check_context *context, enum check_id id)
{
	return each_port(context, id, in_one_family);
}

/**
 * check_client_interface() - the interface that most clients come in on
 *
 * The only one, or the one on which strangers are answered.
 *
 * Return: borrowed; NULL: there are several, and nobody can tell.
 */
const char *check_client_interface(const struct check_context *context)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	const struct strv *interfaces = &context->interfaces;

	if (interfaces->n == 1)
		return interfaces->strings[0];
	for (size_t k = 0; k < ARRAY_SIZE(families); k++) {
		struct cidr stranger;
		struct route route;

		if (!check_stranger(&stranger, families[k], 0) ||
		    route_to(&route, &stranger, NULL) != 0)
			continue;
		for (size_t i = 0; i < interfaces->n; i++)
			if (strcmp(interfaces->strings[i], route.interface) == 0)
				return interfaces->strings[i];
	}
	return NULL;
}

/* The zone of most clients. */
static const char *client_zone(const struct check_context *context)
{
	return dispatch_zone(&context->reading.firewall,
	                     &(struct packet){.interface = check_client_interface(context)});
}

static int listening_closed(struct check_context *context, enum check_id id,
                            const struct ruleset *ruleset, const struct listeners *listeners,
                            const struct service *mail)
{
	const char *zone = client_zone(context);
	_cleanup_free_ char *command = NULL;

	if (listeners_on(listeners, "tcp", mail->port, mail->port, AF_UNSPEC) != LISTENERS_YES ||
	    is_opened(context, ruleset, mail->port) ||
	    is_open_to_strangers(context, ruleset, mail->port))
		return 0;
	if (zone && xasprintf(&command,
	                      "firewall-cmd --zone=%s --add-service=%s && firewall-cmd "
	                      "--permanent --zone=%s --add-service=%s",
	                      zone, mail->name, zone, mail->name) < 0)
		return -ENOMEM;
	return check_add(context, id, mail->optional ? FINDING_INFO : FINDING_WARNING,
	                 who(listeners_first(listeners, "tcp", mail->port)), steal(command),
	                 "%s (%u/tcp) is served, and is not open in any zone that packets come "
	                 "through",
	                 mail->name, mail->port);
}

int check_listening_closed(struct check_context *context, enum check_id id)
{
	return each_port(context, id, listening_closed);
}
