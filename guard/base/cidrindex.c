// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/cidrindex.h"

#include <stdlib.h>
#include <string.h>

#include "guard/base/search.h"

static struct cidr without_host(struct cidr cidr)
{
	uint8_t key[CIDR_KEY_LENGTH];

	cidr_first(&cidr, key);
	memcpy(cidr.key, key, sizeof(key));
	return cidr;
}

static int by_prefix(const void *a, const void *b)
{
	return cidr_cmp(&((const struct cidrindex_entry *)a)->prefix,
	                &((const struct cidrindex_entry *)b)->prefix);
}

/** cidrindex_deinit() - release what it owns; it is empty and usable afterwards */
void cidrindex_deinit(struct cidrindex *index)
{
	free(index->entries);
	*index = CIDRINDEX_NULL;
}

static void note_width(struct cidrindex *index, const struct cidr *prefix)
{
	size_t i = 0;

	while (i < index->n_widths && (index->widths[i].family != prefix->family ||
	                               index->widths[i].prefix != prefix->prefix))
		i++;
	if (i == index->n_widths)
		index->widths[index->n_widths++] =
		    (struct cidrindex_width){prefix->family, prefix->prefix};
}

/** cidrindex_add() - to be followed by cidrindex_sort(); Return: 0 or -ENOMEM */
int cidrindex_add(struct cidrindex *index, const struct cidr *prefix, size_t value)
{
	int r = grow(&index->entries, &index->capacity, index->n + 1, sizeof(*index->entries));

	if (r < 0)
		return r;
	index->entries[index->n++] = (struct cidrindex_entry){without_host(*prefix), value};
	note_width(index, prefix);
	return 0;
}

/** cidrindex_sort() - it can be searched from here on, until more is added */
void cidrindex_sort(struct cidrindex *index)
{
	if (index->n > 1)
		qsort(index->entries, index->n, sizeof(*index->entries), by_prefix);
}

/* Those of exactly this prefix. */
static int each_of(const struct cidrindex *index, const struct cidr *prefix, cidrindex_fn fn,
                   void *userdata)
{
	const struct cidrindex_entry wanted = {.prefix = without_host(*prefix)};
	size_t at = search_lower_bound(index->entries, index->n, sizeof(*index->entries), &wanted,
	                               by_prefix);
	int r = 0;

	while (at < index->n && r == 0 && by_prefix(&index->entries[at], &wanted) == 0)
		r = fn(index->entries[at++].value, userdata);
	return r;
}

/** cidrindex_each() - those that contain @inner, in no order; Return: 0, or what @fn has returned
 */
int cidrindex_each(const struct cidrindex *index, const struct cidr *inner, cidrindex_fn fn,
                   void *userdata)
{
	struct cidr wider = *inner;
	int r = 0;

	for (size_t i = 0; i < index->n_widths && r == 0; i++) {
		wider.prefix = index->widths[i].prefix;
		if (index->widths[i].family == inner->family && wider.prefix <= inner->prefix)
			r = each_of(index, &wider, fn, userdata);
	}
	return r;
}
