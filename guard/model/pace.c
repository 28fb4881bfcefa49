// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/pace.h"

/**
 * pace_note() - it happens once more
 * @now_us: monotonic, above 0
 *
 * Return: milliseconds to wait before acting; 0: none.
 */
unsigned pace_note(struct pace *pace, int64_t now_us)
{
	size_t limit = pace->limit ? pace->limit : PACE_LIMIT;
	int64_t oldest_us = pace->times_us[pace->next];
	int64_t last_us = pace->times_us[(pace->next + limit - 1) % limit];

	pace->times_us[pace->next] = now_us;
	pace->next = (pace->next + 1) % limit;
	if (pace->delay_ms && now_us - last_us < PACE_QUIET_US) {
		pace->delay_ms *= 2;
		if (pace->delay_ms > PACE_DELAY_MAX_MS)
			pace->delay_ms = PACE_DELAY_MAX_MS;
	} else if (oldest_us && now_us - oldest_us < PACE_WINDOW_US &&
	           now_us - last_us < PACE_QUIET_US) {
		pace->delay_ms = PACE_DELAY_MIN_MS;
	} else {
		pace->delay_ms = 0;
	}
	return pace->delay_ms;
}

/** pace_items_deinit() - release everything; the result is PACE_ITEMS_NULL and usable */
void pace_items_deinit(struct pace_items *items)
{
	for (size_t i = 0; i < items->n; i++)
		item_deinit(&items->rows[i].item);
	free(items->rows);
	*items = PACE_ITEMS_NULL;
}

static struct pace_item *find(const struct pace_items *items, const struct item *item)
{
	for (size_t i = 0; i < items->n; i++)
		if (item_cmp(&items->rows[i].item, item) == 0)
			return &items->rows[i];
	return NULL;
}

static struct pace_item *longest_quiet(struct pace_items *items)
{
	struct pace_item *found = &items->rows[0];

	for (size_t i = 1; i < items->n; i++)
		if (items->rows[i].noted_us < found->noted_us)
			found = &items->rows[i];
	return found;
}

/* NULL: no memory */
static struct pace_item *find_or_add(struct pace_items *items, const struct item *item)
{
	struct pace_item new = {.pace.limit = PACE_ITEM_LIMIT}, *row = find(items, item);

	if (row)
		return row;
	if (item_copy(&new.item, item) < 0)
		return NULL;
	if (items->n == PACE_ITEMS_MAX) {
		row = longest_quiet(items);
		item_deinit(&row->item);
	} else if (grow(&items->rows, &items->capacity, items->n + 1, sizeof(new)) < 0) {
		item_deinit(&new.item);
		return NULL;
	} else {
		row = &items->rows[items->n++];
	}
	*row = new;
	return row;
}

/**
 * pace_items_due() - an item is missing: may it be put back now?
 * @item:    borrowed; asked about again and again until it may
 * @now_us:  monotonic, above 0
 * @tripped: set to true when this is the time too many; else untouched
 *
 * Return: 0: now (without memory, too); else when, monotonic.
 */
int64_t pace_items_due(struct pace_items *items, const struct item *item, int64_t now_us,
                       bool *tripped)
{
	struct pace_item *row = find_or_add(items, item);
	bool was_slow = pace_items_is_slow(items, item, now_us);
	unsigned delay_ms;

	if (!row)
		return 0;
	if (row->due_us > now_us)
		return row->due_us;
	if (row->due_us) {
		/* it has waited */
		row->due_us = 0;
		return 0;
	}
	delay_ms = pace_note(&row->pace, now_us);
	row->noted_us = now_us;
	if (!delay_ms)
		return 0;
	if (!was_slow)
		*tripped = true;
	row->due_us = now_us + INT64_C(1000) * delay_ms;
	return row->due_us;
}

/** pace_items_is_slow() - was it missing too often, and is it not quiet yet? */
bool pace_items_is_slow(const struct pace_items *items, const struct item *item, int64_t now_us)
{
	const struct pace_item *row = find(items, item);

	return row && row->pace.delay_ms && now_us - row->noted_us < PACE_QUIET_US;
}
