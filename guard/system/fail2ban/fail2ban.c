// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban-reading.h"
#include "guard/system/host/filewatch.h"
#include "guard/system/host/process.h"

/* inotify comes in bursts: a start is four events, a hundred bans are a hundred. */
#define LOOK_MS   20
#define CHANGE_MS 300
/* How long until it looks by itself: while something is under way, in trouble, and otherwise. */
#define MOVING_MS  250
#define TROUBLE_MS 5000
#define STEADY_MS  30000
/* Where its coming and going is told. */
#define FOLLOWED_MS 300000
/* For a short-lived command: all questions together. */
#define READ_WAIT_MS 30000

struct wish {
	fail2ban_read_fn fn;
	void *userdata;
	struct wish *next;
};

struct fail2ban {
	struct loop *loop;
	struct fail2ban_options options;
	char *socket, *pidfile, *database; /* owned; database NULL: as the server says */
	char *known_database;              /* owned; what it said; NULL: it did not */
	enum fail2ban_state state;
	int64_t since_us; /* monotonic; 0: not looked yet */
	int64_t pid;      /* of the server that answered last */
	struct fail2ban_reading *look, *reading;
	struct wish *wishes; /* owned; the first one is being answered while reading */
	struct loop_source *look_timer, *change_timer, *read_timer, *end_of_server;
	int pidfd;
	struct filewatch *run_parent, *run, *data;
	struct fail2ban_follower *followers; /* borrowed */
};

/* --- the end of the server --------------------------------------------------------------- */

static void forget_server(struct fail2ban *fail2ban)
{
	loop_remove(fail2ban->end_of_server);
	fail2ban->end_of_server = NULL;
	if (fail2ban->pidfd >= 0)
		close(fail2ban->pidfd);
	fail2ban->pidfd = -1;
}

static void on_end_of_server(int fd _unused_, unsigned events _unused_, void *userdata)
{
	struct fail2ban *fail2ban = userdata;

	forget_server(fail2ban);
	loop_timer_set(fail2ban->look_timer, 0);
}

/* Its end is told at once, also when nothing changes in any folder. Without: a little later. */
static void follow_server(struct fail2ban *fail2ban, int64_t pid)
{
	forget_server(fail2ban);
	fail2ban->pid = pid;
	if (pid <= 0)
		return;
	fail2ban->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (fail2ban->pidfd >= 0 &&
	    loop_add_io(fail2ban->loop, &fail2ban->end_of_server, fail2ban->pidfd, LOOP_READ,
	                on_end_of_server, fail2ban) < 0)
		forget_server(fail2ban);
}

/* --- folders ----------------------------------------------------------------------------- */

static void on_run_changed(void *userdata)
{
	struct fail2ban *fail2ban = userdata;

	if (!fail2ban->look)
		loop_timer_set(fail2ban->look_timer, LOOK_MS);
	else
		loop_timer_set(fail2ban->change_timer, CHANGE_MS); /* looks again, after this one */
}

/* The folder itself came or went: what is watched may not be what is there now. */
static void on_run_replaced(void *userdata)
{
	struct fail2ban *fail2ban = userdata;

	filewatch_free(fail2ban->run);
	fail2ban->run = NULL;
	on_run_changed(fail2ban);
}

static void on_data_changed(void *userdata)
{
	struct fail2ban *fail2ban = userdata;

	if (!loop_timer_is_set(fail2ban->change_timer))
		loop_timer_set(fail2ban->change_timer, CHANGE_MS);
}

