// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/timespec.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define US_PER_S  INT64_C(1000000)
#define S_PER_DAY INT64_C(86400)
/* The first second of the year 10000. */
#define END_S INT64_C(253402300800)

static int64_t to_utc(const struct timespec_zone *zone, int64_t local_s)
{
	return zone ? zone->to_utc(local_s) : local_s;
}

static int64_t to_local(const struct timespec_zone *zone, int64_t utc_s)
{
	return zone ? zone->to_local(utc_s) : utc_s;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Exactly n digits; the text moves on. */
static bool take_digits(const char **text, unsigned n, int64_t *out)
{
	int64_t value = 0;

	for (unsigned i = 0; i < n; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*text += n;
	*out = value;
	return true;
}

static bool take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* The digits after a point, as microseconds; more than six are cut. */
static bool take_fraction(const char **text, int64_t *out_us)
{
	int64_t us = 0, weight = US_PER_S / 10;
	unsigned n = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++, n++) {
		us += (**text - '0') * weight;
		weight /= 10;
	}
	*out_us = us;
	return n > 0 && n <= 9;
}

static bool take_date(const char **text, int64_t *out_days)
{
	int64_t year, month, day;
	struct tm given, tm;
	time_t t;

	if (!take_digits(text, 4, &year) || !take_char(text, '-') ||
	    !take_digits(text, 2, &month) || !take_char(text, '-') || !take_digits(text, 2, &day))
		return false;
	if (year < 1970)
		return false;
	given =
	    (struct tm){.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
	/* a day that the month does not have becomes one of the next */
	tm = given;
	t = timegm(&tm);
	if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon)
		return false;
	*out_days = t / S_PER_DAY;
	return true;
}

/* HH:MM[:SS[.fraction]]; a leap second (60) is taken for the next minute's first. */
static bool take_clock(const char **text, int64_t *out_s, int64_t *out_us)
{
	int64_t hour, minute, second = 0;

	*out_us = 0;
	if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute))
		return false;
	if (take_char(text, ':')) {
		if (!take_digits(text, 2, &second))
			return false;
		if ((take_char(text, '.') || take_char(text, ',')) && !take_fraction(text, out_us))
			return false;
	}
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*out_s = hour * 3600 + minute * 60 + second;
	return true;
}

/* Z, +HH:MM, -HHMM or nothing (the zone's own time). */
static bool take_offset(const char **text, bool *out_given, int64_t *out_s)
{
	int64_t hours, minutes = 0, sign;

	*out_given = true;
	*out_s = 0;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	if (**text == '\0') {
		*out_given = false;
		return true;
	}
	sign = **text == '-' ? -1 : 1;
	if (!take_char(text, '+') && !take_char(text, '-'))
		return false;
	if (!take_digits(text, 2, &hours))
		return false;
	if (**text != '\0' && ((void)take_char(text, ':'), !take_digits(text, 2, &minutes)))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	*out_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool parse_calendar(const char *text, const struct timespec_zone *zone, bool end_of_day,
                           int64_t *out_us)
{
	int64_t days, s, us, offset;
	bool given;

	if (!take_date(&text, &days))
		return false;
	if (*text == '\0') {
		s = to_utc(zone, (days + end_of_day) * S_PER_DAY);
		*out_us = s * US_PER_S - end_of_day;
		return true;
	}
	if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
		return false;
	if (!take_clock(&text, &s, &us) || !take_offset(&text, &given, &offset) || *text != '\0')
		return false;
	s += days * S_PER_DAY;
	*out_us = (given ? s - offset : to_utc(zone, s)) * US_PER_S + us;
	return true;
}

struct unit {
	const char *name;
	int64_t seconds;
};

static int64_t unit_seconds(const char *name, size_t length)
{
	static const struct unit units[] = {
	    {"s", 1},
	    {"sec", 1},
	    {"second", 1},
	    {"seconds", 1},
	    {"m", 60},
	    {"min", 60},
	    {"minute", 60},
	    {"minutes", 60},
	    {"h", 3600},
	    {"hour", 3600},
	    {"hours", 3600},
	    {"d", S_PER_DAY},
	    {"day", S_PER_DAY},
	    {"days", S_PER_DAY},
	    {"w", 7 * S_PER_DAY},
	    {"week", 7 * S_PER_DAY},
	    {"weeks", 7 * S_PER_DAY},
	};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strlen(units[i].name) == length &&
		    strncasecmp(units[i].name, name, length) == 0)
			return units[i].seconds;
	return 0;
}

/* 2h, 1h30m, "2 hours", "1 h 30 min": pairs of number and unit. */
static bool parse_span(const char *text, size_t length, int64_t *out_s)
{
	const char *end = text + length;
	int64_t total = 0;
	bool any = false;

	while (text < end) {
		int64_t n = 0, unit;
		const char *word;

		if (*text == ' ' && any) {
			text++;
			continue;
		}
		if (*text < '0' || *text > '9')
			return false;
		for (; text < end && *text >= '0' && *text <= '9'; text++) {
			n = n * 10 + (*text - '0');
			if (n > END_S)
				return false;
		}
		while (text < end && *text == ' ')
			text++;
		for (word = text; text < end && isalpha((unsigned char)*text);)
			text++;
		unit = unit_seconds(word, (size_t)(text - word));
		if (unit == 0 || n > END_S / unit || total + n * unit > END_S)
			return false;
		total += n * unit;
		any = true;
	}
	*out_s = total;
	return any;
}

