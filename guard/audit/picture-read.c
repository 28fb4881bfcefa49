// SPDX-License-Identifier: GPL-2.0-or-later
/* How the parts of a picture are read: what each is given, the store, fail2ban and clients. */
#include "guard/audit/picture-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/audit/setup.h"
#include "guard/model/ban/bancount.h"
#include "guard/model/ban/jailuse.h"
#include "guard/system/fail2ban/fail2ban-log.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/disk.h"
#include "guard/system/kernel/bantables.h"

#define FAIL2BAN_MS     3000
#define FAIL2BAN_ALL_MS 30000
/*
 * What each is given when the question's time is over: nobody has 0, and once somebody has not
 * answered, the others have to be quick.
 */
#define LEAST_MS       1000
#define LEAST_LATER_MS 250
/* A store of some 100 MB is seen to its end in that time. */
#define STORE_CHECK_MS 2000

/** reading_wants() - does the question need any of these parts? */
bool reading_wants(const struct reading *reading, unsigned parts)
{
	return (reading->question->parts & parts) != 0;
}

/** reading_why() - where it is put why a part is not known */
struct err *reading_why(const struct reading *reading, unsigned part)
{
	return &reading->picture->why[__builtin_ctz(part)];
}

/** reading_waited() - was firewalld waited for in vain? Then the others have little time left */
bool reading_waited(int result)
{
	return result == FIREWALLD_E_TIMEOUT || result == FIREWALLD_E_BUS_SILENT;
}

/** reading_left_ms() - of the time that all of them share, no more than @most_ms */
int reading_left_ms(const struct reading *reading, int most_ms)
{
	int64_t left = reading->question->deadline_ms - clock_monotonic_ms();
	bool late = reading->impatient || reading_waited(reading->picture->result);
	int least_ms = late ? LEAST_LATER_MS : LEAST_MS;

	if (!reading->question->deadline_ms || left > most_ms)
		return most_ms;
	return left > least_ms ? (int)left : least_ms;
}

/**
 * reading_settle() - a part is known, or not
 * @r: how it went; the part is known when this is 0
 *
 * Return: -ENOMEM when it is that; else 0.
 */
int reading_settle(const struct reading *reading, unsigned part, int r)
{
	struct err *err = reading_why(reading, part);

	if (r == 0)
		reading->picture->known |= part;
	else if (!err->text[0])
		err_set(err, 0, "%s", err_text(err, r < 0 ? r : -EIO));
	return r == -ENOMEM ? r : 0;
}

/** reading_lose_store() - go on without it; @r: why */
void reading_lose_store(struct reading *reading, int r)
{
	store_close(reading->store);
	reading->store = NULL;
	reading->picture->known &= ~(unsigned)PICTURE_STORE;
	reading->impatient |= r == STORE_E_BUSY;
	(void)!reading_settle(reading, PICTURE_STORE, r);
}

static int take_end(const struct store_history_row *row, void *userdata)
{
	struct picture *picture = userdata;

	picture->gone_us = row->at_us;
	picture->gone = strdup(row->text);
	return picture->gone ? 0 : -ENOMEM;
}

/* How firewalld went, if that is the last that was heard of it. */
static int read_absence(struct reading *reading, struct err *err)
{
	struct picture *picture = reading->picture;
	const struct store_history_query gone = {.kind = event_kind_name(EVENT_FIREWALLD_GONE),
	                                         .limit = 1};
	int64_t back_us = 0;
	int r = store_history(reading->store, &gone, take_end, picture, err);

	if (r == 0)
		r = store_event_latest(reading->store, EVENT_FIREWALLD_BACK, &back_us, err);
	if (back_us > picture->gone_us)
		picture->gone_us = 0;
	return r;
}

/* Of more than these the rules are told: reading them all would take longer than all else. */
#define COUNTED_MAX 20000

