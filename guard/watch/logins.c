// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/logins.h"

#include <errno.h>
#include <string.h>

/** logins_deinit() - free all of it; it is empty and usable afterwards, but for its zone */
void logins_deinit(struct logins *learned)
{
	free(learned->ranges);
	*learned = (struct logins){.zone = learned->zone};
}

/** logins_clear() - what was gathered is in the store; the counts of lines go on */
void logins_clear(struct logins *learned)
{
	learned->n = 0;
}

static size_t place_of(const struct logins *learned, const struct cidr *cidr)
{
	size_t low = 0, high = learned->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cidr_cmp(&learned->ranges[middle].cidr, cidr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int see(struct logins *learned, const struct cidr *range, int64_t at_us)
{
	size_t at = place_of(learned, range);
	struct learned_range *found;
	int r;

	if (at == learned->n || cidr_cmp(&learned->ranges[at].cidr, range) != 0) {
		r = grow(&learned->ranges, &learned->capacity, learned->n + 1,
		         sizeof(*learned->ranges));
		if (r < 0)
			return r;
		memmove(learned->ranges + at + 1, learned->ranges + at,
		        (learned->n - at) * sizeof(*learned->ranges));
		learned->ranges[at] = (struct learned_range){.cidr = *range};
		learned->n++;
	}
	found = &learned->ranges[at];
	found->count++;
	if (at_us > found->last_seen_us)
		found->last_seen_us = at_us;
	return 0;
}

/**
 * logins_line() - one line of a log
 * @now_us: microseconds since the epoch, UTC
 *
 * Return: 0, also for a line that teaches nothing; -ENOMEM.
 */
int logins_line(struct logins *learned, const char *line, size_t length, int64_t now_us)
{
	struct loginline login;
	struct cidr range;

	learned->n_lines++;
	if (!loginline_parse(&login, line, length, now_us, learned->zone) ||
	    !loginline_range(&login.address, &range))
		return 0;
	learned->n_logins++;
	return see(learned, &range, login.at_us);
}

/**
 * logins_put() - put what was gathered into the store
 *
 * Between store_begin() and store_commit() or store_rollback() of the caller, who
 * may have more to put with it.
 *
 * Return: 0; as in store.h.
 */
int logins_put(const struct logins *learned, struct store *store, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < learned->n && r == 0; i++) {
		char text[CIDR_TEXT_LENGTH];
		const struct store_client_range range = {
		    .cidr = text,
		    .source = "learned",
		    .last_seen_us = learned->ranges[i].last_seen_us,
		    .count = learned->ranges[i].count,
		};

		cidr_format(&learned->ranges[i].cidr, text);
		r = store_client_range_put(store, &range, err);
	}
	return r;
}
