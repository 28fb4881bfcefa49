// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

/** store_items_deinit() - free what it owns */
void store_items_deinit(struct store_items *items)
{
	for (size_t i = 0; i < items->n; i++)
		item_deinit(&items->items[i]);
	free(items->items);
	*items = STORE_ITEMS_NULL;
}

/** store_release_put() - an item that is not protected any more; again is harmless */
int store_release_put(struct store *store, const struct item *item, int64_t at_us, struct err *err)
{
	int64_t id;
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	r = store_item_id(store, item, &id, err);
	if (r == 0)
		r = store_run(store, err, STMT_RELEASE_PUT, "ii", id, at_us);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

static int clear(struct store *store, const struct item *item, struct err *err)
{
	int64_t id;
	int r;

	r = store_id(store,
	             store_bind(store, STMT_ITEM_ID, "ttt", item->zone, item_kind_name(item->kind),
	                        item->value),
	             &id, err);
	if (r == 0)
		r = store_run(store, err, STMT_RELEASE_CLEAR, "i", id);
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return r;
}

/** store_release_clear() - protect it again; STORE_E_NOT_FOUND when it was not released */
int store_release_clear(struct store *store, const struct item *item, struct err *err)
{
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, clear(store, item, err), STORE_RELAXED, err);
}

static int compare(const void *a, const void *b)
{
	return item_cmp(a, b);
}

/**
 * store_items_read() - add the items that a statement gives as zone, kind, value
 * @items: grows; stays sorted by item_cmp()
 * @rows:  bound; the caller resets it
 */
int store_items_read(struct store_items *items, sqlite3_stmt *rows, struct store *store,
                     struct err *err)
{
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		r = grow(&items->items, &items->capacity, items->n + 1, sizeof(*items->items));
		if (r == 0)
			r = store_column_item(&items->items[items->n], rows, 0);
		if (r)
			return err_set(err, r, "%s: an item cannot be read", store->path);
		items->n++;
	}
	if (r == 0 && items->n > 1)
		qsort(items->items, items->n, sizeof(*items->items), compare);
	return r;
}

/** store_release_list() - all of them, sorted by item_cmp(), as loss_find() wants them */
int store_release_list(struct store *store, struct store_items *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_RELEASE_LIST, "");
	_cleanup_store_items_ struct store_items items = STORE_ITEMS_NULL;
	int r = store_items_read(&items, rows, store, err);

	if (r)
		return r;
	*out = items;
	items = STORE_ITEMS_NULL;
	return 0;
}
