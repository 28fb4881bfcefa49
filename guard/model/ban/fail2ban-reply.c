// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/fail2ban-reply.h"

#include "guard/base/timespec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JAIL_LIST   "Jail list"
#define JAIL_NUMBER "Number of jail"
#define TIME_LENGTH (sizeof("2026-11-21 19:46:21") - 1)
/* Both ends of a ban, as written by BanManager.getBanList. */
#define BETWEEN_ADDRESS_AND_TIME " \t"

static bool is_text(const struct pickle *pickle, size_t value, const char *text)
{
	size_t length;
	const char *string = pickle_string(pickle, value, &length);

	return string && length == strlen(text) && memcmp(string, text, length) == 0;
}

/* The values of a list or tuple of exactly that many. */
static bool unpack(const struct pickle *pickle, size_t value, size_t n, size_t *out)
{
	struct pickle_iterator iterator = pickle_iterate(pickle, value);

	if (pickle_count(pickle, value) != n)
		return false;
	while (pickle_next(&iterator, out))
		out++;
	return true;
}

/* What AsyncServer says instead of an answer, as its list of one or in a string. */
static bool is_shutdown(const struct pickle *pickle)
{
	size_t only;

	return unpack(pickle, pickle_root(pickle), 1, &only) && is_text(pickle, only, "SHUTDOWN");
}

/**
 * fail2ban_reply_read() - take an answer apart
 * @out:  written on success alone; release with fail2ban_reply_deinit()
 * @data: without the end mark; borrowed, and to be kept as long as @out
 *
 * Return: 0; FAIL2BAN_REPLY_E_REFUSED, FAIL2BAN_REPLY_E_SHUTDOWN, FAIL2BAN_REPLY_E_TRUNCATED,
 * FAIL2BAN_REPLY_E_MALFORMED; -ENOMEM.
 */
int fail2ban_reply_read(struct fail2ban_reply *out, const void *data, size_t length,
                        struct err *err)
{
	_cleanup_pickle_ struct pickle pickle = PICKLE_NULL;
	size_t parts[2];
	int64_t code;
	int r = pickle_parse(&pickle, data, length, err);

	if (r < 0)
		return r;
	if (r != 0)
		return r == PICKLE_E_TRUNCATED ? FAIL2BAN_REPLY_E_TRUNCATED
		                               : FAIL2BAN_REPLY_E_MALFORMED;
	if (is_shutdown(&pickle))
		return err_set(err, FAIL2BAN_REPLY_E_SHUTDOWN, "fail2ban is about to end");
	if (pickle_type(&pickle, pickle_root(&pickle)) != PICKLE_TUPLE ||
	    !unpack(&pickle, pickle_root(&pickle), 2, parts) ||
	    !pickle_int(&pickle, parts[0], &code))
		return err_set(err, FAIL2BAN_REPLY_E_MALFORMED, "not an answer of fail2ban");
	if (code != 0)
		return err_set(err, FAIL2BAN_REPLY_E_REFUSED, "fail2ban refused the question");
	out->pickle = pickle;
	out->value = parts[1];
	pickle = PICKLE_NULL;
	return 0;
}

/** fail2ban_reply_deinit() - free what fail2ban_reply_read() gave */
void fail2ban_reply_deinit(struct fail2ban_reply *reply)
{
	pickle_deinit(&reply->pickle);
	*reply = FAIL2BAN_REPLY_NULL;
}

/**
 * fail2ban_reply_text() - an answer that is a string (or a number, or None)
 * @out: receives it, or NULL for None; owned by the caller
 *
 * Return: 0; FAIL2BAN_REPLY_E_MALFORMED; -ENOMEM.
 */
int fail2ban_reply_text(char **out, const struct fail2ban_reply *reply)
{
	int64_t number;

	if (pickle_type(&reply->pickle, reply->value) == PICKLE_NONE) {
		*out = NULL;
		return 0;
	}
	if (pickle_int(&reply->pickle, reply->value, &number))
		return xasprintf(out, "%lld", (long long)number);
	return pickle_string_new(out, &reply->pickle, reply->value);
}

static int add_text(struct strv *out, const struct pickle *pickle, size_t value)
{
	char *text;
	int r = pickle_string_new(&text, pickle, value);

	return r == 0 ? strv_add_take(out, text) : r;
}

/**
 * fail2ban_reply_texts() - an answer that is a list of strings
 * @out: receives them, after what is in there already
 *
 * Return: 0; FAIL2BAN_REPLY_E_MALFORMED; -ENOMEM.
 */
int fail2ban_reply_texts(struct strv *out, const struct fail2ban_reply *reply)
{
	struct pickle_iterator iterator = pickle_iterate(&reply->pickle, reply->value);
	size_t value;
	int r = 0;

	if (pickle_type(&reply->pickle, reply->value) != PICKLE_LIST)
		return FAIL2BAN_REPLY_E_MALFORMED;
	while (r == 0 && pickle_next(&iterator, &value))
		r = add_text(out, &reply->pickle, value);
	return r;
}

