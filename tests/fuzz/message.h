/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message - a message of the bus from the lines of an input
 *
 * s, c, r or e (signal, call, reply, error); interface, or an error's name; member; signature;
 * then a line for each value in the order of the signature: of an array how many elements it
 * has (one digit), of a variant its signature. What is missing is empty or 0, and nothing holds
 * a descriptor. So whatever the input is, libdbus would have let it through.
 */
#ifndef TESTS_FUZZ_MESSAGE_H
#define TESTS_FUZZ_MESSAGE_H

#include <dbus/dbus.h>

#include "guard/model/item.h"

DEFINE_CLEANUP(DBusMessage *, dbus_message_unref, fuzz_message_cleanup);

/* @text: is cut up; Return: the message, or NULL for a signature that is none. */
DBusMessage *fuzz_message(char *text);

/* What is an item reads as itself in its normal form; @value must be there. */
void fuzz_settle_item(enum item_kind kind, const char *zone, const char *value);

#endif
