/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wholefile - a file that is replaced in one piece: who reads it never reads half of it */
#ifndef GUARD_SYSTEM_HOST_WHOLEFILE_H
#define GUARD_SYSTEM_HOST_WHOLEFILE_H

#include <stdio.h>

#include "guard/base/err.h"

typedef int wholefile_fn(FILE *out, void *userdata);

int wholefile_write(const char *path, unsigned mode, wholefile_fn *write, void *userdata,
                    struct err *err) _must_check_;

#endif