static void split_path(const char *path, char *folder, size_t size, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	snprintf(folder, size, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	if (slash == path)
		snprintf(folder, size, "/");
}

static const char *where_database_is(const struct fail2ban *fail2ban)
{
	if (fail2ban->database)
		return fail2ban->database;
	return fail2ban->known_database ? fail2ban->known_database : FAIL2BAN_DEFAULT_DATABASE;
}

/* What cannot be watched (yet) is looked at from time to time. */
static void watch_folders(struct fail2ban *fail2ban)
{
	const char *database = where_database_is(fail2ban);
	char folder[4096], parent[4096];
	const char *name;
	int r = 0;

	split_path(fail2ban->socket, folder, sizeof(folder), &name);
	if (!fail2ban->run)
		r = filewatch_new_of(&fail2ban->run, fail2ban->loop, folder, NULL, FILEWATCH_MADE,
		                     on_run_changed, fail2ban);
	split_path(folder, parent, sizeof(parent), &name);
	if (!fail2ban->run_parent)
		r = filewatch_new_of(&fail2ban->run_parent, fail2ban->loop, parent, name,
		                     FILEWATCH_MADE, on_run_replaced, fail2ban);
	split_path(database, folder, sizeof(folder), &name);
	if (!fail2ban->data)
		r = filewatch_new_of(&fail2ban->data, fail2ban->loop, folder, name,
		                     FILEWATCH_WRITTEN, on_data_changed, fail2ban);
	(void)r;
}

/* --- state ------------------------------------------------------------------------------- */

/* Its folder says that it comes, and the kernel that it ends. */
static bool is_followed(const struct fail2ban *fail2ban)
{
	return fail2ban->run && fail2ban->run_parent &&
	       (fail2ban->state != FAIL2BAN_RUNNING || fail2ban->end_of_server);
}

static void look_again(struct fail2ban *fail2ban, enum fail2ban_state state)
{
	switch (state) {
	case FAIL2BAN_STARTING:
	case FAIL2BAN_STOPPING:
		loop_timer_set(fail2ban->look_timer, MOVING_MS);
		return;
	case FAIL2BAN_UNREACHABLE:
	case FAIL2BAN_UNKNOWN:
		loop_timer_set(fail2ban->look_timer, TROUBLE_MS);
		return;
	case FAIL2BAN_RUNNING:
	case FAIL2BAN_STOPPED:
	case FAIL2BAN_CRASHED:
	case FAIL2BAN_N_STATES:
		break;
	}
	loop_timer_set_lazy(fail2ban->look_timer, is_followed(fail2ban) ? FOLLOWED_MS : STEADY_MS);
}

static void keep_database(struct fail2ban *fail2ban, const char *database)
{
	char *copy;

	if (!database ||
	    (fail2ban->known_database && strcmp(database, fail2ban->known_database) == 0))
		return;
	copy = strdup(database);
	if (!copy)
		return;
	free(fail2ban->known_database);
	fail2ban->known_database = copy;
	if (fail2ban->database)
		return;
	filewatch_free(fail2ban->data);
	fail2ban->data = NULL;
	watch_folders(fail2ban);
}

static void set_state(struct fail2ban *fail2ban, const struct fail2ban_reading_result *result)
{
	enum fail2ban_state from = fail2ban->state;
	bool another = result->state == FAIL2BAN_RUNNING && result->pid != fail2ban->pid;
	bool replaced = another && from == FAIL2BAN_RUNNING && fail2ban->pid > 0;

	keep_database(fail2ban, result->database);
	if (another)
		follow_server(fail2ban, result->pid);
	look_again(fail2ban, result->state);
	if (from == result->state && !replaced && fail2ban->since_us)
		return;
	fail2ban->state = result->state;
	fail2ban->since_us = clock_monotonic_us();
	for (struct fail2ban_follower *one = fail2ban->followers; one; one = one->next)
		one->on_state(from, result->state, one->userdata);
}

static void on_looked(struct fail2ban_reading_result *result, void *userdata)
{
	struct fail2ban *fail2ban = userdata;
	struct fail2ban_reading *look = steal(fail2ban->look);

	set_state(fail2ban, result);
	fail2ban_reading_free(look);
}

static struct fail2ban_reading_before what_is_known(const struct fail2ban *fail2ban)
{
	return (struct fail2ban_reading_before){
	    .state = fail2ban->state,
	    .database = fail2ban->known_database,
	};
}

static void on_look_due(void *userdata)
{
	struct fail2ban *fail2ban = userdata;
	struct fail2ban_reading_before before = what_is_known(fail2ban);

	watch_folders(fail2ban);
	look_again(fail2ban, fail2ban->state);
	if (!fail2ban->look &&
	    fail2ban_reading_new(&fail2ban->look, fail2ban->loop, &fail2ban->options, true, &before,
	                         on_looked, fail2ban) < 0)
		fail2ban->look = NULL; /* and again later */
}

static void on_change_due(void *userdata)
{
	struct fail2ban *fail2ban = userdata;

	loop_timer_set(fail2ban->look_timer, 0);
	for (struct fail2ban_follower *one = fail2ban->followers; one; one = one->next)
		if (one->on_change)
			one->on_change(one->userdata);
}

/* --- reading ----------------------------------------------------------------------------- */

static void answer_wish(struct fail2ban *fail2ban, struct fail2ban_reading_result *result)
{
	struct wish *wish = fail2ban->wishes;

	if (!wish)
		return;
	fail2ban->wishes = wish->next;
	if (fail2ban->wishes)
		loop_timer_set(fail2ban->read_timer, 0);
	if (wish->fn)
		wish->fn(result->result, result->result == 0 ? &result->tickets : NULL,
		         &result->err, wish->userdata);
	free(wish);
}

static void on_read(struct fail2ban_reading_result *result, void *userdata)
{
	struct fail2ban *fail2ban = userdata;
	struct fail2ban_reading *reading = steal(fail2ban->reading);

	set_state(fail2ban, result);
	answer_wish(fail2ban, result);
	fail2ban_reading_free(reading);
}

static void on_read_due(void *userdata)
{
	struct fail2ban *fail2ban = userdata;
	struct fail2ban_reading_result failed = {.state = fail2ban->state};
	struct fail2ban_reading_before before = what_is_known(fail2ban);

	if (fail2ban->reading || !fail2ban->wishes)
		return;
	failed.result = fail2ban_reading_new(&fail2ban->reading, fail2ban->loop, &fail2ban->options,
	                                     false, &before, on_read, fail2ban);
	if (failed.result < 0)
		answer_wish(fail2ban, &failed);
}

/**
 * fail2ban_read() - read jails, actions and bans
 * @fn: called once from the loop with what there is; it may ask for more, but must not
 *      free @fail2ban
 *
 * Return: 0; -ENOMEM.
 */
int fail2ban_read(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata)
{
	struct wish *wish = calloc(1, sizeof(*wish)), **last = &fail2ban->wishes;

	if (!wish)
		return -ENOMEM;
	wish->fn = fn;
	wish->userdata = userdata;
	while (*last)
		last = &(*last)->next;
	*last = wish;
	loop_timer_set(fail2ban->read_timer, 0);
	return 0;
}

/** fail2ban_read_cancel() - no fail2ban_read() of anybody calls back any more */
void fail2ban_read_cancel(struct fail2ban *fail2ban)
{
	struct wish *wish;

	fail2ban_reading_free(fail2ban->reading);
	fail2ban->reading = NULL;
	while ((wish = fail2ban->wishes)) {
		fail2ban->wishes = wish->next;
		free(wish);
	}
}

/** fail2ban_read_forget() - what was asked for with these does not call back any more */
void fail2ban_read_forget(struct fail2ban *fail2ban, fail2ban_read_fn fn, void *userdata)
{
	for (struct wish *wish = fail2ban->wishes; wish; wish = wish->next)
		if (wish->fn == fn && wish->userdata == userdata)
			wish->fn = NULL;
}

/* --- from outside ------------------------------------------------------------------------ */

static int copy_path(char **out, const char *path, const char *otherwise)
{
	*out = path || otherwise ? strdup(path ? path : otherwise) : NULL;
	return *out || !(path || otherwise) ? 0 : -ENOMEM;
}

static int copy_paths(struct fail2ban *fail2ban, const struct fail2ban_options *options)
{
	_cleanup_free_ char *socket = NULL, *pidfile = NULL, *database = NULL;

	if (copy_path(&socket, options->socket, FAIL2BAN_DEFAULT_SOCKET) < 0 ||
	    copy_path(&pidfile, options->pidfile, FAIL2BAN_DEFAULT_PIDFILE) < 0 ||
	    copy_path(&database, options->database, NULL) < 0)
		return -ENOMEM;
	free(fail2ban->socket);
	free(fail2ban->pidfile);
	free(fail2ban->database);
	fail2ban->options.socket = fail2ban->socket = steal(socket);
	fail2ban->options.pidfile = fail2ban->pidfile = steal(pidfile);
	fail2ban->options.database = fail2ban->database = steal(database);
	return 0;
}

/**
 * fail2ban_new() - follow fail2ban's state
 * @out:     written on success alone; release with fail2ban_free()
 * @options: copied
 *
 * Followers are told of the first state from the loop, also when fail2ban is not there; what
 * they do then must not free @out.
 *
 * Return: 0; -ENOMEM.
 */
int fail2ban_new(struct fail2ban **out, struct loop *loop, const struct fail2ban_options *options)
{
	_cleanup_fail2ban_ struct fail2ban *fail2ban = calloc(1, sizeof(*fail2ban));
	int r;

	if (!fail2ban)
		return -ENOMEM;
	fail2ban->pidfd = -1;
	fail2ban->loop = loop;
	fail2ban->options = *options;
	r = copy_paths(fail2ban, options);
	if (r == 0)
		r = loop_add_timer(loop, &fail2ban->look_timer, on_look_due, fail2ban);
	if (r == 0)
		r = loop_add_timer(loop, &fail2ban->change_timer, on_change_due, fail2ban);
	if (r == 0)
		r = loop_add_timer(loop, &fail2ban->read_timer, on_read_due, fail2ban);
	if (r < 0)
		return r;
	loop_timer_set(fail2ban->look_timer, 0);
	*out = steal(fail2ban);
	return 0;
}

static void unwatch_folders(struct fail2ban *fail2ban)
{
	filewatch_free(fail2ban->run_parent);
	filewatch_free(fail2ban->run);
	filewatch_free(fail2ban->data);
	fail2ban->run_parent = fail2ban->run = fail2ban->data = NULL;
}

/**
 * fail2ban_configure() - look for it elsewhere from now on
 * @options: of these only the paths; copied
 *
 * Return: 0; -ENOMEM, and all is as it was.
 */
int fail2ban_configure(struct fail2ban *fail2ban, const struct fail2ban_options *options)
{
	int r = copy_paths(fail2ban, options);

	if (r < 0)
		return r;
	unwatch_folders(fail2ban);
	loop_timer_set(fail2ban->look_timer, 0);
	return 0;
}

/** fail2ban_free() - NULL is fine; nothing calls back any more */
void fail2ban_free(struct fail2ban *fail2ban)
{
	if (!fail2ban)
		return;
	fail2ban_read_cancel(fail2ban);
	fail2ban_reading_free(fail2ban->look);
	forget_server(fail2ban);
	unwatch_folders(fail2ban);
	loop_remove(fail2ban->look_timer);
	loop_remove(fail2ban->change_timer);
	loop_remove(fail2ban->read_timer);
	free(fail2ban->socket);
	free(fail2ban->pidfile);
	free(fail2ban->database);
	free(fail2ban->known_database);
	free(fail2ban);
}

/** fail2ban_follow() - @follower is told from now on; borrowed until fail2ban_unfollow() */
void fail2ban_follow(struct fail2ban *fail2ban, struct fail2ban_follower *follower)
{
	struct fail2ban_follower **last = &fail2ban->followers;

	while (*last)
		last = &(*last)->next;
	follower->next = NULL;
	*last = follower;
}

/** fail2ban_unfollow() - and no more; who does not follow it is fine */
void fail2ban_unfollow(struct fail2ban *fail2ban, struct fail2ban_follower *follower)
{
	struct fail2ban_follower **at = &fail2ban->followers;

	while (*at && *at != follower)
		at = &(*at)->next;
	if (*at)
		*at = follower->next;
}

/** fail2ban_state() - as it was when it was looked at last */
enum fail2ban_state fail2ban_state(const struct fail2ban *fail2ban)
{
	return fail2ban->state;
}

/**
 * fail2ban_began_us() - when the server that answered last began to run
 *
 * Return: as clock_monotonic_us(); now where that cannot be told.
 */
int64_t fail2ban_began_us(const struct fail2ban *fail2ban)
{
	int64_t age_us = 0;

	if (fail2ban->pid <= 0 || process_age_us(&age_us, "/proc", fail2ban->pid) < 0 || age_us < 0)
		age_us = 0;
	return clock_monotonic_us() - age_us;
}

/**
 * fail2ban_database() - where its database is
 *
 * As configured, else as the server said, also one that has ended since; else the
 * default, once it is known that there is none that could be asked.
 *
 * Return: a path, borrowed until the loop goes on; NULL while it is not known.
 */
const char *fail2ban_database(const struct fail2ban *fail2ban)
{
	bool may_be_told = !fail2ban->since_us || fail2ban->state == FAIL2BAN_STARTING ||
	                   fail2ban->state == FAIL2BAN_RUNNING;

	if (!fail2ban->database && !fail2ban->known_database && may_be_told)
		return NULL;
	return where_database_is(fail2ban);
}

/* --- for short-lived commands ------------------------------------------------------------ */

struct wait {
	struct loop *loop;
	struct tickets *tickets;
	enum fail2ban_state state;
	struct err *err;
	int result;
};

static void on_read_waited(struct fail2ban_reading_result *result, void *userdata)
{
	struct wait *wait = userdata;

	wait->state = result->state;
	wait->result = result->result;
	if (result->result == 0) {
		*wait->tickets = result->tickets;
		result->tickets = TICKETS_NULL;
	} else if (wait->err) {
		*wait->err = result->err;
	}
	loop_exit(wait->loop, 0);
}

/**
 * fail2ban_read_wait() - read jails, actions and bans, and wait for them
 * @out:     written on success alone; release with tickets_deinit()
 * @state:   receives what fail2ban is doing, also when the tickets are not known
 * @options: the paths and the timeout; borrowed
 *
 * Return: 0; FAIL2BAN_E_UNKNOWN; negative errno.
 */
int fail2ban_read_wait(struct tickets *out, enum fail2ban_state *state,
                       const struct fail2ban_options *options, struct err *err)
{
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_(fail2ban_reading_cleanup) struct fail2ban_reading *reading = NULL;
	struct wait wait = {.tickets = out, .err = err, .state = FAIL2BAN_UNKNOWN};
	int wait_ms = options->wait_ms ? options->wait_ms : READ_WAIT_MS;
	int r = loop_new(&loop), code;

	*state = FAIL2BAN_UNKNOWN;
	if (r < 0)
		return r;
	wait.loop = loop;
	r = fail2ban_reading_new(&reading, loop, options, false, NULL, on_read_waited, &wait);
	if (r == -ENAMETOOLONG)
		return err_set(err, FAIL2BAN_E_UNKNOWN, "%s: too long for a socket's path",
		               options->socket);
	if (r == 0)
		r = loop_run_until(loop, clock_monotonic_ms() + wait_ms, &code);
	if (r == LOOP_E_DEADLINE)
		return err_set(err, FAIL2BAN_E_UNKNOWN, "fail2ban takes too long to answer");
	*state = wait.state;
	return r < 0 ? r : wait.result;
}
