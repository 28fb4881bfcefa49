// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of who listens on the ports of mail, held against what is open. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/base/text.h"
#include "guard/model/packet/dispatch.h"

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

/** check_item_opens() - does it let packets in to this TCP port? Without memory the run has failed
 */
bool check_item_opens(struct check_run *run, const struct item *item, unsigned port)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	char opened[ITEM_OPENED_MAX], protocol[8];
	unsigned first, last;
	int opens = item_opens(item, opened);

	run->failed |= opens < 0;
	if (opens <= 0)
		return false;
	if (item_port_parse(opened, &first, &last, protocol))
		return strcmp(protocol, "tcp") == 0 && first <= port && port <= last;
	run->failed |= ruleset_service_ports(&run->picture->ruleset, opened, &ports) < 0;
	return list_has(&ports, port);
}

/* --- commands ----------------------------------------------------------------------------- */

static void add_removal(struct builder *commands, const struct firewall_entry *entry)
{
	for (unsigned permanent = 0; permanent < 2; permanent++)
		if (entry->flags & (permanent ? FIREWALL_PERMANENT : FIREWALL_RUNTIME))
			item_add_command(commands, "remove", &entry->item, permanent != 0);
}

/* Does somebody listen on another port that it opens? */
static bool is_used(struct check_run *run, const struct item *item)
{
	const struct listeners *listeners = &run->picture->listeners;

	for (size_t i = 0; i < listeners->n; i++)
		if (listeners->sockets[i].protocol == IPPROTO_TCP &&
		    check_item_opens(run, item, listeners->sockets[i].port))
			return true;
	return false;
}

/* What shuts the port again; NULL: it is not open by a service or port of its own, or others are
 * served by that. */
static int closing_command(char **out, struct check_run *run, const struct service *mail)
{
	const struct firewall *fw = &run->picture->firewall;
	_cleanup_builder_ struct builder commands = BUILDER_NULL;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->item.kind == ITEM_SERVICE || entry->item.kind == ITEM_PORT) &&
		    !item_policy_name(entry->item.zone) &&
		    check_item_opens(run, &entry->item, mail->port)) {
			if (!listeners_first(&run->picture->listeners, "tcp", mail->port) &&
			    is_used(run, &entry->item))
				return 0;
			add_removal(&commands, entry);
		}
	}
	return check_take(&commands, out);
}

/* A daemon that is installed, and listens on none of its ports: it does not run. */
static const char *stopped_daemon(const struct picture *picture, const struct service *mail)
{
	const struct mail_daemon *daemon = NULL;
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL)))
		if (service->server == mail->server &&
		    listeners_first(&picture->listeners, "tcp", service->port))
			return NULL;
	while ((daemon = daemons_next(daemon)))
		if (daemon->server == mail->server && strv_contains(&picture->units, daemon->unit))
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

typedef int port_fn(struct check_run *run, const struct service *mail);

static int each_port(struct check_run *run, port_fn *fn)
{
	const struct service *service = NULL;
	int r = 0;

	while (r == 0 && (service = services_next(service, SERVICES_MAIL)))
		r = fn(run, service);
	return r;
}

/* For its own sake: where everything is let in, no port was opened for anybody. */
static bool was_opened(struct check_run *run, unsigned port)
{
	return check_way(run, NULL, port, CIDR_IPV4) == CHECK_WAY_OWN ||
	       check_way(run, NULL, port, CIDR_IPV6) == CHECK_WAY_OWN;
}

static bool is_unserved(struct check_run *run, const struct service *mail)
{
	return !listeners_first(&run->picture->listeners, "tcp", mail->port) &&
	       was_opened(run, mail->port);
}

/* Whatever opens it is meant to: by the configuration, which has it opened again. */
static bool is_wanted(struct check_run *run, const struct service *mail)
{
	const struct config *config = run->picture->config;
	const struct firewall *fw = &run->picture->firewall;

	if (config->check_services.n > 0 && !picture_why_shut(run->picture, mail))
		return true;
	for (size_t i = 0; i < fw->n; i++)
		if (scope_requires(&config->scope, &fw->entries[i].item) &&
		    check_item_opens(run, &fw->entries[i].item, mail->port))
			return true;
	return false;
}

