// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: memory runs out at one moment of a program, or from then on.
 * Environment: FAIL_AT=N, the N-th allocation of main() and what it calls fails;
 * FAIL_ON=1, all later ones, too; FAIL_COUNT=FILE, gets how many there were.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int main_fn(int argc, char **argv, char **environment);
typedef int start_fn(main_fn *program, int argc, char **argv, void (*init)(void),
                     void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
start_fn __libc_start_main;

static main_fn *program;
static bool counting;
static unsigned long count, fail_at; /* 0: none fails */
static bool for_good;
static const char *count_file;

static bool fails(void)
{
	if (!counting)
		return false;
	count++;
	if (fail_at == 0 || (for_good ? count < fail_at : count != fail_at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

static int counted_main(int argc, char **argv, char **environment)
{
	const char *at = getenv("FAIL_AT");

	count_file = getenv("FAIL_COUNT");
	for_good = getenv("FAIL_ON") != NULL;
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	counting = true;
	return program(argc, argv, environment);
}

__attribute__((destructor)) static void put_count(void)
{
	int fd;

	counting = false;
	fd = count_file ? open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (fd >= 0) {
		dprintf(fd, "%lu\n", count);
		close(fd);
	}
}

/* The loader and the constructors of libraries are not what is tried here. */
int __libc_start_main(main_fn *real_main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	void *found = dlsym(RTLD_NEXT, "__libc_start_main");
	start_fn *start = *(start_fn **)&found;

	program = real_main;
	return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}
