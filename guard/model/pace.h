/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace - the circuit breaker (law 6): how long to wait before acting once more
 *
 * Something that makes firewalld reload whenever the guard has restored would
 * keep both busy for ever. After PACE_LIMIT times within PACE_WINDOW_US each
 * further time waits, twice as long as the last, up to PACE_DELAY_MAX_MS, until
 * it has been quiet for PACE_QUIET_US.
 *
 * The same for single items that are required and go missing without a wipe: one
 * that somebody removes again and again is put back at once PACE_ITEM_LIMIT times
 * within the window, and then ever later.
 */
#ifndef GUARD_MODEL_PACE_H
#define GUARD_MODEL_PACE_H

#include "guard/model/item.h"

#define PACE_LIMIT        30
#define PACE_ITEM_LIMIT   6
#define PACE_WINDOW_US    (600 * INT64_C(1000000))
#define PACE_QUIET_US     (180 * INT64_C(1000000))
#define PACE_DELAY_MIN_MS 1000
#define PACE_DELAY_MAX_MS 60000

struct pace {
	int64_t times_us[PACE_LIMIT]; /* of the latest, a ring; 0: none */
	size_t next;                  /* the oldest of them */
	size_t limit;                 /* how many of them count; 0: PACE_LIMIT */
	unsigned delay_ms;            /* 0: not tripped */
};
#define PACE_NULL ((struct pace){0})

/* More than these are not required by anybody; the one that was quiet longest is forgotten. */
#define PACE_ITEMS_MAX 64

struct pace_item {
	struct item item; /* owned */
	struct pace pace;
	int64_t noted_us; /* the last time */
	int64_t due_us;   /* not to be acted on before; 0: not waiting */
};

struct pace_items {
	struct pace_item *rows;
	size_t n, capacity;
};
#define PACE_ITEMS_NULL ((struct pace_items){0})

unsigned pace_note(struct pace *pace, int64_t now_us);

void pace_items_deinit(struct pace_items *items);
int64_t pace_items_due(struct pace_items *items, const struct item *item, int64_t now_us,
                       bool *tripped);
bool pace_items_is_slow(const struct pace_items *items, const struct item *item, int64_t now_us);

#endif
