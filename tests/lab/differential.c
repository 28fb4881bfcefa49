// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * differential NAMESPACE WAYS PORT... - the model's verdict against the kernel's
 *
 * Reads the rules of the running firewalld and the chains of others, decides for each
 * way and port, then connects from within the client's network namespace, and compares
 * what connect() says with what the verdict says that it says. WAYS is a file with a
 * line for each: SOURCE DESTINATION INTERFACE MAC.
 *
 * A socket that is told of an ICMPv6 error while its connect() still runs heeds only the one
 * that answers the second SYN, after a second: so it is tried again with more patience.
 *
 * Ends with a line "N compared, N open, N refused, N timed out, N uncertain, N different";
 * exit status 0 when nothing is different, 1 when something is, 2 when it could not be done.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/model/packet/verdict.h"
#include "guard/model/packet/walk.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/system/kernel/route.h"

enum {
	WAYS_MAX = 1024,
	PORTS_MAX = 64,
	BATCH = 400,
	WAIT_MS = 300,
	PATIENCE_MS = 2000,
	ATTEMPTS = 2,
	TOLD_MAX = 6
};

struct way {
	char source[64], destination[64], interface[16], mac[20];
	struct cidr from, to;
};

struct probe {
	const struct way *way;
	unsigned port;
	unsigned source_port;
	int fd;
	int sees; /* errno; 0: open; -1: under way */
	enum verdict_stage stage;
	bool policy;
};

static struct {
	struct ruleset ruleset;
	struct way ways[WAYS_MAX];
	size_t n_ways;
	unsigned ports[PORTS_MAX];
	size_t n_ports;
	unsigned n_compared, n_open, n_refused, n_timed_out, n_uncertain, n_different, n_again;
	unsigned n_stage[VERDICT_STAGE_AFTER + 1][2]; /* what decided: zones, policies */
	struct {
		const char *doubt; /* static; what nobody knows */
		unsigned n;
	} doubts[20];
} run;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "differential: %s: %s\n", what, why);
	exit(2);
}

/* --- reading ------------------------------------------------------------------------------ */

static void read_rules(void)
{
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_bus_ struct bus *bus = NULL;
	_cleanup_firewalld_ struct firewalld *fw = NULL;
	const struct firewalld_query query = {.flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT,
	                                      .packets = true};
	struct firewalld_reading reading = {0};
	struct err err = ERR_NULL;

	if (loop_new(&loop) != 0 || bus_new(&bus, loop, &(struct bus_options){0}) != 0 ||
	    firewalld_new(&fw, bus, &(struct firewalld_options){0}) != 0)
		fail("bus", "out of memory");
	if (firewalld_connect_wait(fw, clock_monotonic_ms() + 10000, &err) != 0 ||
	    firewalld_read_wait(fw, &reading, &query, clock_monotonic_ms() + 30000, &err) != 0)
		fail("firewalld", err.text);
	if (reading.state != FIREWALL_STATE_RUNNING)
		fail("firewalld", "is not running as it should");
	run.ruleset = reading.ruleset;
	reading.ruleset = RULESET_NULL;
	firewalld_reading_deinit(&reading);
	if (nftrules_read(&run.ruleset, NFTRULES_OTHERS, 10000, &err) != 0)
		fail("nft", err.text);
	if (route_own_addresses(&run.ruleset, &err) != 0)
		fail("addresses", err.text);
	if (run.ruleset.n_skipped > 0)
		fail("not understood", run.ruleset.skipped);
}

static void read_ways(const char *path)
{
	FILE *in = fopen(path, "re");
	char line[256];

	if (!in)
		fail(path, strerror(errno));
	while (run.n_ways < WAYS_MAX && fgets(line, sizeof(line), in)) {
		struct way *way = &run.ways[run.n_ways++];

		if (sscanf(line, "%63s %63s %15s %19s", way->source, way->destination,
		           way->interface, way->mac) != 4 ||
		    cidr_parse(&way->from, way->source, CIDR_ADDRESS_ONLY, NULL) != 0 ||
		    cidr_parse(&way->to, way->destination, CIDR_ADDRESS_ONLY, NULL) != 0)
			fail(path, line);
	}
	(void)fclose(in);
}

