// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli-explain.h"

#include <errno.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "guard/model/mail/services.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/report/report-explain.h"

enum { EXPLAIN_INTERFACE, EXPLAIN_RULES };

static const struct cli_option command_options[] = {
    [EXPLAIN_INTERFACE] = {"interface", 'i', "INTERFACE",
                           "where the packet arrives (default: where answers go out)"},
    [EXPLAIN_RULES] = {"rules", 'r', NULL,
                       "show the nft rules that the packet meets, with their handles"},
};

/* As much as a person waits for. */
#define NFT_MS 4000

struct run {
	struct cli *cli;
	struct firewalld_session connection;
	struct cli_explain asked;
	struct ruleset kernel; /* of --rules */
};

static void run_deinit(struct run *run)
{
	cli_explain_deinit(&run->asked);
	ruleset_deinit(&run->kernel);
	firewalld_session_close(&run->connection);
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

/* --- what is asked ------------------------------------------------------------------------ */

static const char *usual_service(unsigned port, const char *protocol)
{
	const struct service *service = services_by_port(port, protocol);

	return service && service->purpose != SERVICES_OTHER ? service->name : NULL;
}

static int no_such(struct run *run, const char *word)
{
	return cli_fail(run->cli, CLI_USAGE,
	                "\"%.100s\" is neither a port (465, 465/tcp) nor a service", word);
}

static int add_port(struct run *run, const char *protocol, unsigned port, const char *service)
{
	if (!service)
		service = usual_service(port, protocol);
	return explain_add(&run->asked.explain, protocol, port, service, true) < 0
	           ? out_of_memory(run)
	           : CLI_FINE;
}

static int add_ports(struct run *run, const struct strv *ports, const char *service)
{
	int r = CLI_FINE;

	for (size_t i = 0; i < ports->n && r == CLI_FINE; i++) {
		unsigned first, last;
		char protocol[8];

		if (item_port_parse(ports->strings[i], &first, &last, protocol))
			r = add_port(run, protocol, first, service);
	}
	return r;
}

/* A service of firewalld's, with what it includes, one step deep. */
static int add_service(struct run *run, const char *name, bool *found)
{
	struct firewalld_service service = {0};
	struct err err = ERR_NULL;
	int r = run->connection.result;

	if (r == 0)
		r = firewalld_service_wait(run->connection.fw, &service, name,
		                           clock_monotonic_ms() + FIREWALLD_SESSION_MS, &err);
	r = firewalld_session_result(&run->connection, r, &err);
	*found = r == 0;
	/* without firewalld the usual names are good enough */
	if (r == FIREWALLD_E_INVALID_SERVICE || run->connection.result != 0)
		return CLI_FINE;
	if (r != 0)
		return cli_firewalld_failed(run->cli, r, &err);
	r = add_ports(run, &service.ports, name);
	for (size_t i = 0; i < service.includes.n && r == CLI_FINE; i++) {
		struct firewalld_service inner = {0};

		if (firewalld_service_wait(run->connection.fw, &inner, service.includes.strings[i],
		                           clock_monotonic_ms() + FIREWALLD_SESSION_MS, NULL) == 0)
			r = add_ports(run, &inner.ports, service.includes.strings[i]);
		firewalld_service_deinit(&inner);
	}
	firewalld_service_deinit(&service);
	return r;
}

/* What has a digit first and no letter, or a slash in it, was meant for a port. */
static bool is_number(const char *word)
{
	return strchr(word, '/') || strspn(word, "0123456789") == strlen(word);
}

/* PORT/PROTOCOL, or PORT, which is TCP's. Return: 1 or 0; -ENOMEM. */
static int parse_port(const char *word, unsigned *port, char protocol[8])
{
	_cleanup_free_ char *tcp = NULL;
	unsigned last;

	if (xasprintf(&tcp, "%s/tcp", word) < 0)
		return -ENOMEM;
	return (item_port_parse(word, port, &last, protocol) ||
	        item_port_parse(tcp, port, &last, protocol)) &&
	       *port == last;
}

/* Before firewalld is asked for anything. */
static int check_word(struct run *run, const char *word)
{
	unsigned port;
	char protocol[8];
	int r = is_number(word) ? parse_port(word, &port, protocol) : 1;

	return r < 0 ? out_of_memory(run) : r > 0 ? CLI_FINE : no_such(run, word);
}

static int add_word(struct run *run, const char *word)
{
	unsigned first, last;
	char protocol[8];
	bool found = false;
	int r = parse_port(word, &first, protocol);

	if (r < 0)
		return out_of_memory(run);
	if (r > 0)
		return add_port(run, protocol, first, NULL);
	r = strchr(word, '/') ? no_such(run, word) : add_service(run, word, &found);
	if (r != CLI_FINE || found)
		return r;
	/* Names move between firewalld's releases; the table has the usual ones. */
	if (services_port_range(word, &first, &last) && first == last)
		return add_port(run, "tcp", first, word);
	return no_such(run, word);
}

static int add_words(struct run *run, const struct cli_args *args)
{
	int r = CLI_FINE;

	for (size_t i = 1; i < args->n_words && r == CLI_FINE; i++)
		r = add_word(run, args->words[i]);
	if (args->n_words == 1 && explain_add_usual(&run->asked.explain) < 0)
		r = out_of_memory(run);
	if (r == CLI_FINE && run->asked.explain.n_ports == 0)
		r = cli_fail(run->cli, CLI_USAGE, "the named service has no port");
	return r;
}

/* --- what is read ------------------------------------------------------------------------- */

static bool is_bound(const struct ruleset *ruleset, const char *interface)
{
	for (size_t i = 0; i < ruleset->n_zones; i++)
		if (strv_contains(&ruleset->zones[i].interfaces, interface))
			return true;
	return false;
}

/* A mistyped name would be answered for: by the default zone. */
static int check_interface(struct run *run, const char *interface)
{
	if (!interface || if_nametoindex(interface) != 0)
		return CLI_FINE;
	if (!is_bound(&run->asked.picture.ruleset, interface))
		return cli_fail(run->cli, CLI_USAGE,
		                "there is no interface \"%.100s\" on this machine, and no zone has "
		                "it; see: ip -brief link",
		                interface);
	cli_warn(run->cli, "there is no interface \"%.100s\" on this machine now", interface);
	return CLI_FINE;
}

/* The first of a host's addresses is what most clients would take. */
static int resolve(struct run *run, const char *name)
{
	struct addrinfo *list = NULL;
	char address[INET6_ADDRSTRLEN];
	int r = cli_look_up(run->cli, &list, name, CLI_USAGE);

	if (r != CLI_FINE)
		return r;
	if (getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0,
	                NI_NUMERICHOST) != 0 ||
	    cidr_parse(&run->asked.explain.packet.source, address, CIDR_ADDRESS_ONLY, NULL) != 0)
		r = cli_fail(run->cli, CLI_USAGE, "%s: no address", name);
	else if (list->ai_next)
		cli_note(run->cli, "%s is %s, and others; for another one give the address", name,
		         address);
	else
		cli_note(run->cli, "%s is %s", name, address);
	freeaddrinfo(list);
	return r;
}

