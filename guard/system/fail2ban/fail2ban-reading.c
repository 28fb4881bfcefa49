// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "guard/base/search.h"
#include "guard/model/ban/jailaction.h"
#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban-database.h"
#include "guard/system/fail2ban/fail2ban-process.h"
#include "guard/system/fail2ban/fail2ban-socket.h"
#include "guard/system/fail2ban/fail2ban-time.h"

#define TIMEOUT_MS         5000
#define BUSY_AGAIN_MS      20
#define ENRICH_BUSY_MS     500 /* for what is worth having, not needed */
#define TRIES              4   /* jails may come and go while they are asked about */
#define TRY_AGAIN_MS       200
#define US                 INT64_C(1000000)
#define ZONES_DIFFER_BY_S  900 /* time zones differ by quarters of an hour */
#define ZONES_DIFFER_MAX_S (26 * 3600)

enum step {
	STEP_JAILS,
	STEP_DATABASE,
	STEP_LOG,
	STEP_BANS,
	STEP_ACTIONS,
	STEP_PROPERTIES,
	STEP_VALUE,
};

/* What is asked about an action, where it has it: a question about what is not there is an
 * error in fail2ban's log. */
enum property {
	PROPERTY_BAN,
	PROPERTY_START,
	PROPERTY_PORT,
	PROPERTY_PROTOCOL,
	PROPERTY_RICH_BLOCKTYPE,
	PROPERTY_BLOCKTYPE,
	PROPERTY_REJECTTYPE,
	PROPERTY_REJECTTYPE6,
	N_PROPERTIES,
};

static const char *const property_names[N_PROPERTIES] = {
    [PROPERTY_BAN] = "actionban",
    [PROPERTY_START] = "actionstart",
    [PROPERTY_PORT] = "port",
    [PROPERTY_PROTOCOL] = "protocol",
    [PROPERTY_RICH_BLOCKTYPE] = "rich-blocktype",
    [PROPERTY_BLOCKTYPE] = "blocktype",
    [PROPERTY_REJECTTYPE] = "rejecttype",
    [PROPERTY_REJECTTYPE6] = "rejecttype?family=inet6",
};

struct fail2ban_reading {
	struct loop *loop;
	const struct fail2ban_options *options; /* borrowed */
	bool brief;
	enum fail2ban_state was;
	char *last_database; /* owned; of the server before; NULL: not known */
	fail2ban_reading_fn fn;
	void *userdata;
	struct fail2ban_socket *socket;
	struct fail2ban_database *database;
	struct loop_source *timer; /* to try again, or the next step in the database */
	struct fail2ban_reading_result result;
	/* where it is */
	enum step step;
	unsigned tries;
	struct strv jails, actions, properties;
	size_t jail, action;
	enum property property;
	char *values[N_PROPERTIES]; /* owned */
	bool asking;                /* the timer is for the socket, not for the database */
	bool enriching;             /* the tickets are known; the database only adds to them */
	int64_t busy_until_ms;
};

static const char *jail_name(const struct fail2ban_reading *reading)
{
	return reading->jails.strings[reading->jail];
}

static const char *action_name(const struct fail2ban_reading *reading)
{
	return reading->actions.strings[reading->action];
}

static int timeout_ms(const struct fail2ban_reading *reading)
{
	return reading->options->timeout_ms ? reading->options->timeout_ms : TIMEOUT_MS;
}

/* --- the end ----------------------------------------------------------------------------- */

static void forget_values(struct fail2ban_reading *reading)
{
	for (size_t i = 0; i < N_PROPERTIES; i++) {
		free(reading->values[i]);
		reading->values[i] = NULL;
	}
}

static void forget(struct fail2ban_reading *reading)
{
	tickets_deinit(&reading->result.tickets);
	strv_deinit(&reading->jails);
	strv_deinit(&reading->actions);
	strv_deinit(&reading->properties);
	forget_values(reading);
	reading->jail = reading->action = 0;
}

