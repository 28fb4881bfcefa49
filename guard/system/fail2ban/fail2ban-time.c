// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-time.h"

#include <time.h>

/* Seconds that local time is ahead of UTC then; false: not to be told. */
static bool offset_at(int64_t at_s, int64_t *out)
{
	time_t at = (time_t)at_s;
	struct tm tm;

	if (!localtime_r(&at, &tm))
		return false;
	*out = tm.tm_gmtoff;
	return true;
}

/*
 * Which seconds since the epoch show as that local time: two where the clock is put back,
 * none where it is put forward (then what is nearest). Return: how many.
 */
static size_t utc_of(int64_t local_s, int64_t out[2])
{
	int64_t before, after, offset;
	size_t n = 0;

	if (!offset_at(local_s - 86400, &before) || !offset_at(local_s + 86400, &after))
		return 0;
	for (int i = 0; i < 2; i++) {
		int64_t at = local_s - (i ? after : before);

		if (i && before == after)
			break;
		if (offset_at(at, &offset) && at + offset == local_s)
			out[n++] = at;
	}
	if (n == 0)
		out[n++] = local_s - after;
	return n;
}

/* Does it end when the server says that it ends? */
static bool ends_then(const struct fail2ban_reply_ban *ban, int64_t from_s)
{
	int64_t offset;

	return ban->bantime_s < 0 || !offset_at(from_s + ban->bantime_s, &offset) ||
	       from_s + ban->bantime_s + offset == ban->until_s;
}

/**
 * fail2ban_time_began_at() - when a ban of the server's list began, in seconds since the epoch
 * @now_s: likewise
 *
 * In the hour that comes twice a year: what neither begins in the future nor is over, and
 * ends at the time of day that the server says; if both do, the first, as no ban is to be
 * kept longer than fail2ban keeps it.
 */
int64_t fail2ban_time_began_at(const struct fail2ban_reply_ban *ban, int64_t now_s)
{
	int64_t candidates[2];
	size_t n = utc_of(ban->from_s, candidates);

	if (n == 0)
		return ban->from_s;
	if (n == 2 &&
	    (!ends_then(ban, candidates[0]) ||
	     (ban->bantime_s >= 0 && candidates[0] + ban->bantime_s < now_s)) &&
	    candidates[1] <= now_s)
		return candidates[1];
	return candidates[0];
}
