// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/record.h"

#include "guard/base/text.h"
#include "guard/system/host/clock.h"
#include "guard/system/store/spool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * What the watcher waits for a lock. Short: a restore waits as long when another
 * process sits on the database, and mail is down meanwhile.
 */
#define BUSY_MS 100

/* Files of the spool that are taken in at a time; the loop must go round in between. */
#define SPOOL_BATCH 256

/* So many wipes back the record is asked who put a timed item where it is. */
#define WIPES_BACK 32

struct record {
	char *state_dir;
	char *boot_id;
	struct logger *logger; /* borrowed */
	struct store *store;   /* NULL: could not be opened */
	unsigned serial; /* counts the stores that were opened: what is in one is not in the next */
	int trouble;     /* what is wrong with it since when it was last said; 0: nothing */
	struct err why;  /* the same in words */
	const char *broke; /* static; what it could not take or tell; NULL: anything */
	bool broke_writing;
	bool fixed; /* it is the caller's: when it breaks there is none */
	/* It has told what was meant before: until then nothing that is newer may cover that. */
	bool recalled;
	struct store_items released;                 /* as last read, for when it cannot be read */
	struct episode *backlog[RECORD_BACKLOG_MAX]; /* owned, oldest first */
	size_t n_backlog;
	size_t n_forgotten;  /* wipes that did not fit in there */
	char *instance;      /* owned; of firewalld, as it appeared last; NULL: it has not yet */
	int64_t loaded;      /* fwtables_loaded() when what is meant was held against firewalld */
	int64_t snapshot_id; /* of what was stored last; 0: none */
};

/*
 * Before the instance in a snapshot while what a start of firewalld took is not all back: no
 * firewalld has such a one, so a guard that is interrupted sees that start again.
 */
#define UNSETTLED "unsettled "

/* --- the store, whatever state it is in -------------------------------------------------- */

/* What cannot be left out: a store that takes it takes whatever else there is to write. */
#define A_SNAPSHOT "a snapshot"

/*
 * Is @what proof that it works again? On a full disk it goes on telling what is in it, and takes
 * what is small.
 */
static bool is_proof(const struct record *record, const char *what)
{
	return !record->broke || strcmp(what, record->broke) == 0 ||
	       (record->broke_writing && strcmp(what, A_SNAPSHOT) == 0);
}

static void works(struct record *record)
{
	if (record->trouble)
		logger_write(record->logger, LOGGER_NOTICE, "the store works again");
	record->trouble = 0;
	record->broke = NULL;
}

/* One that opens has not told anything yet: what has to be recalled first says whether it can. */
static void open_store(struct record *record)
{
	struct store_options options = {.create = true, .set_aside = true, .busy_ms = BUSY_MS};
	struct err err = ERR_NULL;
	int r = store_open(&record->store, record->state_dir, &options, &err);

	record->serial++;
	record->snapshot_id = 0; /* it may be another one, and that was of the one before */
	if (r == 0) {
		if (store_notice(record->store))
			logger_write(record->logger, LOGGER_ERROR, "%s",
			             store_notice(record->store));
		if (record->recalled)
			works(record);
		return;
	}
	record->store = NULL;
	if (r == record->trouble)
		return;
	record->trouble = r;
	record->broke = NULL;
	logger_write(record->logger, LOGGER_ERROR,
	             "%s; guarding goes on, but nothing is recorded until this is fixed",
	             err_text(&err, r));
}

/* The engine stores what is meant when it is not in there. */
static void look_after_files(struct record *record)
{
	if (!record->store || record->fixed || store_is_in_place(record->store))
		return;
	logger_write(record->logger, LOGGER_ERROR,
	             "somebody took files of the store in %s away, or replaced them, while the "
	             "guard was using them: it is opened anew, and what is meant to be open is "
	             "recorded again",
	             record->state_dir);
	store_empty_log(record->store);
	store_close(record->store);
	open_store(record);
}