/* The last thing that is done in a callback: what is called may free the reading. */
static void finish(struct fail2ban_reading *reading, int result)
{
	loop_timer_stop(reading->timer);
	if (result == 0)
		tickets_sort(&reading->result.tickets);
	else
		tickets_deinit(&reading->result.tickets);
	reading->result.result = result;
	reading->fn(&reading->result, reading->userdata);
}

static void unknown(struct fail2ban_reading *reading, const char *why)
{
	if (!reading->result.err.text[0])
		err_set(&reading->result.err, FAIL2BAN_E_UNKNOWN, "%s", why);
	finish(reading, FAIL2BAN_E_UNKNOWN);
}

static void failed(struct fail2ban_reading *reading, int r)
{
	if (r > 0)
		unknown(reading, "fail2ban's answer was not understood");
	else
		finish(reading, r);
}

/* --- bans from the socket ---------------------------------------------------------------- */

static int add_ban(struct fail2ban_reading *reading, const struct fail2ban_reply_ban *ban,
                   int64_t now_s)
{
	_cleanup_free_ char *address = NULL;
	int64_t from_s;

	/* nothing that could be in a firewall; whoever made fail2ban ban it must not blind us */
	if (ban->length > TICKET_ADDRESS_MAX || memchr(ban->address, '\0', ban->length))
		return 0;
	address = strndup(ban->address, ban->length);
	if (!address)
		return -ENOMEM;
	from_s = fail2ban_time_began_at(ban, now_s);
	return tickets_add(&reading->result.tickets, jail_name(reading), address, from_s * US,
	                   ban->bantime_s < 0 ? 0 : (from_s + ban->bantime_s) * US, 0,
	                   TICKET_SOURCE_SOCKET);
}

static int add_bans(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	struct pickle_iterator iterator = pickle_iterate(&reply->pickle, reply->value);
	int64_t now_s = clock_now_us() / US;
	struct fail2ban_reply_ban ban;
	size_t value;
	int r = 0;

	if (pickle_type(&reply->pickle, reply->value) != PICKLE_LIST)
		return FAIL2BAN_REPLY_E_MALFORMED;
	while (r == 0 && pickle_next(&iterator, &value)) {
		r = fail2ban_reply_ban(&ban, reply, value);
		if (r == 0)
			r = add_ban(reading, &ban, now_s);
	}
	return r;
}

/* --- actions ----------------------------------------------------------------------------- */

static int put_in(char **out, const char *text, const char *reject)
{
	return text ? jailaction_substitute(out, text, "<rejecttype>", reject) : 0;
}

/* rich-blocktype is what a rich rule ends with; the others use blocktype. */
static int set_blocktypes(struct fail2ban_reading *reading, struct jail_action *action)
{
	const char *rich = reading->values[PROPERTY_RICH_BLOCKTYPE];
	const char *reject6 = reading->values[PROPERTY_REJECTTYPE6];
	const char *text =
	    action->kind == JAIL_ACTION_RICH && rich ? rich : reading->values[PROPERTY_BLOCKTYPE];
	int r = put_in(&action->blocktype, text, reading->values[PROPERTY_REJECTTYPE]);

	return r < 0 ? r
	             : put_in(&action->blocktype6, text,
	                      reject6 ? reject6 : reading->values[PROPERTY_REJECTTYPE]);
}

static struct jail *current_jail(struct fail2ban_reading *reading)
{
	struct jail *jail = NULL;

	/* is there, since the bans were asked for first */
	if (tickets_add_jail(&reading->result.tickets, jail_name(reading), &jail) < 0)
		return NULL;
	return jail;
}

