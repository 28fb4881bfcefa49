// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/bancount.h"

#include <errno.h>
#include <stdlib.h>

#include "guard/model/ban/banshape.h"

/** bancount_deinit() - free it; it is empty and usable afterwards */
void bancount_deinit(struct bancount *count)
{
	free(count->whom);
	*count = BANCOUNT_NULL;
}

/** bancount_add() - one more rule; a chain, or what leads there, bans nobody; 0 or -ENOMEM */
int bancount_add(struct bancount *count, const struct item *item)
{
	_cleanup_free_ char *pattern = NULL;
	struct cidr whom;
	int r = banshape_cut(&pattern, &whom, item);

	if (r < 0 || grow(&count->whom, &count->capacity, count->n + 1, sizeof(whom)) < 0)
		return -ENOMEM;
	count->n_rules++;
	if (r == 0)
		count->whom[count->n++] = whom;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return cidr_cmp(a, b);
}

/** bancount_bans() - whom all of the rules ban, each once */
size_t bancount_bans(struct bancount *count)
{
	size_t n = 0;

	if (count->n > 0)
		qsort(count->whom, count->n, sizeof(*count->whom), compare);
	for (size_t i = 0; i < count->n; i++)
		if (i == 0 || cidr_cmp(&count->whom[i], &count->whom[i - 1]) != 0)
			count->whom[n++] = count->whom[i];
	count->n = n;
	return n;
}