/** check_is_unserved() - does it open what nobody serves, which no-listener says how to shut? */
bool check_is_unserved(struct check_run *run, const struct firewall_entry *entry)
{
	const struct service *mail = NULL, *only = NULL;
	struct item_ports ports;

	if (!check_is_asked(run, &check_no_listener) ||
	    !picture_knows(run->picture, check_no_listener.needs | check_no_listener.also) ||
	    (entry->item.kind != ITEM_SERVICE && entry->item.kind != ITEM_PORT) ||
	    (item_ports(&entry->item, &ports) && ports.first != ports.last))
		return false;
	while ((mail = services_next(mail, SERVICES_MAIL)))
		if (check_item_opens(run, &entry->item, mail->port))
			only = mail;
	return only && is_unserved(run, only) && !stopped_daemon(run->picture, only) &&
	       !is_wanted(run, only);
}

/* Ports that one command shuts, or one daemon serves: one cause. */
struct unserved {
	char *command; /* owned; NULL: there is none */
	const char *unit;
	struct builder names;
	size_t n;
};

#define UNSERVED_MAX 16

/* What is to be done about it; *unit: the daemon, where one is there that does not run. */
static int mend_unserved(char **out, const char **unit, struct check_run *run,
                         const struct service *mail)
{
	*unit = stopped_daemon(run->picture, mail);
	if (*unit)
		return shell_printf(out, "systemctl start %s", *unit);
	return is_wanted(run, mail) ? 0 : closing_command(out, run, mail);
}

static int gather(struct unserved all[UNSERVED_MAX], struct check_run *run,
                  const struct service *mail)
{
	_cleanup_free_ char *command = NULL;
	const char *unit;
	size_t i = 0;
	int r = mend_unserved(&command, &unit, run, mail);

	while (i < UNSERVED_MAX - 1 && all[i].n > 0 && !text_is_same(all[i].command, command))
		i++;
	if (r < 0)
		return r;
	if (all[i].n == 0)
		all[i].command = steal(command);
	all[i].unit = unit;
	builder_join(&all[i].names, ", ", mail->name);
	builder_addf(&all[i].names, " (%u/tcp)", mail->port);
	all[i].n++;
	return all[i].names.failed ? -ENOMEM : 0;
}

static int tell_unserved(struct check_run *run, struct unserved *one)
{
	return check_add(run, NULL, steal(one->command),
	                 "%s %s open, and nothing listens there%s%s%s", one->names.text,
	                 one->n == 1 ? "is" : "are", one->unit ? ": " : "",
	                 one->unit ? one->unit : "", one->unit ? " does not run" : "");
}

static int no_listener(struct check_run *run)
{
	struct unserved all[UNSERVED_MAX] = {{0}};
	const struct service *mail = NULL;
	int r = 0;

	while (r == 0 && (mail = services_next(mail, SERVICES_MAIL)))
		if (is_unserved(run, mail))
			r = gather(all, run, mail);
	for (size_t i = 0; i < UNSERVED_MAX && r == 0 && all[i].n > 0; i++)
		r = tell_unserved(run, &all[i]);
	for (size_t i = 0; i < UNSERVED_MAX; i++) {
		free(all[i].command);
		builder_deinit(&all[i].names);
	}
	return r;
}

const struct check check_no_listener = {
    .name = "no-listener",
    .severity = FINDING_WARNING,
    .help = "a mail port is open, and nothing listens on it",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .also = PICTURE_HOST,
    .status = true,
    .fn = no_listener,
};

static int on_loopback(struct check_run *run, const struct service *mail)
{
	const struct picture *picture = run->picture;
	const struct listeners *listeners = &picture->listeners;
	_cleanup_free_ char *command = NULL, *evidence = NULL;

	if (listeners_on(listeners, "tcp", mail->port, mail->port, AF_UNSPEC) !=
	        LISTENERS_LOOPBACK ||
	    !was_opened(run, mail->port))
		return 0;
	if (opening_command(&command, listeners_first(listeners, "tcp", mail->port), false) < 0 ||
	    (!command && closing_command(&command, run, mail) < 0))
		return -ENOMEM;
	evidence = who(listeners_first(listeners, "tcp", mail->port));
	return check_add(run, steal(evidence), steal(command),
	                 "%s (%u/tcp) is open, but served on loopback only", mail->name,
	                 mail->port);
}