static int add_action(struct fail2ban_reading *reading)
{
	struct jail *jail = current_jail(reading);
	struct jail_action *action;
	int r = jail ? jail_add_action(jail, action_name(reading), &action) : -ENOMEM;

	if (r < 0)
		return r;
	action->told = action->kind =
	    jailaction_classify(reading->values[PROPERTY_BAN], reading->values[PROPERTY_START]);
	r = set_blocktypes(reading, action);
	if (r == 0 && reading->values[PROPERTY_BAN])
		r = jailaction_zone(&action->zone, reading->values[PROPERTY_BAN]);
	if (r == 0 && reading->values[PROPERTY_BAN])
		r = jailaction_ipset(&action->ipset, reading->values[PROPERTY_BAN]);
	action->ports = steal(reading->values[PROPERTY_PORT]);
	action->protocol = steal(reading->values[PROPERTY_PROTOCOL]);
	action->reject = steal(reading->values[PROPERTY_REJECTTYPE]);
	action->reject6 = steal(reading->values[PROPERTY_REJECTTYPE6]);
	action->command = steal(reading->values[PROPERTY_BAN]);
	action->starts = reading->values[PROPERTY_START] && *reading->values[PROPERTY_START];
	forget_values(reading);
	return r;
}

/* --- questions --------------------------------------------------------------------------- */

static void read_database(struct fail2ban_reading *reading);

static int ask(struct fail2ban_reading *reading)
{
	const char *jail = reading->jail < reading->jails.n ? jail_name(reading) : "";
	const char *action = reading->action < reading->actions.n ? action_name(reading) : "";
	const char *const questions[][5] = {
	    [STEP_JAILS] = {"status"},
	    [STEP_DATABASE] = {"get", "dbfile"},
	    [STEP_LOG] = {"get", "logtarget"},
	    [STEP_BANS] = {"get", jail, "banip", "--with-time"},
	    [STEP_ACTIONS] = {"get", jail, "actions"},
	    [STEP_PROPERTIES] = {"get", jail, "actionproperties", action},
	    [STEP_VALUE] = {"get", jail, "action", action, property_names[reading->property]},
	};
	static const size_t n_words[] = {
	    [STEP_JAILS] = 1,   [STEP_DATABASE] = 2,   [STEP_LOG] = 2,   [STEP_BANS] = 4,
	    [STEP_ACTIONS] = 3, [STEP_PROPERTIES] = 4, [STEP_VALUE] = 5,
	};

	return fail2ban_socket_ask(reading->socket, questions[reading->step],
	                           n_words[reading->step]);
}

static void begin(struct fail2ban_reading *reading)
{
	int r;

	forget(reading);
	reading->result.err = ERR_NULL;
	reading->step = STEP_JAILS;
	r = ask(reading);
	if (r < 0)
		failed(reading, r);
}

static void next_jail(struct fail2ban_reading *reading)
{
	reading->jail++;
	reading->step = STEP_BANS;
}

static void next_action(struct fail2ban_reading *reading)
{
	reading->action++;
	reading->step = STEP_PROPERTIES;
	if (reading->action < reading->actions.n)
		return;
	strv_deinit(&reading->actions);
	reading->action = 0;
	next_jail(reading);
}

/* The next property that the action has; false: there is none left. */
static bool next_property(struct fail2ban_reading *reading, enum property from)
{
	for (enum property p = from; p < N_PROPERTIES; p++)
		if (strv_contains(&reading->properties, property_names[p])) {
			reading->property = p;
			reading->step = STEP_VALUE;
			return true;
		}
	return false;
}

static int action_done(struct fail2ban_reading *reading)
{
	int r = add_action(reading);

	next_action(reading);
	return r;
}

static int take_jails(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	reading->step = STEP_DATABASE;
	return fail2ban_reply_jails(&reading->jails, reply, &reading->result.err);
}

static int take_database(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	free(reading->result.database);
	reading->result.database = NULL;
	reading->step = STEP_LOG;
	return fail2ban_reply_text(&reading->result.database, reply);
}

static int take_log(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	free(reading->result.tickets.log);
	reading->result.tickets.log = NULL;
	reading->step = STEP_BANS;
	return fail2ban_reply_text(&reading->result.tickets.log, reply);
}

