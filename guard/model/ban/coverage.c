/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/ban/coverage.h"

#include "guard/base/search.h"

#include <errno.h>
#include <string.h>

/** coverage_ranges_deinit() - release a set; it is empty and usable afterwards */
void coverage_ranges_deinit(struct coverage_ranges *ranges)
{
	free(ranges->ranges);
	free(ranges->outer);
	*ranges = COVERAGE_RANGES_NULL;
}

/** coverage_ranges_add() - one more; coverage_ranges_sort() follows; Return: 0 or -ENOMEM */
int coverage_ranges_add(struct coverage_ranges *ranges, const struct cidr *range)
{
	int r = grow(&ranges->ranges, &ranges->capacity, ranges->n + 1, sizeof(*ranges->ranges));

	if (r < 0)
		return r;
	ranges->ranges[ranges->n] = *range;
	cidr_first(range, ranges->ranges[ranges->n].key);
	ranges->n++;
	return 0;
}

/*
 * A family after the other: an IPv6 prefix may have the IPv4 keys between its ends.
 * Host bits are cleared in all that is compared here, so keys need no masks.
 */
static int by_family(const void *a, const void *b)
{
	const struct cidr *x = a, *y = b;
	int r;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	r = memcmp(x->key, y->key, sizeof(x->key));
	return r ? r : (int)x->prefix - (int)y->prefix;
}

/* cidr_contains() for these, which are many. */
static bool holds(const struct cidr *outer, const struct cidr *inner)
{
	unsigned bits = cidr_bits(outer), whole = bits / 8, rest = bits % 8;

	if (outer->family != inner->family || outer->prefix > inner->prefix ||
	    memcmp(outer->key, inner->key, whole) != 0)
		return false;
	return rest == 0 || (outer->key[whole] ^ inner->key[whole]) >> (8 - rest) == 0;
}

/** coverage_ranges_sort() - make ready for questions; Return: 0 or -ENOMEM */
int coverage_ranges_sort(struct coverage_ranges *ranges)
{
	size_t n = 0, *outer;

	if (ranges->n > 1)
		qsort(ranges->ranges, ranges->n, sizeof(*ranges->ranges), by_family);
	for (size_t i = 0; i < ranges->n; i++)
		if (n == 0 || by_family(&ranges->ranges[n - 1], &ranges->ranges[i]) != 0)
			ranges->ranges[n++] = ranges->ranges[i];
	ranges->n = n;
	outer = calloc(n + 1, sizeof(*outer));
	if (!outer)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t at = i ? i - 1 : SIZE_MAX;

		while (at != SIZE_MAX && !holds(&ranges->ranges[at], &ranges->ranges[i]))
			at = outer[at];
		outer[i] = at;
	}
	free(ranges->outer);
	ranges->outer = outer;
	return 0;
}

/* The first range that sorts at @cidr or behind it. */
static size_t lower_bound(const struct coverage_ranges *ranges, const struct cidr *cidr)
{
	return search_lower_bound(ranges->ranges, ranges->n, sizeof(*ranges->ranges), cidr,
	                          by_family);
}

/**
 * coverage_ranges_ask() - what a denied prefix does to client ranges
 * @ranges: borrowed; sorted
 * @denied: borrowed
 * @which:  may be NULL; receives the place of the range that the answer is about:
 *          the first that is covered, the one that is equal, or the narrowest that
 *          the prefix lies in; untouched for COVERAGE_NONE
 *
 * Return: the weightiest answer.
 */
enum coverage coverage_ranges_ask(const struct coverage_ranges *ranges, const struct cidr *denied,
                                  size_t *which)
{
	struct cidr prefix = *denied;
	enum coverage answer = COVERAGE_NONE;
	size_t at, found = SIZE_MAX;

	cidr_first(denied, prefix.key);
	at = lower_bound(ranges, &prefix);
	/* wider ones come first, so what is equal stands before what is covered */
	if (at < ranges->n && by_family(&ranges->ranges[at], &prefix) == 0) {
		answer = COVERAGE_EQUAL;
		found = at++;
	}
	if (at < ranges->n && holds(&prefix, &ranges->ranges[at])) {
		answer = COVERAGE_COVERS;
		found = at;
	} else if (answer == COVERAGE_NONE) {
		found = at ? at - 1 : SIZE_MAX;
		while (found != SIZE_MAX && !holds(&ranges->ranges[found], &prefix))
			found = ranges->outer[found];
		if (found != SIZE_MAX)
			answer = COVERAGE_INSIDE;
	}
	if (which && answer != COVERAGE_NONE)
		*which = found;
	return answer;
}

/**
 * coverage_spares() - is a ban of this prefix one that legitimate clients are kept from?
 * @clients: borrowed; sorted
 * @learned: borrowed; sorted; those of @clients that are known from logins alone; may be NULL
 *
 * What covers others, and what is somebody's range by name. A login buys no immunity: who
 * has guessed one password may be banned for what he does then.
 */
bool coverage_spares(const struct coverage_ranges *clients, const struct coverage_ranges *learned,
                     const struct cidr *denied)
{
	enum coverage coverage = coverage_ranges_ask(clients, denied, NULL);

	if (coverage != COVERAGE_EQUAL)
		return coverage == COVERAGE_COVERS;
	return !learned || coverage_ranges_ask(learned, denied, NULL) != COVERAGE_EQUAL;
}

/* From the first on, those that a prefix holds stand before all others. */
static int is_held(const void *element, const void *prefix)
{
	return holds(prefix, element) ? -1 : 0;
}

/**
 * coverage_ranges_within() - which ranges a prefix holds, itself included
 * @ranges: borrowed; sorted
 * @first:  receives the place of the first of them; the others follow
 *
 * Return: how many.
 */
size_t coverage_ranges_within(const struct coverage_ranges *ranges, const struct cidr *denied,
                              size_t *first)
{
	struct cidr prefix = *denied;

	cidr_first(denied, prefix.key);
	*first = lower_bound(ranges, &prefix);
	return search_lower_bound(ranges->ranges + *first, ranges->n - *first,
	                          sizeof(*ranges->ranges), &prefix, is_held);
}

/* The widest range that is taken for clients: more than any provider's customers. */
enum { WIDEST_IPV4 = 8, WIDEST_IPV6 = 16 };

/**
 * coverage_check_range() - can this be a range of clients?
 *
 * Not what has whole parts of the world in it, unless these are addresses that nobody routes.
 *
 * Return: 0 or COVERAGE_E_TOO_WIDE.
 */
int coverage_check_range(const struct cidr *range, struct err *err)
{
	const struct cidr local = {.family = CIDR_IPV6, .prefix = 7, .key = {0xfc}};
	char text[CIDR_TEXT_LENGTH];

	if (range->prefix >= (range->family == CIDR_IPV4 ? WIDEST_IPV4 : WIDEST_IPV6) ||
	    cidr_contains(&local, range))
		return 0;
	cidr_format(range, text);
	return err_set(err, COVERAGE_E_TOO_WIDE,
	               "%s is too wide for a range of clients: every ban would be one of a "
	               "client, and none would be restored. The widest are /%d for IPv4 and /%d "
	               "for IPv6",
	               text, WIDEST_IPV4, WIDEST_IPV6);
}
