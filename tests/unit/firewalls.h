/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalls - states of the firewall for tests, written as text
 *
 * "public/service:imaps=r public/service:ssh=rp": an item, then its flags: r
 * runtime, p permanent, w withdrawn, e edited out of its file, g timed by the guard, f
 * fresh, j joined with what is before it, @N ends at N seconds.
 */
#ifndef TESTS_UNIT_FIREWALLS_H
#define TESTS_UNIT_FIREWALLS_H

#include "guard/model/loss.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#define SECOND INT64_C(1000000)

static inline void firewall_entry_from_text(struct firewall *fw, char *word)
{
	char *flags = strrchr(word, '=');
	struct firewall_entry *entry;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct err err = ERR_NULL;

	ck_assert_msg(flags != NULL, "no flags: %s", word);
	*flags++ = '\0';
	ck_assert_msg(item_parse(&item, word, &err) == 0, "%s", err.text);
	ck_assert_int_eq(firewall_put(fw, &item, &entry), 0);
	for (; *flags; flags++) {
		if (*flags == 'r')
			entry->flags |= FIREWALL_RUNTIME;
		else if (*flags == 'p')
			entry->flags |= FIREWALL_PERMANENT;
		else if (*flags == 'w')
			entry->flags |= FIREWALL_WITHDRAWN;
		else if (*flags == 'e')
			entry->flags |= FIREWALL_EDITED;
		else if (*flags == 'g')
			entry->flags |= FIREWALL_GUARD_TIMED;
		else if (*flags == 'u')
			entry->flags |= FIREWALL_UNHEARD;
		else if (*flags == 'j')
			entry->flags |= FIREWALL_JOINED;
		else if (*flags == 'f')
			entry->fresh = true;
		else if (*flags == '@') {
			entry->until_us = strtoll(flags + 1, NULL, 10) * SECOND;
			break;
		} else {
			ck_abort_msg("unknown flag in %s", word);
		}
	}
}

/* Borrowed until the next one is added. */
static inline struct firewall_trait *firewall_new_trait(struct firewall *fw, const char *zone)
{
	struct firewall_trait *trait;

	ck_assert_int_eq(firewall_add_trait(fw, zone, &trait), 0);
	return trait;
}

/* Words of "zone NAME" make the default zone; the rest are entries. */
static inline struct firewall firewall_from_text(const char *text)
{
	struct firewall fw = FIREWALL_NULL;
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_eq(strv_split(&words, text, " \n"), 0);
	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	for (size_t i = 0; i < words.n; i++)
		firewall_entry_from_text(&fw, words.strings[i]);
	return fw;
}

static inline struct item item_from_text(const char *text)
{
	struct item item;
	struct err err = ERR_NULL;

	ck_assert_msg(item_parse(&item, text, &err) == 0, "%s", err.text);
	return item;
}

#endif
