/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/host/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "guard/system/host/clock.h"

/*
 * A descriptor may be readable and hung up for a while, until all has been
 * read. Who does not read or remove it for this many turns is left out of poll.
 */
#define HANGUP_TURNS 1024

/* One signalfd read takes this many; the rest waits for the next turn. */
#define SIGNAL_BATCH 16

enum source_kind {
	SOURCE_IO,
	SOURCE_TIMER,
	SOURCE_SIGNAL,
	SOURCE_DEFERRED,
};

struct loop_source {
	struct loop *loop;
	struct loop_source *next;
	enum source_kind kind;
	bool dead;
	union {
		loop_fn run;
		loop_io_fn io;
		loop_signal_fn signal;
	} fn;
	void *userdata;

	/* io */
	int fd;
	unsigned events;
	bool muted; /* in error, and nobody has looked at it */
	unsigned hangups;

	/* timer */
	bool armed;
	int64_t due_ms;
	uint64_t round; /* in which it was set: timers set by timers wait for the next one */

	/* signal */
	int signo;

	/* deferred */
	bool triggered;
};

struct loop {
	struct loop_source *sources;
	struct loop_source **tail;
	size_t n_io;
	unsigned depth; /* of dispatching; nothing is freed within */
	bool has_dead;
	uint64_t round;

	struct pollfd *fds;
	struct loop_source **fd_sources; /* beside fds */
	size_t fds_capacity;
	size_t fd_sources_capacity;

	sigset_t signals;
	int signal_fd;
	struct loop_source *signal_io;

	bool exiting;
	int code;
};

static struct loop_source *source_add(struct loop *loop, enum source_kind kind, void *userdata)
{
	struct loop_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->loop = loop;
	source->kind = kind;
	source->userdata = userdata;
	source->fd = -1;
	*loop->tail = source;
	loop->tail = &source->next;
	return source;
}

static void sweep(struct loop *loop)
{
	struct loop_source **link = &loop->sources;

	if (!loop->has_dead || loop->depth > 0)
		return;
	while (*link) {
		struct loop_source *source = *link;

		if (source->dead) {
			*link = source->next;
			free(source);
		} else {
			link = &source->next;
		}
	}
	loop->tail = link;
	loop->has_dead = false;
}

/**
 * loop_new() - make a loop without sources
 * @out: receives the loop; untouched on failure
 *
 * Return: 0; -ENOMEM.
 */
int loop_new(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->tail = &loop->sources;
	loop->signal_fd = -1;
	sigemptyset(&loop->signals);
	*out = loop;
	return 0;
}

/**
 * loop_free() - free a loop and its sources
 * @loop: may be NULL; must not be running
 *
 * Signals stay blocked: one that arrived late must not kill the process now.
 */
void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	assert(loop->depth == 0);
	while (loop->sources) {
		struct loop_source *source = loop->sources;

		loop->sources = source->next;
		free(source);
	}
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	free(loop->fds);
	free(loop->fd_sources);
	free(loop);
}

/**
 * loop_add_io() - watch a file descriptor
 * @loop: the loop
 * @out: receives the source
 * @fd: borrowed; must stay open until the source is removed
 * @events: LOOP_READ, LOOP_WRITE, both or 0
 * @fn: called with what is ready, LOOP_ERROR included
 * @userdata: for @fn
 *
 * Return: 0; -ENOMEM.
 */
int loop_add_io(struct loop *loop, struct loop_source **out, int fd, unsigned events, loop_io_fn fn,
                void *userdata)
{
	struct loop_source *source = source_add(loop, SOURCE_IO, userdata);

	if (!source)
		return -ENOMEM;
	source->fn.io = fn;
	source->fd = fd;
	source->events = events;
	loop->n_io++;
	*out = source;
	return 0;
}

/**
 * loop_io_set_events() - change what a descriptor is watched for
 * @source: from loop_add_io()
 * @events: LOOP_READ, LOOP_WRITE, both, or 0 to leave it out of poll
 *
 * Also lets a descriptor be polled again whose error has been reported.
 */
