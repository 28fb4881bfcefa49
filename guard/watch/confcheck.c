// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/confcheck.h"

#include "guard/base/text.h"
#include "guard/model/fault.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/confwatch.h"
#include "guard/system/firewalld/culprit.h"

#include <errno.h>

/* Who writes one file writes more of them; and firewalld is not asked more often than that. */
#define GATHER_MS 300
#define PAUSE_MS  3000

/* What packages bring and take away; what the administrator has, edits.h watches. */
#define SHIPPED "/usr/lib/firewalld"
#define ZONES   "/etc/firewalld/zones"

struct confcheck {
	struct confcheck_options given;
	struct loop_source *timer;
	struct confwatch *shipped; /* NULL: cannot be watched */
	struct firewalld_op *asking;
	bool changed;     /* since it was asked */
	bool anew;        /* since it was last told that they are in order */
	int64_t asked_us; /* monotonic */
	enum firewall_state state;
	char *broken; /* owned; what firewalld says is wrong; NULL: nothing, as far as is known */
	enum culprit_where where;
};

static void plan(struct confcheck *check)
{
	int64_t pause_us = check->asked_us + INT64_C(1000) * PAUSE_MS - clock_monotonic_us();
	int64_t delay_ms = check->asked_us && pause_us > 0 ? pause_us / 1000 + 1 : 0;

	if (!loop_timer_is_set(check->timer))
		loop_timer_set(check->timer, delay_ms > GATHER_MS ? delay_ms : GATHER_MS);
}

/* What comes of it, and what mends it. */
static const char *outlook(const struct confcheck *check)
{
	bool passes_over = fault_has(FAULT_PASSES_OVER_FILES, firewalld_version(check->given.fw));

	if (check->where == CULPRIT_IN_DIRECT)
		return "firewalld's own check does not see it: the next reload ends in state "
		       "FAILED, and the next start uses a stock configuration, with mail shut. "
		       "Take that rule out, or make what it leads to in the same file";
	if (check->where == CULPRIT_IN_ZONES && check->state == FIREWALL_STATE_FAILED)
		return "firewalld's own check does not see it, and it uses a stock one until then. "
		       "Fix that file or, where it is a copy, move it out of " ZONES;
	if (check->where == CULPRIT_IN_ZONES)
		return "firewalld's own check does not see it: the next reload breaks off half way "
		       "and leaves every port open or shut, and the next start will use a stock "
		       "one, with mail shut. Fix that file or, where it is a copy, move it out "
		       "of " ZONES;
	if (check->state == FIREWALL_STATE_FAILED)
		return "firewalld uses a stock one until then. Fix that file, then: firewall-cmd "
		       "--check-config";
	if (passes_over && fault_is_half_taken(check->broken))
		return "Where that zone is in use, the next reload breaks off half way, which "
		       "shuts every port, and the next start will use a stock one, with mail "
		       "shut. Fix that file, then: firewall-cmd --check-config";
	if (passes_over)
		return "The next reload, and each start, passes over it: a zone will be as it was "
		       "shipped, with mail shut. Fix that file, then: firewall-cmd --check-config";
	return "The next reload will be refused, and the next start will use a stock one, with "
	       "mail shut. Fix that file, then: firewall-cmd --check-config";
}

/* Broken anew in the same way it is told anew. */
static void tell(struct confcheck *check)
{
	const struct logger_fields about = {.occasion = check->asked_us};

	if (!check->broken) {
		logger_write_about(check->given.logger, LOGGER_NOTICE, &about,
		                   "firewalld's configuration is in order again");
		return;
	}
	logger_write_about(check->given.logger, LOGGER_ERROR, &about,
	                   "firewalld's configuration is broken: %s. %s", check->broken,
	                   outlook(check));
	record_event(check->given.record, EVENT_FIREWALLD_FAILED, NULL,
	             "its configuration is broken: %s", check->broken);
}

static void tell_in_order(struct confcheck *check)
{
	engine_look(check->given.engine,
	            check->anew ? ENGINE_LOOK_AT_NEW_FILES : ENGINE_LOOK_AT_FILES);
	check->anew = check->changed;
}

static void on_checked(int result, const struct err *err, void *userdata)
{
	struct confcheck *check = userdata;
	_cleanup_free_ char *words = NULL;

	check->asking = NULL;
	/* what it says may be of a file as it was before */
	if (check->changed)
		plan(check);
	if (result != 0 && !firewalld_check_found(result))
		return;
	if (culprit_tell(&words, &check->where, result != 0 ? err_text(err, result) : NULL, "") < 0)
		return;
	if (!text_is_same(words, check->broken)) {
		free(check->broken);
		check->broken = steal(words);
		check->anew = true;
		tell(check);
	}
	if (!check->broken && check->state == FIREWALL_STATE_FAILED)
		tell_in_order(check);
}

static void on_due(void *userdata)
{
	struct confcheck *check = userdata;

	if (check->asking)
		return;
	/* what was lost comes first */
	if (engine_now(check->given.engine).busy && check->state == FIREWALL_STATE_RUNNING) {
		loop_timer_set(check->timer, GATHER_MS);
		return;
	}
	check->asked_us = clock_monotonic_us();
	check->changed = false;
	if (firewalld_check(check->given.fw, &check->asking, on_checked, check) != 0)
		check->asking = NULL; /* it is away: its start tells */
}

/** confcheck_changed() - a file of firewalld's was changed, by whomever */
void confcheck_changed(struct confcheck *check)
{
	check->changed = true;
	check->anew = true;
	plan(check);
}

/* Only that something did. */
static void on_shipped(void *userdata)
{
	struct confcheck *check = userdata;
	struct confwatch_changes changes = CONFWATCH_CHANGES_NULL;

	(void)!confwatch_take(check->shipped, &changes);
	confwatch_changes_deinit(&changes);
	confcheck_changed(check);
}

/** confcheck_state() - firewalld was read; again and again while it is not RUNNING */
void confcheck_state(struct confcheck *check, enum firewall_state state)
{
	check->state = state;
	/* and once at the guard's start: a file may have been broken before it */
	if (state == FIREWALL_STATE_FAILED || (state == FIREWALL_STATE_RUNNING && !check->asked_us))
		plan(check);
}

/**
 * confcheck_new() - one that has nothing to ask
 * @out:     written on success alone; release with confcheck_free()
 * @options: copied
 *
 * Return: 0 or a negative errno.
 */
int confcheck_new(struct confcheck **out, const struct confcheck_options *options)
{
	struct confcheck *check = calloc(1, sizeof(*check));
	int r;

	if (!check)
		return -ENOMEM;
	check->given = *options;
	r = loop_add_timer(options->loop, &check->timer, on_due, check);
	if (r < 0) {
		free(check);
		return r;
	}
	if (confwatch_new(&check->shipped, options->loop, SHIPPED, on_shipped, check) < 0)
		check->shipped = NULL;
	*out = check;
	return 0;
}

/** confcheck_free() - NULL is fine */
void confcheck_free(struct confcheck *check)
{
	if (!check)
		return;
	firewalld_cancel(check->asking);
	free(check->broken);
	confwatch_free(check->shipped);
	loop_remove(check->timer);
	free(check);
}
