// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/kernel/netlink.c guard/system/kernel/bantables.c
// guard/system/kernel/fwtables.c Parses: guard/system/kernel/foreigntables.c
// guard/system/kernel/chainchange.c Parses: guard/system/kernel/generation.c
// guard/system/kernel/listeners.c guard/system/kernel/links.c Parses: guard/system/kernel/route.c
// guard/system/kernel/gateways.c Parses: guard/system/kernel/nftrules-family.c
/*
 * Whatever the kernel answers: whom others keep away, what is in force, who listens, the ways out.
 * The input's first byte says who asks; then come the answers to its questions, one behind the
 * other, each up to its end of a list or an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>

#include "guard/system/host/file.h"
#include "guard/system/kernel/bantables.h"
#include "guard/system/kernel/foreigntables.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/gateways.h"
#include "guard/system/kernel/generation.h"
#include "guard/system/kernel/links.h"
#include "guard/system/kernel/listeners.h"
#include "guard/system/kernel/nftrules-internal.h"
#include "guard/system/kernel/route.h"

#include "tests/fuzz/fuzz.h"

#ifdef FUZZING
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

/* --- a kernel ------------------------------------------------------------------------------ */

static const uint8_t *answers;
static size_t n_answers; /* bytes that are left */

int socket(int domain, int type, int protocol)
{
	(void)type;
	(void)protocol;
	FUZZ_CHECK(domain == AF_NETLINK);
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

ssize_t sendto(int fd, const void *data, size_t n, int flags, const struct sockaddr *to,
               socklen_t length)
{
	(void)fd;
	(void)data;
	(void)flags;
	(void)to;
	(void)length;
	return (ssize_t)n;
}

/* Up to the end of a list, or an error; what is malformed is of one piece with the rest. */
static size_t answer_length(void)
{
	struct nlmsghdr header;
	size_t at = 0;

	while (n_answers - at >= sizeof(header)) {
		memcpy(&header, answers + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > n_answers - at)
			break;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
		if (at >= n_answers)
			break;
		if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR)
			return at;
	}
	return n_answers;
}

/* What is behind the answer was not written, and is not to be read. */
ssize_t recvfrom(int fd, void *out, size_t size, int flags, struct sockaddr *from,
                 socklen_t *from_length)
{
	size_t n = answer_length();

	(void)fd;
	(void)flags;
	(void)from;
	(void)from_length;
	if (n == 0) {
		errno = EAGAIN;
		return -1;
	}
	n = n < size ? n : size;
	ASAN_UNPOISON_MEMORY_REGION(out, size);
	memcpy(out, answers, n);
	ASAN_POISON_MEMORY_REGION((char *)out + n, size - n);
	answers += n;
	n_answers -= n;
	return (ssize_t)n;
}

/* --- who asks ------------------------------------------------------------------------------ */

static void check_ranges(const struct rangeset *set)
{
	for (size_t i = 0; i < set->n; i++)
		FUZZ_CHECK(
		    memcmp(set->ranges[i].first, set->ranges[i].last, CIDR_KEY_LENGTH) <= 0 &&
		    (i == 0 ||
		     memcmp(set->ranges[i - 1].last, set->ranges[i].first, CIDR_KEY_LENGTH) < 0));
}

static void read_bans(void)
{
	_cleanup_banplaces_ struct banplaces places = BANPLACES_NULL;

	if (bantables_read_once(&places) != 0)
		FUZZ_CHECK(places.n == 0);
	for (size_t i = 0; i < places.n; i++) {
		FUZZ_CHECK(strchr(places.places[i].name, ' '));
		FUZZ_CHECK(banplaces_find(&places, places.places[i].name) == &places.places[i]);
		check_ranges(&places.places[i].addresses);
	}
}

static void read_own(void)
{
	struct fwtables now = FWTABLES_NULL;

	if (fwtables_read_once(&now) != 0)
		FUZZ_CHECK(fwtables_is_empty(&now));
	FUZZ_CHECK((now.owned & ~now.tables) == 0 && !fwtables_lack(&now, &now));
}

