// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay - the main of every fuzz target: goes through its corpus
 *
 * Usage: fuzz-NAME [FILE…]; without files, through $srcdir/tests/fuzz/corpus/NAME/.
 * Each input is also tried cut short at every place, and with each bit of it
 * turned (in files up to 512 bytes, as long as RUNS_MAX is not reached), which is
 * cheap and finds what a fixed corpus would not.
 * In a build for fuzzing, arguments are libFuzzer's: see its -help=1.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>

#define INPUT_MAX  65536
#define TURNED_MAX 512
#define RUNS_MAX   60000

static unsigned n_runs;

static unsigned runs_max(void)
{
	return &fuzz_runs_max ? fuzz_runs_max : RUNS_MAX;
}

static void try_one(const uint8_t *data, size_t size)
{
	LLVMFuzzerTestOneInput(data, size);
	n_runs++;
}

static void try_around(uint8_t *data, size_t size)
{
	try_one(data, size);
	for (size_t i = 0; i < size && size <= TURNED_MAX && n_runs < runs_max(); i++) {
		try_one(data, i);
		for (unsigned bit = 0; bit < 8; bit++) {
			data[i] ^= (uint8_t)(1u << bit);
			try_one(data, size);
			data[i] ^= (uint8_t)(1u << bit);
		}
	}
}

static int replay(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!data || !file) {
		perror(path);
		free(data);
		return -1;
	}
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	try_around(data, size);
	free(data);
	return 0;
}

static int replay_in(const char *folder, const char *name)
{
	size_t length = strlen(folder) + strlen(name) + 2;
	char *path = malloc(length);
	int r = -1;

	if (path) {
		snprintf(path, length, "%s/%s", folder, name);
		r = replay(path);
	}
	free(path);
	return r;
}

/* In the order of their names, so that the same runs are left out everywhere. */
static int replay_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort), n_inputs = 0, r = 0;

	if (n < 0)
		perror(folder);
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && r == 0) {
			r = replay_in(folder, entries[i]->d_name);
			n_inputs++;
		}
		free(entries[i]);
	}
	free(entries);
	printf("%s: %d inputs, %u runs\n", folder, n_inputs, n_runs);
	return n_inputs > 0 ? r : -1; /* an empty corpus tests nothing */
}

int main(int argc, char *argv[])
{
	const char *srcdir = getenv("srcdir"), *name = strstr(argv[0], "/fuzz-");
	char folder[4096];

#ifdef FUZZING
	if (argc > 1)
		return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
#endif
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return EXIT_FAILURE;
	if (argc > 1)
		return EXIT_SUCCESS;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
	         name ? name + strlen("/fuzz-") : "");
	return replay_folder(folder) ? EXIT_FAILURE : EXIT_SUCCESS;
}