/* The value beside a word, in a list of pairs. */
static bool find_pair(const struct fail2ban_reply *reply, const char *name, size_t *out)
{
	struct pickle_iterator iterator = pickle_iterate(&reply->pickle, reply->value);
	size_t pair, parts[2];

	while (pickle_next(&iterator, &pair))
		if (unpack(&reply->pickle, pair, 2, parts) &&
		    is_text(&reply->pickle, parts[0], name)) {
			*out = parts[1];
			return true;
		}
	return false;
}

static int split_jails(struct strv *out, char *list)
{
	int r = 0;

	for (char *comma; *list && r == 0; list = comma) {
		comma = strstr(list, ", ");
		if (comma) {
			*comma = '\0';
			comma += 2;
		} else {
			comma = list + strlen(list);
		}
		r = strv_add(out, list);
	}
	return r;
}

/**
 * fail2ban_reply_jails() - what `status` answers: the names of the jails
 * @out: receives them; must be empty
 *
 * They come joined with commas. A name with a comma in it would be taken for
 * two, which their number tells.
 *
 * Return: 0; FAIL2BAN_REPLY_E_MALFORMED; -ENOMEM.
 */
int fail2ban_reply_jails(struct strv *out, const struct fail2ban_reply *reply, struct err *err)
{
	_cleanup_free_ char *list = NULL;
	size_t value;
	int64_t n;
	int r;

	if (!find_pair(reply, JAIL_NUMBER, &value) || !pickle_int(&reply->pickle, value, &n) ||
	    !find_pair(reply, JAIL_LIST, &value))
		return err_set(err, FAIL2BAN_REPLY_E_MALFORMED, "no list of jails");
	r = pickle_string_new(&list, &reply->pickle, value);
	if (r == 0)
		r = split_jails(out, list);
	if (r < 0)
		return r;
	if (r > 0 || n < 0 || (uint64_t)n != out->n)
		return err_set(err, FAIL2BAN_REPLY_E_MALFORMED,
		               "the list of jails does not hold as many as it says");
	return 0;
}

/* --- bans -------------------------------------------------------------------------------- */

/* 2026-11-21 19:46:21, as if it were UTC; only what a clock would show. */
static bool read_time(const char *text, int64_t *out_s)
{
	char copy[TIME_LENGTH + 1];
	struct err err = ERR_NULL;
	int64_t us;

	memcpy(copy, text, TIME_LENGTH);
	copy[TIME_LENGTH] = '\0';
	/* of the forms that people write this is one */
	if (copy[4] != '-' || copy[10] != ' ' || copy[16] != ':' ||
	    timespec_parse(&us, copy, 0, NULL, false, &err) != 0)
		return false;
	*out_s = us / 1000000;
	return true;
}

/* Steps back over the given text. */
static bool step_back(const char *line, size_t *end, const char *text)
{
	size_t length = strlen(text);

	if (*end < length || memcmp(line + *end - length, text, length) != 0)
		return false;
	*end -= length;
	return true;
}

static bool step_back_time(const char *line, size_t *end, int64_t *out)
{
	if (*end < TIME_LENGTH || !read_time(line + *end - TIME_LENGTH, out))
		return false;
	*end -= TIME_LENGTH;
	return true;
}

static bool step_back_number(const char *line, size_t *end, int64_t *out)
{
	char digits[24];
	size_t start = *end, n;

	while (start > 0 && ((line[start - 1] >= '0' && line[start - 1] <= '9') ||
	                     (line[start - 1] == '-' && start < *end)))
		start--;
	n = *end - start;
	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, line + start, n);
	digits[n] = '\0';
	*end = start;
	return parse_int64(digits, out);
}

/**
 * fail2ban_reply_ban_line() - `192.0.2.11 \t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21`
 *
 * Read from its end, since the address may be anything that fail2ban was made
 * to ban, even a line like this.
 *
 * Return: 0; FAIL2BAN_REPLY_E_MALFORMED.
 */
int fail2ban_reply_ban_line(struct fail2ban_reply_ban *out, const char *line, size_t length)
{
	struct fail2ban_reply_ban ban = {.address = line};
	size_t end = length;

	if (!step_back_time(line, &end, &ban.until_s) || !step_back(line, &end, " = ") ||
	    !step_back_number(line, &end, &ban.bantime_s) || !step_back(line, &end, " + ") ||
	    !step_back_time(line, &end, &ban.from_s) ||
	    !step_back(line, &end, BETWEEN_ADDRESS_AND_TIME) || end == 0 ||
	    ban.bantime_s > INT64_MAX / 4000000)
		return FAIL2BAN_REPLY_E_MALFORMED;
	if (ban.bantime_s < 0) {
		ban.bantime_s = -1;
		ban.until_s = 0;
	}
	ban.length = end;
	*out = ban;
	return 0;
}

/**
 * fail2ban_reply_ban() - one ban of the list that `get JAIL banip --with-time` answers
 * @value: from pickle_next()
 *
 * Return: 0; FAIL2BAN_REPLY_E_MALFORMED.
 */
int fail2ban_reply_ban(struct fail2ban_reply_ban *out, const struct fail2ban_reply *reply,
                       size_t value)
{
	size_t length;
	const char *line = pickle_string(&reply->pickle, value, &length);

	return line ? fail2ban_reply_ban_line(out, line, length) : FAIL2BAN_REPLY_E_MALFORMED;
}
