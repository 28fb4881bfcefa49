// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans to disjoint intervals of addresses: one sweep over prefixes that lie in each other. */
#include "guard/model/ban/gap.h"

#include <errno.h>
#include <string.h>

/* Lists of matches that differ, and so sets: each costs every new connection a look. */
#define GAP_SETS_MAX 1024

#define COMPARE(a, b)                                                                              \
	do {                                                                                       \
		if ((a) != (b))                                                                    \
			return (a) < (b) ? -1 : 1;                                                 \
	} while (0)

static int match_cmp(const struct gap_match *a, const struct gap_match *b)
{
	COMPARE(a->family, b->family);
	COMPARE(a->place, b->place);
	COMPARE(a->protocol, b->protocol);
	COMPARE(a->first, b->first);
	COMPARE(a->last, b->last);
	COMPARE(a->action, b->action);
	COMPARE(a->code, b->code);
	return 0;
}

static int ban_cmp(const void *left, const void *right)
{
	const struct gap_ban *a = left, *b = right;
	int r = cidr_cmp(&a->source, &b->source);

	if (r != 0)
		return r;
	COMPARE(a->end_us, b->end_us);
	return match_cmp(&a->match, &b->match);
}

/* What one address has until one time: bans[begin..begin + n), their matches in order. */
struct run {
	const struct gap_ban *bans;
	size_t n;
};

static int matches_cmp(const struct run *a, const struct run *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int r = match_cmp(&a->bans[i].match, &b->bans[i].match);

		if (r != 0)
			return r;
	}
	COMPARE(a->n, b->n);
	return 0;
}

/* Outer prefixes before those inside of them. */
static int prefix_cmp(const struct cidr *a, const struct cidr *b)
{
	uint8_t left[CIDR_KEY_LENGTH], right[CIDR_KEY_LENGTH];
	int r;

	cidr_first(a, left);
	cidr_first(b, right);
	r = memcmp(left, right, CIDR_KEY_LENGTH);
	if (r != 0)
		return r;
	COMPARE(cidr_bits(a), cidr_bits(b));
	return 0;
}

static int run_cmp(const void *left, const void *right)
{
	const struct run *a = left, *b = right;
	int r = matches_cmp(a, b);

	if (r == 0)
		r = prefix_cmp(&a->bans[0].source, &b->bans[0].source);
	if (r != 0)
		return r;
	/* of the same prefix the one that lasts first, so that the rest changes nothing */
	COMPARE(b->bans[0].end_us, a->bans[0].end_us);
	return 0;
}

/* The live bans, without doubles, in order. */
static size_t take_live(struct gap_ban *out, const struct gap *gap, int64_t now_us)
{
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < gap->n; i++) {
		struct gap_ban *ban = &out[n];

		*ban = gap->bans[i];
		if (ban->end_us == 0)
			ban->end_us = INT64_MAX;
		n += ban->end_us > now_us;
	}
	qsort(out, n, sizeof(*out), ban_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ban_cmp(&out[kept - 1], &out[i]) != 0)
			out[kept++] = out[i];
	return kept;
}

static size_t find_runs(struct run *out, const struct gap_ban *bans, size_t n)
{
	size_t n_runs = 0;

	for (size_t i = 0; i < n; i++) {
		struct run *last = n_runs ? &out[n_runs - 1] : NULL;

		if (last && cidr_cmp(&last->bans[0].source, &bans[i].source) == 0 &&
		    last->bans[0].end_us == bans[i].end_us)
			last->n++;
		else
			out[n_runs++] = (struct run){&bans[i], 1};
	}
	qsort(out, n_runs, sizeof(*out), run_cmp);
	return n_runs;
}

/* Prefixes that hold the present one, each with the time until which all of it is denied. */
struct open_prefix {
	uint8_t last[CIDR_KEY_LENGTH];
	int64_t end_us;
};

struct sweep {
	struct gap_interval *out;
	size_t n;
	uint8_t next[CIDR_KEY_LENGTH]; /* the first key that nothing was said about */
	bool at_end;                   /* there is none: the last key has been */
	struct open_prefix open[129];  /* prefixes are nested, so not more than their lengths */
	size_t depth;
};

/* Denies from sweep->next to @last what the innermost open prefix says. */
static void emit(struct sweep *sweep, const uint8_t last[CIDR_KEY_LENGTH])
{
	int64_t end_us = sweep->open[sweep->depth - 1].end_us;
	struct gap_interval *before = sweep->n ? &sweep->out[sweep->n - 1] : NULL;
	uint8_t after[CIDR_KEY_LENGTH];
	bool adjacent = false;

	if (before) {
		memcpy(after, before->last, sizeof(after));
		adjacent =
		    cidr_key_step(after, 1) && memcmp(after, sweep->next, sizeof(after)) == 0;
	}
	if (adjacent && before->end_us == end_us) {
		memcpy(before->last, last, CIDR_KEY_LENGTH);
	} else {
		struct gap_interval *interval = &sweep->out[sweep->n++];

		memcpy(interval->first, sweep->next, CIDR_KEY_LENGTH);
		memcpy(interval->last, last, CIDR_KEY_LENGTH);
		interval->end_us = end_us;
	}
	memcpy(sweep->next, last, CIDR_KEY_LENGTH);
	sweep->at_end = !cidr_key_step(sweep->next, 1);
}

