// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/logtime.h"

#include <stdio.h>
#include <string.h>

#define DAY_US (INT64_C(24) * 3600 * 1000000)
/* The label of TAI64 of the epoch, as multilog and s6-log write it. */
#define TAI_EPOCH (INT64_C(0x4000000000000000) + 10)

/* A word that is read. */
struct word {
	const char *at, *begin, *end;
	const char *clock; /* the end of one in it; NULL: none */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* '\0' at the end. */
static char next(const struct word *word)
{
	return word->at < word->end ? *word->at : '\0';
}

static char before(const struct word *word)
{
	return word->at > word->begin ? word->at[-1] : '\0';
}

static bool skip(struct word *word, char c)
{
	if (next(word) != c)
		return false;
	word->at++;
	return true;
}

/* --- seconds that are counted -------------------------------------------------------------- */

static int hex_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* @, 16 digits of seconds, and 8 of nanoseconds, or none */
static bool take_tai(struct logtime *time, const char *word, size_t length)
{
	int64_t label = 0, nanoseconds = 0;

	if ((length != 17 && length != 25) || word[0] != '@' || word[1] != '4')
		return false;
	for (size_t i = 1; i < length; i++) {
		int digit = hex_of(word[i]);
		int64_t *value = i <= 16 ? &label : &nanoseconds;

		if (digit < 0)
			return false;
		*value = *value * 16 + digit;
	}
	time->absolute = label - TAI_EPOCH >= 0 && label - TAI_EPOCH < INT64_C(253402300800);
	if (time->absolute)
		time->at_us = (label - TAI_EPOCH) * 1000000 + nanoseconds / 1000;
	return time->absolute;
}

/* 1795301196 or 1795301196.500000 */
static bool take_epoch(struct logtime *time, const char *word, size_t length)
{
	char text[24];

	if (length < 10 || length > 20 || (length > 10 && word[10] != '.'))
		return false;
	snprintf(text, sizeof(text), "@%.*s", (int)length, word);
	time->absolute = timespec_parse(&time->at_us, text, 0, NULL, false, NULL) == 0;
	return time->absolute;
}

/* --- names --------------------------------------------------------------------------------- */

/* Its number in a list of names that blanks part: whole, or its first three letters; 0: none. */
static unsigned name_in(const char *names, const char *name, size_t length)
{
	for (unsigned number = 1; *names; number++) {
		size_t whole = strcspn(names, " ");

		if ((length == whole || length == 3) && memcmp(names, name, length) == 0)
			return number;
		names += whole + strspn(names + whole, " ");
	}
	return 0;
}

static bool take_zone_name(struct logtime *time, const char *name, size_t length)
{
	if (!time->clock || time->offset[0] || length > 5)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] < 'A' || name[i] > 'Z')
			return false;
	if ((length == 1 && name[0] == 'Z') ||
	    (length == 3 && (memcmp(name, "UTC", 3) == 0 || memcmp(name, "GMT", 3) == 0)))
		strcpy(time->offset, "Z");
	return true;
}

static bool take_half(struct logtime *time, const char *name, size_t length)
{
	if (!time->clock || time->half || length != 2 || (name[1] | 0x20) != 'm')
		return false;
	time->half = (name[0] | 0x20) == 'a' ? 1 : (name[0] | 0x20) == 'p' ? 2 : 0;
	return time->half != 0;
}

static bool take_name(struct logtime *time, struct word *word)
{
	static const char months[] = "January February March April May June July August September "
	                             "October November December",
	                  days[] = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
	const char *name = word->at;
	size_t length;
	unsigned month;

	while (is_letter(next(word)))
		word->at++;
	length = (size_t)(word->at - name);
	month = name_in(months, name, length);
	if (month) {
		bool first = !time->month;

		time->month = month;
		return first;
	}
	/* the T of 2026-11-21T23:46:36 */
	if (length == 1 && *name == 'T' && !time->clock)
		return time->n_day > 0 && is_digit(next(word));
	return name_in(days, name, length) || take_half(time, name, length) ||
	       take_zone_name(time, name, length);
}

/* --- numbers ------------------------------------------------------------------------------- */

static struct logtime_number number_of(const char *digits, size_t n)
{
	struct logtime_number number = {.digits = n};

	for (size_t i = 0; i < n; i++)
		number.value = number.value * 10 + (unsigned)(digits[i] - '0');
	return number;
}

static size_t digits_at(const struct word *word)
{
	size_t n = 0;

	while (word->at + n < word->end && is_digit(word->at[n]))
		n++;
	return n;
}

static bool is_whole_day(const struct logtime *time)
{
	return time->n_day + (time->month ? 1 : 0) == 3;
}

