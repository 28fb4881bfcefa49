/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fake-fail2ban.h"

#include <stdio.h>
#include <string.h>

#include "guard/system/host/clock.h"

struct fake_fail2ban fake_fail2ban;

/* More do not ask at a time. */
#define WISHES_MAX 4

struct fail2ban {
	struct {
		fail2ban_read_fn fn;
		void *userdata;
	} wishes[WISHES_MAX]; /* the first is answered first */
	size_t n;
	struct fail2ban_follower *followers;
};

static void must(bool what)
{
	if (!what)
		abort();
}

static void add_jail(struct tickets *tickets, const char *name, enum jail_action_kind kind)
{
	struct jail_action *action;
	struct jail *jail;

	if (tickets_jail(tickets, name))
		return;
	must(tickets_add_jail(tickets, name, &jail) == 0);
	jail->actions_known = true;
	must(jail_add_action(jail, "firewallcmd-rich-rules", &action) == 0);
	action->told = action->kind = kind;
	action->ports = strdup("imaps");
	action->protocol = strdup("tcp");
	action->blocktype = strdup("reject");
	action->blocktype6 = strdup("reject");
	if (kind == JAIL_ACTION_RICH && fake_fail2ban.command)
		action->command = strdup(fake_fail2ban.command);
	if (kind == JAIL_ACTION_NFTABLES)
		action->command = strdup("nft add element inet f2b-table addr-set-x { <ip> }");
	tickets_sort(tickets);
}

void fake_fail2ban_ban(const char *jail, const char *address, int64_t end_us)
{
	struct tickets *tickets = &fake_fail2ban.tickets;

	add_jail(tickets, jail, JAIL_ACTION_RICH);
	must(tickets_add(tickets, jail, address, clock_now_us(), end_us, 1, TICKET_SOURCE_SOCKET) ==
	     0);
	tickets_sort(tickets);
}

static int copy_tickets(struct tickets *out, const char *jail, const char *without)
{
	const struct tickets *from = &fake_fail2ban.tickets;

	for (size_t i = 0; i < from->n_jails; i++)
		add_jail(out, from->jails[i].name, from->jails[i].actions[0].kind);
	for (size_t i = 0; i < from->n; i++) {
		const struct ticket *ticket = &from->tickets[i];

		if (without && strcmp(ticket->address, without) == 0 &&
		    strcmp(ticket->jail, jail) == 0)
			continue;
		must(tickets_add(out, ticket->jail, ticket->address, ticket->time_us,
		                 ticket->end_us, ticket->count, ticket->source) == 0);
	}
	tickets_sort(out);
	return 0;
}

void fake_fail2ban_unban(const char *jail, const char *address)
{
	struct tickets left = TICKETS_NULL;

	must(copy_tickets(&left, jail, address) == 0);
	tickets_deinit(&fake_fail2ban.tickets);
	fake_fail2ban.tickets = left;
}

static struct fail2ban only;

void fake_fail2ban_turn(bool *in_guard)
{
	struct tickets tickets = TICKETS_NULL;
	fail2ban_read_fn fn = only.wishes[0].fn;
	void *userdata = only.wishes[0].userdata;
	struct err err = ERR_NULL;

	if (only.n == 0 || fake_fail2ban.mute)
		return;
	memmove(only.wishes, only.wishes + 1, --only.n * sizeof(only.wishes[0]));
	if (fake_fail2ban.broken || fake_fail2ban.state != FAIL2BAN_RUNNING) {
		(void)err_set(&err, FAIL2BAN_E_UNKNOWN, "it does not answer");
		*in_guard = true;
		fn(FAIL2BAN_E_UNKNOWN, NULL, &err, userdata);
		*in_guard = false;
		return;
	}
	must(copy_tickets(&tickets, "", NULL) == 0);
	*in_guard = true;
	fn(0, &tickets, &err, userdata);
	*in_guard = false;
	tickets_deinit(&tickets);
}

void fake_fail2ban_tell(void)
{
	for (struct fail2ban_follower *one = only.followers; one; one = one->next)
		one->on_state(FAIL2BAN_UNKNOWN, fake_fail2ban.state, one->userdata);
}

void fake_fail2ban_change(void)
{
	for (struct fail2ban_follower *one = only.followers; one; one = one->next)
		one->on_change(one->userdata);
}

void fake_fail2ban_deinit(void)
{
	tickets_deinit(&fake_fail2ban.tickets);
	fake_fail2ban = (struct fake_fail2ban){0};
	only.n = 0;
}

/* --- what stands in for the real one ----------------------------------------------------- */

int fail2ban_new(struct fail2ban **out, struct loop *loop, const struct fail2ban_options *options)
{
	(void)loop;
	(void)options;
	*out = &only;
	return 0;
}

void fail2ban_free(struct fail2ban *fail2ban)
{
	(void)fail2ban;
}

enum fail2ban_state fail2ban_state(const struct fail2ban *fail2ban)
{
	(void)fail2ban;
	return fake_fail2ban.state;
}

int fail2ban_read(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata)
{
	fake_fail2ban.n_asked++;
	must(fail2ban->n < WISHES_MAX);
	fail2ban->wishes[fail2ban->n].fn = fn;
	fail2ban->wishes[fail2ban->n++].userdata = userdata;
	return 0;
}

void fail2ban_read_forget(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata)
{
	size_t n = 0;

	for (size_t i = 0; i < fail2ban->n; i++)
		if (fail2ban->wishes[i].fn != fn || fail2ban->wishes[i].userdata != userdata)
			fail2ban->wishes[n++] = fail2ban->wishes[i];
	fail2ban->n = n;
}

void fail2ban_read_cancel(struct fail2ban *fail2ban)
{
	fail2ban->n = 0;
}

int64_t fail2ban_began_us(const struct fail2ban *fail2ban)
{
	(void)fail2ban;
	return clock_monotonic_us() - fake_fail2ban.age_us;
}

/* The one who follows in a test is the engine. */
void fail2ban_follow(struct fail2ban *fail2ban, struct fail2ban_follower *follower)
{
	fail2ban->followers = follower;
}

void fail2ban_unfollow(struct fail2ban *fail2ban, struct fail2ban_follower *follower)
{
	if (fail2ban->followers == follower)
		fail2ban->followers = NULL;
}

const char *fail2ban_database(const struct fail2ban *fail2ban)
{
	(void)fail2ban;
	return fake_fail2ban.database;
}

const char *fail2ban_state_name(enum fail2ban_state state)
{
	return state == FAIL2BAN_RUNNING ? "running" : "not running";
}
