// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/event.h"

#include <string.h>

/* As they stand in the store: a name that was once written stays. */
static const char *const names[EVENT_N_KINDS] = {
    [EVENT_WIPE] = "wipe",
    [EVENT_LOSS] = "loss",
    [EVENT_RESTORE] = "restore",
    [EVENT_BAN] = "ban",
    [EVENT_UNBAN] = "unban",
    [EVENT_START] = "start",
    [EVENT_STOP] = "stop",
    [EVENT_CONFIG] = "config",
    [EVENT_STORE] = "store",
    [EVENT_FIREWALLD_GONE] = "firewalld-gone",
    [EVENT_FIREWALLD_BACK] = "firewalld-back",
    [EVENT_FIREWALLD_FAILED] = "firewalld-failed",
    [EVENT_FIREWALLD_SILENT] = "firewalld-silent",
    [EVENT_FIREWALLD_ANSWERS] = "firewalld-answers",
    [EVENT_FLUSHED] = "rules-flushed",
    [EVENT_REPAIR] = "repair",
    [EVENT_DEFAULT_ZONE] = "default-zone",
    [EVENT_PANIC] = "panic",
    [EVENT_LOCKDOWN] = "lockdown",
    [EVENT_BREAKER] = "breaker",
    [EVENT_AT_RISK] = "at-risk",
    [EVENT_MOVED] = "moved",
    [EVENT_ZONE_FILE_CHANGED] = "zone-file-changed",
    [EVENT_INTENT_REMOVED] = "intent-removed",
    [EVENT_PERMANENT_REMOVED] = "permanent-removed",
    [EVENT_EXPIRED] = "expired",
    [EVENT_RELEASED] = "released",
    [EVENT_PROTECTED_AGAIN] = "protected-again",
    [EVENT_TRUSTED] = "trusted",
    [EVENT_PERSIST] = "persist",
    [EVENT_SETUP] = "setup",
    [EVENT_FAIL2BAN] = "fail2ban",
    [EVENT_JAIL_START] = "jail-start",
    [EVENT_JAIL_STOP] = "jail-stop",
    [EVENT_GAP] = "gap",
    [EVENT_BAN_KEPT] = "ban-kept",
    [EVENT_BAN_TAKEN_BACK] = "ban-taken-back",
    [EVENT_CONFLICT] = "conflict",
    [EVENT_OTHERS_LOST] = "others-lost",
    [EVENT_OTHERS_BACK] = "others-back",
};

/** event_kind_name() - one word; static */
const char *event_kind_name(enum event_kind kind)
{
	return names[kind];
}

/* What people read and type for some of them. */
static const struct {
	enum event_kind kind;
	const char *words;
} plain[] = {
    {EVENT_WIPE, "reloads"},
    {EVENT_GAP, "temporary-table"},
};

/** event_words() - the one word that people read for a stored name, which may be of an older guard
 */
const char *event_words(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (strcmp(name, names[plain[i].kind]) == 0)
			return plain[i].words;
	return name;
}

/** event_name() - the stored name, also of what people type for it */
const char *event_name(const char *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (strcmp(words, plain[i].words) == 0)
			return names[plain[i].kind];
	return words;
}

/** event_is() - is that its name? The store may hold others, of an older guard */
bool event_is(const char *name, enum event_kind kind)
{
	return strcmp(name, names[kind]) == 0;
}

/** event_is_recorded() - is it put on record by itself, not made from another table? */
bool event_is_recorded(enum event_kind kind)
{
	return kind >= EVENT_START && kind < EVENT_N_KINDS;
}

/**
 * event_filter() - the words by which a history can be filtered, one after the other
 *
 * Every kind of line, and every kind of wipe, which stands for all lines of such wipes; as
 * people type them.
 *
 * Return: static; NULL after the last one.
 */
const char *event_filter(size_t index)
{
	if (index < EVENT_N_KINDS)
		return event_words(names[index]);
	index -= EVENT_N_KINDS;
	return index < WIPE_N_KINDS ? wipe_kind_name((enum wipe_kind)index) : NULL;
}
