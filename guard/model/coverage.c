/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/coverage.h"

static enum coverage compare(const struct cidr *denied, const struct cidr *client)
{
	bool covers = cidr_contains(denied, client);
	bool inside = cidr_contains(client, denied);

	if (covers && inside)
		return COVERAGE_EQUAL;
	if (covers)
		return COVERAGE_COVERS;
	return inside ? COVERAGE_INSIDE : COVERAGE_NONE;
}

/**
 * coverage_of() - what a denied prefix does to client ranges
 * @denied:  borrowed; the source of a deny rule
 * @clients: borrowed; @n prefixes, in any order
 * @which:   may be NULL; receives the index of the range that the answer is
 *           about, the narrowest of those with the same answer, then the
 *           first; untouched for COVERAGE_NONE
 *
 * Return: the weightiest answer.
 */
enum coverage coverage_of(const struct cidr *denied, const struct cidr *clients, size_t n,
                          size_t *which)
{
	enum coverage worst = COVERAGE_NONE;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		enum coverage one = compare(denied, &clients[i]);

		if (one == COVERAGE_NONE || one < worst)
			continue;
		if (one > worst || clients[i].prefix > clients[at].prefix)
			at = i;
		worst = one;
	}
	if (which && worst != COVERAGE_NONE)
		*which = at;
	return worst;
}

/** coverage_name() - the word for it in output; static */
const char *coverage_name(enum coverage coverage)
{
	static const char *const names[COVERAGE_N] = {
	    [COVERAGE_NONE] = "none",
	    [COVERAGE_INSIDE] = "inside",
	    [COVERAGE_EQUAL] = "equal",
	    [COVERAGE_COVERS] = "covers",
	};

	return names[coverage];
}