static int parse_address(struct run *run, const char *word)
{
	struct cidr range;

	if (cidr_parse(&run->asked.explain.packet.source, word, CIDR_ADDRESS_ONLY, NULL) == 0)
		return CLI_FINE;
	if (text_is_host_name(word))
		return resolve(run, word);
	return cli_fail(run->cli, CLI_USAGE,
	                cidr_parse(&range, word, CIDR_NETMASK, NULL) == 0
	                    ? "\"%.100s\" is a range; give one address of it, such as 192.0.2.7"
	                    : "\"%.100s\" is not an address; give one such as 192.0.2.7 or "
	                      "2001:db8::7",
	                word);
}

/* What of it cannot be had is told; the rest is an answer, too. */
static int read_rules(struct run *run)
{
	struct err err = ERR_NULL;
	int r = nftrules_read_worded(&run->kernel, NFT_MS, &err);

	if (r == 0)
		r = route_own_addresses(&run->kernel, &err);
	if (r == -ENOMEM)
		return out_of_memory(run);
	if (r == 0)
		run->asked.explain.kernel = &run->kernel;
	else
		cli_warn(run->cli, "without the kernel's rules: %s", err.text);
	return CLI_FINE;
}

static int explain_all(struct run *run, const struct cli_args *args)
{
	struct report report;
	int r, reached;

	run->connection.silence_ms = CLI_SILENCE_MS;
	run->connection.deadline_ms = run->cli->deadline_ms;
	(void)!firewalld_session_open(&run->connection, NULL);
	r = add_words(run, args);
	if (r == CLI_FINE)
		r = cli_explain_read(run->cli, &run->asked, &run->connection);
	if (r == CLI_FINE)
		r = check_interface(run, args->values[EXPLAIN_INTERFACE]);
	if (r == CLI_FINE && args->values[EXPLAIN_RULES])
		r = read_rules(run);
	if (r != CLI_FINE)
		return r;
	reached = cli_reached(run->cli, &run->asked.picture, PICTURE_RULES);
	/* what one that does not answer held, or the kernel has, is better than nothing */
	if (reached != CLI_FINE && !picture_stands_in(&run->asked.picture))
		return reached;
	if (cli_explain_decide(run->cli, &run->asked, args->values[EXPLAIN_INTERFACE]) < 0)
		return out_of_memory(run);
	cli_report(run->cli, &report);
	if (report_explain(&report, &run->asked.explain, &run->asked.picture) < 0)
		return out_of_memory(run);
	if (reached != CLI_FINE)
		return reached;
	return explain_is_fine(&run->asked.explain) ? CLI_FINE : CLI_NOT_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {.cli = cli, .asked = CLI_EXPLAIN_NULL};
	int r;

	run.asked.explain.now_us = cli->now_us;
	r = parse_address(&run, args->words[0]);
	for (size_t i = 1; i < args->n_words && r == CLI_FINE; i++)
		r = check_word(&run, args->words[i]);
	if (r == CLI_FINE)
		r = cli_load_config(cli);
	return r == CLI_FINE ? explain_all(&run, args) : r;
}