/*
 * Takes the result of a call of the store. Each kind of trouble is said once,
 * until the store has worked again.
 */
static bool settle_as(struct record *record, int r, const struct err *err, const char *what,
                      bool writing)
{
	if (r == 0 || r == STORE_E_NOT_FOUND) {
		if (r == 0 && is_proof(record, what))
			works(record);
		return r == 0;
	}
	if (r != record->trouble) {
		record->trouble = r;
		record->why = *err;
		record->broke = what;
		record->broke_writing = writing;
		logger_write(record->logger, LOGGER_ERROR,
		             "%s could not be %s: %s; guarding goes on", what,
		             writing ? "recorded" : "read", err_text(err, r));
	}
	if (r == STORE_E_CORRUPT || record->fixed) {
		store_close(record->store);
		record->store = NULL;
	}
	if (r == STORE_E_CORRUPT && !record->fixed)
		open_store(record);
	return false;
}

static bool settle(struct record *record, int r, const struct err *err, const char *what)
{
	return settle_as(record, r, err, what, true);
}

static bool settle_read(struct record *record, int r, const struct err *err, const char *what)
{
	return settle_as(record, r, err, what, false);
}

/**
 * record_open() - open the store, or begin without one
 * @out:       written on success alone; release with record_close()
 * @state_dir: folder of the store
 * @boot_id:   of this boot
 * @logger:    borrowed; where trouble is told
 *
 * Return: 0, also when the store cannot be used; -ENOMEM.
 */
int record_open(struct record **out, const char *state_dir, const char *boot_id,
                struct logger *logger)
{
	_cleanup_record_ struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return -ENOMEM;
	record->logger = logger;
	record->state_dir = strdup(state_dir);
	record->boot_id = strdup(boot_id);
	if (!record->state_dir || !record->boot_id)
		return -ENOMEM;
	open_store(record);
	*out = steal(record);
	return 0;
}

/**
 * record_over_take() - put on record in a store that is open already
 * @out:   written on success alone; release with record_close()
 * @store: taken over on success; NULL: nothing can be recorded
 *
 * What breaks it ends it: record_trouble() says so.
 *
 * Return: 0; -ENOMEM.
 */
int record_over_take(struct record **out, struct store *store, const char *boot_id,
                     struct logger *logger)
{
	_cleanup_record_ struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return -ENOMEM;
	record->logger = logger;
	record->fixed = record->recalled = true;
	record->serial = 1;
	record->boot_id = strdup(boot_id);
	if (!record->boot_id)
		return -ENOMEM;
	record->store = store;
	*out = steal(record);
	return 0;
}

/** record_trouble() - what is wrong with the store; @err may be NULL; Return: its code, 0: nothing
 */
int record_trouble(const struct record *record, struct err *err)
{
	if (err)
		*err = record->why;
	return record->trouble;
}

/** record_close() - close the store; what it could not take is gone */
void record_close(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < record->n_backlog; i++)
		episode_free(record->backlog[i]);
	store_items_deinit(&record->released);
	store_close(record->store);
	free(record->state_dir);
	free(record->boot_id);
	free(record->instance);
	free(record);
}

/** record_snapshot_id() - with which wipes are compared, the last one; 0: none */
int64_t record_snapshot_id(const struct record *record)
{
	return record->snapshot_id;
}

/** record_compared() - a wipe is compared with this snapshot, which is in the store already */
void record_compared(struct record *record, int64_t snapshot_id)
{
	record->snapshot_id = snapshot_id;
}

/** record_broke() - the store could not be read, with this @r and in these words */
void record_broke(struct record *record, int r, const struct err *err)
{
	(void)settle_read(record, r, err, "what is missing");
}

/** record_store() - the store, or NULL while it cannot be used; borrowed */
struct store *record_store(struct record *record)
{
	return record->store;
}

/* --- snapshots, events, releases --------------------------------------------------------- */

/** record_appeared() - firewalld is there, and of this instance from now on; "" : not known */
void record_appeared(struct record *record, const char *instance)
{
	char *copy = strdup(instance);

	if (!copy)
		return;
	free(record->instance);
	record->instance = copy;
}

