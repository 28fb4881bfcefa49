// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/logins.h"

#include <errno.h>
#include <string.h>

/* Fewer than these are not worth sorting. */
#define UNSETTLED_MAX 1024

/** logins_deinit() - free all of it; it is empty and usable afterwards, but for what is borrowed */
void logins_deinit(struct logins *logins)
{
	free(logins->ranges);
	*logins = (struct logins){.zone = logins->zone, .nobodys = logins->nobodys};
}

/** logins_clear() - what was gathered is in the store; the counts of lines go on */
void logins_clear(struct logins *logins)
{
	logins->n = logins->n_settled = 0;
}

static int by_cidr(const void *a, const void *b)
{
	const struct login_range *x = a, *y = b;

	return cidr_cmp(&x->cidr, &y->cidr);
}

/* One row a range, sorted. */
static void settle(struct logins *logins)
{
	struct login_range *ranges = logins->ranges;
	size_t kept = 0;

	if (logins->n > 1)
		qsort(ranges, logins->n, sizeof(*ranges), by_cidr);
	for (size_t i = 0; i < logins->n; i++) {
		struct login_range *last = kept ? &ranges[kept - 1] : NULL;

		if (!last || by_cidr(last, &ranges[i]) != 0) {
			ranges[kept++] = ranges[i];
			continue;
		}
		last->count += ranges[i].count;
		if (ranges[i].last_seen_us > last->last_seen_us)
			last->last_seen_us = ranges[i].last_seen_us;
	}
	logins->n = logins->n_settled = kept;
}

/* Those of late stand unsorted behind the others, until there are as many. */
static int see(struct logins *logins, const struct cidr *range, int64_t at_us)
{
	int r;

	if (logins->n >= 2 * logins->n_settled + UNSETTLED_MAX)
		settle(logins);
	r = grow(&logins->ranges, &logins->capacity, logins->n + 1, sizeof(*logins->ranges));
	if (r == 0)
		logins->ranges[logins->n++] =
		    (struct login_range){.cidr = *range, .last_seen_us = at_us, .count = 1};
	return r;
}

static enum loginline_kind read_line(const struct logins *logins, struct journal *journal,
                                     const char *line, size_t length, int64_t now_us,
                                     struct loginline *out)
{
	enum journal_kind kind = journal_line(journal, line, length);

	if (kind == JOURNAL_NONE)
		return loginline_parse(out, line, length, now_us, logins->zone);
	return kind == JOURNAL_ENTRY ? loginline_entry(out, &journal->entry, now_us)
	                             : LOGINLINE_STRANGE;
}

/**
 * logins_line() - one line of a log
 * @journal: what was read of the same log before
 * @now_us:  microseconds since the epoch, UTC
 *
 * Return: 0, also for a line that teaches nothing; -ENOMEM.
 */
int logins_line(struct logins *logins, struct journal *journal, const char *line, size_t length,
                int64_t now_us)
{
	struct loginline login;
	struct cidr range;
	enum loginline_kind kind = read_line(logins, journal, line, length, now_us, &login);

	logins->n_lines++;
	logins->n_known += kind != LOGINLINE_STRANGE;
	logins->n_placed += kind == LOGINLINE_LOGIN;
	logins->n_nowhere += kind == LOGINLINE_NOWHERE;
	if (kind != LOGINLINE_LOGIN || !loginline_range(&login.address, &range) ||
	    (logins->nobodys && rangeset_contains(logins->nobodys, &login.address)))
		return 0;
	logins->n_logins++;
	return see(logins, &range, login.at_us);
}

/**
 * logins_put() - put what was gathered into the store
 *
 * Between store_begin() and store_commit() or store_rollback() of the caller, who
 * may have more to put with it. From then on @logins->n is the number of ranges.
 *
 * Return: 0; as in store.h.
 */
int logins_put(struct logins *logins, struct store *store, struct err *err)
{
	int r = 0;

	settle(logins);
	for (size_t i = 0; i < logins->n && r == 0; i++) {
		char text[CIDR_TEXT_LENGTH];
		const struct store_client_range range = {
		    .cidr = text,
		    .source = "learned",
		    .last_seen_us = logins->ranges[i].last_seen_us,
		    .count = logins->ranges[i].count,
		};

		cidr_format(&logins->ranges[i].cidr, text);
		r = store_client_range_put(store, &range, err);
	}
	return r;
}

struct forgetting {
	const struct rangeset *nobodys;
	struct strv ranges;
};

static int note_nobodys(const struct store_client_range *row, void *userdata)
{
	struct forgetting *forgetting = userdata;
	struct cidr cidr;

	if (strcmp(row->source, "learned") != 0 || cidr_parse(&cidr, row->cidr, 0, NULL) != 0 ||
	    !rangeset_contains(forgetting->nobodys, &cidr))
		return 0;
	return strv_add(&forgetting->ranges, row->cidr);
}

/**
 * logins_forget() - take out of the store what was learned before it was seen to be nobody's
 * @nobodys: a bridge comes up after the lines of those behind it were read
 *
 * In the transaction of the caller, as logins_put().
 *
 * Return: 0; as in store.h.
 */
int logins_forget(struct store *store, const struct rangeset *nobodys, struct err *err)
{
	struct forgetting forgetting = {.nobodys = nobodys};
	int r = store_client_range_list(store, note_nobodys, &forgetting, err);

	for (size_t i = 0; i < forgetting.ranges.n && r == 0; i++)
		r = store_client_range_remove(store, forgetting.ranges.strings[i], err);
	strv_deinit(&forgetting.ranges);
	return r;
}