static int take_bans(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	int r = tickets_add_jail(&reading->result.tickets, jail_name(reading), NULL);

	reading->step = STEP_ACTIONS;
	return r < 0 ? r : add_bans(reading, reply);
}

static int take_actions(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	struct jail *jail = current_jail(reading);
	int r = jail ? fail2ban_reply_texts(&reading->actions, reply) : -ENOMEM;

	if (r != 0)
		return r;
	jail->actions_known = true;
	reading->action = 0;
	reading->step = STEP_PROPERTIES;
	if (reading->actions.n == 0)
		next_jail(reading);
	return 0;
}

static int take_properties(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	int r;

	strv_deinit(&reading->properties);
	r = fail2ban_reply_texts(&reading->properties, reply);
	if (r == 0 && !next_property(reading, 0))
		r = action_done(reading);
	return r;
}

static int take_value(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	/* what is no text is a value that somebody's own action, in Python, has for itself */
	int r = fail2ban_reply_text(&reading->values[reading->property], reply);

	if (r >= 0 && !next_property(reading, reading->property + 1))
		r = action_done(reading);
	return r < 0 ? r : 0;
}

static int take(struct fail2ban_reading *reading, const struct fail2ban_reply *reply)
{
	switch (reading->step) {
	case STEP_JAILS:
		return take_jails(reading, reply);
	case STEP_DATABASE:
		return take_database(reading, reply);
	case STEP_LOG:
		return take_log(reading, reply);
	case STEP_BANS:
		return take_bans(reading, reply);
	case STEP_ACTIONS:
		return take_actions(reading, reply);
	case STEP_PROPERTIES:
		return take_properties(reading, reply);
	case STEP_VALUE:
		return take_value(reading, reply);
	}
	return -EINVAL;
}

static const char *database_path(const struct fail2ban_reading *reading)
{
	if (reading->options->database)
		return reading->options->database;
	if (reading->result.database)
		return reading->result.database;
	return reading->last_database ? reading->last_database : FAIL2BAN_DEFAULT_DATABASE;
}

/* --- who runs ---------------------------------------------------------------------------- */

static int64_t pid_in_file(const struct fail2ban_reading *reading)
{
	const char *path = reading->options->pidfile;

	return fail2ban_process_pid(path ? path : FAIL2BAN_DEFAULT_PIDFILE);
}

/* A process that does not listen: on its way, but which way? */
static enum fail2ban_state coming_or_going(const struct fail2ban_reading *reading, int64_t pid)
{
	if (reading->was == FAIL2BAN_RUNNING || reading->was == FAIL2BAN_STOPPING)
		return FAIL2BAN_STOPPING;
	if (reading->was != FAIL2BAN_UNKNOWN)
		return FAIL2BAN_STARTING;
	return fail2ban_process_is_young(pid) ? FAIL2BAN_STARTING : FAIL2BAN_STOPPING;
}

static int found_jail(const char *name _unused_, void *userdata)
{
	*(bool *)userdata = true;
	return FAIL2BAN_DATABASE_MORE;
}

/*
 * Who ends in order takes its jails off first. After a crash a service manager may have
 * removed everything else.
 */
static bool left_jails(const struct fail2ban_reading *reading)
{
	_cleanup_(fail2ban_database_cleanup) struct fail2ban_database *database = NULL;
	bool found = false;
	int r = fail2ban_database_open(&database, database_path(reading), NULL);

	if (r == 0)
		r = fail2ban_database_jails(database, found_jail, &found, NULL);
	return found && r == FAIL2BAN_DATABASE_MORE;
}

/* Nobody listens. @left: the socket is there all the same. */
static enum fail2ban_state not_listening(struct fail2ban_reading *reading, bool left)
{
	int64_t pid = pid_in_file(reading);

	if (fail2ban_process_is_fail2ban(pid)) {
		reading->result.pid = pid;
		return coming_or_going(reading, pid);
	}
	return left || pid > 0 || left_jails(reading) ? FAIL2BAN_CRASHED : FAIL2BAN_STOPPED;
}