/**
 * record_loaded() - what is meant was held against what firewalld had loaded then
 * @loaded: fwtables_loaded() before it answered; 0: not known, then it is as before
 *
 * Not as it is when that is stored: firewalld may be in the middle of a reload by then.
 *
 * Return: whether it is another than before, and to be stored.
 */
bool record_loaded(struct record *record, int64_t loaded)
{
	bool other = loaded && record->loaded != loaded;

	if (other)
		record->loaded = loaded;
	return other;
}

/** record_instance() - of firewalld, as it appeared last; NULL: it has not yet; borrowed */
const char *record_instance(const struct record *record)
{
	return record->instance;
}

/**
 * record_snapshot() - note what the firewall is meant to look like
 * @settled: false while what a start of firewalld took is not all back
 *
 * Return: whether it was written.
 */
bool record_snapshot(struct record *record, const struct firewall *fw, bool settled)
{
	_cleanup_free_ char *unsettled = NULL;
	struct store_sighting sighting = {.boot_id = record->boot_id,
	                                  .instance = record->instance,
	                                  .loaded = record->loaded,
	                                  .at_us = clock_now_us(),
	                                  .good = true};
	struct err err = ERR_NULL;
	int64_t id = 0;

	look_after_files(record);
	if (!settled) {
		if (xasprintf(&unsettled, UNSETTLED "%s",
		              record->instance ? record->instance : "") < 0)
			return false;
		sighting.instance = unsettled;
	}
	if (!record->store || !record->recalled ||
	    !settle(record, store_snapshot_put(record->store, fw, &sighting, &id, &err), &err,
	            A_SNAPSHOT) ||
	    !id)
		return false;
	record->snapshot_id = id;
	return true;
}

/** record_is_of() - was it stored while this firewalld ran, settled or not? */
bool record_is_of(const struct store_snapshot *snapshot, const char *instance)
{
	const char *of = snapshot->instance ? snapshot->instance : "";

	if (strncmp(of, UNSETTLED, strlen(UNSETTLED)) == 0)
		of += strlen(UNSETTLED);
	return *instance && strcmp(of, instance) == 0;
}

/* Of a wipe the items that the guard was to put back with the very end that is wanted. */
static int add_put_back(struct firewall *out, const struct loss *loss,
                        const struct firewall *wanted)
{
	for (size_t i = 0; i < loss->n; i++) {
		const struct loss_row *row = &loss->rows[i];
		const struct firewall_entry *known = firewall_find(wanted, &row->item);
		struct firewall_entry *entry;

		if (!known || !row->until_us || known->until_us != row->until_us ||
		    row->verdict != LOSS_LOST)
			continue;
		if (firewall_put(out, &row->item, &entry) < 0)
			return -ENOMEM;
		entry->until_us = row->until_us;
	}
	return 0;
}

static bool has_an_end(const struct firewall *fw)
{
	for (size_t i = 0; i < fw->n; i++)
		if (fw->entries[i].until_us)
			return true;
	return false;
}

static int recall_put_back(struct record *record, const struct firewall *wanted,
                           struct firewall *out, struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info last = STORE_WIPE_INFO_NULL;
	int r;

	if (!has_an_end(wanted))
		return 0;
	r = store_wipe_last(record->store, &last, err);
	for (int64_t id = last.id; r == 0 && id > 0 && id > last.id - WIPES_BACK; id--) {
		_cleanup_loss_ struct loss loss = LOSS_NULL;

		r = store_wipe_load(record->store, id, NULL, &loss, err);
		if (r == 0)
			r = add_put_back(out, &loss, wanted);
		else if (r == STORE_E_NOT_FOUND)
			r = 0;
	}
	return r == STORE_E_NOT_FOUND ? 0 : r;
}

