// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/model/mail/services.h"
#include "guard/report/report-probe.h"

enum { AFTER_BOOT_WAIT };

static const struct cli_option command_options[] = {
    [AFTER_BOOT_WAIT] = {"wait", 'w', "SECONDS", "how long to wait for firewalld (default 120)"},
};

#define DEFAULT_WAIT_S 120
#define WAIT_MAX_S     3600
#define LOOK_MS        500
#define PROGRESS_MS    5000
/* NetworkManager sends the zones of its connections one by one after firewalld is there. */
#define QUIET_MS 2000
#define PROBE_MS 8000

/* --- waiting ----------------------------------------------------------------------------- */

struct waiting {
	struct cli *cli;
	int64_t deadline_ms;
	int64_t told_ms;
	char digest[FIREWALL_DIGEST_LENGTH + 1]; /* of what was there last; "" : nothing yet */
	int64_t quiet_since_ms;
	int result; /* of the last look; 0, or why there was nothing to be seen */
};

static void progress(struct waiting *waiting, const char *what)
{
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms - waiting->told_ms < PROGRESS_MS)
		return;
	waiting->told_ms = now_ms;
	cli_note(waiting->cli, "waiting %s, for %lld seconds more at most", what,
	         (long long)((waiting->deadline_ms - now_ms) / 1000));
}

/* One look at all that firewalld holds; 0, or why it is not to be had. */
static int look(struct waiting *waiting, char digest[FIREWALL_DIGEST_LENGTH + 1])
{
	_cleanup_firewalld_session_ struct firewalld_session connection = FIREWALLD_SESSION_NULL;
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME};
	struct firewalld_reading reading = {0};
	int r;

	connection.deadline_ms = waiting->deadline_ms;
	r = firewalld_session_open(&connection, NULL);
	if (r == 0)
		r = firewalld_read_wait(connection.fw, &reading, &query, waiting->deadline_ms,
		                        NULL);
	if (r != 0)
		return r;
	r = reading.state == FIREWALL_STATE_RUNNING && !reading.stale ? 0 : -EAGAIN;
	firewall_digest(&reading.firewall, digest);
	firewalld_reading_deinit(&reading);
	return r;
}

/* True when firewalld runs and nothing has changed in it for a while. */
static bool has_settled(struct waiting *waiting)
{
	char digest[FIREWALL_DIGEST_LENGTH + 1];
	int64_t now_ms = clock_monotonic_ms();

	waiting->result = look(waiting, digest);
	if (waiting->result != 0) {
		waiting->digest[0] = '\0';
		progress(waiting, "for firewalld");
		return false;
	}
	if (strcmp(digest, waiting->digest) != 0) {
		memcpy(waiting->digest, digest, sizeof(digest));
		waiting->quiet_since_ms = now_ms;
		progress(waiting, "until firewalld's zones have settled");
	}
	return now_ms - waiting->quiet_since_ms >= QUIET_MS;
}

static int wait_until_settled(struct cli *cli, size_t seconds)
{
	struct waiting waiting = {
	    .cli = cli,
	    .deadline_ms = clock_monotonic_ms() + (int64_t)seconds * 1000,
	    .told_ms = clock_monotonic_ms(),
	};

	for (;;) {
		struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};

		if (has_settled(&waiting))
			return CLI_FINE;
		/* of root a firewalld that is not ready may say so, too */
		if (waiting.result == FIREWALLD_E_UNAUTHORIZED && geteuid() != 0)
			return cli_firewalld_failed(cli, waiting.result, NULL);
		if (clock_monotonic_ms() >= waiting.deadline_ms) {
			if (waiting.digest[0]) {
				cli_warn(cli, "firewalld's zones keep changing; going on");
				return CLI_FINE;
			}
			return cli_fail(cli, CLI_NO_FIREWALLD,
			                "firewalld did not come up within %zu seconds; see: "
			                "systemctl status firewalld",
			                seconds);
		}
		nanosleep(&pause, NULL);
	}
}

/* --- do the servers speak? --------------------------------------------------------------- */

#define PROBES_MAX 64

struct probes {
	char address[CIDR_TEXT_LENGTH];
	struct probe_target targets[PROBES_MAX];
	struct probe_result results[PROBES_MAX];
	struct report_probe rows[PROBES_MAX];
	size_t n;
};

struct own {
	struct sockaddr_storage address;
	socklen_t length;
};

