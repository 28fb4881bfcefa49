// SPDX-License-Identifier: GPL-2.0-or-later
/* folder - files and a store for the targets whose input is read from there */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/system/store/store.h"

/* A store that many events were written to is slower. */
#define STORE_USES 200

static char folder[256];
static struct store *store;

static int remove_one(const char *path, _unused_ const struct stat *st, _unused_ int type,
                      _unused_ struct FTW *ftw)
{
	return remove(path);
}

static void remove_folder(void)
{
	store_close(store);
	store = NULL;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_path(const char *name)
{
	static char path[512];
	const char *tmp = getenv("TMPDIR");

	if (!folder[0]) {
		if (access("/dev/shm", W_OK) == 0)
			tmp = "/dev/shm";
		snprintf(folder, sizeof(folder), "%s/reload-guard-fuzz-XXXXXX", tmp ? tmp : "/tmp");
		FUZZ_CHECK(mkdtemp(folder));
		atexit(remove_folder);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

const char *fuzz_file(const char *name, const void *data, size_t size)
{
	const char *path = fuzz_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	return path;
}

struct store *fuzz_store(void)
{
	static unsigned n_uses;
	const struct store_options options = {.create = true};

	if (n_uses++ % STORE_USES == 0) {
		store_close(store);
		store = NULL;
		nftw(fuzz_path("state"), remove_one, 16, FTW_DEPTH | FTW_PHYS);
		FUZZ_CHECK(store_open(&store, fuzz_path("state"), &options, NULL) == 0);
	}
	return store;
}
