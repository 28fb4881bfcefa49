/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record - the watcher's way to the store: it never stops the watcher
 *
 * A store that is locked, full, read-only or corrupt is said once, in words,
 * and guarding goes on; what could not be written waits in memory (the latest
 * RECORD_BACKLOG_MAX wipes) and is written when the store works again.
 */
#ifndef GUARD_RESTORE_RECORD_H
#define GUARD_RESTORE_RECORD_H

#include "guard/model/loss.h"
#include "guard/system/host/logger.h"
#include "guard/system/store/spool.h"
#include "guard/system/store/store.h"
#include "guard/restore/restorer.h"

#define RECORD_BACKLOG_MAX 64

/* One wipe from its discovery to its end. */
struct episode {
	enum wipe_kind kind;
	char *cause;    /* owned */
	char *instance; /* owned; of firewalld, after the wipe */
	int64_t at_us, finished_us;
	int64_t before_id; /* snapshot; 0: none */
	struct loss loss;
	struct store_step *steps; /* errors owned; one for each row of loss that was tried */
	size_t n_steps, steps_capacity;
	size_t n_written;         /* of these, in the store already */
	enum store_ending ending; /* once it is over */
	int64_t wipe_id;          /* 0: not in the store yet */
	unsigned store_serial;    /* of the store that wipe_id and before_id are from */
	bool loss_written;
	struct episode *next; /* of those that wait somewhere; who has them says for what */
};

/* What is on record from before this guard. */
struct recollection {
	struct store_snapshot meta;              /* of the last good snapshot */
	struct firewall wanted;                  /* that */
	struct firewall put_back;                /* timed items that a guard has put back */
	struct store_unfinished_list unfinished; /* wipes that one has left */
};
#define RECOLLECTION_NULL      ((struct recollection){0})
#define _cleanup_recollection_ _cleanup_(recollection_deinit)

void recollection_deinit(struct recollection *what);

struct record;

int record_open(struct record **out, const char *state_dir, const char *boot_id,
                struct logger *logger) _must_check_;
int record_over_take(struct record **out, struct store *store, const char *boot_id,
                     struct logger *logger) _must_check_;
void record_close(struct record *record);
DEFINE_CLEANUP(struct record *, record_close, record_cleanup);
#define _cleanup_record_ _cleanup_(record_cleanup)

struct store *record_store(struct record *record);
int record_trouble(const struct record *record, struct err *err);
void record_broke(struct record *record, int r, const struct err *err);
int64_t record_snapshot_id(const struct record *record);
void record_compared(struct record *record, int64_t snapshot_id);
bool record_retry(struct record *record);
void record_tend(struct record *record);

void record_appeared(struct record *record, const char *instance);
bool record_loaded(struct record *record, int64_t loaded);
const char *record_instance(const struct record *record);
bool record_snapshot(struct record *record, const struct firewall *fw, bool settled);
bool record_is_of(const struct store_snapshot *snapshot, const char *instance);
int record_recall(struct record *record, struct recollection *out) _must_check_;
void record_event(struct record *record, enum event_kind kind, const struct item *item,
                  const char *format, ...) _printf_(4, 5);
void record_event_at(struct record *record, int64_t at_us, enum event_kind kind, const char *text);
int record_released(struct record *record, struct store_items *out) _must_check_;
bool record_trusts(struct record *record, struct store_trusts *out) _must_check_;
void record_trust_hold(struct record *record, const struct store_trust *trust);
void record_trust_end(struct record *record, const char *address);
void record_timed(struct record *record, const char *zone, const char *trait, int64_t until_us);
void record_timed_clear(struct record *record);
int record_shapes(struct record *record, struct banshapes *out, bool *known) _must_check_;
void record_shape(struct record *record, const struct banshape *shape);
bool record_foreign(struct record *record, struct foreign *out);
void record_foreign_lost(struct record *record, const struct foreign *lost);
void record_protected_again(struct record *record, const struct item *item);
void record_drain_spool(struct record *record, const char *dir);
void record_take(struct record *record, const char *dir, struct spool_message *messages, size_t n);
bool record_prune(struct record *record, unsigned keep_days);

struct episode *episode_new(enum wipe_kind kind, int64_t at_us) _must_check_;
struct episode *record_episode_new(const struct record *record, enum wipe_kind kind, int64_t at_us,
                                   const char *cause) _must_check_;
void episode_free(struct episode *episode);
int episode_add_steps(struct episode *episode, const struct plan *plan,
                      const struct restorer_step *steps) _must_check_;
int episode_add_step(struct episode *episode, size_t row, enum store_outcome outcome,
                     const char *error) _must_check_;
int episode_adopt(struct episode **out, struct record *record, int64_t wipe_id,
                  enum store_outcome **outcomes) _must_check_;
void record_episode_begin(struct record *record, struct episode *episode);
void record_episode_loss(struct record *record, struct episode *episode);
void record_episode_steps(struct record *record, struct episode *episode);
void record_episode_end_take(struct record *record, struct episode *episode,
                             enum store_ending ending);
void record_episode_forget_take(struct record *record, struct episode *episode);
void record_take_over(struct record *record);

#endif