static int loopback_only(struct check_run *run)
{
	return each_port(run, on_loopback);
}

const struct check check_loopback_only = {
    .name = "loopback-only",
    .severity = FINDING_WARNING,
    .help = "a mail port is open, and nobody but this machine is served",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .status = true,
    .fn = loopback_only,
};

/* Which server is meant to run nobody knows here, so that there is nothing to be typed. */
static int web_no_listener(struct check_run *run)
{
	const struct picture *picture = run->picture;
	const struct service *web = NULL;
	int r = 0;

	while (r == 0 && (web = services_next(web, SERVICES_WEB))) {
		enum listeners_answer answer = listeners_on(&picture->listeners, web->transport,
		                                            web->port, web->port, AF_UNSPEC);

		if ((answer == LISTENERS_NO || answer == LISTENERS_LOOPBACK) &&
		    strcmp(web->transport, "tcp") == 0 && was_opened(run, web->port))
			r = check_add(run, NULL, NULL, "%s (%u/tcp) is open, and %s", web->name,
			              web->port,
			              answer == LISTENERS_NO ? "nothing listens there"
			                                     : "it is served on loopback only");
	}
	return r;
}

const struct check check_web_no_listener = {
    .name = "web-no-listener",
    .severity = FINDING_WARNING,
    .help = "a web port is open, and nobody but this machine is served",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .status = true,
    .fn = web_no_listener,
};

static bool has_address(const struct picture *picture, enum cidr_family family)
{
	for (size_t i = 0; i < picture->n_addresses; i++)
		if (picture->addresses[i].cidr.family == family)
			return true;
	return false;
}

static int in_one_family(struct check_run *run, const struct service *mail)
{
	const struct picture *picture = run->picture;
	const struct listeners *listeners = &picture->listeners;
	bool on4 = listeners_on(listeners, "tcp", mail->port, mail->port, AF_INET) == LISTENERS_YES;
	bool on6 =
	    listeners_on(listeners, "tcp", mail->port, mail->port, AF_INET6) == LISTENERS_YES;
	_cleanup_free_ char *command = NULL;

	if (on4 == on6 || !has_address(picture, on4 ? CIDR_IPV6 : CIDR_IPV4) ||
	    check_way(run, NULL, mail->port, CIDR_IPV4) != CHECK_WAY_OWN ||
	    check_way(run, NULL, mail->port, CIDR_IPV6) != CHECK_WAY_OWN)
		return 0;
	if (opening_command(&command, listeners_first(listeners, "tcp", mail->port), true) < 0)
		return -ENOMEM;
	return check_add(run, who(listeners_first(listeners, "tcp", mail->port)), steal(command),
	                 "%s (%u/tcp) is open for %s too, but served over %s only", mail->name,
	                 mail->port, on4 ? "IPv6" : "IPv4", on4 ? "IPv4" : "IPv6");
}

static int one_family_only(struct check_run *run)
{
	return each_port(run, in_one_family);
}

const struct check check_one_family_only = {
    .name = "one-family-only",
    .severity = FINDING_WARNING,
    .help = "IPv4 and IPv6 are open, and only one of them is served",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .fn = one_family_only,
};

/** check_client_zone() - the zone of most clients; NULL: nobody can tell */
const char *check_client_zone(struct check_run *run)
{
	const char *interface = run->picture->client_interface, *zone = NULL;
	const struct packet packet = {.interface = interface[0] ? interface : NULL};

	run->failed |= dispatch_zone(&zone, &run->picture->firewall, &packet) < 0;
	return zone;
}

static bool is_served(const struct picture *picture, const struct service *mail)
{
	return listeners_on(&picture->listeners, "tcp", mail->port, mail->port, AF_UNSPEC) ==
	       LISTENERS_YES;
}

/* It was open, or a zone has it, for some or with nobody who comes through: meant so, or told by a
 * check that knows better. */