static void take_address(struct own *own, const struct cidr *cidr)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&own->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&own->address;

	*own = (struct own){.length = sizeof(*v6)};
	own->address.ss_family = cidr->family == CIDR_IPV4 ? AF_INET : AF_INET6;
	if (cidr->family == CIDR_IPV4) {
		own->length = sizeof(*v4);
		memcpy(&v4->sin_addr, cidr->key + CIDR_KEY_LENGTH - 4, 4);
	} else {
		memcpy(&v6->sin6_addr, cidr->key + CIDR_KEY_LENGTH - 16, 16);
	}
}

/* An address that clients know this machine by: the first of IPv4, or else of IPv6. */
static bool own_address(const struct picture *picture, struct own *out, char *text)
{
	const struct cidr *found = NULL;

	for (size_t i = 0; i < picture->n_addresses; i++) {
		const struct picture_address *at = &picture->addresses[i];

		if (strcmp(at->interface, "lo") != 0 &&
		    (!found || (found->family == CIDR_IPV6 && at->cidr.family == CIDR_IPV4)))
			found = &at->cidr;
	}
	if (!found)
		return false;
	take_address(out, found);
	cidr_format(found, text);
	return true;
}

static void add_probe(struct probes *probes, const struct service *service, const struct own *own)
{
	struct probe_target *target = &probes->targets[probes->n];

	for (size_t i = 0; i < probes->n; i++)
		if (probes->rows[i].port == service->port)
			return;
	if (probes->n == PROBES_MAX)
		return;
	*target = (struct probe_target){
	    .address = own->address,
	    .address_length = own->length,
	    .protocol = service->dialogue,
	    .tls = service->tls,
	};
	/* both families have it at the same place */
	((struct sockaddr_in *)&target->address)->sin_port = htons((uint16_t)service->port);
	probes->rows[probes->n++] = (struct report_probe){
	    .address = probes->address,
	    .port = service->port,
	    .service = service->name,
	};
}

/* What is open to clients and can be spoken to. */
static int choose_probes(struct cli *cli, struct probes *probes, const struct status *status)
{
	struct own own;

	if (!own_address(status->picture, &own, probes->address))
		return cli_fail(cli, CLI_NOT_FINE,
		                "this machine has no address that others could reach it by, so "
		                "whether its servers answer is not known");
	for (size_t i = 0; i < status->n; i++) {
		const struct status_item *item = &status->items[i];
		const struct service *service = NULL;
		unsigned first, last;
		char protocol[8];

		if (!item->open)
			continue;
		if (item->item.kind == ITEM_SERVICE)
			service = services_spoken(services_by_name(item->item.value));
		else if (item->item.kind == ITEM_PORT &&
		         item_port_parse(item->item.value, &first, &last, protocol) &&
		         first == last)
			service = services_spoken(services_by_port(first, protocol));
		if (service)
			add_probe(probes, service, &own);
	}
	return CLI_FINE;
}

/* From inside: whether servers speak. Their certificates' names are the clients' affair. */
static int run_probes(struct cli *cli, struct probes *probes)
{
	_cleanup_loop_ struct loop *loop = NULL;
	struct err err = ERR_NULL;
	int r = loop_new(&loop);

	if (r == 0)
		r = probe_run(loop, probes->targets, probes->n, PROBE_MS, probes->results, &err);
	if (r < 0)
		return cli_fail(cli, CLI_NOT_FINE, "%s", err_text(&err, r));
	for (size_t i = 0; i < probes->n; i++) {
		probes->rows[i].result = probes->results[i];
		probes->rows[i].result.tls.faults &= TLS_CERT_EXPIRED | TLS_CERT_NOT_YET;
	}
	return CLI_FINE;
}

static bool all_serve(const struct probes *probes)
{
	for (size_t i = 0; i < probes->n; i++)
		if (!report_probe_is_fine(&probes->rows[i]))
			return false;
	return true;
}

/* --- the answer -------------------------------------------------------------------------- */

/* In JSON the three answers become one document: each is written to memory first. */
struct part {
	FILE *file;
	char *text; /* owned */
	size_t length;
};

static void part_begin(struct cli *cli, struct part *part, bool *failed)
{
	if (!cli->json)
		return;
	part->file = open_memstream(&part->text, &part->length);
	*failed |= !part->file;
	cli->out = part->file;
}