const struct cli_command cmd_explain = {
    .name = "explain",
    .words = "ADDRESS|HOST [PORT/PROTO|SERVICE]…",
    .summary = "which rule lets a client in or keeps it out, and why",
    .help = "Follows a packet from ADDRESS, or from the first address of HOST: chains and direct "
            "rules before firewalld, the zone\n"
            "that the address or interface leads to, policies, rich rules by priority, services\n"
            "and ports, the target. For each port (default: those of mail and web) it shows the\n"
            "verdict, what the client sees, which rule decides and why it came first, who added\n"
            "it and how long it stays, and the commands that change it. A verdict with a\n"
            "question mark depends on something that cannot be known. With --interface: what\n"
            "arrives where answers do not go out may be dropped by the reverse path filter. With\n"
            "--rules: the rules of nft that the packet meets in the kernel, in their order, as nft\n"
            "prints them.\n",
    .examples = "  reload-guard explain 101.13.5.7\n"
                "  reload-guard explain 101.13.5.7 465/tcp submission\n"
                "  reload-guard explain mail.example.org imaps\n"
                "  reload-guard explain 101.13.5.7 993 --rules\n"
                "  reload-guard --json explain 2001:db8::7 imaps --interface eth1\n",
    .statuses = "  0  the client is let in\n"
                "  1  something is refused, or nobody can be certain (without ports: one that\n"
                "     is open or served)\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or is not in a state to be trusted\n",
    .min_words = 1,
    .max_words = 64,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
