// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/judge.h"

#include <string.h>

#include "guard/model/portspace.h"
#include "guard/restore/record.h"

/* Of the same firewalld, as far as both are known. */
static bool is_same_instance(const char *a, const char *b)
{
	return !a || !*a || !*b || strcmp(a, b) == 0;
}

/* As far as both are known. */
static bool is_loaded_anew(const struct store_snapshot *before, int64_t loaded)
{
	return before->loaded && loaded && before->loaded != loaded;
}

/**
 * judge_kind() - what has happened to firewalld since it looked like that
 * @instance: of firewalld now; "" when not known
 * @loaded:   fwtables_loaded() now
 *
 * Another boot, another firewalld, or rules that it has loaded anew: what is missing was lost. Else
 * nobody can tell.
 *
 * Return: WIPE_REBOOT, WIPE_RESTART, WIPE_RELOAD or WIPE_UNKNOWN.
 */
enum wipe_kind judge_kind(const struct store_snapshot *before, const char *boot_id,
                          const char *instance, int64_t loaded)
{
	if (!before->boot_id || strcmp(before->boot_id, boot_id) != 0)
		return WIPE_REBOOT;
	if (!is_same_instance(before->instance, instance))
		return WIPE_RESTART;
	return is_loaded_anew(before, loaded) ? WIPE_RELOAD : WIPE_UNKNOWN;
}

/**
 * judge_is_same() - is it the very firewalld that was there then, with what it held?
 * @kind: judge_kind() of the same; after a start that is not all made good it says a restart
 */
bool judge_is_same(const struct store_snapshot *before, enum wipe_kind kind, const char *instance,
                   int64_t loaded)
{
	return kind == WIPE_UNKNOWN || (kind == WIPE_RESTART && record_is_of(before, instance) &&
	                                !is_loaded_anew(before, loaded));
}

/* A person may have spoken of some ports of a range. */
static int cut_by(struct firewall *before, struct firewall *now, const struct item *items, size_t n)
{
	int r = portspace_cut_each(before, items, n);

	return r == 0 ? portspace_cut_each(now, items, n) : r;
}

/**
 * judge_find() - what is missing, and why
 * @out:      as of loss_find()
 * @before:   what is wanted; changed in place: ports in it are parted where somebody named some
 * @now:      what firewalld holds; likewise
 * @released: by `reload-guard release`
 * @evidence: everything else; before is set where something is known
 *
 * Return: as loss_find().
 */
int judge_find(struct loss *out, struct firewall *before, struct firewall *now,
               const struct store_items *released, struct loss_evidence *evidence)
{
	const struct scope *scope = evidence->scope;
	int r = cut_by(before, now, released->items, released->n);

	if (r == 0)
		r = cut_by(before, now, scope->require, scope->n_require);
	if (r < 0)
		return r;
	evidence->after = now;
	evidence->released = released->items;
	evidence->n_released = released->n;
	return loss_find(out, evidence);
}

/* What the record says of a row that cannot be attributed otherwise. */
static enum loss_verdict verdict_of(const struct store_unfinished *unfinished,
                                    const struct loss_row *row)
{
	/* heard of, and killed before it was read what it took: it took what is missing */
	if (unfinished->wipe.n_rows == 0)
		return row->flags & FIREWALL_PERMANENT ? LOSS_REMOVED : LOSS_LOST;
	for (size_t i = 0; i < unfinished->loss.n; i++)
		if (item_covers(&unfinished->loss.rows[i].item, &row->item))
			return unfinished->loss.rows[i].verdict;
	return LOSS_UNATTRIBUTED;
}

/**
 * judge_resume() - what a guard knew of a loss before it was interrupted, it is still
 * @unfinished: wipes that it left, oldest first
 * @kind:       receives that of the wipe which has it, where there is one
 */
void judge_resume(struct loss *loss, const struct store_unfinished_list *unfinished,
                  enum wipe_kind *kind)
{
	for (size_t i = 0; i < loss->n; i++) {
		struct loss_row *row = &loss->rows[i];

		if (row->flags & FIREWALL_EDITED)
			continue; /* there is evidence, and it tells neither */
		for (size_t w = unfinished->n; w > 0 && row->verdict == LOSS_UNATTRIBUTED; w--) {
			row->verdict = verdict_of(&unfinished->wipes[w - 1], row);
			if (row->verdict != LOSS_UNATTRIBUTED)
				*kind = unfinished->wipes[w - 1].wipe.kind;
		}
	}
}
