/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz - what every fuzz target has in common
 *
 * A target is one function in libFuzzer's form. replay.c has the main. A comment
 * "Parses: FILE..." says which files of guard/ tests/fuzz/run tells the coverage of.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));

/* What must hold for every input; assert() could be compiled out. */
#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as a string of its own, so that reading past its end is seen. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* One line that a terminal bears. */
static inline void fuzz_check_shown(const char *text)
{
	for (; *text; text++)
		FUZZ_CHECK((unsigned char)*text >= ' ' && *text != 0x7f);
}

/*
 * For what is read from files: a folder of this process, removed at its end; where there is
 * /dev/shm, in memory. The path of @name in it is valid until the next call.
 */
const char *fuzz_path(const char *name);
/* The input as that file; Return: its path, as above. */
const char *fuzz_file(const char *name, const void *data, size_t size);

/* The folder's own store, empty again from time to time, so that the runs stay quick. */
struct store;
struct store *fuzz_store(void);

/* How often a slow target runs in `make check` at most; others leave it out. */
extern const unsigned fuzz_runs_max __attribute__((weak));

#endif
