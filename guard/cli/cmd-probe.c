// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <netdb.h>
#include <signal.h>
#include <netinet/in.h>
#include <string.h>

#include "guard/base/cidr.h"
#include "guard/model/mail/services.h"
#include "guard/report/report-probe.h"

enum { PROBE_INSECURE, PROBE_NAME, PROBE_TIMEOUT };

static const struct cli_option command_options[] = {
    [PROBE_INSECURE] = {"insecure", 'k', NULL,
                        "a certificate that nobody trusted has signed is no fault"},
    [PROBE_NAME] = {"name", 'N', "NAME",
                    "the name the certificate must have (default HOST, unless an address)"},
    [PROBE_TIMEOUT] = {"timeout", 't', "SECONDS", "how long to wait for each answer (default 10)"},
};

#define ADDRESSES_MAX   8
#define DEFAULT_SECONDS 10 /* postscreen lets a client wait for 6 */
#define SECONDS_MAX     300

struct wanted {
	unsigned port;
	const struct service *service; /* NULL: a port that nobody knows */
};

struct run {
	struct wanted *wanted; /* owned */
	size_t n_wanted;
	char (*addresses)[NI_MAXHOST]; /* owned; as text, one for each of hosts */
	struct sockaddr_storage *hosts;
	socklen_t *lengths;
	size_t n_hosts;
	struct probe_target *targets; /* owned; hosts times wanted, the hosts first */
	struct probe_result *results; /* owned */
	struct report_probe *rows;    /* owned */
};

static void run_deinit(struct run *run)
{
	free(run->wanted);
	free(run->addresses);
	free(run->hosts);
	free(run->lengths);
	free(run->targets);
	free(run->results);
	free(run->rows);
}

/* 993, 993/tcp or imaps. */
static bool parse_wanted(struct wanted *out, const char *word)
{
	unsigned first, last;
	char protocol[8], text[32];

	out->service = services_spoken(services_by_name(word));
	if (out->service) {
		out->port = out->service->port;
		return true;
	}
	snprintf(text, sizeof(text), strchr(word, '/') ? "%s" : "%s/tcp", word);
	if (strlen(word) > 16 || !item_port_parse(text, &first, &last, protocol) || first != last ||
	    strcmp(protocol, "tcp") != 0)
		return false;
	out->port = first;
	out->service = services_spoken(services_by_port(first, "tcp"));
	return true;
}

/* What is tried when nothing is named: what every server of mail is expected to have. */
static int take_expected(struct cli *cli, struct run *run)
{
	const struct service *service = NULL;
	size_t capacity = 0;

	while ((service = services_next(service, SERVICES_MAIL))) {
		if (!service->expected)
			continue;
		if (grow(&run->wanted, &capacity, run->n_wanted + 1, sizeof(*run->wanted)) < 0)
			return cli_fail(cli, CLI_NOT_FINE, "out of memory");
		run->wanted[run->n_wanted++] =
		    (struct wanted){.port = service->port, .service = service};
	}
	return CLI_FINE;
}

static int parse_words(struct cli *cli, struct run *run, const char *const *words, size_t n)
{
	run->wanted = calloc(n, sizeof(*run->wanted));
	if (!run->wanted)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	for (size_t i = 0; i < n; i++)
		if (!parse_wanted(&run->wanted[run->n_wanted++], words[i]))
			return cli_fail(cli, CLI_USAGE,
			                "\"%s\" is neither a TCP port nor a service that can be "
			                "probed, such as imaps",
			                words[i]);
	return CLI_FINE;
}

/* All addresses of the host: a client takes any of them. */
static int resolve(struct cli *cli, struct run *run, const char *host)
{
	struct addrinfo *list = NULL;
	int r = cli_look_up(cli, &list, host, CLI_NOT_FINE);

	if (r != CLI_FINE)
		return r;
	run->addresses = calloc(ADDRESSES_MAX, sizeof(*run->addresses));
	run->hosts = calloc(ADDRESSES_MAX, sizeof(*run->hosts));
	run->lengths = calloc(ADDRESSES_MAX, sizeof(*run->lengths));
	for (const struct addrinfo *info = list; info && run->n_hosts < ADDRESSES_MAX;
	     info = info->ai_next) {
		size_t at = run->n_hosts;

		if (!run->addresses || !run->hosts || !run->lengths ||
		    getnameinfo(info->ai_addr, info->ai_addrlen, run->addresses[at],
		                sizeof(run->addresses[at]), NULL, 0, NI_NUMERICHOST) != 0)
			break;
		memcpy(&run->hosts[at], info->ai_addr, info->ai_addrlen);
		run->lengths[at] = info->ai_addrlen;
		run->n_hosts++;
	}
	freeaddrinfo(list);
	return run->n_hosts ? CLI_FINE : cli_fail(cli, CLI_NOT_FINE, "%s: no address", host);
}

