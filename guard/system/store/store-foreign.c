// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

/**
 * store_foreign_put() - the chains that lack rules, in place of those that did
 *
 * Return: 0; others as in store.h.
 */
int store_foreign_put(struct store *store, const char *boot_id, const struct foreign *lost,
                      struct err *err)
{
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	r = store_run(store, err, STMT_FOREIGN_CLEAR, "");
	for (size_t i = 0; i < lost->n && r == 0; i++)
		r = store_run(store, err, STMT_FOREIGN_PUT, "ittit",
		              (int64_t)lost->chains[i].family, lost->chains[i].table,
		              lost->chains[i].name, (int64_t)lost->chains[i].n, boot_id);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

static int add_row(struct foreign *out, sqlite3_stmt *rows)
{
	const char *table = store_text(rows, 1), *chain = store_text(rows, 2);

	return table && chain ? foreign_add(out, (uint8_t)sqlite3_column_int(rows, 0), table, chain,
	                                    (size_t)sqlite3_column_int64(rows, 3))
	                      : -ENOMEM;
}

/** store_foreign() - those of this boot; @out is written on success alone */
int store_foreign(struct store *store, const char *boot_id, struct foreign *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_FOREIGN_LIST, "t", boot_id);
	_cleanup_foreign_ struct foreign lost = FOREIGN_NULL;
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		r = add_row(&lost, rows);
		if (r < 0)
			return err_set(err, r, "%s: what others lost cannot be read", store->path);
	}
	if (r)
		return r;
	*out = lost;
	lost = FOREIGN_NULL;
	return 0;
}
