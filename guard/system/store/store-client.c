// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <string.h>

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

/** store_client_range_forget() - learned ranges that nobody came from since @before_us */
int store_client_range_forget(struct store *store, int64_t before_us, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	r = store_run(store, err, STMT_RANGE_FORGET, "i", before_us);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/* --- how far logs have been read --------------------------------------------------------- */

/**
 * store_log_position_put() - a log has been read up to here
 * @path: borrowed; as it is configured
 */
int store_log_position_put(struct store *store, const char *path,
                           const struct store_log_position *position, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	r = store_run(store, err, STMT_LEARN_LOG_PUT, "tiiibi", path, (int64_t)position->dev,
	              (int64_t)position->inode, position->offset, position->head,
	              (int64_t)position->n_head, position->at_us);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/** store_log_position_get() - Return: 0; STORE_E_NOT_FOUND: never read; others as in store.h */
int store_log_position_get(struct store *store, const char *path, struct store_log_position *out,
                           struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = store_bind(store, STMT_LEARN_LOG_GET, "t", path);
	struct store_log_position position = {0};
	const void *head;
	bool row;
	int r = store_step(store, statement, &row, err);

	if (r)
		return r;
	if (!row)
		return STORE_E_NOT_FOUND;
	position.dev = (uint64_t)sqlite3_column_int64(statement, 0);
	position.inode = (uint64_t)sqlite3_column_int64(statement, 1);
	position.offset = sqlite3_column_int64(statement, 2);
	head = sqlite3_column_blob(statement, 3);
	position.n_head = (size_t)sqlite3_column_bytes(statement, 3);
	if (position.n_head > sizeof(position.head))
		position.n_head = sizeof(position.head);
	if (head)
		memcpy(position.head, head, position.n_head);
	position.at_us = sqlite3_column_int64(statement, 4);
	*out = position;
	return 0;
}

/** store_data_version() - Return: 0; others as in store.h */
int store_data_version(struct store *store, int64_t *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *statement = store_bind(store, STMT_DATA_VERSION, "");
	bool row;
	int r = store_step(store, statement, &row, err);

	if (r == 0 && row)
		*out = sqlite3_column_int64(statement, 0);
	return r;
}