/* The digits after a point; more than six are cut. */
static bool take_fraction(struct logtime *time, struct word *word)
{
	unsigned weight = 100000;
	size_t n;

	if (!skip(word, '.') && !(next(word) == ',' && word->at + 1 < word->end && skip(word, ',')))
		return true;
	n = digits_at(word);
	for (size_t i = 0; i < n; i++, weight /= 10)
		time->us += (unsigned)(word->at[i] - '0') * weight;
	word->at += n;
	return n > 0 && n <= 9;
}

/* HH:MM[:SS[.fraction]] */
static bool take_clock(struct logtime *time, struct word *word)
{
	unsigned *const parts[] = {&time->hour, &time->minute, &time->second};
	size_t n_parts = 0;

	if (time->clock)
		return false;
	do {
		size_t n = digits_at(word);

		if (n_parts == ARRAY_SIZE(parts) || n < 1 || n > 2)
			return false;
		*parts[n_parts++] = number_of(word->at, n).value;
		word->at += n;
	} while (word->at + 1 < word->end && is_digit(word->at[1]) && skip(word, ':'));
	time->clock = n_parts >= 2;
	if (!time->clock || (n_parts == 3 && !take_fraction(time, word)))
		return false;
	word->clock = word->at;
	return true;
}

/* +01, +0100, +01:00 behind a clock */
static bool take_offset(struct logtime *time, struct word *word)
{
	const char *sign = word->at++;
	size_t n = digits_at(word);

	if (n == 2 && word->end - word->at == 5 && word->at[2] == ':' && is_digit(word->at[3]) &&
	    is_digit(word->at[4]))
		n = 5;
	if (time->offset[0] || (n != 2 && n != 4 && n != 5))
		return false;
	word->at += n;
	snprintf(time->offset, sizeof(time->offset), "%.*s", (int)(n + 1), sign);
	return true;
}

static bool add_day(struct logtime *time, const char *digits, size_t n, char joint)
{
	if (is_whole_day(time) || time->n_day == 3 || (n != 1 && n != 2 && n != 4))
		return false;
	time->day[time->n_day++] = number_of(digits, n);
	time->joint = joint;
	return true;
}

/* 20261121, 261121, 20261121234636, and 234636 behind a day */
static bool take_dense(struct logtime *time, const char *digits, size_t n)
{
	size_t year = n == 6 ? 2 : 4;

	if (n == 6 && is_whole_day(time) && !time->clock) {
		time->hour = number_of(digits, 2).value;
		time->minute = number_of(digits + 2, 2).value;
		time->second = number_of(digits + 4, 2).value;
		time->clock = true;
		return true;
	}
	return time->n_day == 0 && add_day(time, digits, year, '\0') &&
	       add_day(time, digits + year, 2, '\0') && add_day(time, digits + year + 2, 2, '\0') &&
	       (n != 14 || take_dense(time, digits + 8, 6));
}

static bool take_number(struct logtime *time, struct word *word)
{
	size_t n = digits_at(word);
	const char *digits = word->at;
	char joint = before(word);

	/* 21/Nov/2026:23:46:36: the year is no hour, and neither is a day behind its month */
	if (n <= 2 && digits + n + 1 < word->end && digits[n] == ':' && is_digit(digits[n + 1]) &&
	    (is_whole_day(time) || !joint || !strchr("-/.", joint)))
		return take_clock(time, word);
	word->at += n;
	if (n == 6 || n == 8 || n == 14)
		return take_dense(time, digits, n);
	return add_day(time, digits, n, joint);
}

/* --- words --------------------------------------------------------------------------------- */

static bool take_piece(struct logtime *time, struct word *word)
{
	char c = next(word);

	if (is_digit(c))
		return take_number(time, word);
	if (is_letter(c))
		return take_name(time, word);
	if ((c == '+' || c == '-') && time->clock &&
	    (word->at == word->begin || word->at == word->clock))
		return take_offset(time, word);
	/* one joint between two pieces */
	word->at++;
	return strchr("-/.:_,", c) && word->at - 1 > word->begin && word->at < word->end &&
	       (is_digit(word->at[0]) || is_letter(word->at[0]));
}

/**
 * logtime_word() - the next word of what stands before a message
 * @word: borrowed; @length bytes, without blanks
 *
 * Return: false when it is no piece of a time, or one that is known already; @time is
 * of no use then.
 */
bool logtime_word(struct logtime *time, const char *word, size_t length)
{
	struct word rest;

	/* [2026-11-21 23:46:36], (…), 23:46:36:, 21.11. */
	while (length > 0 && strchr("[(<", word[0]) && word[0]) {
		word++;
		length--;
	}
	while (length > 0 && word[length - 1] && strchr("])>.,;:|", word[length - 1]))
		length--;
	if (take_tai(time, word, length) || take_epoch(time, word, length))
		return true;
	rest = (struct word){.at = word, .begin = word, .end = word + length};
	while (rest.at < rest.end)
		if (!take_piece(time, &rest))
			return false;
	return length > 0;
}

/* --- what they come to --------------------------------------------------------------------- */