/** recollection_deinit() - free what it owns */
void recollection_deinit(struct recollection *what)
{
	store_snapshot_deinit(&what->meta);
	firewall_deinit(&what->wanted);
	firewall_deinit(&what->put_back);
	store_unfinished_list_deinit(&what->unfinished);
}

/**
 * record_recall() - what is on record from before this guard
 * @out: empty; written in part, too; release with recollection_deinit()
 *
 * Wipes from here on are compared with it, until there is a newer snapshot. A store that cannot
 * tell is closed, and nothing is put over what is in it before it could: record_retry() opens it
 * again.
 *
 * Return: 0; STORE_E_NOT_FOUND: there is nothing; else it could not be asked.
 */
int record_recall(struct record *record, struct recollection *out)
{
	unsigned serial = record->serial;
	struct err err = ERR_NULL;
	int r;

	if (!record->store)
		return record->trouble;
	r = store_snapshot_last_good(record->store, &out->meta, &out->wanted, &err);
	if (r == 0)
		r = recall_put_back(record, &out->wanted, &out->put_back, &err);
	if (r == 0)
		r = store_wipe_unfinished(record->store, &out->unfinished, &err);
	record->recalled = r == 0 || r == STORE_E_NOT_FOUND;
	if (r == 0)
		record->snapshot_id = out->meta.id;
	if (record->recalled) {
		works(record);
		return r;
	}
	(void)settle_read(record, r, &err, "what was meant before");
	if (record->serial == serial) {
		store_close(record->store);
		record->store = NULL;
	}
	return r;
}

static void put_event(struct record *record, const struct store_event *event)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record, store_event_put(record->store, event, &err), &err, "an event");
}

/**
 * record_event() - add a line to the history
 * @item: what it is about; NULL: none, or several; its name belongs into the words, too
 */
void record_event(struct record *record, enum event_kind kind, const struct item *item,
                  const char *format, ...)
{
	char text[STORE_EVENT_MAX + 1]; /* longer lists are cut */
	const struct store_event event = {
	    .kind = kind, .item = item, .text = text, .at_us = clock_now_us()};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_event(record, &event);
}

/** record_event_at() - the same, of what began before it was noticed; microseconds, UTC */
void record_event_at(struct record *record, int64_t at_us, enum event_kind kind, const char *text)
{
	put_event(record, &(const struct store_event){.kind = kind, .text = text, .at_us = at_us});
}

static int copy_items(struct store_items *out, const struct store_items *from)
{
	_cleanup_store_items_ struct store_items copy = STORE_ITEMS_NULL;

	for (size_t i = 0; i < from->n; i++) {
		if (grow(&copy.items, &copy.capacity, copy.n + 1, sizeof(*copy.items)) < 0 ||
		    item_copy(&copy.items[copy.n], &from->items[i]) < 0)
			return -ENOMEM;
		copy.n++;
	}
	*out = copy;
	copy = STORE_ITEMS_NULL;
	return 0;
}

/**
 * record_released() - the items that `reload-guard release` named
 * @out: sorted; as last known when the store cannot be read now
 *
 * Return: 0 or -ENOMEM.
 */
int record_released(struct record *record, struct store_items *out)
{
	_cleanup_store_items_ struct store_items fresh = STORE_ITEMS_NULL;
	struct err err = ERR_NULL;

	if (record->store && settle_read(record, store_release_list(record->store, &fresh, &err),
	                                 &err, "the list of released items")) {
		store_items_deinit(&record->released);
		record->released = fresh;
		fresh = STORE_ITEMS_NULL;
	}
	return copy_items(out, &record->released);
}

/** record_trusts() - whom `reload-guard trust` named; false: nobody can tell; @out is empty then */
bool record_trusts(struct record *record, struct store_trusts *out)
{
	struct err err = ERR_NULL;

	return record->store && settle_read(record, store_trust_list(record->store, out, &err),
	                                    &err, "the list of who is trusted");
}

/** record_trust_hold() - the end of that is kept from now on */
void record_trust_hold(struct record *record, const struct store_trust *trust)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record,
		             store_trust_hold(record->store, trust->address, trust->until_us, &err),
		             &err, "who is trusted");
}