static void read_loaded(void)
{
	(void)fwtables_loaded();
}

static void read_foreign(void)
{
	_cleanup_foreign_ struct foreign now = FOREIGN_NULL;
	struct nfsocket sock = NFSOCKET_NULL;

	if (foreigntables_read(&now, &sock) != 0)
		FUZZ_CHECK(now.n == 0);
	nfsocket_close(&sock);
	(void)foreigntables_have(false, "filter", "f2b-sshd");
}

static void read_listeners(void)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;

	if (listeners_read(&listeners, NULL) != 0)
		FUZZ_CHECK(listeners.n == 0);
	for (size_t i = 0; i < listeners.n; i++)
		FUZZ_CHECK(listeners.sockets[i].port > 0 && listeners.sockets[i].port <= 65535);
	(void)listeners_on(&listeners, "tcp", 25, 25, AF_INET);
}

static int check_tie(const struct link_tie *tie, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(memchr(tie->interface, '\0', 65536));
	return 0;
}

static void read_ties(void)
{
	(void)!links_ties(check_tie, NULL);
}

static int check_network(const char *interface, const struct cidr *network, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(strlen(interface) < IF_NAMESIZE && network->prefix > 0);
	return 0;
}

static void read_routes(void)
{
	_cleanup_rangeset_ struct rangeset gateways = RANGESET_NULL;
	struct route route;
	struct cidr to;

	FUZZ_CHECK(cidr_parse(&to, "192.0.2.7", CIDR_ADDRESS_ONLY, NULL) == 0);
	if (route_to(&route, &to, NULL) == 0)
		FUZZ_CHECK(memchr(route.interface, '\0', sizeof(route.interface)));
	(void)!route_networks(check_network, NULL, NULL);
	(void)!gateways_find(&gateways, NULL);
	check_ranges(&gateways);
}

static void read_families(void)
{
	struct ruleset_match match = {.hidden_family = true};
	struct ruleset_step step = {.matches = &match, .n_matches = 1, .handle = 7};
	struct ruleset_chain chain = {
	    .table = (char[]){"t"}, .name = (char[]){"c"}, .steps = &step, .n_steps = 1};
	struct ruleset ruleset = {.chains = &chain, .n_chains = 1};

	FUZZ_CHECK(nftrules_fill_families(&ruleset) == 0);
	FUZZ_CHECK((match.field == RULESET_FIELD_FAMILY) == (match.names.n > 0));
	strv_deinit(&match.names);
}

/* Of what the kernel tells by itself: each piece is the end of a transaction, or a part of one. */
static void hear(void)
{
	for (size_t n = answer_length(); n > 0; n = answer_length()) {
		_cleanup_free_ char *piece = malloc(n);
		struct chainchange change = CHAINCHANGE_NULL, both = CHAINCHANGE_NULL;
		char name[GENERATION_NAME_SIZE];
		uint32_t pid;

		FUZZ_CHECK(piece);
		memcpy(piece, answers, n);
		answers += n;
		n_answers -= n;
		if (generation_parse(piece, n, &pid, name))
			FUZZ_CHECK(memchr(name, '\0', sizeof(name)));
		chainchange_note(&change, piece, n);
		chainchange_add(&both, &change);
		FUZZ_CHECK(change.n <= CHAINCHANGE_MAX && both.n == change.n);
		for (size_t i = 0; i < change.n; i++)
			FUZZ_CHECK(memchr(change.rows[i].name, '\0', sizeof(change.rows[i].name)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const askers[])(void) = {read_bans,    read_own,       read_loaded,
	                                       read_foreign, read_listeners, read_ties,
	                                       read_routes,  read_families,  hear};

	if (size == 0)
		return 0;
	answers = data + 1;
	n_answers = size - 1;
	askers[data[0] % ARRAY_SIZE(askers)]();
	return 0;
}
