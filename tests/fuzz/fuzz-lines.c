// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/base/lines.c
/* A log comes in pieces: however it is cut, its lines are the same. */
#include "guard/base/lines.h"

#include "tests/fuzz/fuzz.h"

/* What was told, as one text. */
struct told {
	char *text;
	size_t n, capacity, n_lines;
};

static void tell(const char *line, size_t length, void *userdata)
{
	struct told *told = userdata;

	FUZZ_CHECK(length <= LINES_MAX && !memchr(line, '\n', length));
	FUZZ_CHECK(grow(&told->text, &told->capacity, told->n + length + 1, 1) == 0);
	memcpy(told->text + told->n, line, length);
	told->text[told->n + length] = '\n';
	told->n += length + 1;
	told->n_lines++;
}

/* In pieces of @piece bytes; each comes in memory of its own. */
static void feed(struct told *told, const char *text, size_t size, size_t piece, bool skip)
{
	static struct lines lines;

	lines_reset(&lines);
	if (skip)
		lines_skip_first(&lines);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		char *part = fuzz_string((const uint8_t *)text + at, n);

		lines_feed(&lines, part, n, tell, told);
		free(part);
	}
}

/* The first byte says how long the pieces are, the second how often the rest comes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size > 0 ? data[0] % 61 + 1 : 1, times = size > 1 ? data[1] % 8 + 1 : 1;
	size_t n = size > 2 ? size - 2 : 0;
	_cleanup_free_ char *text = malloc(n * times + 1);

	FUZZ_CHECK(text);
	for (size_t i = 0; i < times && n > 0; i++)
		memcpy(text + i * n, data + 2, n);
	for (int skip = 0; skip <= 1; skip++) {
		struct told whole = {0}, parts = {0};

		feed(&whole, text, n * times, n * times + 1, skip);
		feed(&parts, text, n * times, piece, skip);
		FUZZ_CHECK(whole.n_lines == parts.n_lines && whole.n == parts.n);
		FUZZ_CHECK(whole.n == 0 || memcmp(whole.text, parts.text, whole.n) == 0);
		free(whole.text);
		free(parts.text);
	}
	return 0;
}