static enum fail2ban_state judge(struct fail2ban_reading *reading, int r)
{
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
		return not_listening(reading, false);
	case ECONNREFUSED:
		return not_listening(reading, true);
	case EACCES:
	case EPERM:
	case ENAMETOOLONG:
		return FAIL2BAN_UNKNOWN;
	default:
		return FAIL2BAN_UNREACHABLE;
	}
}

/* --- what comes back --------------------------------------------------------------------- */

/* Is it there and silent? Then its database is as good as it ever is. */
static bool runs_all_the_same(struct fail2ban_reading *reading)
{
	int64_t pid = reading->result.pid ? reading->result.pid : pid_in_file(reading);

	return (reading->result.state == FAIL2BAN_UNREACHABLE ||
	        reading->result.state == FAIL2BAN_UNKNOWN) &&
	       fail2ban_process_is_fail2ban(pid);
}

static void no_answer(struct fail2ban_reading *reading, int r, const struct err *err)
{
	reading->result.err = err ? *err : ERR_NULL;
	reading->result.pid = fail2ban_socket_pid(reading->socket);
	reading->result.state = r > 0 ? FAIL2BAN_STOPPING : judge(reading, r);
	if (r == -ENOMEM)
		finish(reading, r);
	else if (!reading->brief && runs_all_the_same(reading))
		read_database(reading);
	else
		unknown(reading, "fail2ban does not run");
}

static void try_again(struct fail2ban_reading *reading, const char *why)
{
	if (++reading->tries >= TRIES) {
		unknown(reading, why);
		return;
	}
	reading->asking = true;
	loop_timer_set(reading->timer, TRY_AGAIN_MS);
}

/* The socket is there before the configuration has been read: no jails yet is not no jails. */
static bool is_just_starting(const struct fail2ban_reading *reading)
{
	return reading->jails.n == 0 && fail2ban_process_is_young(reading->result.pid);
}

static void go_on(struct fail2ban_reading *reading)
{
	int r;

	if (reading->step == STEP_DATABASE && is_just_starting(reading)) {
		reading->result.state = FAIL2BAN_STARTING;
		unknown(reading, "fail2ban has only just started");
		return;
	}
	if (reading->step == STEP_LOG && reading->brief) {
		finish(reading, 0);
		return;
	}
	if (reading->step == STEP_BANS && reading->jail == reading->jails.n) {
		reading->enriching = true;
		read_database(reading);
		return;
	}
	r = ask(reading);
	if (r < 0)
		failed(reading, r);
}

/*
 * No such jail: it was reloaded meanwhile. What an action of somebody's does not tell leaves
 * it unknown what the jail's actions do.
 */
static void refused(struct fail2ban_reading *reading)
{
	struct jail *jail;

	if (reading->step < STEP_PROPERTIES) {
		try_again(reading, "fail2ban's jails come and go");
		return;
	}
	jail = current_jail(reading);
	if (jail)
		jail->actions_known = false;
	forget_values(reading);
	next_action(reading);
	go_on(reading);
}

static void on_reply(int result, const struct fail2ban_reply *reply, const struct err *err,
                     void *userdata)
{
	struct fail2ban_reading *reading = userdata;
	int r;

	if (result < 0 || result == FAIL2BAN_REPLY_E_SHUTDOWN) {
		no_answer(reading, result, err);
		return;
	}
	reading->result.state = FAIL2BAN_RUNNING;
	reading->result.pid = fail2ban_socket_pid(reading->socket);
	if (result == FAIL2BAN_REPLY_E_REFUSED) {
		refused(reading);
		return;
	}
	r = take(reading, reply);
	if (r == 0)
		go_on(reading);
	else
		failed(reading, r);
}

/* --- the database ------------------------------------------------------------------------ */

static int ticket_cmp(const void *element, const void *key)
{
	const struct ticket *ticket = element;
	const struct fail2ban_database_row *row = key;
	int order = strcmp(ticket->jail, row->jail);

	return order ? order : strcmp(ticket->address, row->address);
}

