// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store-internal.h"

#include <errno.h>

static int read_range(struct cidr *out, char text[CIDR_TEXT_LENGTH], const char *cidr,
                      struct err *err)
{
	if (cidr_parse(out, cidr, 0, err) != 0)
		return -EINVAL;
	cidr_format(out, text);
	return 0;
}

/**
 * store_client_range_put() - a range that legitimate clients come from
 *
 * One that is there is seen again: its count grows, and "hand" outweighs any
 * other source.
 *
 * Return: 0; -EINVAL when it is no address or prefix; others as in store.h.
 */
int store_client_range_put(struct store *store, const struct store_client_range *range,
                           struct err *err)
{
	uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];
	char text[CIDR_TEXT_LENGTH];
	struct cidr cidr;
	int r;

	r = read_range(&cidr, text, range->cidr, err);
	if (r == 0)
		r = store_transaction_begin(store, err);
	if (r)
		return r;
	cidr_first(&cidr, first);
	cidr_last(&cidr, last);
	r = store_run(store, err, STMT_RANGE_PUT, "tkkttii", text, first, last, range->note,
	              range->source ? range->source : "hand", range->last_seen_us, range->count);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/** store_client_range_remove() - Return: 0; STORE_E_NOT_FOUND; -EINVAL; others as in store.h */
int store_client_range_remove(struct store *store, const char *cidr, struct err *err)
{
	char text[CIDR_TEXT_LENGTH];
	struct cidr parsed;
	int r;

	r = read_range(&parsed, text, cidr, err);
	if (r == 0)
		r = store_transaction_begin(store, err);
	if (r)
		return r;
	r = store_run(store, err, STMT_RANGE_REMOVE, "t", text);
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = err_set(err, STORE_E_NOT_FOUND, "%s is not a client range on record", text);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/** store_client_range_list() - by address, wider ones first */
int store_client_range_list(struct store *store, store_client_range_fn *fn, void *userdata,
                            struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_RANGE_LIST, "");
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		const struct store_client_range range = {
		    .cidr = store_text(rows, 0),
		    .note = store_text(rows, 1),
		    .source = store_text(rows, 2),
		    .last_seen_us = sqlite3_column_int64(rows, 3),
		    .count = sqlite3_column_int64(rows, 4),
		};

		r = fn(&range, userdata);
		if (r)
			break;
	}
	return r;
}
