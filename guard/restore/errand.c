// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/errand.h"

#include "guard/restore/missing.h"
#include "guard/system/host/clock.h"

#include <errno.h>

/* The state that a person named, whatever happened since. */
static int compare_with(struct loss *out, const struct firewall *from, const struct firewall *now,
                        const struct errand_evidence *by)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	struct loss_evidence evidence = {
	    .before = from,
	    .after = now,
	    .scope = &by->config->scope,
	    .bans = by->config->restore_bans != CONFIG_RESTORE_BANS_NONE,
	    .kind = WIPE_BY_HAND,
	    .now_us = clock_now_us(),
	};
	_cleanup_banshapes_ struct banshapes shapes = BANSHAPES_NULL;
	int r = record_released(by->record, &released);

	if (r == 0)
		r = record_shapes(by->record, &shapes, NULL);
	if (r < 0)
		return r;
	evidence.shapes = &shapes;
	evidence.released = released.items;
	evidence.n_released = released.n;
	return loss_find(out, &evidence);
}

static int find_missing(struct missing *out, struct firewall *now, const struct errand_evidence *by)
{
	struct missing_query query = {
	    .config = by->config,
	    .store = record_store(by->record),
	    .now = now,
	    .instance = firewalld_instance(by->fw),
	    .now_us = clock_now_us(),
	    .bans = true,
	};
	struct err err = ERR_NULL;
	int r = missing_find(out, &query, &err);

	if (r == 0 || r == -ENOMEM || !query.store)
		return r;
	/* a store that breaks under our hands is no store; what is required remains */
	record_broke(by->record, r, &err);
	query.store = NULL;
	return missing_find(out, &query, &err);
}

/**
 * errand_judge() - what is missing, and why
 * @out:    written on success alone
 * @kind:   receives what it was lost to
 * @now:    what firewalld holds; changed as by missing_find()
 * @by:     what it is judged by
 *
 * Return: as loss_find().
 */
int errand_judge(struct loss *out, enum wipe_kind *kind, struct firewall *now,
                 const struct errand *errand, const struct errand_evidence *by)
{
	_cleanup_missing_ struct missing missing = MISSING_NULL;
	int r;

	missing.kind = WIPE_BY_HAND;
	missing.meta.id = errand->from_id;
	if (errand->from)
		r = compare_with(&missing.loss, errand->from, now, by);
	else
		r = find_missing(&missing, now, by);
	if (r != 0)
		return r;
	if (!errand->from)
		missing_attribute(&missing, now);
	for (size_t i = 0; i < missing.loss.n; i++)
		if (missing.loss.rows[i].verdict == LOSS_LOST && missing.loss.rows[i].until_us > 0)
			missing.loss.rows[i].verdict = LOSS_UNATTRIBUTED;
	record_compared(by->record, missing.meta.id);
	*kind = missing.kind;
	*out = missing.loss;
	missing.loss = LOSS_NULL;
	return 0;
}