static json_t *part_end(struct cli *cli, struct part *part, bool *failed)
{
	json_t *document;

	cli->out = NULL;
	if (!part->file)
		return NULL;
	fclose(part->file);
	document = json_loadb(part->text, part->length, 0, NULL);
	free(part->text);
	/* a command that failed has said nothing, which is no answer rather than a broken one */
	if (!document && part->length == 0)
		return json_null();
	*failed |= !document;
	return document;
}

struct answer {
	json_t *restore, *probes, *status;
	bool failed; /* one of them could not be kept */
	int worst;
};

static void note_status(struct answer *answer, int status)
{
	if (status > answer->worst)
		answer->worst = status;
}

static void restore(struct cli *cli, struct answer *answer)
{
	static const struct cli_args args = {.n_words = 0};
	struct part part = {0};

	part_begin(cli, &part, &answer->failed);
	note_status(answer, cmd_restore.exec(cli, &args));
	answer->restore = part_end(cli, &part, &answer->failed);
}

static void look_and_probe(struct cli *cli, struct answer *answer)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = STATUS_NULL;
	_cleanup_free_ struct probes *probes = calloc(1, sizeof(*probes));
	struct part part = {0};
	struct report report;
	int r = probes ? cli_status(cli, &picture, &status, NULL) : CLI_NOT_FINE;

	note_status(answer, r != CLI_FINE ? r : cli_reached(cli, &picture, PICTURE_FIREWALLD));
	if (r != CLI_FINE)
		return;
	note_status(answer, choose_probes(cli, probes, &status));
	note_status(answer, run_probes(cli, probes));
	note_status(answer,
	            all_serve(probes) && !status_is_degraded(&status) ? CLI_FINE : CLI_NOT_FINE);
	part_begin(cli, &part, &answer->failed);
	cli_report(cli, &report);
	if (probes->n &&
	    report_probes(&report, probes->address, probes->rows, probes->n, clock_now_us()) < 0)
		note_status(answer, CLI_NOT_FINE);
	answer->probes = part_end(cli, &part, &answer->failed);
	part_begin(cli, &part, &answer->failed);
	cli_report(cli, &report);
	if (report_status(&report, &status) < 0)
		note_status(answer, CLI_NOT_FINE);
	answer->status = part_end(cli, &part, &answer->failed);
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	struct answer answer = {0};
	size_t seconds = DEFAULT_WAIT_S;
	struct report report;
	int r;

	if (args->values[AFTER_BOOT_WAIT] &&
	    !cli_parse_count(cli, "wait", args->values[AFTER_BOOT_WAIT], WAIT_MAX_S, &seconds))
		return CLI_USAGE;
	r = cli_load_config(cli);
	if (r == CLI_FINE)
		r = wait_until_settled(cli, seconds);
	if (r != CLI_FINE)
		return r;
	signal(SIGPIPE, SIG_IGN); /* servers may hang up */
	cli->now_us = clock_now_us();
	restore(cli, &answer);
	cli->now_us = clock_now_us();
	cli->deadline_ms = clock_monotonic_ms() + CLI_PATIENCE_MS;
	look_and_probe(cli, &answer);
	if (!cli->json)
		return answer.worst;
	cli_report(cli, &report);
	if (answer.failed ||
	    report_put_document(&report,
	                        json_pack("{s:o*, s:o*, s:o*}", "restore", answer.restore, "probes",
	                                  answer.probes, "status", answer.status)) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return answer.worst;
}

const struct cli_command cmd_after_boot = {
    .name = "after-boot",
    .words = "",
    .summary = "after a reboot: wait for firewalld, restore, probe, report",
    .help = "Waits until firewalld runs and its zones have settled (NetworkManager sends its\n"
            "own after firewalld is there), restores what the reboot took, connects to each\n"
            "open mail and web service to see whether its server speaks, and prints what it\n"
            "did and how things stand. It may run at any time, also beside the watcher.\n"
            "reload-guard-after-boot.service runs it at each boot.\n",
    .examples = "  reload-guard after-boot\n"
                "  reload-guard --json after-boot | jq .status.findings\n",
    .statuses = "  0  everything is open and served\n"
                "  1  something is not\n"
                "  2  usage or configuration\n"
                "  3  firewalld did not come up, or is not in a state to be trusted\n"
                "  4  the store cannot be used; only what is required was restored\n",
    CLI_OPTIONS(command_options),
    .exec = exec,
};
