/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elements - what firewalld knows in a file of its configuration, by the folder in which it is
 *
 * A <helper> belongs into a service and not into a zone, and is the whole file below helpers/:
 * what is unexpected in one file, or missing, is right in another.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_ELEMENTS_H
#define GUARD_SYSTEM_FIREWALLD_ELEMENTS_H

#include "guard/base/util.h"

bool elements_lists(const char *list, const char *word);
bool elements_knows(const char *folder, const char *element, const char *attribute, bool newer);
bool elements_needs(const char *folder, const char *element, const char *attribute);
bool elements_takes(const char *folder, const char *element, const char *attribute);

#endif