/* Sorted by then, by jail and address. */
static struct ticket *find_ticket(struct tickets *tickets, const struct fail2ban_database_row *row)
{
	size_t at = search_lower_bound(tickets->tickets, tickets->n, sizeof(*tickets->tickets), row,
	                               ticket_cmp);
	struct ticket *ticket = at < tickets->n ? &tickets->tickets[at] : NULL;

	return ticket && ticket_cmp(ticket, row) == 0 ? ticket : NULL;
}

static void move(struct ticket *ticket, int64_t by_s)
{
	ticket->time_us += by_s * US;
	if (ticket->end_us)
		ticket->end_us += by_s * US;
}

/*
 * How often it was banned; and as the row has seconds since the epoch, it tells which of
 * two hours is meant, and what a server in another time zone means.
 */
static int enrich(const struct fail2ban_database_row *row, void *userdata)
{
	struct fail2ban_reading *reading = userdata;
	struct ticket *ticket = find_ticket(&reading->result.tickets, row);
	int64_t by_s, off_s;

	if (!ticket)
		return 0;
	ticket->count = row->count;
	by_s = row->time_s - ticket->time_us / US;
	off_s = (by_s % ZONES_DIFFER_BY_S + ZONES_DIFFER_BY_S) % ZONES_DIFFER_BY_S;
	if (by_s > 1 - ZONES_DIFFER_MAX_S && by_s < ZONES_DIFFER_MAX_S && by_s != 0 &&
	    (off_s <= 1 || off_s == ZONES_DIFFER_BY_S - 1))
		move(ticket, by_s);
	return 0;
}

static int add_jail(const char *name, void *userdata)
{
	struct fail2ban_reading *reading = userdata;
	int r = tickets_add_jail(&reading->result.tickets, name, NULL);

	return r == -EINVAL ? 0 : r; /* no jail of fail2ban's has such a name */
}

static int add_row(const struct fail2ban_database_row *row, void *userdata)
{
	struct fail2ban_reading *reading = userdata;
	int64_t end_s = row->time_s + row->bantime_s;
	bool for_ever = row->bantime_s <= -1;
	int r;

	if ((!for_ever && end_s <= clock_now_us() / US) ||
	    !tickets_jail(&reading->result.tickets, row->jail) ||
	    strlen(row->address) > TICKET_ADDRESS_MAX)
		return 0;
	r = tickets_add(&reading->result.tickets, row->jail, row->address, row->time_s * US,
	                for_ever ? 0 : end_s * US, row->count, TICKET_SOURCE_DATABASE);
	return r;
}

static int step_in_database(struct fail2ban_reading *reading)
{
	struct fail2ban_reading_result *result = &reading->result;
	int r = 0;

	if (reading->enriching)
		return fail2ban_database_step(reading->database, enrich, reading, &result->err);
	if (result->tickets.n_jails == 0)
		r = fail2ban_database_jails(reading->database, add_jail, reading, &result->err);
	return r != 0 ? r
	              : fail2ban_database_step(reading->database, add_row, reading, &result->err);
}

static void database_done(struct fail2ban_reading *reading, int r)
{
	fail2ban_database_close(reading->database);
	reading->database = NULL;
	if (r < 0)
		finish(reading, r);
	else if (r == 0 || reading->enriching)
		finish(reading, 0);
	else
		unknown(reading, "fail2ban's database does not tell");
}

static void on_database_due(struct fail2ban_reading *reading)
{
	int r = step_in_database(reading);

	if (r == FAIL2BAN_DATABASE_MORE)
		loop_timer_set(reading->timer, 0);
	else if (r == FAIL2BAN_DATABASE_E_BUSY && clock_monotonic_ms() < reading->busy_until_ms)
		loop_timer_set(reading->timer, BUSY_AGAIN_MS);
	else
		database_done(reading, r);
}