static void set_port(struct sockaddr_storage *address, unsigned port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
}

static int make_targets(struct cli *cli, struct run *run, const char *name, bool insecure)
{
	size_t n = run->n_hosts * run->n_wanted;

	run->targets = calloc(n, sizeof(*run->targets));
	run->results = calloc(n, sizeof(*run->results));
	run->rows = calloc(n, sizeof(*run->rows));
	if (!run->targets || !run->results || !run->rows)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct wanted *wanted = &run->wanted[i % run->n_wanted];
		size_t host = i / run->n_wanted;

		run->targets[i] = (struct probe_target){
		    .address = run->hosts[host],
		    .address_length = run->lengths[host],
		    .protocol = wanted->service ? wanted->service->dialogue : DIALOGUE_NONE,
		    .tls = wanted->service && wanted->service->tls,
		    .name = name,
		};
		set_port(&run->targets[i].address, wanted->port);
		run->rows[i] = (struct report_probe){
		    .address = run->addresses[host],
		    .port = wanted->port,
		    .service = wanted->service ? wanted->service->name : NULL,
		    .insecure = insecure,
		};
	}
	return CLI_FINE;
}

static int probe(struct cli *cli, struct run *run, const char *host, int timeout_ms)
{
	_cleanup_loop_ struct loop *loop = NULL;
	size_t n = run->n_hosts * run->n_wanted;
	struct err err = ERR_NULL;
	struct report report;
	bool fine = true;
	int r = loop_new(&loop);

	cli_note(cli, "trying %zu port%s of %s, up to %d seconds for each answer", n,
	         text_plural(n), host, timeout_ms / 1000);
	if (r == 0)
		r = probe_run(loop, run->targets, n, timeout_ms, run->results, &err);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	for (size_t i = 0; i < n; i++) {
		run->rows[i].result = run->results[i];
		fine = fine && report_probe_is_fine(&run->rows[i]);
	}
	cli_report(cli, &report);
	if (report_probes(&report, host, run->rows, n, cli->now_us) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return fine ? CLI_FINE : CLI_NOT_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {0};
	const char *host, *name = args->values[PROBE_NAME];
	size_t seconds = DEFAULT_SECONDS;
	struct cidr address;
	int r;

	host = args->words[0];
	if (args->values[PROBE_TIMEOUT] &&
	    !cli_parse_count(cli, "timeout", args->values[PROBE_TIMEOUT], SECONDS_MAX, &seconds))
		return CLI_USAGE;
	if (seconds == 0)
		return cli_fail(cli, CLI_USAGE, "--timeout needs at least one second");
	/* Who asks for an address does not say what the certificate is to be for. */
	if (!name && cidr_parse(&address, host, CIDR_ADDRESS_ONLY, NULL) != 0)
		name = host;
	if (args->n_words > 1)
		r = parse_words(cli, &run, (const char *const *)args->words + 1, args->n_words - 1);
	else
		r = take_expected(cli, &run);
	if (r == CLI_FINE)
		r = resolve(cli, &run, host);
	if (r == CLI_FINE)
		r = make_targets(cli, &run, name, args->values[PROBE_INSECURE] != NULL);
	if (r != CLI_FINE)
		return r;
	/* a server that hangs up is a result, not the end of this */
	signal(SIGPIPE, SIG_IGN);
	return probe(cli, &run, host, (int)seconds * 1000);
}

const struct cli_command cmd_probe = {
    .name = "probe",
    .words = "HOST [PORT|SERVICE]…",
    .summary = "connect to mail services as a client does, and show the answers",
    .help = "Connects to each port of each address of HOST, waits for the greeting, asks\n"
            "whether STARTTLS is offered, shakes hands, and looks at the certificate. It does\n"
            "not log in. It tells refused, timed out, and let in but not served apart, and says\n"
            "what each means for the firewall: run it from outside, and on the server itself. "
            "Without a port: smtp, smtp-submission, smtps, imap, imaps and pop3s.\n",
    .examples = "  reload-guard probe mail.example.org\n"
                "  reload-guard probe --name mail.example.org 192.0.2.25 imaps 587\n"
                "  reload-guard --json probe mail.example.org | jq '.probes[].outcome'\n",
    .statuses = "  0  all of them serve, with certificates that clients accept (--insecure: or\n"
                "     that nobody has signed whom this system trusts)\n"
                "  1  one of them does not, or HOST is unknown\n"
                "  2  usage or configuration\n",
    .min_words = 1,
    .max_words = 65,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
