// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/journal.h"

#include <jansson.h>
#include <string.h>

enum {
	HAS_PROGRAM = 1 << 0,
	HAS_MESSAGE = 1 << 1,
	HAS_TIME = 1 << 2,
	HAS_ALL = HAS_PROGRAM | HAS_MESSAGE | HAS_TIME,
	HAS_TWICE = 1 << 3, /* or is not what it should be: the entry is of no use */
};

DEFINE_CLEANUP(json_t *, json_decref, json_cleanup);

/* --- fields -------------------------------------------------------------------------------- */

static bool take_program(struct journal_entry *entry, const char *value, size_t length)
{
	if (length >= sizeof(entry->program))
		return false;
	memcpy(entry->program, value, length);
	entry->program[length] = '\0';
	return true;
}

static bool take_message(struct journal_entry *entry, const char *value, size_t length)
{
	if (length > sizeof(entry->message))
		return false;
	memcpy(entry->message, value, length);
	entry->length = length;
	return true;
}

static bool take_time(struct journal_entry *entry, const char *value, size_t length)
{
	if (length == 0 || length > 17)
		return false;
	entry->at_us = 0;
	for (size_t i = 0; i < length; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		entry->at_us = entry->at_us * 10 + (value[i] - '0');
	}
	return true;
}

static const struct {
	const char *name;
	unsigned has;
	bool (*take)(struct journal_entry *, const char *, size_t);
} fields[] = {
    {"SYSLOG_IDENTIFIER", HAS_PROGRAM, take_program},
    {"MESSAGE", HAS_MESSAGE, take_message},
    {"__REALTIME_TIMESTAMP", HAS_TIME, take_time},
};

static void take_field(struct journal_entry *entry, const char *name, size_t n_name,
                       const char *value, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strlen(fields[i].name) != n_name || memcmp(fields[i].name, name, n_name) != 0)
			continue;
		if ((entry->has & fields[i].has) || !fields[i].take(entry, value, length))
			entry->has |= HAS_TWICE;
		entry->has |= fields[i].has;
	}
}

/* --- JSON ---------------------------------------------------------------------------------- */

static enum journal_kind take_json(struct journal_entry *entry, const char *line, size_t length)
{
	_cleanup_(json_cleanup) json_t *json =
	    json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(json))
		return JOURNAL_NONE;
	entry->has = 0;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		json_t *value = json_object_get(json, fields[i].name);

		if (json_is_string(value))
			take_field(entry, fields[i].name, strlen(fields[i].name),
			           json_string_value(value), json_string_length(value));
	}
	return entry->has == HAS_ALL ? JOURNAL_ENTRY : JOURNAL_MORE;
}

/* --- export -------------------------------------------------------------------------------- */

/* Eight bytes of a length, the least first, then so many and a newline. */
static void count(struct journal *journal, const char *line, size_t length)
{
	for (size_t i = 0; i <= length && journal->counts; i++) {
		uint8_t byte = i < length ? (uint8_t)line[i] : '\n';

		if (journal->n_size < 8) {
			journal->left |= (uint64_t)byte << (8 * journal->n_size++);
			journal->left += journal->n_size == 8;
			continue;
		}
		/* the newline at its end is a line's end, too */
		if (--journal->left == 0) {
			journal->counts = false;
			journal->lost |= i < length;
		}
	}
}

static enum journal_kind take_export(struct journal *journal, const char *line, size_t length)
{
	const char *equals = memchr(line, '=', length);
	enum journal_kind kind = JOURNAL_MORE;

	if (journal->counts) {
		count(journal, line, length);
	} else if (length == 0) {
		kind = journal->entry.has == HAS_ALL ? JOURNAL_ENTRY : JOURNAL_MORE;
		journal->entry.has = 0;
	} else if (equals) {
		take_field(&journal->entry, line, (size_t)(equals - line), equals + 1,
		           length - (size_t)(equals - line) - 1);
	} else {
		/* nothing that a mail server says has a newline, or needs a length */
		take_field(&journal->entry, line, length, "", sizeof(journal->entry.message) + 1);
		journal->counts = true;
		journal->n_size = 0;
		journal->left = 0;
	}
	return kind;
}

/** journal_passed_over() - a line of the stream was left out, since it is too long */
void journal_passed_over(struct journal *journal)
{
	journal->lost |= journal->counts;
}

/**
 * journal_line() - the next line of a stream
 * @journal: JOURNAL_NULL before the first one; its entry is of use until the next call
 *           when this one has returned JOURNAL_ENTRY
 * @line:    borrowed; @length bytes, without the newline
 *
 * Return: what the line is.
 */
enum journal_kind journal_line(struct journal *journal, const char *line, size_t length)
{
	static const char first[] = "__CURSOR=";

	if (!journal->begun)
		journal->export =
		    length > sizeof(first) && memcmp(line, first, sizeof(first) - 1) == 0;
	journal->begun = true;
	if (journal->export)
		return journal->lost ? JOURNAL_MORE : take_export(journal, line, length);
	return length > 0 && line[0] == '{' ? take_json(&journal->entry, line, length)
	                                    : JOURNAL_NONE;
}