/* Ends the open prefixes that do not reach to @key; all of them when it is NULL. */
static void close_until(struct sweep *sweep, const uint8_t *key)
{
	while (sweep->depth) {
		const struct open_prefix *top = &sweep->open[sweep->depth - 1];

		if (key && memcmp(top->last, key, CIDR_KEY_LENGTH) >= 0)
			return;
		if (!sweep->at_end && memcmp(sweep->next, top->last, CIDR_KEY_LENGTH) <= 0)
			emit(sweep, top->last);
		sweep->depth--;
	}
}

static void open_prefix(struct sweep *sweep, const struct cidr *cidr, int64_t end_us)
{
	uint8_t first[CIDR_KEY_LENGTH], before[CIDR_KEY_LENGTH];
	struct open_prefix *top;

	cidr_first(cidr, first);
	close_until(sweep, first);
	if (sweep->depth) {
		/* what lasts no longer than what it lies in changes nothing */
		if (end_us <= sweep->open[sweep->depth - 1].end_us)
			return;
		if (memcmp(sweep->next, first, sizeof(first)) != 0) {
			memcpy(before, first, sizeof(before));
			(void)cidr_key_step(before, -1);
			emit(sweep, before);
		}
	}
	memcpy(sweep->next, first, sizeof(first));
	top = &sweep->open[sweep->depth++];
	cidr_last(cidr, top->last);
	top->end_us = end_us;
}

/* Runs of equal matches, outer prefixes first, to disjoint intervals. */
static int build_set(struct gap_sets *sets, const struct run *runs, size_t n)
{
	struct sweep sweep = {0};
	struct gap_set *set;
	int r;

	if (sets->n >= GAP_SETS_MAX)
		return -E2BIG;
	r = grow(&sets->sets, &sets->capacity, sets->n + 1, sizeof(*sets->sets));
	if (r < 0)
		return r;
	/* a prefix cuts what it lies in into two at most */
	sweep.out = calloc(n, 2 * sizeof(*sweep.out));
	if (!sweep.out)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		open_prefix(&sweep, &runs[i].bans[0].source, runs[i].bans[0].end_us);
	close_until(&sweep, NULL);
	set = &sets->sets[sets->n++];
	*set = (struct gap_set){.intervals = sweep.out, .n = sweep.n, .n_matches = runs->n};
	for (size_t i = 0; i < runs->n; i++)
		sets->matches[sets->n_matches + i] = runs->bans[i].match;
	set->matches = &sets->matches[sets->n_matches];
	sets->n_matches += runs->n;
	return 0;
}

/** gap_sets_deinit() - free them; may be called twice */
void gap_sets_deinit(struct gap_sets *sets)
{
	for (size_t i = 0; i < sets->n; i++)
		free(sets->sets[i].intervals);
	free(sets->sets);
	free(sets->matches);
	*sets = GAP_SETS_NULL;
}

/**
 * gap_sets_build() - addresses with the same fate together, in disjoint intervals
 * @out:    written on success alone; borrows the places of @gap, so free it first
 * @now_us: bans that have ended by then are left out
 *
 * Where prefixes overlap, an address stays denied until the last of them ends.
 *
 * Return: 0; -E2BIG when the bans are too different from one another; -ENOMEM.
 */
int gap_sets_build(struct gap_sets *out, const struct gap *gap, int64_t now_us)
{
	_cleanup_gap_sets_ struct gap_sets sets = GAP_SETS_NULL;
	_cleanup_free_ struct gap_ban *bans = NULL;
	_cleanup_free_ struct run *runs = NULL;
	size_t n, n_runs;
	int r = 0;

	/* one more, as nothing at all may be asked for */
	bans = calloc(gap->n + 1, sizeof(*bans));
	runs = calloc(gap->n + 1, sizeof(*runs));
	sets.matches = calloc(gap->n + 1, sizeof(*sets.matches));
	if (!bans || !runs || !sets.matches)
		return -ENOMEM;
	n = take_live(bans, gap, now_us);
	n_runs = find_runs(runs, bans, n);
	for (size_t begin = 0, end; begin < n_runs && r == 0; begin = end) {
		for (end = begin + 1; end < n_runs; end++)
			if (matches_cmp(&runs[begin], &runs[end]) != 0)
				break;
		r = build_set(&sets, &runs[begin], end - begin);
	}
	if (r < 0)
		return r;
	*out = sets;
	sets = GAP_SETS_NULL;
	return 0;
}