static void read_database(struct fail2ban_reading *reading)
{
	bool in_memory =
	    reading->enriching && !reading->result.database && !reading->options->database;
	int r;

	if (reading->enriching)
		tickets_sort(&reading->result.tickets);
	else
		forget(reading);
	r = in_memory ? FAIL2BAN_DATABASE_E_INVALID
	              : fail2ban_database_open(&reading->database, database_path(reading),
	                                       &reading->result.err);
	if (r != 0) {
		database_done(reading, r);
		return;
	}
	reading->busy_until_ms =
	    clock_monotonic_ms() + (reading->enriching ? ENRICH_BUSY_MS : timeout_ms(reading));
	reading->asking = false;
	loop_timer_set(reading->timer, 0);
}

/* --- from outside ------------------------------------------------------------------------ */

static void on_timer(void *userdata)
{
	struct fail2ban_reading *reading = userdata;

	if (reading->asking)
		begin(reading);
	else
		on_database_due(reading);
}

/**
 * fail2ban_reading_new() - begin a reading
 * @out:     written on success alone; release with fail2ban_reading_free()
 * @options: borrowed, as long as the reading
 * @brief:   only who runs
 * @before:  what was known of it
 * @fn:      called once, from the loop
 *
 * Return: 0; -ENAMETOOLONG for a path that no socket can have; -ENOMEM.
 */
int fail2ban_reading_new(struct fail2ban_reading **out, struct loop *loop,
                         const struct fail2ban_options *options, bool brief,
                         const struct fail2ban_reading_before *before, fail2ban_reading_fn fn,
                         void *userdata)
{
	_cleanup_(fail2ban_reading_cleanup) struct fail2ban_reading *reading =
	    calloc(1, sizeof(*reading));
	const char *path = options->socket ? options->socket : FAIL2BAN_DEFAULT_SOCKET;
	int r;

	if (!reading)
		return -ENOMEM;
	reading->loop = loop;
	reading->options = options;
	reading->brief = brief;
	reading->was = before ? before->state : FAIL2BAN_UNKNOWN;
	if (before && before->database && !(reading->last_database = strdup(before->database)))
		return -ENOMEM;
	reading->fn = fn;
	reading->userdata = userdata;
	reading->asking = true;
	tzset(); /* the zone may have changed since */
	r = loop_add_timer(loop, &reading->timer, on_timer, reading);
	if (r == 0)
		r = fail2ban_socket_new(&reading->socket, loop, path, timeout_ms(reading), on_reply,
		                        reading);
	if (r < 0)
		return r;
	loop_timer_set(reading->timer, 0);
	*out = steal(reading);
	return 0;
}

/** fail2ban_reading_free() - NULL is fine; one that is not done does not call back */
void fail2ban_reading_free(struct fail2ban_reading *reading)
{
	if (!reading)
		return;
	fail2ban_socket_free(reading->socket);
	fail2ban_database_close(reading->database);
	loop_remove(reading->timer);
	forget(reading);
	free(reading->result.database);
	free(reading->last_database);
	free(reading);
}

/** fail2ban_options_of() - where to find it, as configured; borrowed from @config */
struct fail2ban_options fail2ban_options_of(const struct config *config)
{
	return (struct fail2ban_options){
	    .socket = config->fail2ban_socket,
	    .pidfile = config->fail2ban_pidfile,
	    .database = config->fail2ban_database,
	};
}

/** fail2ban_state_name() - one word; static */
const char *fail2ban_state_name(enum fail2ban_state state)
{
	static const char *const names[FAIL2BAN_N_STATES] = {
	    [FAIL2BAN_UNKNOWN] = "unknown",   [FAIL2BAN_RUNNING] = "running",
	    [FAIL2BAN_STOPPED] = "stopped",   [FAIL2BAN_UNREACHABLE] = "unreachable",
	    [FAIL2BAN_STOPPING] = "stopping", [FAIL2BAN_CRASHED] = "crashed",
	    [FAIL2BAN_STARTING] = "starting",
	};

	return names[state];
}