void loop_io_set_events(struct loop_source *source, unsigned events)
{
	assert(source->kind == SOURCE_IO);
	source->events = events;
	source->muted = false;
	source->hangups = 0;
}

/**
 * loop_add_timer() - add a timer, stopped
 * @loop: the loop
 * @out: receives the source
 * @fn: called when the timer is due
 * @userdata: for @fn
 *
 * Return: 0; -ENOMEM.
 */
int loop_add_timer(struct loop *loop, struct loop_source **out, loop_fn fn, void *userdata)
{
	struct loop_source *source = source_add(loop, SOURCE_TIMER, userdata);

	if (!source)
		return -ENOMEM;
	source->fn.run = fn;
	*out = source;
	return 0;
}

/**
 * loop_timer_set() - let a timer run once
 * @source: from loop_add_timer()
 * @delay_ms: from now; what is below 0 counts as 0
 *
 * A timer that is set already is set anew. One that is set by a timer's
 * callback runs in the next turn at the earliest, also with 0.
 */
void loop_timer_set(struct loop_source *source, int64_t delay_ms)
{
	assert(source->kind == SOURCE_TIMER);
	source->armed = true;
	source->round = source->loop->round;
	source->due_ms = clock_monotonic_ms() + (delay_ms > 0 ? delay_ms : 0);
}

/**
 * loop_timer_set_lazy() - let a timer run once, together with other lazy ones
 * @source:   from loop_add_timer()
 * @delay_ms: from now; it may be up to LOOP_LAZY_MS less, and never more
 */
void loop_timer_set_lazy(struct loop_source *source, int64_t delay_ms)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t due_ms = (now_ms + delay_ms) / LOOP_LAZY_MS * LOOP_LAZY_MS;

	loop_timer_set(source, due_ms > now_ms ? due_ms - now_ms : delay_ms);
}

/**
 * loop_timer_stop() - take back loop_timer_set()
 * @source: from loop_add_timer()
 */
void loop_timer_stop(struct loop_source *source)
{
	assert(source->kind == SOURCE_TIMER);
	source->armed = false;
}

/**
 * loop_timer_is_set() - whether a timer is going to run
 * @source: from loop_add_timer()
 *
 * Return: true from loop_timer_set() until just before its callback.
 */
bool loop_timer_is_set(const struct loop_source *source)
{
	return source->armed;
}

static void deliver_signal(struct loop *loop, int signo)
{
	struct loop_source *source;

	for (source = loop->sources; source; source = source->next)
		if (source->kind == SOURCE_SIGNAL && !source->dead && source->signo == signo)
			source->fn.signal(signo, source->userdata);
}

static void read_signals(int fd, unsigned events, void *userdata)
{
	struct loop *loop = userdata;
	struct signalfd_siginfo infos[SIGNAL_BATCH];
	ssize_t n = read(fd, infos, sizeof(infos));

	(void)events;
	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(infos[0]); i++)
		deliver_signal(loop, (int)infos[i].ssi_signo);
}