/** record_trust_end() - of an address or prefix that is not trusted any more, or never was */
void record_trust_end(struct record *record, const char *address)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record, store_trust_end(record->store, address, &err), &err,
		             "who is trusted");
}

/** record_timed() - what is no item is there until then; 0: it is gone, and with it its end */
void record_timed(struct record *record, const char *zone, const char *trait, int64_t until_us)
{
	_cleanup_free_ char *of = strdup(zone), *what = strdup(trait);
	const struct store_timed timed = {of, what, until_us};
	struct err err = ERR_NULL;

	if (record->store && of && what)
		(void)settle(record,
		             until_us ? store_timed_put(record->store, &timed, &err)
		                      : store_timed_end(record->store, of, what, &err),
		             &err, "what ends by itself");
}

/** record_timed_clear() - firewalld has no timer any more */
void record_timed_clear(struct record *record)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record, store_timed_clear(record->store, &err), &err,
		             "what ends by itself");
}

/**
 * record_shapes() - what bans look like
 * @out:   written where the store tells
 * @known: receives whether it does; may be NULL
 *
 * Return: 0 or -ENOMEM.
 */
int record_shapes(struct record *record, struct banshapes *out, bool *known)
{
	struct err err = ERR_NULL;
	int r = record->store ? store_shapes(record->store, out, &err) : STORE_E_NOT_FOUND;

	if (record->store)
		(void)settle_read(record, r, &err, "what bans look like");
	if (known)
		*known = r == 0;
	return r == -ENOMEM ? r : 0;
}

/** record_shape() - what the bans of a jail were just seen to look like */
void record_shape(struct record *record, const struct banshape *shape)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record, store_shape_put(record->store, shape, clock_now_us(), &err),
		             &err, "what bans look like");
}

/** record_foreign() - what firewalld took from others since the boot; false: nobody can tell */
bool record_foreign(struct record *record, struct foreign *out)
{
	struct err err = ERR_NULL;

	return record->store &&
	       settle_read(record, store_foreign(record->store, record->boot_id, out, &err), &err,
	                   "what others lost");
}

/** record_foreign_lost() - what of it they lack now */
void record_foreign_lost(struct record *record, const struct foreign *lost)
{
	struct err err = ERR_NULL;

	if (record->store)
		(void)settle(record, store_foreign_put(record->store, record->boot_id, lost, &err),
		             &err, "what others lost");
}

/** record_protected_again() - somebody opened a released item anew: protect it again */
void record_protected_again(struct record *record, const struct item *item)
{
	struct err err = ERR_NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	if (!record->store || item_format(&text, item) < 0)
		return;
	r = store_release_clear(record->store, item, &err);
	if (settle(record, r, &err, "a change"))
		record_event(record, EVENT_PROTECTED_AGAIN, item,
		             "%s was opened again and is protected again", text);
}

static void settle_spool(struct record *record, const char *dir, int r,
                         const struct spool_result *result, const struct err *err)
{
	if (result->bad)
		logger_write(record->logger, LOGGER_WARNING,
		             "%zu spool file%s not valid; kept as *.bad in %s", result->bad,
		             text_plural(result->bad), dir);
	if (r == SPOOL_E_STORE)
		(void)settle(record, result->store_code, err, "a ban");
}

/** record_drain_spool() - take in what the fail2ban hook had to leave in files; @dir: where */
void record_drain_spool(struct record *record, const char *dir)
{
	struct spool_result result = {.more = true};
	struct err err = ERR_NULL;

	while (record->store && result.more && spool_pending(dir)) {
		int r = spool_drain(dir, record->store, SPOOL_BATCH, &result, &err);

		settle_spool(record, dir, r, &result, &err);
		if (r)
			return;
	}
}

/**
 * record_take() - the same, with what the hook tells over its socket
 * @messages: their fates are written: what is not SPOOL_TAKEN is not on record
 */
