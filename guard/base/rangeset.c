/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/base/rangeset.h"

#include "guard/base/search.h"

#include <errno.h>
#include <string.h>

static int key_cmp(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CIDR_KEY_LENGTH);
}

/** rangeset_deinit() - release a set; it is empty and usable afterwards */
void rangeset_deinit(struct rangeset *set)
{
	free(set->ranges);
	*set = RANGESET_NULL;
}

static int compare_end(const void *element, const void *key)
{
	const struct range *range = element;

	return key_cmp(range->last, key);
}

/* The first range that ends at @key or above; set->n when there is none. */
static size_t find(const struct rangeset *set, const uint8_t *key)
{
	return search_lower_bound(set->ranges, set->n, sizeof(*set->ranges), key, compare_end);
}

/**
 * rangeset_add_range() - put all keys from @first to @last in
 *
 * Return: 0; -EINVAL when @last is below @first; -ENOMEM (the set is as it was).
 */
int rangeset_add_range(struct rangeset *set, const uint8_t first[CIDR_KEY_LENGTH],
                       const uint8_t last[CIDR_KEY_LENGTH])
{
	struct range range, touching;
	size_t begin, end;
	int r;

	if (key_cmp(first, last) > 0)
		return -EINVAL;
	r = grow(&set->ranges, &set->capacity, set->n + 1, sizeof(*set->ranges));
	if (r < 0)
		return r;
	memcpy(range.first, first, CIDR_KEY_LENGTH);
	memcpy(range.last, last, CIDR_KEY_LENGTH);
	/* one key more on both sides, so that neighbours count as touching */
	touching = range;
	if (!cidr_key_step(touching.first, -1))
		memset(touching.first, 0, CIDR_KEY_LENGTH);
	if (!cidr_key_step(touching.last, 1))
		memset(touching.last, 0xff, CIDR_KEY_LENGTH);
	begin = find(set, touching.first);
	for (end = begin; end < set->n; end++)
		if (key_cmp(set->ranges[end].first, touching.last) > 0)
			break;
	if (begin < end && key_cmp(set->ranges[begin].first, range.first) < 0)
		memcpy(range.first, set->ranges[begin].first, CIDR_KEY_LENGTH);
	if (begin < end && key_cmp(set->ranges[end - 1].last, range.last) > 0)
		memcpy(range.last, set->ranges[end - 1].last, CIDR_KEY_LENGTH);
	memmove(set->ranges + begin + 1, set->ranges + end, (set->n - end) * sizeof(*set->ranges));
	set->ranges[begin] = range;
	set->n = set->n - (end - begin) + 1;
	return 0;
}

/* The parts of a prefix: an IPv6 one around the IPv4 block comes without it. Their number. */
static size_t parts(const struct cidr *cidr, struct range out[2])
{
	static const uint8_t v4_first[CIDR_KEY_LENGTH] = {[10] = 0xff, [11] = 0xff};
	uint8_t v4_last[CIDR_KEY_LENGTH] = {[10] = 0xff, [11] = 0xff, 0xff, 0xff, 0xff, 0xff};

	cidr_first(cidr, out[0].first);
	cidr_last(cidr, out[0].last);
	if (cidr->family == CIDR_IPV4 || key_cmp(out[0].first, v4_first) > 0 ||
	    key_cmp(out[0].last, v4_last) < 0)
		return 1;
	memcpy(out[1].last, out[0].last, CIDR_KEY_LENGTH);
	memcpy(out[0].last, v4_first, CIDR_KEY_LENGTH);
	memcpy(out[1].first, v4_last, CIDR_KEY_LENGTH);
	/* a prefix that contains the block begins below it, and ends with it or above */
	(void)cidr_key_step(out[0].last, -1);
	(void)cidr_key_step(out[1].first, 1);
	return key_cmp(out[1].first, out[1].last) > 0 ? 1 : 2;
}

/** rangeset_add() - put a prefix in; Return: 0; -ENOMEM (part of it may be in) */
int rangeset_add(struct rangeset *set, const struct cidr *cidr)
{
	struct range range[2];
	size_t n = parts(cidr, range);
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = rangeset_add_range(set, range[i].first, range[i].last);
	return r;
}

/** rangeset_contains() - whether all of a prefix is in */
bool rangeset_contains(const struct rangeset *set, const struct cidr *cidr)
{
	struct range range[2];
	size_t n = parts(cidr, range);

	for (size_t i = 0; i < n; i++) {
		size_t at = find(set, range[i].last);

		if (at == set->n || key_cmp(set->ranges[at].first, range[i].first) > 0)
			return false;
	}
	return true;
}

/** rangeset_covers() - whether all of another set is in */
bool rangeset_covers(const struct rangeset *set, const struct rangeset *other)
{
	for (size_t i = 0; i < other->n; i++) {
		size_t at = find(set, other->ranges[i].last);

		if (at == set->n || key_cmp(set->ranges[at].first, other->ranges[i].first) > 0)
			return false;
	}
	return true;
}

/** rangeset_overlaps() - whether any address of a prefix is in */
bool rangeset_overlaps(const struct rangeset *set, const struct cidr *cidr)
{
	struct range range[2];
	size_t n = parts(cidr, range);

	for (size_t i = 0; i < n; i++) {
		size_t at = find(set, range[i].first);

		if (at < set->n && key_cmp(set->ranges[at].first, range[i].last) <= 0)
			return true;
	}
	return false;
}

/**
 * rangeset_add_between() - put all addresses from one to another in
 * @first: as text, as is @last; may be NULL, which is none
 *
 * Return: 0; 1: these are no addresses, or in the wrong order; -ENOMEM.
 */
int rangeset_add_between(struct rangeset *set, const char *first, const char *last)
{
	uint8_t low[CIDR_KEY_LENGTH], high[CIDR_KEY_LENGTH];
	struct cidr from, to;
	int r;

	if (!first || !last || cidr_parse(&from, first, CIDR_ADDRESS_ONLY, NULL) != 0 ||
	    cidr_parse(&to, last, CIDR_ADDRESS_ONLY, NULL) != 0)
		return 1;
	cidr_first(&from, low);
	cidr_last(&to, high);
	r = rangeset_add_range(set, low, high);
	return r == -EINVAL ? 1 : r;
}

/** rangeset_prefix() - is it what one prefix holds? @out receives that, on success alone */
bool rangeset_prefix(const struct range *range, struct cidr *out)
{
	struct cidr prefix;

	for (unsigned bits = 0; bits <= 128; bits++) {
		uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];

		if (cidr_from_key(&prefix, range->first, bits) != 0)
			continue;
		cidr_first(&prefix, first);
		cidr_last(&prefix, last);
		if (memcmp(first, range->first, sizeof(first)) != 0 ||
		    memcmp(last, range->last, sizeof(last)) != 0)
			continue;
		*out = prefix;
		return true;
	}
	return false;
}
