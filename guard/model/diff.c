// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/diff.h"

#include <errno.h>

/** diff_deinit() - release everything; the result is DIFF_NULL and usable */
void diff_deinit(struct diff *diff)
{
	for (size_t i = 0; i < diff->n; i++)
		item_deinit(&diff->changes[i].item);
	free(diff->changes);
	*diff = DIFF_NULL;
}

static int add_change(struct diff *diff, const struct firewall_entry *before,
                      const struct firewall_entry *after)
{
	struct diff_change change = {
	    .kind = !before  ? DIFF_ADDED
	            : !after ? DIFF_REMOVED
	                     : DIFF_CHANGED,
	    .flags_before = before ? before->flags : 0,
	    .flags_after = after ? after->flags : 0,
	    .until_before_us = before ? before->until_us : 0,
	    .until_after_us = after ? after->until_us : 0,
	};

	if (before && after && before->flags == after->flags && before->until_us == after->until_us)
		return 0;
	if (grow(&diff->changes, &diff->capacity, diff->n + 1, sizeof(change)) < 0 ||
	    item_copy(&change.item, before ? &before->item : &after->item) < 0)
		return -ENOMEM;
	diff->changes[diff->n++] = change;
	return 0;
}

/**
 * diff_firewalls() - what changed from one state to another
 * @out: written on success alone; release with diff_deinit()
 *
 * Return: 0 or -ENOMEM.
 */
int diff_firewalls(struct diff *out, const struct firewall *before, const struct firewall *after)
{
	_cleanup_diff_ struct diff diff = DIFF_NULL;
	size_t b = 0, a = 0;

	while (b < before->n || a < after->n) {
		int order, r;

		if (b == before->n)
			order = 1;
		else if (a == after->n)
			order = -1;
		else
			order = item_cmp(&before->entries[b].item, &after->entries[a].item);
		r = add_change(&diff, order <= 0 ? &before->entries[b] : NULL,
		               order >= 0 ? &after->entries[a] : NULL);
		if (r < 0)
			return r;
		b += order <= 0;
		a += order >= 0;
	}
	*out = diff;
	diff = DIFF_NULL;
	return 0;
}
