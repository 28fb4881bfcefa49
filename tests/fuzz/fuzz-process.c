// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/host/process.c guard/model/cause.c
/* A process names itself, and says how it was called: files of /proc that anybody writes. */
#include "guard/system/host/process.h"

#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 1500;

static const char *const files[] = {"proc/7/stat",     "proc/7/cmdline", "proc/7/comm",
                                    "proc/7/loginuid", "proc/7/cgroup",  "proc/stat"};

/* The files, with a zero byte and a newline between them; the process is its own parent, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *proc = strdup(fuzz_path("proc"));
	struct cause_origin origin = {0};
	struct cause_caller caller;
	int64_t start = -1, age_us = -1;
	const char *unit = NULL;
	size_t at = 0;

	FUZZ_CHECK(proc);
	mkdir(proc, 0700);
	mkdir(fuzz_path("proc/7"), 0700);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const uint8_t *end = size > at ? memmem(data + at, size - at, "\0\n", 2) : NULL;
		size_t n = end ? (size_t)(end - data) - at : size - at;

		fuzz_file(files[i], data + at, n);
		at = end ? at + n + 2 : size;
	}
	if (process_origin(&origin, proc, 7) == 0) {
		cause_caller_judge(&caller, &origin);
		fuzz_check_shown(caller.name);
		fuzz_check_shown(caller.by);
		fuzz_check_shown(caller.manager);
		fuzz_check_shown(caller.unit);
		FUZZ_CHECK(origin.n > 0 && origin.n <= ARRAY_SIZE(origin.chain));
		for (size_t i = 0; i < origin.n; i++)
			FUZZ_CHECK(
			    memchr(origin.chain[i].comm, '\0', sizeof(origin.chain[i].comm)));
	}
	FUZZ_CHECK(process_start(&start, proc, 7) != 0 || start >= 0);
	(void)!process_age_us(&age_us, proc, 7);
	(void)process_who_asks_systemd(&unit, proc, cause_units);
	return 0;
}
