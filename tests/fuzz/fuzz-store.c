// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/store/store-snapshot.c guard/system/store/store-wipe.c
/* Rows of the store that no guard has written: snapshots and wipes, or a reason why not. */
#include "guard/system/store/store.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rows.h"

const unsigned fuzz_runs_max = 150;

static int take_snapshot(const struct store_snapshot *snapshot, void *userdata)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	if (store_snapshot_load(userdata, snapshot->id, &meta, &fw, NULL) == 0)
		FUZZ_CHECK(meta.id == snapshot->id);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list open =
	    STORE_UNFINISHED_LIST_NULL;
	_cleanup_store_wipe_info_ struct store_wipe_info last = STORE_WIPE_INFO_NULL, one = last;
	_cleanup_free_ char *text = fuzz_string(data, size);
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct store *store = fuzz_store();

	fuzz_rows(fuzz_path("state/guard.db"), "PRAGMA synchronous = OFF", text);
	(void)!store_snapshot_list(store, 0, take_snapshot, store, NULL);
	if (store_wipe_unfinished(store, &open, NULL) == 0)
		for (size_t i = 0; i < open.n; i++)
			FUZZ_CHECK(open.wipes[i].loss.n <= open.wipes[i].wipe.n_rows);
	if (store_wipe_last(store, &last, NULL) == 0)
		(void)!store_wipe_load(store, last.id, &one, &loss, NULL);
	(void)!store_prune(store, INT64_C(1795305600000000), 90, NULL);
	return 0;
}
