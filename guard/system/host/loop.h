/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop - one thread that waits: file descriptors, timers, signals, deferred work
 *
 * Built on poll(2), so that several sources may watch one descriptor. Callbacks
 * may add and remove any source, their own too; a source removed during a batch
 * is marked dead, its callback is not called again, and its memory is freed
 * after the batch. A descriptor in error is reported once, then left out of
 * poll until loop_io_set_events() is called, so that nothing spins.
 *
 * Every source belongs to its loop: loop_free() frees what is left. A source is
 * not to be touched after loop_remove().
 */
#ifndef GUARD_SYSTEM_HOST_LOOP_H
#define GUARD_SYSTEM_HOST_LOOP_H

#include "guard/base/err.h"

struct loop;
struct loop_source;

/* For loop_add_io(); ERROR (poll's ERR, HUP and NVAL) is always reported, never asked for. */
enum {
	LOOP_READ = 1 << 0,
	LOOP_WRITE = 1 << 1,
	LOOP_ERROR = 1 << 2,
};

enum {
	LOOP_E_DEADLINE = 1, /* loop_run_until(): the deadline came first */
};

typedef void (*loop_fn)(void *userdata);
typedef void (*loop_io_fn)(int fd, unsigned events, void *userdata);
typedef void (*loop_signal_fn)(int signo, void *userdata);

int loop_new(struct loop **out) _must_check_;
void loop_free(struct loop *loop);
DEFINE_CLEANUP(struct loop *, loop_free, loop_cleanup);
#define _cleanup_loop_ _cleanup_(loop_cleanup)

/* In all of these the new source goes to *out, which is required. */

/* events 0: stays registered, is not polled. The descriptor is borrowed. */
int loop_add_io(struct loop *loop, struct loop_source **out, int fd, unsigned events, loop_io_fn fn,
                void *userdata) _must_check_;
void loop_io_set_events(struct loop_source *source, unsigned events);

/* Made stopped. One shot; set it again from its callback for a period. */
int loop_add_timer(struct loop *loop, struct loop_source **out, loop_fn fn,
                   void *userdata) _must_check_;
void loop_timer_set(struct loop_source *source, int64_t delay_ms);
/* For what need not be on time: those of all run in the same turn, so that the process sleeps. */
#define LOOP_LAZY_MS 30000
void loop_timer_set_lazy(struct loop_source *source, int64_t delay_ms);
void loop_timer_stop(struct loop_source *source);
bool loop_timer_is_set(const struct loop_source *source);

/* Blocks the signal for the process and takes it from a signalfd; one source a signal. */
int loop_add_signal(struct loop *loop, struct loop_source **out, int signo, loop_signal_fn fn,
                    void *userdata) _must_check_;

/* Runs once before the next poll after each trigger, never inside loop_deferred_trigger(). */
int loop_add_deferred(struct loop *loop, struct loop_source **out, loop_fn fn,
                      void *userdata) _must_check_;
void loop_deferred_trigger(struct loop_source *source);

void loop_remove(struct loop_source *source); /* NULL is fine */

/*
 * loop_run() goes on until loop_exit(), *code is what that was given.
 * loop_run_until() does the same, or returns LOOP_E_DEADLINE when
 * clock_monotonic_ms() reaches deadline_ms; the loop can be run again after
 * either. Both may be nested by synchronous callers outside of callbacks only.
 */
int loop_run(struct loop *loop, int *code) _must_check_;
int loop_run_until(struct loop *loop, int64_t deadline_ms, int *code) _must_check_;
void loop_exit(struct loop *loop, int code);

#endif
