/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/host/loop.h"

/* Long enough on any machine, and never waited for in full when things work. */
#define PATIENCE_MS 10000

struct probe {
	struct loop *loop;
	struct loop_source *source;
	struct probe *victim; /* removed by the callback */
	int n;
	int stop_at; /* loop_exit() at that count; 0: never */
	unsigned events;
	int delay_ms; /* to set the timer again; below 0: not */
};

static struct loop *loop;
static int fds[2];

static void setup(void)
{
	ck_assert_int_eq(loop_new(&loop), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

static void teardown(void)
{
	loop_free(loop);
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
}

static void run_for(int64_t ms)
{
	ck_assert_int_eq(loop_run_until(loop, clock_monotonic_ms() + ms, NULL), LOOP_E_DEADLINE);
}

static void run_to_exit(void)
{
	ck_assert_int_eq(loop_run_until(loop, clock_monotonic_ms() + PATIENCE_MS, NULL), 0);
}

static void hit(struct probe *probe)
{
	probe->n++;
	if (probe->victim) {
		loop_remove(probe->victim->source);
		probe->victim->source = NULL;
		probe->victim = NULL;
	}
	if (probe->stop_at && probe->n >= probe->stop_at)
		loop_exit(probe->loop, probe->n);
}

static void on_io(int fd, unsigned events, void *userdata)
{
	struct probe *probe = userdata;

	(void)fd;
	probe->events |= events;
	hit(probe);
}

static void on_run(void *userdata)
{
	hit(userdata);
}

static void on_again(void *userdata)
{
	struct probe *probe = userdata;

	if (probe->delay_ms >= 0)
		loop_timer_set(probe->source, probe->delay_ms);
	hit(probe);
}

static void on_trigger_again(void *userdata)
{
	struct probe *probe = userdata;

	loop_deferred_trigger(probe->source);
	hit(probe);
}

static void on_signal(int signo, void *userdata)
{
	struct probe *probe = userdata;

	probe->events = (unsigned)signo;
	hit(probe);
}

/* --- descriptors ------------------------------------------------------------------------- */

/* libdbus has two watches on one descriptor, which epoll would refuse. */
START_TEST(two_watches_on_one_descriptor)
{
	struct probe reader = {.loop = loop}, writer = {.loop = loop, .stop_at = 1};

	ck_assert_int_eq(loop_add_io(loop, &reader.source, fds[0], LOOP_READ, on_io, &reader), 0);
	ck_assert_int_eq(loop_add_io(loop, &writer.source, fds[0], LOOP_WRITE, on_io, &writer), 0);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	run_to_exit();
	ck_assert_uint_eq(reader.events, LOOP_READ);
	ck_assert_uint_eq(writer.events, LOOP_WRITE);
	loop_io_set_events(writer.source, 0);
	writer.n = 0;
	reader.stop_at = reader.n + 3;
	run_to_exit();
	ck_assert_int_eq(writer.n, 0);
}
END_TEST

/* A watch freed in the current batch was bluez's bug; under a sanitizer this would tell. */
START_TEST(removed_in_its_batch)
{
	struct probe first = {.loop = loop}, second = {.loop = loop};

	ck_assert_int_eq(loop_add_io(loop, &first.source, fds[0], LOOP_WRITE, on_io, &first), 0);
	ck_assert_int_eq(loop_add_io(loop, &second.source, fds[0], LOOP_WRITE, on_io, &second), 0);
	first.victim = &second;
	run_for(20);
	ck_assert_int_eq(second.n, 0);
	ck_assert_int_ge(first.n, 1);
}
END_TEST

START_TEST(removes_itself)
{
	struct probe self = {.loop = loop};

	ck_assert_int_eq(loop_add_io(loop, &self.source, fds[0], LOOP_WRITE, on_io, &self), 0);
	self.victim = &self;
	run_for(20);
	ck_assert_int_eq(self.n, 1);
	loop_remove(NULL);
}
END_TEST

/* Poll reports a hang-up for ever, asked for or not: it must be told once and not spin. */
START_TEST(hangup_does_not_spin)
{
	struct probe probe = {.loop = loop};
	int pipe_fds[2];

	ck_assert_int_eq(pipe(pipe_fds), 0);
	close(pipe_fds[1]);
	ck_assert_int_eq(loop_add_io(loop, &probe.source, pipe_fds[0], LOOP_READ, on_io, &probe),
	                 0);
	run_for(50);
	ck_assert_int_eq(probe.n, 1);
	ck_assert_uint_ne(probe.events & LOOP_ERROR, 0);
	loop_io_set_events(probe.source, LOOP_READ);
	run_for(20);
	ck_assert_int_eq(probe.n, 2);
	loop_io_set_events(probe.source, 0);
	run_for(20);
	ck_assert_int_eq(probe.n, 2);
	close(pipe_fds[0]);
}
END_TEST

START_TEST(unread_hangup_does_not_spin)
{
	struct probe probe = {.loop = loop};

	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	close(fds[1]);
	fds[1] = -1;
	ck_assert_int_eq(loop_add_io(loop, &probe.source, fds[0], LOOP_READ, on_io, &probe), 0);
	run_for(500);
	ck_assert_int_le(probe.n, 1024);
	run_for(20);
	ck_assert_int_le(probe.n, 1024);
}
END_TEST

START_TEST(closed_descriptor_does_not_spin)
{
	struct probe probe = {.loop = loop};
	int fd = dup(fds[0]);

	ck_assert_int_eq(loop_add_io(loop, &probe.source, fd, LOOP_READ, on_io, &probe), 0);
	close(fd);
	run_for(50);
	ck_assert_int_eq(probe.n, 1);
	ck_assert_uint_eq(probe.events, LOOP_ERROR);
}
END_TEST

/* --- timers ------------------------------------------------------------------------------ */

START_TEST(timers_run_when_due)
{
	struct probe early = {.loop = loop}, late = {.loop = loop, .stop_at = 1},
	             stopped = {.loop = loop};
	int64_t start_ms = clock_monotonic_ms();

	ck_assert_int_eq(loop_add_timer(loop, &late.source, on_run, &late), 0);
	ck_assert_int_eq(loop_add_timer(loop, &early.source, on_run, &early), 0);
	ck_assert_int_eq(loop_add_timer(loop, &stopped.source, on_run, &stopped), 0);
	ck_assert(!loop_timer_is_set(late.source));
	loop_timer_set(late.source, 1);
	loop_timer_set(late.source, 40); /* the later setting counts */
	loop_timer_set(early.source, -5);
	loop_timer_set(stopped.source, 1);
	loop_timer_stop(stopped.source);
	ck_assert(loop_timer_is_set(late.source));
	run_to_exit();
	ck_assert(clock_monotonic_ms() - start_ms >= 40);
	ck_assert_int_eq(early.n, 1);
	ck_assert_int_eq(late.n, 1);
	ck_assert_int_eq(stopped.n, 0);
	ck_assert(!loop_timer_is_set(late.source));
}
END_TEST

/* What need not be on time is never late: at most it waits for less. */
START_TEST(lazy_timer_is_never_late)
{
	struct probe lazy = {.loop = loop, .stop_at = 1}, again = {.loop = loop, .stop_at = 1};
	int64_t start_ms = clock_monotonic_ms();

	ck_assert_int_eq(loop_add_timer(loop, &lazy.source, on_run, &lazy), 0);
	loop_timer_set_lazy(lazy.source, 30);
	run_to_exit();
	ck_assert(clock_monotonic_ms() - start_ms < LOOP_LAZY_MS / 2);
	/* nor does it run in vain over and over */
	ck_assert_int_eq(loop_add_timer(loop, &again.source, on_run, &again), 0);
	loop_timer_set_lazy(again.source, 2 * LOOP_LAZY_MS);
	run_for(50);
	ck_assert_int_eq(again.n, 0);
	ck_assert(loop_timer_is_set(again.source));
}
END_TEST

/* A timer that sets itself to 0 for ever lets others have their turn. */
START_TEST(eager_timer_starves_nobody)
{
	struct probe timer = {.loop = loop, .delay_ms = 0}, io = {.loop = loop, .stop_at = 3};

	ck_assert_int_eq(loop_add_timer(loop, &timer.source, on_again, &timer), 0);
	ck_assert_int_eq(loop_add_io(loop, &io.source, fds[0], LOOP_WRITE, on_io, &io), 0);
	loop_timer_set(timer.source, 0);
	run_to_exit();
	ck_assert_int_eq(io.n, 3);
	ck_assert_int_ge(timer.n, 2);
	ck_assert_int_le(timer.n, 4);
}
END_TEST

START_TEST(timer_removed_by_timer)
{
	struct probe first = {.loop = loop}, second = {.loop = loop};

	ck_assert_int_eq(loop_add_timer(loop, &first.source, on_run, &first), 0);
	ck_assert_int_eq(loop_add_timer(loop, &second.source, on_run, &second), 0);
	loop_timer_set(first.source, 0);
	loop_timer_set(second.source, 0);
	first.victim = &second;
	run_for(20);
	ck_assert_int_eq(first.n, 1);
	ck_assert_int_eq(second.n, 0);
}
END_TEST

/* --- deferred ---------------------------------------------------------------------------- */

START_TEST(deferred_runs_once_a_trigger)
{
	struct probe probe = {.loop = loop};

	ck_assert_int_eq(loop_add_deferred(loop, &probe.source, on_run, &probe), 0);
	run_for(5);
	ck_assert_int_eq(probe.n, 0);
	loop_deferred_trigger(probe.source);
	loop_deferred_trigger(probe.source);
	ck_assert_int_eq(probe.n, 0);
	run_for(5);
	ck_assert_int_eq(probe.n, 1);
}
END_TEST

START_TEST(eager_deferred_starves_nobody)
{
	struct probe eager = {.loop = loop}, io = {.loop = loop, .stop_at = 3};

	ck_assert_int_eq(loop_add_deferred(loop, &eager.source, on_trigger_again, &eager), 0);
	ck_assert_int_eq(loop_add_io(loop, &io.source, fds[0], LOOP_WRITE, on_io, &io), 0);
	loop_deferred_trigger(eager.source);
	run_to_exit();
	ck_assert_int_eq(io.n, 3);
	ck_assert_int_eq(eager.n, 3);
}
END_TEST

/* --- signals and exit -------------------------------------------------------------------- */

START_TEST(signals_arrive_in_the_loop)
{
	struct probe usr1 = {.loop = loop}, usr2 = {.loop = loop, .stop_at = 1};

	ck_assert_int_eq(loop_add_signal(loop, &usr1.source, SIGUSR1, on_signal, &usr1), 0);
	ck_assert_int_eq(loop_add_signal(loop, &usr2.source, SIGUSR2, on_signal, &usr2), 0);
	raise(SIGUSR1);
	ck_assert_int_eq(usr1.n, 0);
	run_for(20);
	ck_assert_int_eq(usr1.n, 1);
	ck_assert_uint_eq(usr1.events, SIGUSR1);
	ck_assert_int_eq(usr2.n, 0);
	raise(SIGUSR2);
	run_to_exit();
	ck_assert_int_eq(loop_add_signal(loop, &usr1.source, 12345, on_signal, &usr1), -EINVAL);
}
END_TEST

START_TEST(exit_loses_nothing)
{
	struct probe first = {.loop = loop, .stop_at = 1}, second = {.loop = loop, .stop_at = 1};
	int code = 0;

	ck_assert_int_eq(loop_add_timer(loop, &first.source, on_run, &first), 0);
	ck_assert_int_eq(loop_add_timer(loop, &second.source, on_run, &second), 0);
	loop_timer_set(first.source, 0);
	loop_timer_set(second.source, 0);
	ck_assert_int_eq(loop_run(loop, &code), 0);
	ck_assert_int_eq(first.n + second.n, 1);
	ck_assert_int_eq(code, 1);
	ck_assert_int_eq(loop_run(loop, NULL), 0);
	ck_assert_int_eq(first.n + second.n, 2);
}
END_TEST

START_TEST(deadline)
{
	int64_t start_ms = clock_monotonic_ms();

	ck_assert_int_eq(loop_run_until(loop, start_ms - 5, NULL), LOOP_E_DEADLINE);
	run_for(30);
	ck_assert(clock_monotonic_ms() - start_ms >= 30);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loop");
	TCase *tcase = tcase_create("loop");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, two_watches_on_one_descriptor);
	tcase_add_test(tcase, removed_in_its_batch);
	tcase_add_test(tcase, removes_itself);
	tcase_add_test(tcase, hangup_does_not_spin);
	tcase_add_test(tcase, unread_hangup_does_not_spin);
	tcase_add_test(tcase, closed_descriptor_does_not_spin);
	tcase_add_test(tcase, timers_run_when_due);
	tcase_add_test(tcase, lazy_timer_is_never_late);
	tcase_add_test(tcase, eager_timer_starves_nobody);
	tcase_add_test(tcase, timer_removed_by_timer);
	tcase_add_test(tcase, deferred_runs_once_a_trigger);
	tcase_add_test(tcase, eager_deferred_starves_nobody);
	tcase_add_test(tcase, signals_arrive_in_the_loop);
	tcase_add_test(tcase, exit_loses_nothing);
	tcase_add_test(tcase, deadline);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
