// SPDX-License-Identifier: GPL-2.0-or-later
/* What the hook is told. The hook links this, and not the database. */
#include "guard/system/store/store.h"

#include <errno.h>
#include <string.h>

static const char *const event_names[STORE_BAN_N_EVENTS] = {
    [STORE_BAN_BAN] = "ban",     [STORE_BAN_UNBAN] = "unban", [STORE_BAN_PROLONG] = "prolong",
    [STORE_BAN_FLUSH] = "flush", [STORE_BAN_START] = "start", [STORE_BAN_STOP] = "stop",
};

/** store_ban_event_name() - ban, unban, prolong, flush, start, stop; Return: static */
const char *store_ban_event_name(enum store_ban_event_kind kind)
{
	return (unsigned)kind < STORE_BAN_N_EVENTS ? event_names[kind] : "unknown";
}

/** store_ban_event_parse() - the kind of a name; Return: 0 or -EINVAL */
int store_ban_event_parse(enum store_ban_event_kind *out, const char *name)
{
	for (unsigned i = 0; i < STORE_BAN_N_EVENTS; i++)
		if (strcmp(event_names[i], name) == 0) {
			*out = (enum store_ban_event_kind)i;
			return 0;
		}
	return -EINVAL;
}

/* --- can it be true? --------------------------------------------------------------------- */

static bool text_is_valid(const char *text, size_t max, bool blanks)
{
	size_t length;

	if (!text || (length = strnlen(text, max + 1)) == 0 || length > max)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f || (c == ' ' && !blanks))
			return false;
	}
	return true;
}

/** store_ban_event_needs_address() - of which address: nothing to be told without */
bool store_ban_event_needs_address(enum store_ban_event_kind kind)
{
	return kind == STORE_BAN_BAN || kind == STORE_BAN_UNBAN || kind == STORE_BAN_PROLONG;
}

static int check_ban(const struct store_ban *ban, struct err *err)
{
	if (ban->time_us < 0 || ban->failures < 0 || ban->count < 0)
		return err_set(err, -EINVAL, "a ban's numbers cannot be negative");
	if (ban->rule && !text_is_valid(ban->rule, STORE_RULE_MAX, true))
		return err_set(err, -EINVAL, "not a rule");
	if (ban->source && !text_is_valid(ban->source, 32, false))
		return err_set(err, -EINVAL, "not a source of bans");
	return 0;
}

static bool is_id(const char *text)
{
	size_t length = strspn(text, "0123456789abcdef-");

	return length > 0 && length <= STORE_TOLD_MAX && text[length] == '\0';
}

/**
 * store_ban_event_check() - can this be true?
 *
 * For everything that came from outside. Return: 0; -EINVAL with the reason.
 */
int store_ban_event_check(const struct store_ban_event *event, struct err *err)
{
	const struct store_ban *ban = &event->ban;

	if ((unsigned)event->kind >= STORE_BAN_N_EVENTS || event->at_us < 0)
		return err_set(err, -EINVAL, "not a ban event");
	if (!text_is_valid(ban->jail, STORE_JAIL_MAX, true))
		return err_set(err, -EINVAL, "the name of the jail is missing or cannot be one");
	if (event->id && !is_id(event->id))
		return err_set(err, -EINVAL, "the number of the event cannot be one");
	if (store_ban_event_needs_address(event->kind) &&
	    !text_is_valid(ban->address, STORE_ADDRESS_MAX, false))
		return err_set(err, -EINVAL, "the address is missing or cannot be one");
	return check_ban(ban, err);
}