static bool is_told_elsewhere(struct check_run *run, const struct service *mail)
{
	const struct picture *picture = run->picture;
	const struct loss *loss = &picture->missing.loss;
	const struct firewall *fw = &picture->firewall;

	for (size_t i = 0; i < loss->n; i++)
		if ((loss_verdict_restores(loss->rows[i].verdict) ||
		     loss->rows[i].verdict == LOSS_UNATTRIBUTED) &&
		    check_item_opens(run, &loss->rows[i].item, mail->port))
			return true;
	for (size_t i = 0; i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    check_item_opens(run, &fw->entries[i].item, mail->port))
			return true;
	/* that a zone lacks it is told already */
	return strv_contains(&run->lacking, mail->name);
}

/* Now and for good; *out stays NULL where nobody can tell the zone. */
static int opening_services(char **out, struct check_run *run, const struct strv *services)
{
	const char *zone = check_client_zone(run);
	_cleanup_builder_ struct builder commands = BUILDER_NULL;

	if (!zone)
		return 0;
	check_add_opening(&commands, zone, services, false);
	check_add_opening(&commands, zone, services, true);
	for (size_t i = 0; i < services->n; i++) {
		check_add_raw_removal(&commands, run, zone, services->strings[i]);
		if (check_tell(run, zone, services_by_name(services->strings[i])) < 0)
			return -ENOMEM;
	}
	return builder_take(&commands, out);
}

static int shut_though_served(struct check_run *run, const struct service *mail)
{
	const struct picture *picture = run->picture;
	const struct listeners *listeners = &picture->listeners;
	const char *why_shut = picture_why_shut(picture, mail);
	_cleanup_strv_ struct strv service = STRV_NULL;
	_cleanup_free_ char *command = NULL;

	if (!is_served(picture, mail) || check_is_open(run, mail->port) ||
	    is_told_elsewhere(run, mail))
		return 0;
	if (strv_add(&service, mail->name) < 0 || opening_services(&command, run, &service) < 0)
		return -ENOMEM;
	return check_add_as(
	    run, why_shut ? FINDING_INFO : FINDING_WARNING,
	    who(listeners_first(listeners, "tcp", mail->port)), steal(command),
	    "%s (%u/tcp) is served, but open in no zone that packets come through%s%s", mail->name,
	    mail->port, why_shut ? ", " : "", why_shut ? why_shut : "");
}

/* Those that are served while no port of mail is open to anybody; else none. */
static int list_all_shut(struct strv *out, struct check_run *run)
{
	const struct picture *picture = run->picture;
	const struct service *mail = NULL;
	int r = 0;

	while (r == 0 && (mail = services_next(mail, SERVICES_MAIL))) {
		if (!is_served(picture, mail))
			continue;
		if (check_is_open(run, mail->port) || is_told_elsewhere(run, mail)) {
			strv_deinit(out);
			return 0;
		}
		if (!picture_why_shut(picture, mail))
			r = strv_add(out, mail->name);
	}
	return r;
}

/* A server that was just set up: mail is served, and the firewall is as it came. */
static int tell_all_shut(struct check_run *run, const struct strv *services)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *command = NULL, *names = NULL;
	int r;

	builder_join_all(&text, ", ", services);
	if (builder_take(&text, &names) < 0 || opening_services(&command, run, services) < 0)
		return -ENOMEM;
	r = check_add(run, NULL, steal(command),
	              "mail is served here (%s), and the firewall lets nobody in to any of it",
	              names);
	return r < 0 ? r : check_or(run, strdup("reload-guard setup"));
}

static int listening_closed(struct check_run *run)
{
	_cleanup_strv_ struct strv services = STRV_NULL;
	int r = list_all_shut(&services, run);

	if (r < 0 || services.n > 0)
		return r < 0 ? r : tell_all_shut(run, &services);
	return each_port(run, shut_though_served);
}

const struct check check_listening_closed = {
    .name = "listening-closed",
    .severity = FINDING_ERROR,
    .help = "a mail server listens on a port that is shut, or all of mail is shut",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .status = true,
    .fn = listening_closed,
};
