/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busdict - a dictionary in a message, read entry by entry
 *
 * An array of entries whose keys are texts or paths. Of a value that is a variant what is in it
 * is given.
 */
#ifndef GUARD_SYSTEM_HOST_BUSDICT_H
#define GUARD_SYSTEM_HOST_BUSDICT_H

#include <dbus/dbus.h>

#include "guard/base/util.h"

struct busdict {
	DBusMessageIter entry;
};

bool busdict_begin(struct busdict *dict, const DBusMessageIter *array) _must_check_;
bool busdict_next(struct busdict *dict, const char **key, DBusMessageIter *value);
bool busdict_find(const DBusMessageIter *array, const char *key, DBusMessageIter *value);

#endif
