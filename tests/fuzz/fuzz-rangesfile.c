// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/host/rangesfile.c
#include "guard/system/host/rangesfile.h"

#include <ctype.h>

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 10000;

struct found {
	char *text; /* the ranges and notes, as a file */
	size_t n, capacity;
};

static int take(const struct cidr *range, const char *note, void *userdata)
{
	struct found *found = userdata;
	char form[CIDR_TEXT_LENGTH];

	FUZZ_CHECK(range->prefix <= (range->family == CIDR_IPV4 ? 32 : 128) && range->prefix > 0);
	FUZZ_CHECK(!note || (note[0] && !strchr(note, '\n')));
	cidr_format(range, form);
	FUZZ_CHECK(grow(&found->text, &found->capacity,
	                found->n + CIDR_TEXT_LENGTH + (note ? strlen(note) : 0) + 4, 1) == 0);
	found->n += (size_t)sprintf(found->text + found->n, "%s%s%s\n", form, note ? "#" : "",
	                            note ? note : "");
	return 0;
}

/* A list is whole or refused, by the line; what is taken from it makes the same list again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct found found = {0}, again = {0};
	const char *path = fuzz_file("ranges", data, size);
	struct err err = ERR_NULL;
	int r = rangesfile_read(path, take, &found, &err);

	if (r) {
		FUZZ_CHECK(r == RANGESFILE_E_INVALID && err.text[0]);
		FUZZ_CHECK(strncmp(err.text, path, strlen(path)) == 0);
		FUZZ_CHECK(err.text[strlen(path)] == ':' &&
		           isdigit((unsigned char)err.text[strlen(path) + 1]));
	} else if (found.n) {
		path = fuzz_file("ranges", found.text, found.n);
		FUZZ_CHECK(rangesfile_read(path, take, &again, NULL) == 0);
		FUZZ_CHECK(found.n == again.n && memcmp(found.text, again.text, found.n) == 0);
	}
	free(found.text);
	free(again.text);
	return 0;
}
