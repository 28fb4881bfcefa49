/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows - a database from the lines of an input: TABLE, then its values, with tabs between them
 *
 * An empty value is NULL, what reads as a number is one, "x:" begins a blob, all else is text.
 * Lines that the schema refuses are left out.
 */
#ifndef TESTS_FUZZ_ROWS_H
#define TESTS_FUZZ_ROWS_H

#include <stddef.h>

/* @schema: where it is new; all its tables are emptied before; @text: is cut up */
void fuzz_rows(const char *path, const char *schema, char *text);

#endif
