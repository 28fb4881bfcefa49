/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cycle - from a wipe to everything being back
 *
 * Begins with a wipe, or with the wish to look again, and goes through reading,
 * judging, putting on record, restoring, reading back and reading everything once
 * more, until it is idle. A new wipe ends what is under way and begins anew. Bans
 * are handed over to the bankeeper.
 */
#ifndef GUARD_RESTORE_CYCLE_H
#define GUARD_RESTORE_CYCLE_H

#include "guard/restore/bankeeper.h"
#include "guard/restore/errand.h"
#include "guard/restore/news.h"
#include "guard/restore/tracker.h"
#include "guard/system/host/config.h"

struct cycle;

/* All borrowed, for the life of the cycle. */
struct cycle_options {
	struct loop *loop;
	struct firewalld *fw;
	struct logger *logger;
	struct record *record;
	struct tracker *tracker;
	struct bankeeper *bans;
	const struct config *config;
	const struct news_listener *listener;
	const struct errand *errand; /* NULL: it goes on for ever */
	void (*on_closed)(const struct episode *episode, void *userdata); /* all is settled */
	void (*on_absorbed)(void *userdata); /* the tracker has what was read */
	void (*on_broken)(void *userdata);   /* firewalld is, and stays so */
	void (*on_running)(void *userdata);  /* and is not (any more) */
	void (*on_failed)(void *userdata);   /* it runs on a stock configuration */
	void (*on_idle)(void *userdata);     /* everything is read and in place, but bans */
	void *userdata;
};

int cycle_new(struct cycle **out, const struct cycle_options *options) _must_check_;
void cycle_free(struct cycle *cycle); /* before firewalld; NULL is fine */

/* What happens to firewalld. */
void cycle_appeared(struct cycle *cycle, enum wipe_kind kind, int64_t at_us);
void cycle_wiped(struct cycle *cycle, enum wipe_kind kind, int64_t at_us);
void cycle_foretell(struct cycle *cycle);
void cycle_not_reloaded(struct cycle *cycle);
void cycle_gone(struct cycle *cycle);
void cycle_panic_ended(struct cycle *cycle);

/* Looking again. */
void cycle_look(struct cycle *cycle);
void cycle_look_soon(struct cycle *cycle);
void cycle_retry(struct cycle *cycle);
void cycle_unheard(struct cycle *cycle);
void cycle_missed(struct cycle *cycle);

/* What it is about. */
const struct plan_step *cycle_step_of(const struct cycle *cycle, const struct item *item);
int cycle_stood_in(struct cycle *cycle, bool same) _must_check_;
bool cycle_stands_in(const struct cycle *cycle, const struct item *item);
void cycle_forget(struct cycle *cycle, const struct item *item);
void cycle_resume_take(struct cycle *cycle, struct store_unfinished_list *unfinished);
void cycle_configured(struct cycle *cycle);
void cycle_store(struct cycle *cycle);
enum wipe_kind cycle_kind(const struct cycle *cycle);
bool cycle_is_present(const struct cycle *cycle);
bool cycle_is_blind(const struct cycle *cycle);
bool cycle_is_idle(const struct cycle *cycle);
bool cycle_is_slow(const struct cycle *cycle, const struct item *item);

#endif