static int open_signal_fd(struct loop *loop)
{
	int fd = signalfd(loop->signal_fd, &loop->signals, SFD_NONBLOCK | SFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if (loop->signal_io)
		return 0;
	r = loop_add_io(loop, &loop->signal_io, fd, LOOP_READ, read_signals, loop);
	if (r < 0) {
		close(fd);
		return r;
	}
	loop->signal_fd = fd;
	return 0;
}

/**
 * loop_add_signal() - take a signal in the loop
 * @loop: the loop
 * @out: receives the source
 * @signo: is blocked for the process from now on
 * @fn: called in the loop, so it may do anything
 * @userdata: for @fn
 *
 * Return: 0; -ENOMEM; another negative errno from sigprocmask() or signalfd().
 */
int loop_add_signal(struct loop *loop, struct loop_source **out, int signo, loop_signal_fn fn,
                    void *userdata)
{
	struct loop_source *source;
	sigset_t one;
	int r;

	sigemptyset(&one);
	if (sigaddset(&one, signo) < 0 || sigprocmask(SIG_BLOCK, &one, NULL) < 0)
		return -errno;
	(void)sigaddset(&loop->signals, signo);
	r = open_signal_fd(loop);
	if (r < 0)
		return r;
	source = source_add(loop, SOURCE_SIGNAL, userdata);
	if (!source)
		return -ENOMEM;
	source->fn.signal = fn;
	source->signo = signo;
	*out = source;
	return 0;
}

/**
 * loop_add_deferred() - add work that is done when it is triggered
 * @loop: the loop
 * @out: receives the source
 * @fn: called once before the next poll after each trigger
 * @userdata: for @fn
 *
 * Return: 0; -ENOMEM.
 */
int loop_add_deferred(struct loop *loop, struct loop_source **out, loop_fn fn, void *userdata)
{
	struct loop_source *source = source_add(loop, SOURCE_DEFERRED, userdata);

	if (!source)
		return -ENOMEM;
	source->fn.run = fn;
	*out = source;
	return 0;
}

/**
 * loop_deferred_trigger() - have deferred work done before the next poll
 * @source: from loop_add_deferred()
 *
 * Triggered by its own callback, it runs again in the next turn, after a poll
 * that does not wait: others get their chance in between.
 */
void loop_deferred_trigger(struct loop_source *source)
{
	assert(source->kind == SOURCE_DEFERRED);
	source->triggered = true;
	source->round = source->loop->round;
}

/**
 * loop_remove() - remove a source
 * @source: may be NULL; not to be used any more
 */
void loop_remove(struct loop_source *source)
{
	if (!source || source->dead)
		return;
	source->dead = true;
	source->loop->has_dead = true;
	if (source->kind == SOURCE_IO)
		source->loop->n_io--;
	sweep(source->loop);
}

static bool is_polled(const struct loop_source *source)
{
	/* With events 0 poll would still report hang-ups, for ever. */
	return source->kind == SOURCE_IO && !source->dead && !source->muted && source->events;
}

static int collect_fds(struct loop *loop, nfds_t *out)
{
	nfds_t n = 0;
	int r;

	r = grow(&loop->fds, &loop->fds_capacity, loop->n_io, sizeof(*loop->fds));
	if (r < 0)
		return r;
	r = grow(&loop->fd_sources, &loop->fd_sources_capacity, loop->n_io,
	         sizeof(struct loop_source *));
	if (r < 0)
		return r;
	for (struct loop_source *s = loop->sources; s; s = s->next) {
		if (!is_polled(s))
			continue;
		loop->fds[n].fd = s->fd;
		loop->fds[n].events = (short)((s->events & LOOP_READ ? POLLIN : 0) |
		                              (s->events & LOOP_WRITE ? POLLOUT : 0));
		loop->fds[n].revents = 0;
		loop->fd_sources[n++] = s;
	}
	*out = n;
	return 0;
}

/* How long poll may wait: until the deadline or the next timer, not at all with work left. */
static int poll_timeout(const struct loop *loop, int64_t deadline_ms)
{
	int64_t due_ms = deadline_ms;
	int64_t wait_ms;

	for (const struct loop_source *s = loop->sources; s; s = s->next) {
		if (s->dead)
			continue;
		if (s->kind == SOURCE_DEFERRED && s->triggered)
			return 0;
		if (s->kind == SOURCE_TIMER && s->armed && s->due_ms < due_ms)
			due_ms = s->due_ms;
	}
	if (due_ms == INT64_MAX)
		return -1;
	wait_ms = due_ms - clock_monotonic_ms();
	if (wait_ms < 0)
		return 0;
	return wait_ms < INT_MAX ? (int)wait_ms : INT_MAX;
}

static void run_deferred(struct loop *loop)
{
	uint64_t round = loop->round++;

	for (struct loop_source *s = loop->sources; s && !loop->exiting; s = s->next) {
		if (s->kind != SOURCE_DEFERRED || s->dead || !s->triggered || s->round > round)
			continue;
		s->triggered = false;
		s->fn.run(s->userdata);
	}
}

static void run_timers(struct loop *loop)
{
	uint64_t round = loop->round++;
	int64_t now_ms = clock_monotonic_ms();

	for (struct loop_source *s = loop->sources; s && !loop->exiting; s = s->next) {
		if (s->kind != SOURCE_TIMER || s->dead || !s->armed || s->round > round ||
		    s->due_ms > now_ms)
			continue;
		s->armed = false;
		s->fn.run(s->userdata);
	}
}

static unsigned translate(struct loop_source *source, short revents)
{
	unsigned events = 0;

	if (revents & POLLIN)
		events |= LOOP_READ;
	if (revents & POLLOUT)
		events |= LOOP_WRITE;
	if (!(revents & (POLLERR | POLLHUP | POLLNVAL))) {
		source->hangups = 0;
		return events;
	}
	/* Muted before the callback: loop_io_set_events() in there takes it back. */
	if (!(revents & POLLIN) || ++source->hangups >= HANGUP_TURNS)
		source->muted = true;
	return events | LOOP_ERROR;
}

static void run_io(struct loop *loop, nfds_t n)
{
	for (nfds_t i = 0; i < n && !loop->exiting; i++) {
		struct loop_source *source = loop->fd_sources[i];

		/* An earlier callback may have removed it or lost interest. */
		if (!loop->fds[i].revents || !is_polled(source))
			continue;
		source->fn.io(source->fd, translate(source, loop->fds[i].revents),
		              source->userdata);
	}
}

static int turn(struct loop *loop, int64_t deadline_ms)
{
	nfds_t n = 0;
	int r;

	loop->depth++;
	run_deferred(loop);
	loop->depth--;
	sweep(loop);
	if (loop->exiting)
		return 0;

	r = collect_fds(loop, &n);
	if (r < 0)
		return r;
	r = poll(loop->fds, n, poll_timeout(loop, deadline_ms));
	if (r < 0 && errno != EINTR && errno != EAGAIN)
		return -errno;

	loop->depth++;
	if (r > 0)
		run_io(loop, n);
	run_timers(loop);
	loop->depth--;
	sweep(loop);
	return 0;
}

/**
 * loop_run_until() - run the loop until loop_exit() or a deadline
 * @loop: the loop
 * @deadline_ms: by clock_monotonic_ms(); at least one turn is made
 * @code: receives what loop_exit() was given, with 0 returned; may be NULL
 *
 * Return: 0 after loop_exit(); LOOP_E_DEADLINE; negative errno.
 */
int loop_run_until(struct loop *loop, int64_t deadline_ms, int *code)
{
	assert(loop->depth == 0);
	loop->exiting = false;
	do {
		int r = turn(loop, deadline_ms);

		if (r < 0)
			return r;
		if (loop->exiting) {
			loop->exiting = false;
			if (code)
				*code = loop->code;
			return 0;
		}
	} while (clock_monotonic_ms() < deadline_ms);
	return LOOP_E_DEADLINE;
}

/**
 * loop_run() - run the loop until loop_exit()
 * @loop: the loop
 * @code: receives what loop_exit() was given; may be NULL
 *
 * Return: 0; negative errno.
 */
int loop_run(struct loop *loop, int *code)
{
	return loop_run_until(loop, INT64_MAX, code);
}

/**
 * loop_exit() - have loop_run() return as soon as the running callback does
 * @loop: the loop
 * @code: for the caller of loop_run()
 *
 * What else was ready in this turn is not lost: poll reports it again.
 */
void loop_exit(struct loop *loop, int code)
{
	loop->exiting = true;
	loop->code = code;
}
