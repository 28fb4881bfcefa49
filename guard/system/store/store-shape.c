// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>

/**
 * store_shape_put() - what the bans of a jail look like; again is harmless
 * @at_us: when it was seen, microseconds since the epoch, UTC
 */
int store_shape_put(struct store *store, const struct banshape *shape, int64_t at_us,
                    struct err *err)
{
	char address[CIDR_TEXT_LENGTH];
	int r = store_transaction_begin(store, err);

	if (r)
		return r;
	cidr_format(&shape->first, address);
	r = store_run(store, err, STMT_SHAPE_PUT, "ttttti", shape->jail, shape->zone,
	              item_kind_name(shape->kind), shape->pattern, address, at_us);
	return store_transaction_end(store, r, STORE_RELAXED, err);
}

/* A kind or address that a newer guard wrote is not ours to understand. */
static int add_row(struct banshapes *out, sqlite3_stmt *rows)
{
	_cleanup_(banshape_deinit) struct banshape shape = {.sure = true};
	const char *kind = store_text(rows, 2), *address = store_text(rows, 4);
	int r;

	if (!kind || item_kind_parse(&shape.kind, kind) != 0 || !address ||
	    cidr_parse(&shape.first, address, 0, NULL) != 0)
		return 0;
	r = store_text_dup(&shape.jail, rows, 0);
	if (r == 0)
		r = store_text_dup(&shape.zone, rows, 1);
	if (r == 0)
		r = store_text_dup(&shape.pattern, rows, 3);
	return r == 0 ? banshapes_add_take(out, &shape) : r;
}

/** store_shapes() - all of them; @out is written on success alone */
int store_shapes(struct store *store, struct banshapes *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_SHAPE_LIST, "");
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		r = add_row(&shapes, rows);
		if (r < 0)
			return err_set(err, r, "%s: what bans look like cannot be read",
			               store->path);
	}
	if (r)
		return r;
	*out = shapes;
	shapes = BANSHAPES_NULL;
	return 0;
}
