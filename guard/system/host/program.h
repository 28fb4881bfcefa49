/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program - run another program and read what it prints
 *
 * By argv, never through a shell, with an environment of its own, nothing on standard
 * input, in a bounded time and up to a bounded size.
 */
#ifndef GUARD_SYSTEM_HOST_PROGRAM_H
#define GUARD_SYSTEM_HOST_PROGRAM_H

#include "guard/base/err.h"

struct program {
	const char *const *places; /* full paths, ended by NULL: the first that is there is run */
	char *const *arguments;    /* with its name, ended by NULL */
	bool errors;               /* read standard error, too */
	int timeout_ms;
	size_t max; /* bytes of output; more is -EFBIG */
};

struct program_output {
	char *text; /* owned; ended by NUL, which is not counted */
	size_t n;
	size_t capacity;
	int status; /* of its exit; 128 and the number of the signal that ended it */
};
#define PROGRAM_OUTPUT_NULL      ((struct program_output){0})
#define _cleanup_program_output_ _cleanup_(program_output_deinit)

int program_read(struct program_output *out, const struct program *program) _must_check_;
void program_output_deinit(struct program_output *output);

#endif