void record_take(struct record *record, const char *dir, struct spool_message *messages, size_t n)
{
	struct spool_result result;
	struct err err = ERR_NULL;
	int r;

	if (!record->store)
		return;
	r = spool_take(dir, record->store, messages, n, &result, &err);
	settle_spool(record, dir, r, &result, &err);
}

/** record_prune() - drop a piece of what is older than @keep_days; true: there may be more */
bool record_prune(struct record *record, unsigned keep_days)
{
	struct err err = ERR_NULL;
	int r;

	if (!record->store)
		return false;
	r = store_prune(record->store, clock_now_us(), keep_days, &err);
	if (r == STORE_E_MORE)
		return true;
	(void)settle(record, r, &err, "the retention");
	return false;
}

/* --- wipes ------------------------------------------------------------------------------- */

/** episode_new() - Return: an episode with nothing lost yet; NULL without memory */
struct episode *episode_new(enum wipe_kind kind, int64_t at_us)
{
	struct episode *episode = calloc(1, sizeof(*episode));

	if (episode) {
		episode->kind = kind;
		episode->at_us = at_us;
	}
	return episode;
}

/**
 * record_episode_new() - the same, of the firewalld that is there and after the last snapshot
 * @cause: copied; in words
 */
struct episode *record_episode_new(const struct record *record, enum wipe_kind kind, int64_t at_us,
                                   const char *cause)
{
	struct episode *episode = episode_new(kind, at_us);

	if (!episode)
		return NULL;
	episode->cause = strdup(cause);
	episode->instance = strdup(record->instance ? record->instance : "");
	episode->before_id = record->snapshot_id;
	episode->store_serial = record->serial;
	return episode;
}

/** episode_free() - NULL is fine */
void episode_free(struct episode *episode)
{
	if (!episode)
		return;
	for (size_t i = 0; i < episode->n_steps; i++)
		free((char *)(uintptr_t)episode->steps[i].error);
	free(episode->steps);
	loss_deinit(&episode->loss);
	free(episode->cause);
	free(episode->instance);
	free(episode);
}