/* A ban that is back in one of its rules and not in another counts as both. */
static int count_bans(struct reading *reading, struct err *err)
{
	struct picture *picture = reading->picture;
	struct bancount all = BANCOUNT_NULL, open = BANCOUNT_NULL;
	struct bancount counts[STORE_STEP_N] = {BANCOUNT_NULL};
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_free_ enum store_outcome *outcomes = NULL;
	int r = store_wipe_load(reading->store, picture->wipe.id, NULL, &loss, err);

	if (r == 0 && !(outcomes = calloc(loss.n + 1, sizeof(*outcomes))))
		r = -ENOMEM;
	if (r == 0)
		r = store_wipe_outcomes(reading->store, picture->wipe.id, outcomes, loss.n, err);
	for (size_t i = 0; i < loss.n && r == 0; i++) {
		if (loss.rows[i].verdict != LOSS_BAN)
			continue;
		r = bancount_add(&all, &loss.rows[i].item);
		if (r == 0)
			r = bancount_add(outcomes[i] < STORE_STEP_N ? &counts[outcomes[i]] : &open,
			                 &loss.rows[i].item);
	}
	picture->wipe_bans.known = r == 0;
	picture->wipe_bans.n = bancount_bans(&all);
	picture->wipe_bans.n_open = bancount_bans(&open);
	for (size_t i = 0; i < STORE_STEP_N; i++) {
		picture->wipe_bans.n_by[i] = bancount_bans(&counts[i]);
		bancount_deinit(&counts[i]);
	}
	bancount_deinit(&all);
	bancount_deinit(&open);
	return r;
}

/* Only a watcher that runs knows of every wipe, and only since it runs. */
static int read_wipes(struct reading *reading)
{
	struct picture *picture = reading->picture;
	struct err *err = reading_why(reading, PICTURE_STORE);
	int64_t start_us = 0;
	int r = store_wipe_last(reading->store, &picture->wipe, err);

	picture->has_wipe = r == 0;
	if (r != 0 && r != STORE_E_NOT_FOUND)
		return r;
	*err = ERR_NULL;
	if (picture->wipe.n_bans > 0 && picture->wipe.n_bans <= COUNTED_MAX) {
		r = count_bans(reading, err);
		if (r != 0)
			return r;
	}
	picture->wipe_open =
	    picture->has_wipe && picture->wipe.finished_us == 0 && picture->watcher.running;
	r = store_event_latest(reading->store, EVENT_START, &start_us, err);
	if (r == 0 && picture->watcher.running && start_us)
		picture->unwiped_us =
		    picture->wipe.at_us > start_us ? picture->wipe.at_us : start_us;
	return r;
}

static int read_damage(struct reading *reading)
{
	struct err err = ERR_NULL;
	int r = store_check(reading->store, reading_left_ms(reading, STORE_CHECK_MS), &err);

	if (r < 0 && r != -EIO)
		return reading_settle(reading, PICTURE_DAMAGE, r);
	if (r != 0 && r != STORE_E_BUSY) {
		reading->picture->damage = strdup(err_text(&err, -EIO));
		if (!reading->picture->damage)
			return -ENOMEM;
	}
	return reading_settle(reading, PICTURE_DAMAGE, 0);
}

/* One that was emptied is there, and had something in it once. */
static bool has_file(const char *folder)
{
	_cleanup_free_ char *path = NULL;

	return xasprintf(&path, "%s/" STORE_FILE, folder) < 0 || access(path, F_OK) == 0;
}

/* A folder or a link is there in its place. */
static bool is_blocked(const char *folder)
{
	_cleanup_free_ char *path = NULL;
	struct stat st;

	return xasprintf(&path, "%s/" STORE_FILE, folder) == 0 && lstat(path, &st) == 0 &&
	       (!S_ISREG(st.st_mode) || st.st_nlink > 1);
}

static int read_last(struct reading *reading, struct err *err)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	int r = store_snapshot_last(reading->store, &meta, &reading->picture->last, err);

	if (r == 0)
		reading->picture->last_us = meta.last_us;
	return r;
}

static int read_foreign(struct reading *reading, struct err *err)
{
	char boot_id[BOOTID_SIZE];
	int r = bootid_read(boot_id, err);

	return r == 0 ? store_foreign(reading->store, boot_id, &reading->picture->foreign_lost, err)
	              : r;
}

