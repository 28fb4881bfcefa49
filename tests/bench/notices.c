// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notices NAME - hears the kernel's notices as the watcher does, until SIGTERM
 *
 * Looks at firewalld's tables as often as the watcher would, and prints at the end how many
 * notices and looks there were, and what both cost, as figures of NAME. tests/bench/flood runs it.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "guard/system/host/clock.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/generation.h"

/* As in guard/restore/kernelwatch.c. */
#define LOOK_PAUSE_US 20000

static struct nfsocket sock = {-1};
static struct loop *loop;
static unsigned n_notices, n_looks;
static int64_t looked_us;

static void on_generation(const struct generation_change *change, void *userdata)
{
	struct fwtables now;

	(void)change;
	(void)userdata;
	n_notices++;
	if (clock_monotonic_us() - looked_us < LOOK_PAUSE_US)
		return;
	looked_us = clock_monotonic_us();
	n_looks++;
	(void)!fwtables_read(&now, &sock);
}

static void on_end(int signo, void *userdata)
{
	(void)signo;
	(void)userdata;
	loop_exit(loop, 0);
}

int main(int argc, char **argv)
{
	struct generation *generation = NULL;
	struct loop_source *end;
	struct rusage before, after;
	int code = 0;

	if (argc != 2) {
		fputs("usage: notices NAME\n", stderr);
		return 2;
	}
	if (loop_new(&loop) != 0 || loop_add_signal(loop, &end, SIGTERM, on_end, NULL) != 0 ||
	    generation_new(&generation, loop, on_generation, NULL) != 0) {
		fputs("notices: the kernel does not tell\n", stderr);
		return 2;
	}
	getrusage(RUSAGE_SELF, &before);
	if (loop_run(loop, &code) != 0)
		return 2;
	getrusage(RUSAGE_SELF, &after);
	printf("figure %s.notices %u times\nfigure %s.looks %u times\nfigure %s.cpu %.1f ms\n",
	       argv[1], n_notices, argv[1], n_looks, argv[1],
	       (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
	                before.ru_stime.tv_sec) *
	               1e3 +
	           (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec +
	                    after.ru_stime.tv_usec - before.ru_stime.tv_usec) /
	               1e3);
	generation_free(generation);
	nfsocket_close(&sock);
	loop_free(loop);
	return code;
}