/** episode_add_steps() - take over what a restorer tells; Return: 0 or -ENOMEM */
int episode_add_steps(struct episode *episode, const struct plan *plan,
                      const struct restorer_step *steps)
{
	if (grow(&episode->steps, &episode->steps_capacity, episode->n_steps + plan->n,
	         sizeof(*episode->steps)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++)
		episode->steps[episode->n_steps++] = (struct store_step){
		    .row = steps[i].loss_row,
		    .outcome = steps[i].outcome,
		    .error = steps[i].error ? strdup(steps[i].error) : NULL,
		    .started_us = steps[i].started_us,
		    .finished_us = steps[i].finished_us,
		};
	return 0;
}

/**
 * episode_add_step() - what becomes of a row without a call to firewalld
 * @error: copied; why; NULL: nothing to add
 *
 * Return: 0 or -ENOMEM.
 */
int episode_add_step(struct episode *episode, size_t row, enum store_outcome outcome,
                     const char *error)
{
	_cleanup_free_ char *copy = error ? strdup(error) : NULL;
	int64_t now_us = clock_now_us();

	if ((error && !copy) || grow(&episode->steps, &episode->steps_capacity,
	                             episode->n_steps + 1, sizeof(*episode->steps)) < 0)
		return -ENOMEM;
	episode->steps[episode->n_steps++] = (struct store_step){
	    .row = row,
	    .outcome = outcome,
	    .error = steal(copy),
	    .started_us = now_us,
	    .finished_us = now_us,
	};
	return 0;
}

static int load_episode(struct episode *episode, struct record *record, int64_t wipe_id,
                        enum store_outcome **outcomes, struct err *err)
{
	_cleanup_store_wipe_info_ struct store_wipe_info info = STORE_WIPE_INFO_NULL;
	int r = store_wipe_load(record->store, wipe_id, &info, &episode->loss, err);

	if (r)
		return r;
	*outcomes = calloc(episode->loss.n + 1, sizeof(**outcomes));
	if (!*outcomes)
		return -ENOMEM;
	episode->kind = info.kind;
	episode->at_us = info.at_us;
	episode->before_id = info.before_id;
	episode->cause = steal(info.cause);
	episode->instance = steal(info.instance);
	return store_wipe_outcomes(record->store, wipe_id, *outcomes, episode->loss.n, err);
}

/**
 * episode_adopt() - go on with a wipe that a guard before this one has begun
 * @out:      written on success alone; with all rows, and no steps yet
 * @wipe_id:  of a wipe that is not finished
 * @outcomes: receives what became of each row so far, STORE_STEP_N: nothing; the caller
 *            frees it
 *
 * Return: 0; STORE_E_NOT_FOUND when it, or the store, is not there; -ENOMEM.
 */
int episode_adopt(struct episode **out, struct record *record, int64_t wipe_id,
                  enum store_outcome **outcomes)
{
	_cleanup_free_ enum store_outcome *found = NULL;
	struct episode *episode = episode_new(WIPE_UNKNOWN, 0);
	struct err err = ERR_NULL;

	if (!episode)
		return -ENOMEM;
	if (!record->store ||
	    !settle_read(record, load_episode(episode, record, wipe_id, &found, &err), &err,
	                 "what an interrupted guard left")) {
		episode_free(episode);
		return STORE_E_NOT_FOUND;
	}
	episode->wipe_id = wipe_id;
	episode->store_serial = record->serial;
	episode->loss_written = true;
	*out = episode;
	*outcomes = steal(found);
	return 0;
}

/**
 * record_episode_begin() - write down that there was a wipe, and what is known of it
 *
 * With the loss, if that is known already. When it fails, it is tried again with
 * the loss or the steps.
 */
void record_episode_begin(struct record *record, struct episode *episode)
{
	struct store_wipe wipe = {
	    .kind = episode->kind,
	    .cause = episode->cause,
	    .at_us = episode->at_us,
	    .boot_id = record->boot_id,
	    .instance = episode->instance,
	    .before_id = episode->before_id,
	};
	struct err err = ERR_NULL;
	int64_t id;

	if (!record->store || !record->recalled ||
	    !settle(record, store_wipe_begin(record->store, &wipe, &episode->loss, &id, &err), &err,
	            "a reload"))
		return;
	episode->wipe_id = id;
	episode->store_serial = record->serial;
	episode->loss_written = episode->loss.n > 0;
}

/* An episode from a store that was set aside meanwhile begins anew in the new one. */
static void forget_old_store(const struct record *record, struct episode *episode)
{
	if (episode->store_serial == record->serial)
		return;
	episode->wipe_id = 0;
	episode->before_id = 0;
	episode->loss_written = false;
	episode->n_written = 0;
}

/** record_episode_loss() - write down what was lost, before it is restored; one transaction */
void record_episode_loss(struct record *record, struct episode *episode)
{
	struct err err = ERR_NULL;

	forget_old_store(record, episode);
	if (!episode->wipe_id)
		record_episode_begin(record, episode);
	if (!record->store || !episode->wipe_id || episode->loss_written || !episode->loss.n)
		return;
	episode->loss_written = settle(record,
	                               store_wipe_losses(record->store, episode->wipe_id,
	                                                 episode->cause, &episode->loss, &err),
	                               &err, "what was lost");
}

/** record_episode_steps() - write down what is not yet: the loss, the steps since the last time */
void record_episode_steps(struct record *record, struct episode *episode)
{
	struct err err = ERR_NULL;
	size_t n;

	record_episode_loss(record, episode);
	n = episode->n_steps - episode->n_written;
	if (!record->store || !episode->loss_written || n == 0)
		return;
	if (settle(record,
	           store_steps_put(record->store, episode->wipe_id,
	                           &episode->steps[episode->n_written], n, &err),
	           &err, "what was restored"))
		episode->n_written = episode->n_steps;
}

/* Everything of a finished episode that is not in the store yet. */
static bool write_episode(struct record *record, struct episode *episode)
{
	struct err err = ERR_NULL;

	record_episode_steps(record, episode);
	return record->store && episode->wipe_id && episode->n_written == episode->n_steps &&
	       settle(record,
	              store_wipe_finish(record->store, episode->wipe_id, episode->finished_us,
	                                episode->ending, &err),
	              &err, "the end of a restore");
}

static void keep_for_later(struct record *record, struct episode *episode)
{
	if (record->n_backlog == RECORD_BACKLOG_MAX) {
		episode_free(record->backlog[0]);
		memmove(record->backlog, record->backlog + 1,
		        (RECORD_BACKLOG_MAX - 1) * sizeof(record->backlog[0]));
		record->n_backlog--;
		record->n_forgotten++;
	}
	record->backlog[record->n_backlog++] = episode;
}

/**
 * record_episode_end_take() - the episode is over: write down what is left of it
 * @episode: owned by the record from now on
 */
void record_episode_end_take(struct record *record, struct episode *episode,
                             enum store_ending ending)
{
	episode->ending = ending;
	episode->finished_us = clock_now_us();
	if (record_retry(record) && write_episode(record, episode))
		episode_free(episode);
	else
		keep_for_later(record, episode);
}

/**
 * record_episode_forget_take() - nothing was done: it leaves no trace
 * @episode: owned by the record from now on
 */
void record_episode_forget_take(struct record *record, struct episode *episode)
{
	struct err err = ERR_NULL;

	forget_old_store(record, episode);
	if (record->store && episode->wipe_id)
		(void)settle(record, store_wipe_forget(record->store, episode->wipe_id, &err), &err,
		             "that nothing was restored");
	episode_free(episode);
}

/**
 * record_retry() - open the store again if need be, and write what waits
 *
 * Return: whether nothing waits any more.
 */
bool record_retry(struct record *record)
{
	size_t written = 0;

	if (!record->store && !record->fixed)
		open_store(record);
	while (written < record->n_backlog && write_episode(record, record->backlog[written]))
		episode_free(record->backlog[written++]);
	memmove(record->backlog, record->backlog + written,
	        (record->n_backlog - written) * sizeof(record->backlog[0]));
	record->n_backlog -= written;
	if (record->n_backlog)
		return false;
	if (record->n_forgotten && record->store)
		record_event(record, EVENT_STORE, NULL, "reloads that could not be recorded: %zu",
		             record->n_forgotten);
	record->n_forgotten = 0;
	return record->store != NULL;
}

/** record_tend() - from time to time: is the store what it was, and is what is in it safe? */
void record_tend(struct record *record)
{
	look_after_files(record);
	if (record->store && !record->fixed)
		store_empty_log(record->store);
}

static int supersede(struct store *store, const struct store_unfinished *wipe, struct err *err)
{
	int64_t now_us = clock_now_us();
	int r = 0;

	for (size_t i = 0; i < wipe->loss.n && r == 0; i++) {
		const struct store_step step = {.row = wipe->row[i],
		                                .outcome = STORE_STEP_SUPERSEDED,
		                                .started_us = now_us,
		                                .finished_us = now_us};

		r = store_steps_put(store, wipe->wipe.id, &step, 1, err);
	}
	return r == 0 ? store_wipe_finish(store, wipe->wipe.id, now_us, STORE_WIPE_TAKEN_OVER, err)
	              : r;
}

/** record_take_over() - what a guard that was interrupted has left is in a wipe that is closed */
void record_take_over(struct record *record)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;
	struct err err = ERR_NULL;
	int r;

	if (!record->store)
		return;
	r = store_wipe_unfinished(record->store, &list, &err);
	for (size_t i = 0; i < list.n && r == 0; i++)
		r = supersede(record->store, &list.wipes[i], &err);
	if (r)
		(void)settle(record, r, &err, "what an interrupted guard left");
}