/* On the first processor: the answers come in on the second (see the scenario). */
static void settle_down(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	(void)sched_setaffinity(0, sizeof(first), &first);
}

static void enter(const char *namespace)
{
	int fd = open(namespace, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(namespace, strerror(errno));
	(void)close(fd);
}

/* --- connecting --------------------------------------------------------------------------- */

static socklen_t address_of(struct sockaddr_storage *out, const char *text, unsigned port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		fail(text, "not an address");
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	return sizeof(*in6);
}

static unsigned own_port(int fd)
{
	struct sockaddr_storage own;
	socklen_t n = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &n) < 0)
		fail("getsockname", strerror(errno));
	/* In the same place of both. */
	return ntohs(((struct sockaddr_in *)&own)->sin_port);
}

static void start(struct probe *probe)
{
	struct sockaddr_storage address;
	struct linger linger = {.l_onoff = 1};
	socklen_t n = address_of(&address, probe->way->source, 0);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, n) < 0)
		fail(probe->way->source, strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	n = address_of(&address, probe->way->destination, probe->port);
	probe->fd = fd;
	probe->source_port = own_port(fd);
	probe->sees = -1;
	if (connect(fd, (struct sockaddr *)&address, n) == 0)
		probe->sees = 0;
	else if (errno != EINPROGRESS)
		probe->sees = errno;
}

static void finish(struct probe *probe)
{
	socklen_t n = sizeof(probe->sees);

	if (getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &probe->sees, &n) < 0)
		fail("getsockopt", strerror(errno));
}

static size_t under_way(const struct probe *probes, size_t n, struct pollfd *waiting, size_t *which)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (probes[i].sees != -1)
			continue;
		waiting[out] = (struct pollfd){.fd = probes[i].fd, .events = POLLOUT};
		which[out++] = i;
	}
	return out;
}

static void connect_all(struct probe *probes, size_t n, int wait_ms)
{
	static struct pollfd waiting[BATCH];
	static size_t which[BATCH];
	size_t left;
	int64_t deadline_ms;

	for (size_t i = 0; i < n; i++)
		start(&probes[i]);
	deadline_ms = clock_monotonic_ms() + wait_ms;
	while ((left = under_way(probes, n, waiting, which)) > 0) {
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			break;
		if (poll(waiting, (nfds_t)left, (int)left_ms) <= 0)
			continue;
		for (size_t i = 0; i < left; i++)
			if (waiting[i].revents)
				finish(&probes[which[i]]);
	}
	for (size_t i = 0; i < n; i++) {
		if (probes[i].sees == -1)
			probes[i].sees = ETIMEDOUT;
		(void)close(probes[i].fd);
	}
}

/* --- comparing ---------------------------------------------------------------------------- */

static void decide(struct verdict *verdict, const struct probe *probe)
{
	const struct packet packet = {
	    .source = probe->way->from,
	    .destination = &probe->way->to,
	    .interface = probe->way->interface,
	    .mac = probe->way->mac,
	    .protocol = "tcp",
	    .port = probe->port,
	    .source_port = probe->source_port,
	};

	if (walk_packet(verdict, &run.ruleset, &packet) != 0)
		fail("verdict", "out of memory");
}

static const char *doubt_of(const struct verdict *verdict)
{
	if (verdict->decider->doubt)
		return verdict->decider->doubt;
	for (size_t i = 0; i < verdict->n_steps; i++)
		if (!verdict->steps[i].certain && verdict->steps[i].doubt)
			return verdict->steps[i].doubt;
	return "which zone it comes into";
}

static void count_doubt(const char *doubt)
{
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(run.doubts) && run.doubts[i].doubt &&
	       strcmp(run.doubts[i].doubt, doubt) != 0)
		i++;
	run.doubts[i].doubt = doubt;
	run.doubts[i].n++;
}

static bool agrees(struct probe *probe, bool *certain)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	decide(&verdict, probe);
	*certain = verdict.certain;
	if (!verdict.certain)
		count_doubt(doubt_of(&verdict));
	probe->stage = verdict.decider->stage;
	probe->policy = verdict.decider->zone && verdict.decider->zone->is_policy;
	return verdict.client_errno == probe->sees;
}

