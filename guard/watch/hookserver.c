// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/hookserver.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/host/hooksocket.h"
#include "guard/system/store/spool.h"

enum {
	BATCH = 256,    /* events in one transaction */
	SILENT = 64,    /* connections that have said nothing yet */
	TICK_MS = 1000, /* how often those are looked at, and a socket that failed is tried again */
	SILENT_MS = 5000,
};

/* Connected, and its event is still to come: the hook is at it, or was killed or stopped. */
struct silent {
	struct hookserver *server;
	struct loop_source *source; /* NULL: nobody has this place */
	int fd;
	int64_t since_ms;
};

struct hookserver {
	struct hookserver_options options;
	int fd; /* owned; -1: there is none yet */
	bool made;
	struct loop_source *source, *timer;
	struct silent silent[SILENT];
	struct spool_message messages[BATCH];
	int fds[BATCH]; /* owned; of those */
	size_t n;
	char *text; /* owned; of one message, and one byte more than it may have */
	bool told_trouble, told_stranger;
};

/* --- a batch ----------------------------------------------------------------------------- */

static int add(struct hookserver *server, int fd, size_t length)
{
	char *copy = malloc(length);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, server->text, length);
	server->messages[server->n] = (struct spool_message){.text = copy, .length = length};
	server->fds[server->n++] = fd;
	return 0;
}

/* Whose event is not on record now hears nothing, and leaves it in the spool. */
static void take(struct hookserver *server)
{
	if (server->n == 0)
		return;
	record_take(server->options.record, server->options.spool_dir, server->messages, server->n);
	for (size_t i = 0; i < server->n; i++) {
		if (server->messages[i].fate == SPOOL_TAKEN)
			hooksocket_answer(server->fds[i]);
		close(server->fds[i]);
		free(server->messages[i].text);
	}
	server->n = 0;
}

/* True: it is not the caller's any more. */
static bool read_into_batch(struct hookserver *server, int fd)
{
	ssize_t n = hooksocket_read(fd, server->text, SPOOL_SIZE_MAX);

	if (n == -EAGAIN)
		return false;
	if (n <= 0 || add(server, fd, (size_t)n) < 0)
		close(fd);
	return true;
}

/* --- who has not said anything yet ------------------------------------------------------- */

static void forget(struct silent *silent)
{
	loop_remove(silent->source);
	silent->source = NULL;
}

static void put_out(struct silent *silent)
{
	forget(silent);
	close(silent->fd);
}

static void on_silent(int fd, unsigned events _unused_, void *userdata)
{
	struct silent *silent = userdata;

	if (!read_into_batch(silent->server, fd))
		return;
	forget(silent);
	take(silent->server);
}

/* A free place, or that of whoever has been silent for longest. */
static struct silent *find_place(struct hookserver *server)
{
	struct silent *oldest = &server->silent[0];

	for (size_t i = 0; i < SILENT; i++) {
		if (!server->silent[i].source)
			return &server->silent[i];
		if (server->silent[i].since_ms < oldest->since_ms)
			oldest = &server->silent[i];
	}
	put_out(oldest);
	return oldest;
}

static void wait_for(struct hookserver *server, int fd)
{
	struct silent *place = find_place(server);

	*place = (struct silent){.server = server, .fd = fd, .since_ms = clock_monotonic_ms()};
	if (loop_add_io(server->options.loop, &place->source, fd, LOOP_READ, on_silent, place) <
	    0) {
		place->source = NULL;
		close(fd);
	}
	if (!loop_timer_is_set(server->timer))
		loop_timer_set(server->timer, TICK_MS);
}

/* Return: how many are left */
static size_t put_out_silent(struct hookserver *server, int64_t before_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < SILENT; i++) {
		struct silent *silent = &server->silent[i];

		if (silent->source && silent->since_ms <= before_ms)
			put_out(silent);
		n += silent->source != NULL;
	}
	return n;
}

/* --- the socket -------------------------------------------------------------------------- */

/* Without memory or descriptors it would go on saying that somebody waits. */
static void pause_listening(struct hookserver *server)
{
	loop_io_set_events(server->source, 0);
	loop_timer_set(server->timer, TICK_MS);
}

static void tell_stranger(struct hookserver *server)
{
	if (!server->told_stranger)
		logger_write(
		    server->options.logger, LOGGER_WARNING,
		    "somebody who is neither root nor fail2ban's user has tried to tell of "
		    "a ban; it is not recorded");
	server->told_stranger = true;
}

static void on_connections(int listening, unsigned events _unused_, void *userdata)
{
	struct hookserver *server = userdata;

	while (server->n < BATCH) {
		int fd = hooksocket_accept(listening);

		if (fd == -EPERM)
			tell_stranger(server);
		else if (fd >= 0 && !read_into_batch(server, fd))
			wait_for(server, fd);
		else if (fd < 0 && fd != -EINTR && fd != -ECONNABORTED) {
			if (fd != -EAGAIN)
				pause_listening(server);
			break;
		}
	}
	take(server);
}

static void stop_listening(struct hookserver *server)
{
	loop_remove(server->source);
	server->source = NULL;
	if (server->fd < 0)
		return;
	if (server->made)
		hooksocket_remove(server->options.socket_dir);
	close(server->fd);
	server->fd = -1;
}

static void listen_anew(struct hookserver *server)
{
	struct err err = ERR_NULL;
	int r = hooksocket_listen(&server->fd, server->options.socket_dir, &server->made, &err);

	if (r == 0)
		r = loop_add_io(server->options.loop, &server->source, server->fd, LOOP_READ,
		                on_connections, server);
	if (r < 0) {
		stop_listening(server);
		if (!server->told_trouble)
			logger_write(server->options.logger, LOGGER_WARNING,
			             "%s; fail2ban's hook leaves files instead", err_text(&err, r));
		server->told_trouble = true;
		loop_timer_set(server->timer, TICK_MS);
	}
}

static void on_tick(void *userdata)
{
	struct hookserver *server = userdata;

	if (server->fd < 0)
		listen_anew(server);
	else
		loop_io_set_events(server->source, LOOP_READ);
	if (put_out_silent(server, clock_monotonic_ms() - SILENT_MS) > 0)
		loop_timer_set(server->timer, TICK_MS);
}

/**
 * hookserver_new() - begin to listen
 * @options: what it points to must outlive the server
 *
 * A socket that cannot be had is no error: the hook has another way.
 *
 * Return: 0 or -ENOMEM.
 */
int hookserver_new(struct hookserver **out, const struct hookserver_options *options)
{
	struct hookserver *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	server->options = *options;
	server->fd = -1;
	server->text = malloc(SPOOL_SIZE_MAX);
	if (!server->text || loop_add_timer(options->loop, &server->timer, on_tick, server) < 0) {
		hookserver_free(server);
		return -ENOMEM;
	}
	listen_anew(server);
	*out = server;
	return 0;
}

/** hookserver_free() - NULL is fine; who waits hears that nobody is there any more */
void hookserver_free(struct hookserver *server)
{
	if (!server)
		return;
	put_out_silent(server, INT64_MAX);
	stop_listening(server);
	loop_remove(server->timer);
	free(server->text);
	free(server);
}
