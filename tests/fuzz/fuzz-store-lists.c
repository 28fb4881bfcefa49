// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/store/store-history.c guard/system/store/store-ban-query.c
// guard/system/store/store-shape.c guard/system/store/store-client.c
/* Rows of the store that no guard has written: what is told of them has its words, and ends. */
#include "guard/system/store/store.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rows.h"

const unsigned fuzz_runs_max = 150;

static int take_history(const struct store_history_row *row, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(row->kind && row->text);
	return 0;
}

static int take_ban(const struct store_ban *ban, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(ban->jail && ban->address);
	return 0;
}

static int take_range(const struct store_client_range *range, void *userdata)
{
	(void)userdata;
	FUZZ_CHECK(range->cidr && range->source);
	return 0;
}

static void ask(struct store *store)
{
	const struct store_history_query history = {.bans = true, .whole = true};
	const struct store_ban_query bans = {.active = true,
	                                     .active_at_us = INT64_C(1795305600000000)};
	const struct store_ban_query network = {.address = "192.0.2.0/24"};
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	struct store_log_position position;

	(void)!store_history(store, &history, take_history, NULL, NULL);
	(void)!store_bans(store, &bans, take_ban, NULL, NULL);
	(void)!store_bans(store, &network, take_ban, NULL, NULL);
	(void)!store_release_list(store, &released, NULL);
	(void)!store_shapes(store, &shapes, NULL);
	(void)!store_client_range_list(store, take_range, NULL, NULL);
	if (store_log_position_get(store, "/var/log/mail.log", &position, NULL) == 0)
		FUZZ_CHECK(position.n_head <= STORE_LOG_HEAD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	struct store *store = fuzz_store();

	fuzz_rows(fuzz_path("state/guard.db"), "PRAGMA synchronous = OFF", text);
	ask(store);
	return 0;
}
