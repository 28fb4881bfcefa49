// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <string.h>

static void trust_deinit(struct store_trust *trust)
{
	free(trust->address);
	free(trust->note);
}

/** store_trusts_deinit() - free what it owns; the result is STORE_TRUSTS_NULL and usable */
void store_trusts_deinit(struct store_trusts *trusts)
{
	for (size_t i = 0; i < trusts->n; i++)
		trust_deinit(&trusts->rows[i]);
	free(trusts->rows);
	*trusts = STORE_TRUSTS_NULL;
}

/** store_trusts_find() - that of exactly this address or prefix; borrowed; NULL: none */
const struct store_trust *store_trusts_find(const struct store_trusts *trusts, const char *address)
{
	for (size_t i = 0; i < trusts->n; i++)
		if (strcmp(trusts->rows[i].address, address) == 0)
			return &trusts->rows[i];
	return NULL;
}

static int change(struct store *store, int r, struct err *err)
{
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/**
 * store_trust_put() - somebody is trusted, or is so for another while
 * @trust: borrowed; a note of NULL leaves the one that is there; what it says of held is not so
 *
 * Return: 0; others as in store.h.
 */
int store_trust_put(struct store *store, const struct store_trust *trust, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	return change(store,
	              store_run(store, err, STMT_TRUST_PUT, "tiit", trust->address, trust->since_us,
	                        trust->until_us, trust->note),
	              err);
}

/** store_trust_hold() - the watcher keeps this end; STORE_E_NOT_FOUND: it is another by now */
int store_trust_hold(struct store *store, const char *address, int64_t until_us, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	return change(store, store_run(store, err, STMT_TRUST_HOLD, "ti", address, until_us), err);
}

/** store_trust_end() - nobody of this address is trusted any more; STORE_E_NOT_FOUND: nobody was */
int store_trust_end(struct store *store, const char *address, struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	return change(store, store_run(store, err, STMT_TRUST_END, "t", address), err);
}

static int read_row(struct store_trust *out, sqlite3_stmt *rows)
{
	int r = store_text_dup(&out->address, rows, 0);

	if (r == 0 && !out->address)
		r = -EBADMSG;
	out->since_us = sqlite3_column_int64(rows, 1);
	out->until_us = sqlite3_column_int64(rows, 2);
	out->held = sqlite3_column_int(rows, 3) != 0;
	return r == 0 ? store_text_dup(&out->note, rows, 4) : r;
}

/** store_trust_list() - all of them; @out is written on success alone */
int store_trust_list(struct store *store, struct store_trusts *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_TRUST_LIST, "");
	_cleanup_store_trusts_ struct store_trusts trusts = STORE_TRUSTS_NULL;
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		struct store_trust trust = {0};

		r = grow(&trusts.rows, &trusts.capacity, trusts.n + 1, sizeof(trust));
		if (r == 0)
			r = read_row(&trust, rows);
		if (r < 0) {
			trust_deinit(&trust);
			return err_set(err, r, "%s: who is trusted cannot be read", store->path);
		}
		trusts.rows[trusts.n++] = trust;
	}
	if (r)
		return r;
	*out = trusts;
	trusts = STORE_TRUSTS_NULL;
	return 0;
}
