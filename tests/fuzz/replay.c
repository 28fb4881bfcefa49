// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay - goes through the corpus of a fuzz target without libFuzzer
 *
 * Usage: replay-NAME [FILE…]; without files, through $srcdir/tests/fuzz/corpus/NAME/.
 * Each input is also tried cut short at every place, and with each bit of it
 * turned (in files up to 512 bytes), which is cheap and finds what a fixed
 * corpus would not.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>

#define INPUT_MAX  65536
#define TURNED_MAX 512

static void try_around(uint8_t *data, size_t size)
{
	LLVMFuzzerTestOneInput(data, size);
	for (size_t i = 0; i < size && size <= TURNED_MAX; i++) {
		LLVMFuzzerTestOneInput(data, i);
		for (unsigned bit = 0; bit < 8; bit++) {
			data[i] ^= (uint8_t)(1u << bit);
			LLVMFuzzerTestOneInput(data, size);
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

static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int n = 0, r = 0;

	if (!dir) {
		perror(folder);
		return -1;
	}
	while (!r && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		r = replay_in(folder, entry->d_name);
		n++;
	}
	closedir(dir);
	printf("%s: %d inputs\n", folder, n);
	return n > 0 ? r : -1; /* an empty corpus tests nothing */
}

int main(int argc, char *argv[])
{
	const char *srcdir = getenv("srcdir"), *name = strstr(argv[0], "/replay-");
	char folder[4096];

	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return EXIT_FAILURE;
	if (argc > 1)
		return EXIT_SUCCESS;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
	         name ? name + strlen("/replay-") : "");
	return replay_folder(folder) ? EXIT_FAILURE : EXIT_SUCCESS;
}
