// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/fail2banwatch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "guard/base/timespec.h"
#include "guard/system/host/clock.h"

/* A service manager starts again at once, or after RestartSec=; then it was a restart. */
#define AWAY_MS 5000
/* Somebody who bans by hand stalls the server for seconds. */
#define SILENT_MS 5000

struct fail2banwatch {
	struct fail2banwatch_options given;
	struct fail2ban *fail2ban; /* owned */
	struct fail2ban_follower follower;
	struct loop_source *timer; /* until what is going on is told */
	bool looked;               /* its state has been told once */
	int64_t away_us;           /* monotonic; since when it has not been running; 0: it is */
	bool crashed;              /* in that time */
	bool told;                 /* that it is away */
};

static void tell(struct fail2banwatch *watch, enum logger_level level, const char *format, ...)
    _printf_(3, 4);

static void tell(struct fail2banwatch *watch, enum logger_level level, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	logger_write(watch->given.logger, level, "%s", text);
	record_event(watch->given.record, EVENT_FAIL2BAN, NULL, "%s", text);
}

/* --- away -------------------------------------------------------------------------------- */

static void tell_away(struct fail2banwatch *watch)
{
	enum fail2ban_state state = fail2ban_state(watch->fail2ban);

	if (watch->crashed)
		tell(watch, LOGGER_WARNING,
		     "fail2ban crashed: its bans stay, and nobody ends them or adds new ones. "
		     "Type: systemctl restart fail2ban");
	else if (state == FAIL2BAN_UNREACHABLE)
		tell(watch, LOGGER_WARNING, "fail2ban runs, but does not answer");
	else if (state == FAIL2BAN_UNKNOWN)
		tell(watch, LOGGER_WARNING,
		     "fail2ban's socket does not let the guard in: see who owns it");
	else
		tell(watch, LOGGER_NOTICE, "fail2ban was stopped");
	watch->told = true;
}

static void on_due(void *userdata)
{
	struct fail2banwatch *watch = userdata;

	if (watch->away_us && !watch->told)
		tell_away(watch);
}

/* Its bans are being taken away, or put back: that takes as long as it takes. */
static bool is_moving(enum fail2ban_state state)
{
	return state == FAIL2BAN_STOPPING || state == FAIL2BAN_STARTING;
}

static void went(struct fail2banwatch *watch, enum fail2ban_state to)
{
	bool silent = to == FAIL2BAN_UNREACHABLE || to == FAIL2BAN_UNKNOWN;

	if (!watch->away_us)
		watch->away_us = clock_monotonic_us();
	watch->crashed |= to == FAIL2BAN_CRASHED;
	if (is_moving(to))
		loop_timer_stop(watch->timer);
	else if (!loop_timer_is_set(watch->timer) && !watch->told)
		loop_timer_set(watch->timer, silent ? SILENT_MS : AWAY_MS);
}

/* --- back -------------------------------------------------------------------------------- */

static void came_back(struct fail2banwatch *watch, enum fail2ban_state from)
{
	char took[TIMESPEC_TEXT_MAX];

	timespec_format_duration(clock_monotonic_us() - watch->away_us, took);
	if (from == FAIL2BAN_UNREACHABLE || from == FAIL2BAN_UNKNOWN) {
		/* what was never told does not have to be taken back */
		if (watch->told)
			tell(watch, LOGGER_NOTICE, "fail2ban answers again, after %s", took);
	} else if (watch->told) {
		tell(watch, LOGGER_NOTICE, "fail2ban was started; it was away for %s", took);
	} else {
		tell(watch, LOGGER_NOTICE, "fail2ban %s, which took %s",
		     watch->crashed ? "crashed and was restarted" : "was restarted", took);
	}
}

static void is_there(struct fail2banwatch *watch, enum fail2ban_state from)
{
	if (watch->away_us)
		came_back(watch, from);
	else if (from == FAIL2BAN_RUNNING)
		tell(watch, LOGGER_NOTICE, "fail2ban was restarted");
	watch->away_us = 0;
	watch->crashed = watch->told = false;
	loop_timer_stop(watch->timer);
}

/* As it was before the guard began is nothing that happened now. */
static void find(struct fail2banwatch *watch, enum fail2ban_state state)
{
	watch->looked = true;
	logger_write(watch->given.logger, LOGGER_INFO, "fail2ban is %s",
	             fail2ban_state_name(state));
	if (state == FAIL2BAN_RUNNING)
		return;
	watch->away_us = clock_monotonic_us();
	watch->told = state == FAIL2BAN_STOPPED;
	if (!watch->told)
		went(watch, state);
}

static void on_state(enum fail2ban_state from, enum fail2ban_state to, void *userdata)
{
	struct fail2banwatch *watch = userdata;

	if (!watch->looked) {
		find(watch, to);
		return;
	}
	logger_write(watch->given.logger, LOGGER_DEBUG, "fail2ban is %s, and was %s",
	             fail2ban_state_name(to), fail2ban_state_name(from));
	if (to == FAIL2BAN_RUNNING)
		is_there(watch, from);
	else
		went(watch, to);
}

/* --- from outside ------------------------------------------------------------------------ */

static int follow(struct fail2banwatch *watch)
{
	struct fail2ban_options options = fail2ban_options_of(watch->given.config);
	int r = fail2ban_new(&watch->fail2ban, watch->given.loop, &options);

	if (r < 0)
		return r;
	watch->follower = (struct fail2ban_follower){.on_state = on_state, .userdata = watch};
	fail2ban_follow(watch->fail2ban, &watch->follower);
	return 0;
}

/** fail2banwatch_configure() - the configuration was read again */
void fail2banwatch_configure(struct fail2banwatch *watch)
{
	struct fail2ban_options options = fail2ban_options_of(watch->given.config);

	if (fail2ban_configure(watch->fail2ban, &options) < 0)
		logger_write(watch->given.logger, LOGGER_ERROR,
		             "out of memory; fail2ban is looked for where it was");
}

/**
 * fail2banwatch_new() - follow fail2ban, as configured
 * @out:     written on success alone; release with fail2banwatch_free()
 * @options: copied
 *
 * Return: 0; -ENOMEM.
 */
int fail2banwatch_new(struct fail2banwatch **out, const struct fail2banwatch_options *options)
{
	struct fail2banwatch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->given = *options;
	r = loop_add_timer(options->loop, &watch->timer, on_due, watch);
	if (r == 0)
		r = follow(watch);
	if (r < 0) {
		fail2banwatch_free(watch);
		return r;
	}
	*out = watch;
	return 0;
}

/** fail2banwatch_fail2ban() - whom it follows; borrowed */
struct fail2ban *fail2banwatch_fail2ban(const struct fail2banwatch *watch)
{
	return watch->fail2ban;
}

/** fail2banwatch_free() - NULL is fine */
void fail2banwatch_free(struct fail2banwatch *watch)
{
	if (!watch)
		return;
	fail2ban_free(watch->fail2ban);
	loop_remove(watch->timer);
	free(watch);
}
