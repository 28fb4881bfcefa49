// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a policy has beside items, by the options of firewall-cmd that add it for a time:
 * disable, ingress-zone=ZONE, egress-zone=ZONE. A signal has all that there is now, so
 * what was there before is remembered, as lines "policy:NAME\tTRAIT".
 */
#include "guard/system/firewalld/firewalld-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/busdict.h"
#include "guard/system/host/clock.h"

static const struct {
	const char *key, *signature, *trait;
} traits[] = {
    {"disable", "b", "disable"},
    {"ingress_zones", "as", "ingress-zone="},
    {"egress_zones", "as", "egress-zone="},
};

static int add(struct strv *out, const char *begin, const char *end)
{
	char *line;

	return xasprintf(&line, "%s%s", begin, end) < 0 ? -ENOMEM : strv_add_take(out, line);
}

/* @begin: "policy:NAME\tTRAIT" */
static int read_flag(struct strv *out, const char *begin, DBusMessageIter *value)
{
	dbus_bool_t on;

	dbus_message_iter_get_basic(value, &on);
	return on ? add(out, begin, "") : 0;
}

static int read_list(struct strv *out, const char *begin, DBusMessageIter *value)
{
	DBusMessageIter element;
	const char *zone;
	int r = 0;

	for (dbus_message_iter_recurse(value, &element);
	     r == 0 && dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		dbus_message_iter_get_basic(&element, &zone);
		r = add(out, begin, zone);
	}
	return r;
}

static void tell(struct firewalld *fw, const char *zone, const char *line, bool on, int timeout_s)
{
	const struct firewalld_event event = {.type = FIREWALLD_EVENT_TRAIT,
	                                      .at_us = clock_now_us(),
	                                      .zone = zone,
	                                      .trait = strchr(line, '\t') + 1,
	                                      .timeout_s = timeout_s,
	                                      .on = on};

	if (fw->on_event)
		fw->on_event(&event, fw->userdata);
}

/* Is this line one of those, of which there may be many, or exactly that one? */
static bool is_of(const char *line, const char *begin)
{
	size_t n = strlen(begin);

	return strncmp(line, begin, n) == 0 && (begin[n - 1] == '=' || !line[n]);
}

static void forget_gone(struct firewalld *fw, const char *zone, const char *begin,
                        const struct strv *now)
{
	for (size_t i = fw->traits.n; i-- > 0;) {
		_cleanup_free_ char *line = NULL;

		if (!is_of(fw->traits.strings[i], begin) ||
		    strv_contains(now, fw->traits.strings[i]))
			continue;
		line = strdup(fw->traits.strings[i]);
		if (!line)
			continue; /* the next reading finds it */
		strv_remove(&fw->traits, line);
		tell(fw, zone, line, false, 0);
	}
}

static int take(struct firewalld *fw, const char *zone, const char *begin, const struct strv *now,
                int timeout_s)
{
	int r = 0;

	forget_gone(fw, zone, begin, now);
	for (size_t i = 0; i < now->n && r == 0; i++) {
		if (strv_contains(&fw->traits, now->strings[i]))
			continue;
		r = strv_add(&fw->traits, now->strings[i]);
		if (timeout_s)
			tell(fw, zone, now->strings[i], true, timeout_s);
	}
	return r;
}

static int take_trait(struct firewalld *fw, const char *zone, size_t trait, DBusMessageIter *value,
                      int timeout_s)
{
	_cleanup_strv_ struct strv now = STRV_NULL;
	_cleanup_free_ char *begin = NULL;
	char *signature = dbus_message_iter_get_signature(value);
	bool fits = signature && strcmp(signature, traits[trait].signature) == 0;
	int r;

	dbus_free(signature);
	if (!fits)
		return 0; /* who reads all of it says so */
	if (xasprintf(&begin, "%s\t%s", zone, traits[trait].trait) < 0)
		return -ENOMEM;
	r = (*traits[trait].signature == 'b' ? read_flag : read_list)(&now, begin, value);
	return r == 0 ? take(fw, zone, begin, &now, timeout_s) : r;
}

/**
 * firewalld_take_traits() - what a policy has now, and what of it is there for a time
 * @zone:      policy:NAME
 * @settings:  at a dictionary of what is known of it, from a signal or an answer
 * @timeout_s: for how long what is new in it was added; 0: for good
 *
 * Tells FIREWALLD_EVENT_TRAIT.
 *
 * Return: 0; -ENOMEM.
 */
int firewalld_take_traits(struct firewalld *fw, const char *zone, const DBusMessageIter *settings,
                          int timeout_s)
{
	DBusMessageIter value;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(traits) && r == 0; i++)
		if (busdict_find(settings, traits[i].key, &value))
			r = take_trait(fw, zone, i, &value, timeout_s);
	return r;
}
