/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootid - which boot of the machine this is
 *
 * The same text for whoever asks between one boot and the next, in a service of its own
 * /proc as on a command line, in a container as well; another one after the next boot.
 */
#ifndef GUARD_SYSTEM_HOST_BOOTID_H
#define GUARD_SYSTEM_HOST_BOOTID_H

#include "guard/base/err.h"

#define BOOTID_SIZE 64 /* with its end; the kernel writes 36 characters */

int bootid_read(char out[BOOTID_SIZE], struct err *err) _must_check_;
int bootid_read_in(char out[BOOTID_SIZE], const char *proc, const char *run,
                   struct err *err) _must_check_;

#endif