/* The order of year (Y), month (M) and day (D) among the numbers. */
static const char *const *orders_of(const struct logtime *time)
{
	static const char *const
	    none[] = {NULL},
	    *const today[] = {"", NULL}, *const named[] = {"D", NULL},
	    *const named_year[] = {"DY", NULL}, *const year_named[] = {"YD", NULL},
	    *const short_days[] = {"MD", "DM", NULL}, *const points[] = {"DM", NULL},
	    *const iso[] = {"YMD", NULL}, *const points_year[] = {"DMY", NULL},
	    *const long_days[] = {"MDY", "DMY", NULL}, *const any[] = {"YMD", "MDY", "DMY", NULL};
	const struct logtime_number *day = time->day;
	unsigned n = time->n_day;

	if (time->month)
		return n == 1               ? named
		       : n != 2             ? none
		       : day[0].digits == 4 ? year_named
		                            : named_year;
	if (n < 2)
		return n == 0 ? today : none;
	if (n == 2)
		return time->joint == '.' ? points : short_days;
	if (day[0].digits == 4)
		return iso;
	if (time->joint == '.')
		return points_year;
	return day[2].digits == 4 ? long_days : any;
}

struct date {
	bool year_known, day_known;
	unsigned year, month, day;
};

/* 26 is 2026; the letter of a number of four digits is Y. */
static bool date_of(const struct logtime *time, const char *order, struct date *out)
{
	*out = (struct date){.month = time->month, .day_known = order[0] != '\0'};
	for (unsigned i = 0; order[i]; i++) {
		const struct logtime_number *number = &time->day[i];

		if ((number->digits == 4) != (order[i] == 'Y') &&
		    (order[i] != 'Y' || number->digits != 2))
			return false;
		if (order[i] == 'Y') {
			out->year = number->digits == 2 ? 2000 + number->value : number->value;
			out->year_known = true;
		} else if (order[i] == 'M') {
			out->month = number->value;
		} else {
			out->day = number->value;
		}
	}
	return true;
}

static bool hour_of(const struct logtime *time, unsigned *out)
{
	*out = time->hour;
	if (!time->half)
		return true;
	*out = time->hour % 12 + (time->half == 2 ? 12 : 0);
	return time->hour >= 1 && time->hour <= 12;
}

static bool on_date(const struct logtime *time, const struct date *date, int64_t now_us,
                    const struct timespec_zone *zone, int64_t *out_us)
{
	char text[64];
	unsigned hour;

	if (!hour_of(time, &hour))
		return false;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%06u%s", date->year,
	         date->month, date->day, hour, time->minute, time->second, time->us, time->offset);
	return timespec_parse(out_us, text, now_us, zone, false, NULL) == 0;
}

/* The day of this place, @back days ago. */
static struct date today(int64_t now_us, int back, const struct timespec_zone *zone)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(now_us - back * DAY_US, zone, text);
	return (struct date){.year = number_of(text, 4).value,
	                     .month = number_of(text + 5, 2).value,
	                     .day = number_of(text + 8, 2).value};
}

/*
 * The latest that is not in the future: a line of December is read in January, too.
 * Without a year up to eight back, for leap days; without a day the one before.
 */
static bool complete(const struct logtime *time, struct date date, int64_t now_us,
                     const struct timespec_zone *zone, int64_t *out_us)
{
	struct date now = today(now_us, 0, zone);

	if (date.year_known)
		return on_date(time, &date, now_us, zone, out_us);
	for (int back = 0; back <= (date.day_known ? 8 : 1); back++) {
		if (date.day_known)
			date.year = now.year - (unsigned)back;
		else
			date = today(now_us, back, zone);
		if (on_date(time, &date, now_us, zone, out_us) &&
		    *out_us <= now_us + (date.day_known ? DAY_US : 0))
			return true;
	}
	return false;
}

/**
 * logtime_get() - the time that the words have told
 * @now_us: microseconds since the epoch, UTC: what is left open follows from it
 * @zone:   of times that name none
 *
 * Return: false when they do not make a time. *@out_us is never after now: a clock that
 * is ahead must not make a login count for longer.
 */
bool logtime_get(const struct logtime *time, int64_t now_us, const struct timespec_zone *zone,
                 int64_t *out_us)
{
	bool found = time->absolute;
	int64_t best_us = time->at_us;

	if (!time->absolute && !time->clock)
		return false;
	for (const char *const *order = orders_of(time); *order && !time->absolute; order++) {
		struct date date;
		int64_t us;

		if (!date_of(time, *order, &date) || !complete(time, date, now_us, zone, &us))
			continue;
		/* of several the latest of the past */
		if (!found || (us <= now_us + DAY_US ? best_us > now_us + DAY_US || us > best_us
		                                     : us < best_us))
			best_us = us;
		found = true;
	}
	if (found)
		*out_us = best_us < now_us ? best_us : now_us;
	return found;
}