static int read_store(struct reading *reading)
{
	const struct store_options options = {
	    .read_only = true, .busy_ms = (unsigned)reading_left_ms(reading, STORE_BUSY_MS)};
	struct picture *picture = reading->picture;
	int r = store_open(&reading->store, picture->state_dir, &options,
	                   reading_why(reading, PICTURE_STORE));

	if (r != 0) {
		reading->store = NULL;
		reading->impatient |= r == STORE_E_BUSY;
		picture->store_absent = r == STORE_E_ABSENT && !has_file(picture->state_dir);
		picture->store_blocked = r == STORE_E_UNSAFE && is_blocked(picture->state_dir);
		picture->store_denied = r == STORE_E_READ_ONLY && geteuid() != 0;
		picture->store_result = r;
		if (r == STORE_E_ABSENT)
			err_set(reading_why(reading, PICTURE_STORE), 0, "%s",
			        picture->store_absent ? "there is none yet" : "it is empty");
		return reading_settle(reading, PICTURE_STORE, r);
	}
	picture->store_fixed = disk_is_read_only(picture->state_dir);
	r = store_shapes(reading->store, &picture->shapes, reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_wipes(reading);
	if (r == 0)
		r = store_silence(reading->store, &picture->silent_since_us,
		                  reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_absence(reading, reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = store_trust_list(reading->store, &picture->trusts,
		                     reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = store_timed_list(reading->store, &picture->timeds,
		                     reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_foreign(reading, reading_why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_last(reading, reading_why(reading, PICTURE_STORE));
	if (r == STORE_E_NOT_FOUND) {
		*reading_why(reading, PICTURE_STORE) = ERR_NULL;
		r = 0;
	}
	if (r != 0) {
		reading_lose_store(reading, r);
		return r == -ENOMEM ? r : 0;
	}
	r = reading_settle(reading, PICTURE_STORE, 0);
	return r == 0 && reading_wants(reading, PICTURE_DAMAGE) ? read_damage(reading) : r;
}

/* --- fail2ban and clients ----------------------------------------------------------------- */

static int read_heard(struct reading *reading)
{
	struct picture *picture = reading->picture;
	int r;

	if (!reading->store || !picture_knows(picture, PICTURE_FAIL2BAN))
		return 0;
	r = heard_read(&picture->heard, reading->store, picture->spool_dir, &picture->tickets,
	               picture->now_us, reading_why(reading, PICTURE_STORE));
	if (r != 0)
		reading_lose_store(reading, r);
	return r == -ENOMEM ? r : 0;
}

/* What cannot be read tells of no failure; that none is told of says nothing (law 2). */
static int read_log(struct reading *reading)
{
	struct picture *picture = reading->picture;
	const char *log = picture->tickets.log;
	struct err err = ERR_NULL;
	int r;

	if (!picture_knows(picture, PICTURE_FAIL2BAN) || !log)
		return 0;
	if (!fail2ban_log_is_file(log))
		r = err_set(&err, -EINVAL, "it goes to %s", log);
	else if (access(log, F_OK) < 0)
		r = err_set(&err, -errno, "%s: %s", log, strerror(errno));
	else
		r = fail2ban_log_read(&picture->actionlog, log, &err);
	if (r == 0 || r == -ENOMEM)
		return r;
	picture->actionlog_why = strdup(err_text(&err, r));
	return picture->actionlog_why ? 0 : -ENOMEM;
}

/* The rules were read before: a ban that comes meanwhile must not make an orphan of its rule. */
static int read_fail2ban(struct reading *reading)
{
	struct picture *picture = reading->picture;
	const struct config *config = picture->config;
	struct fail2ban_options options = fail2ban_options_of(config);
	const char *database =
	    config->fail2ban_database ? config->fail2ban_database : FAIL2BAN_DEFAULT_DATABASE;
	int r;

	picture->places_known = bantables_read_once(&picture->places) == 0;
	options.timeout_ms = reading_left_ms(reading, FAIL2BAN_MS);
	/* and for what its database has when a question was in vain */
	options.wait_ms = reading_left_ms(reading, FAIL2BAN_ALL_MS) + LEAST_LATER_MS;
	r = fail2ban_read_wait(&picture->tickets, &picture->fail2ban, &options,
	                       reading_why(reading, PICTURE_FAIL2BAN));
	reading->impatient |= picture->fail2ban == FAIL2BAN_UNREACHABLE;
	picture->fail2ban_installed = access(database, F_OK) == 0;
	/* one that was ended in order has taken its bans back, and holds none */
	if (r > 0 && picture->fail2ban == FAIL2BAN_STOPPED) {
		*reading_why(reading, PICTURE_FAIL2BAN) = ERR_NULL;
		r = 0;
	}
	r = reading_settle(reading, PICTURE_FAIL2BAN, r);
	if (r == 0 && picture_knows(picture, PICTURE_FIREWALLD))
		r = jailuse_settle(&picture->tickets, &picture->firewall);
	if (r == 0)
		r = read_log(reading);
	return r == 0 ? read_heard(reading) : r;
}

/* Those that were added or learned stand in the store: without it they are not all. */
static int miss_store(struct reading *reading, int r)
{
	struct clientranges *clients = &reading->picture->clients;
	char *trouble = NULL;

	if (r != 0 || reading->store || reading->picture->store_absent)
		return r;
	clients->complete = false;
	r = xasprintf(&trouble, "the store: %s", picture_why(reading->picture, PICTURE_STORE));
	return r < 0 ? r : strv_add_take(&clients->troubles, trouble);
}

static int read_clients(struct reading *reading)
{
	struct picture *picture = reading->picture;
	struct clientranges_options options = {.config = picture->config,
	                                       .store = reading->store,
	                                       .now_us = picture->now_us,
	                                       .ignoreip_ms =
	                                           reading_left_ms(reading, FAIL2BAN_MS)};
	struct err *err = reading_why(reading, PICTURE_CLIENTS);
	_cleanup_free_ char *trouble = NULL;
	int r;

	/* nobody waits once more for one that does not answer */
	if (!reading_wants(reading, PICTURE_FAIL2BAN) || !picture->config->use_fail2ban_ignoreip ||
	    (picture_knows(picture, PICTURE_FAIL2BAN) && picture->fail2ban != FAIL2BAN_UNREACHABLE))
		return reading_settle(
		    reading, PICTURE_CLIENTS,
		    miss_store(reading, clientranges_wait(&picture->clients, &options, err)));
	r = xasprintf(&trouble, "fail2ban's ignoreip: %s",
	              picture_knows(picture, PICTURE_FAIL2BAN)
	                  ? "it does not answer"
	                  : picture_why(picture, PICTURE_FAIL2BAN));
	options.ignoreip_trouble = trouble;
	if (r == 0)
		r = clientranges_read(&picture->clients, &options, err);
	return reading_settle(reading, PICTURE_CLIENTS, miss_store(reading, r));
}

/* --- all of it ---------------------------------------------------------------------------- */

static int read_parts(struct reading *reading)
{
	int r = 0;

	if (reading_wants(reading, PICTURE_LINKS))
		r = picture_read_links(reading);
	if (r == 0 && reading_wants(reading, PICTURE_HOST))
		r = picture_read_host(reading);
	if (r == 0 && reading_wants(reading, PICTURE_STORE | PICTURE_DAMAGE | PICTURE_CLIENTS))
		r = read_store(reading);
	if (r == 0 && reading_wants(reading, PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_FILES |
	                                         PICTURE_RULES | PICTURE_TABLES))
		r = picture_read_firewalld(reading);
	if (r == 0 && reading_wants(reading, PICTURE_SOCKETS))
		r = picture_read_sockets(reading);
	if (r == 0 && reading_wants(reading, PICTURE_FAIL2BAN))
		r = read_fail2ban(reading);
	return r == 0 && reading_wants(reading, PICTURE_CLIENTS) ? read_clients(reading) : r;
}

/* A record of before has no such line. */
static int64_t read_pending(const char *state_dir)
{
	_cleanup_free_ char *path = NULL;
	int64_t until_us = -1;
	FILE *file = NULL;

	if (xasprintf(&path, "%s/" SETUP_PENDING, state_dir) == 0)
		file = fopen(path, "re");
	if (!file)
		return -1;
	if (fscanf(file, "until\t%" SCNd64, &until_us) != 1)
		until_us = 0;
	fclose(file);
	return until_us;
}

/**
 * picture_read() - read what a question needs
 * @out:      PICTURE_NULL before, and not to be moved after; the caller deinits it, also
 *            after a failure
 * @question: borrowed, and what it points to for as long as @out lives
 *
 * What cannot be read is no failure: the part is not known then, and has its reason.
 *
 * Return: 0 or -ENOMEM.
 */
int picture_read(struct picture *out, const struct picture_question *question)
{
	struct reading reading = {.picture = out, .question = question};
	int r;

	out->asked = question->parts;
	out->config = question->config;
	out->config_path = question->config_path;
	out->state_dir = question->state_dir;
	out->spool_dir = question->spool_dir;
	out->now_us = question->now_us;
	out->watcher = missing_watcher(question->state_dir);
	out->setup_until_us = read_pending(question->state_dir);
	r = read_parts(&reading);
	store_close(reading.store);
	return r;
}