static void tell(const struct probe *probe)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	decide(&verdict, probe);
	printf("DIFFERENT: %s:%u (%s, %s) to %s port %u: connect() says \"%s\", the verdict %s "
	       "\"%s\"\n",
	       probe->way->source, probe->source_port, probe->way->interface, probe->way->mac,
	       probe->way->destination, probe->port, probe->sees ? strerror(probe->sees) : "open",
	       verdict_action_name(verdict.action),
	       verdict.client_errno ? strerror(verdict.client_errno) : "open");
	for (size_t i = 0; i < verdict.n_steps; i++) {
		const struct verdict_step *step = &verdict.steps[i];

		printf("    %c %-16s %-12s %s%s\n", step == verdict.decider ? '>' : ' ',
		       verdict_stage_name(step->stage), step->zone ? step->zone->name : "",
		       step->value ? step->value : "", step->certain ? "" : " (?)");
	}
}

static void count(const struct probe *probe)
{
	run.n_stage[probe->stage][probe->policy]++;
	run.n_compared++;
	if (probe->sees == 0)
		run.n_open++;
	else if (probe->sees == ETIMEDOUT)
		run.n_timed_out++;
	else
		run.n_refused++;
}

/* Counts those that agree and those that nobody can know; the others stay, in front. */
static size_t sift(struct probe *probes, size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		bool certain, same = agrees(&probes[i], &certain);

		if (!certain) {
			run.n_compared++;
			run.n_uncertain++;
		} else if (same) {
			count(&probes[i]);
		} else {
			probes[left++] = probes[i];
		}
	}
	return left;
}

/* What was lost on a busy machine is not a difference: it is tried again, with patience. */
static void compare(struct probe *probes, size_t n)
{
	connect_all(probes, n, WAIT_MS);
	n = sift(probes, n);
	for (int attempt = 0; attempt < ATTEMPTS && n > 0; attempt++) {
		run.n_again += (unsigned)n;
		connect_all(probes, n, PATIENCE_MS);
		n = sift(probes, n);
	}
	for (size_t i = 0; i < n; i++) {
		run.n_compared++;
		run.n_different++;
		if (run.n_different <= TOLD_MAX)
			tell(&probes[i]);
	}
}

static void compare_all(void)
{
	size_t total = run.n_ways * run.n_ports, at = 0;

	while (at < total) {
		static struct probe probes[BATCH];
		size_t n = 0;

		for (; n < BATCH && at < total; n++, at++)
			probes[n] = (struct probe){.way = &run.ways[at / run.n_ports],
			                           .port = run.ports[at % run.n_ports]};
		compare(probes, n);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc - 3 > PORTS_MAX) {
		fprintf(stderr, "usage: differential NAMESPACE WAYS PORT...\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		run.ports[run.n_ports++] = (unsigned)atoi(argv[i]);
	(void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){4096, 4096});
	setlinebuf(stdout);
	read_ways(argv[2]);
	read_rules();
	settle_down();
	enter(argv[1]);
	compare_all();
	printf("decided by:");
	for (unsigned i = 0; i <= VERDICT_STAGE_AFTER; i++)
		for (unsigned j = 0; j < 2; j++)
			if (run.n_stage[i][j] > 0)
				printf(" %s%s=%u", j ? "policy-" : "",
				       verdict_stage_name((enum verdict_stage)i),
				       run.n_stage[i][j]);
	for (size_t i = 0; i < ARRAY_SIZE(run.doubts) && run.doubts[i].n > 0; i++)
		printf("\nnot known: %u %s", run.doubts[i].n, run.doubts[i].doubt);
	printf("\n%u compared, %u open, %u refused, %u timed out, %u uncertain, %u different, %u "
	       "tried again\n",
	       run.n_compared, run.n_open, run.n_refused, run.n_timed_out, run.n_uncertain,
	       run.n_different, run.n_again);
	ruleset_deinit(&run.ruleset);
	return run.n_different > 0;
}
