// SPDX-License-Identifier: GPL-2.0-or-later
/* Too much is open: strangers get in to whatever listens. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "guard/audit/explain.h"
#include "guard/base/text.h"

/* What lets the strangers of one family in, and what stays open when it goes. */
struct wide {
	struct check_run *run;
	struct packet packet;
	struct verdict verdict;
	const struct verdict_step *by; /* in verdict */
	struct strv kept;              /* services of their own, that are served */
	struct builder others;         /* "2525/tcp (master), 3306/tcp (mariadbd)" */
};

static void wide_deinit(struct wide *wide)
{
	verdict_deinit(&wide->verdict);
	strv_deinit(&wide->kept);
	builder_deinit(&wide->others);
}

/* --- what it is --------------------------------------------------------------------------- */

static const struct word {
	enum verdict_what what;
	enum item_kind kind;
	const char *words;
} words[] = {
    {VERDICT_WHAT_RULE, ITEM_RULE, "a rich rule"},
    {VERDICT_WHAT_SERVICE, ITEM_SERVICE, "a service"},
    {VERDICT_WHAT_PORT, ITEM_PORT, "a range of ports"},
    {VERDICT_WHAT_PROTOCOL, ITEM_PROTOCOL, "a protocol"},
};

/* NULL: it is no item of firewalld's */
static const struct word *word_of(const struct verdict_step *by)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].what == by->what)
			return &words[i];
	return NULL;
}

static int add_removal(struct builder *out, const char *zone, const struct verdict_step *by)
{
	_cleanup_item_ struct item item = ITEM_NULL;

	if (item_init(&item, zone, word_of(by)->kind, by->rule ? by->rule->text : by->value, NULL) <
	    0)
		return -ENOMEM;
	item_add_command(out, "remove", &item, false);
	item_add_command(out, "remove", &item, true);
	return 0;
}

static int add_narrowing(struct builder *out, const char *zone, const struct verdict_step *by)
{
	if (word_of(by))
		return add_removal(out, zone, by);
	item_begin_command(out, zone, true);
	builder_addf(out, " --set-target=%s && " EXPLAIN_RELOAD_SAFELY,
	             by->zone->is_policy ? "CONTINUE" : "default");
	return 0;
}

/* What others accept is theirs, and zone trusted is there for accepting all. */
static bool can_be_narrowed(const struct verdict_step *by)
{
	return word_of(by) || (by->what == VERDICT_WHAT_TARGET && by->zone &&
	                       strcmp(by->zone->name, "trusted") != 0);
}

static int narrowing_command(char **out, const struct wide *wide)
{
	_cleanup_builder_ struct builder commands = BUILDER_NULL;
	_cleanup_free_ char *zone = NULL;

	if (!can_be_narrowed(wide->by))
		return 0;
	if (ruleset_zone_holder(&zone, wide->by->zone) < 0)
		return -ENOMEM;
	/* what it alone lets in, first, so that nobody locks himself out */
	for (unsigned permanent = 0; wide->kept.n > 0 && permanent < 2; permanent++)
		check_add_opening(&commands, zone, &wide->kept, permanent != 0);
	if (add_narrowing(&commands, zone, wide->by) < 0)
		return -ENOMEM;
	return check_take(&commands, out);
}

/* "the target of zone public" */
static int name_it(char **out, const struct verdict_step *by)
{
	const struct word *word = word_of(by);

	if (!by->zone)
		return xasprintf(out, "a rule that is not firewalld's");
	return xasprintf(out, "%s of %s %s", word ? word->words : "the target",
	                 by->zone->is_policy ? "policy" : "zone", by->zone->name);
}

static int tell(struct wide *wide)
{
	_cleanup_free_ char *command = NULL, *others = NULL, *by = NULL;

	if (narrowing_command(&command, wide) < 0 || check_take(&wide->others, &others) < 0 ||
	    name_it(&by, wide->by) < 0)
		return -ENOMEM;
	return check_add(wide->run, steal(others), steal(command),
	                 "on %s, strangers get in to whatever listens: %s accepts all of it",
	                 wide->packet.interface, by);
}

/* --- what it lets in ---------------------------------------------------------------------- */

static bool only_by_it(struct wide *wide, unsigned port)
{
	struct packet packet = wide->packet;
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

	packet.port = port;
	return check_lets_in(wide->run, &wide->run->picture->ruleset, &packet, &verdict) &&
	       check_lets_all_in(wide->run, &packet, verdict.decider);
}

static bool is_seen_before(const struct listeners *listeners, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (listeners->sockets[k].protocol == listeners->sockets[i].protocol &&
		    listeners->sockets[k].port == listeners->sockets[i].port)
			return true;
	return false;
}

/* Who listens for others than this machine, and is let in to by it alone. */
static int look_at(struct wide *wide, const struct listeners_socket *sock)
{
	const struct service *service = services_by_port(sock->port, "tcp");

	if (listeners_on(&wide->run->picture->listeners, "tcp", sock->port, sock->port,
	                 AF_UNSPEC) != LISTENERS_YES ||
	    !only_by_it(wide, sock->port))
		return 0;
	if (service)
		return strv_add(&wide->kept, service->name);
	builder_join(&wide->others, ", ", "");
	builder_addf(&wide->others, "%u/tcp", sock->port);
	if (sock->process[0])
		builder_addf(&wide->others, " (%s)", sock->process);
	return 0;
}

static int find_listeners(struct wide *wide)
{
	const struct listeners *listeners = &wide->run->picture->listeners;
	int r = 0;

	for (size_t i = 0; i < listeners->n && r == 0; i++)
		if (listeners->sockets[i].protocol == IPPROTO_TCP && !is_seen_before(listeners, i))
			r = look_at(wide, &listeners->sockets[i]);
	return r;
}

/* The port of nobody: who is let in to that is let in to all. */
static bool find_wide(struct wide *wide, enum cidr_family family)
{
	wide->packet = (struct packet){.interface = wide->run->picture->client_interface,
	                               .protocol = "tcp",
	                               .port = CHECK_UNRELATED_PORT};
	if (!picture_stranger(&wide->packet.source, family, 0) ||
	    !check_lets_in(wide->run, &wide->run->picture->ruleset, &wide->packet,
	                   &wide->verdict) ||
	    !check_lets_all_in(wide->run, &wide->packet, wide->verdict.decider))
		return false;
	wide->by = wide->verdict.decider;
	return true;
}

static int look_for(struct check_run *run, enum cidr_family family, bool *found)
{
	_cleanup_(wide_deinit) struct wide wide = {.run = run};
	int r;

	*found = find_wide(&wide, family);
	if (!*found)
		return 0;
	r = find_listeners(&wide);
	return r == 0 ? tell(&wide) : r;
}

static int wide_open(struct check_run *run)
{
	bool found = false;
	int r;

	/* inside of a tunnel or of containers many mean it so; not towards the world */
	if (!run->picture->client_interface[0])
		return 0;
	r = look_for(run, CIDR_IPV4, &found);
	return r == 0 && !found ? look_for(run, CIDR_IPV6, &found) : r;
}

const struct check check_wide_open = {
    .name = "wide-open",
    .severity = FINDING_WARNING,
    .help = "strangers are let in to whatever listens, not to mail alone",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS,
    .also = PICTURE_SOCKETS,
    .fn = wide_open,
};