static bool parse_relative(const char *text, int64_t now_us, int64_t *out_us)
{
	size_t length = strlen(text);
	int64_t span;

	if (text[0] == '-') {
		if (!parse_span(text + 1, length - 1, &span))
			return false;
	} else {
		if (length > 4 && strcasecmp(text + length - 4, " ago") == 0)
			length -= 4;
		if (!parse_span(text, length, &span))
			return false;
	}
	*out_us = now_us - span * US_PER_S;
	return true;
}

static bool parse_word(const char *text, int64_t now_us, const struct timespec_zone *zone,
                       bool end_of_day, int64_t *out_us)
{
	int64_t day = floor_div(to_local(zone, floor_div(now_us, US_PER_S)), S_PER_DAY);

	if (strcasecmp(text, "now") == 0) {
		*out_us = now_us;
		return true;
	}
	if (strcasecmp(text, "yesterday") == 0)
		day--;
	else if (strcasecmp(text, "today") != 0)
		return false;
	*out_us = to_utc(zone, (day + end_of_day) * S_PER_DAY) * US_PER_S - end_of_day;
	return true;
}

static bool parse_epoch(const char *text, int64_t *out_us)
{
	int64_t s = 0, us = 0;
	unsigned n = 0;

	if (!take_char(&text, '@'))
		return false;
	for (; *text >= '0' && *text <= '9' && n < 12; text++, n++)
		s = s * 10 + (*text - '0');
	if (n == 0 || (take_char(&text, '.') && !take_fraction(&text, &us)) || *text != '\0')
		return false;
	*out_us = s * US_PER_S + us;
	return s < END_S;
}

/**
 * timespec_parse() - a point in time as a person writes it
 * @out_us:     written on success alone
 * @text:       borrowed
 * @now_us:     what "now" is
 * @zone:       the place's time; NULL: UTC
 * @end_of_day: a day without a time of day means its last microsecond, not its first
 *
 * Return: 0 or TIMESPEC_E_SYNTAX.
 */
int timespec_parse(int64_t *out_us, const char *text, int64_t now_us,
                   const struct timespec_zone *zone, bool end_of_day, struct err *err)
{
	int64_t us;

	if (!(strlen(text) < 64 && (parse_word(text, now_us, zone, end_of_day, &us) ||
	                            parse_relative(text, now_us, &us) || parse_epoch(text, &us) ||
	                            parse_calendar(text, zone, end_of_day, &us))))
		return err_set(
		    err, TIMESPEC_E_SYNTAX,
		    "\"%.40s\" is not a time: write 2026-11-21, 2026-11-21T20:34[:25][Z], "
		    "2h, -2h, \"3 days ago\", today, yesterday or now",
		    text);
	if (us < 0 || us >= END_S * US_PER_S)
		return err_set(err, TIMESPEC_E_SYNTAX,
		               "\"%.40s\" is outside of the years 1970 to 9999", text);
	*out_us = us;
	return 0;
}

/* What does not fit the calendar is shown at its edge. */
static int64_t clamp(int64_t us)
{
	if (us < 0)
		return 0;
	return us < END_S * US_PER_S ? us : END_S * US_PER_S - 1;
}

/* To the second: a T between day and time, or a blank. */
static void format_time(int64_t s, bool with_t, char out[TIMESPEC_TEXT_MAX])
{
	time_t t = s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, TIMESPEC_TEXT_MAX, with_t ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
}

/** timespec_format_iso() - 2026-11-21T20:34:25.123456Z, for machines */
void timespec_format_iso(int64_t us, char out[TIMESPEC_TEXT_MAX])
{
	int64_t shown = clamp(us);
	char second[TIMESPEC_TEXT_MAX];

	format_time(shown / US_PER_S, true, second);
	snprintf(out, TIMESPEC_TEXT_MAX, "%.20s.%06uZ", second, (unsigned)(shown % US_PER_S));
}

/** timespec_format_stamp() - 20261121T203425Z, for names of files */
void timespec_format_stamp(int64_t us, char out[TIMESPEC_TEXT_MAX])
{
	time_t t = clamp(us) / US_PER_S;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, TIMESPEC_TEXT_MAX, "%Y%m%dT%H%M%SZ", &tm);
}

/** timespec_format_local() - 2026-11-21 20:34:25 in the place's time, for people */
void timespec_format_local(int64_t us, const struct timespec_zone *zone,
                           char out[TIMESPEC_TEXT_MAX])
{
	format_time(to_local(zone, clamp(us) / US_PER_S), false, out);
}

/** timespec_format_duration() - "840 us", "34 ms", "1.72 s", "5 min 3 s", "2 h 5 min", "3 d 4 h" */
void timespec_format_duration(int64_t us, char out[TIMESPEC_TEXT_MAX])
{
	const char *sign = us < 0 ? "-" : "";
	uint64_t n = us < 0 ? 0 - (uint64_t)us : (uint64_t)us, s = n / 1000000;

	if (n < 1000)
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%u us", sign, (unsigned)n);
	else if (n < 1000000)
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%u ms", sign, (unsigned)(n / 1000));
	else if (s < 60)
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%u.%02u s", sign, (unsigned)s,
		         (unsigned)(n % 1000000 / 10000));
	else if (s < 3600)
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%u min %u s", sign, (unsigned)(s / 60),
		         (unsigned)(s % 60));
	else if (s < 86400)
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%u h %u min", sign, (unsigned)(s / 3600),
		         (unsigned)(s / 60 % 60));
	else
		snprintf(out, TIMESPEC_TEXT_MAX, "%s%llu d %u h", sign,
		         (unsigned long long)(s / 86400), (unsigned)(s / 3600 % 24));
}
