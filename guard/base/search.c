// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/search.h"

/**
 * search_lower_bound() - the first element that is not before what is looked for
 * @array: sorted; may be NULL where @n is 0
 *
 * Return: its index; @n where all are before it. There it stands, or would have to.
 */
size_t search_lower_bound(const void *array, size_t n, size_t element_size, const void *key,
                          search_fn compare)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare((const char *)array + middle * element_size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
