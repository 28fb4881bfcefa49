// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/portname.c guard/system/host/selinux.c guard/system/host/bootid.c
/* A word that somebody wrote: a port as firewalld takes it, a label of a file, a number of a boot.
 */
#include "guard/system/firewalld/portname.h"
#include "guard/system/host/bootid.h"
#include "guard/system/host/selinux.h"

#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 4000;

static void try_port(const char *text)
{
	char range[PORTNAME_SIZE], again[PORTNAME_SIZE], settled[PORTNAME_SIZE];
	unsigned low, high;

	FUZZ_CHECK(portname_settle(settled, text) == text || portname_range(range, text));
	if (!portname_range(range, text))
		return;
	FUZZ_CHECK(sscanf(range, "%u-%u", &low, &high) == 2 ? low < high && high <= 65535
	                                                    : low <= 65535);
	FUZZ_CHECK(portname_range(again, range) && strcmp(again, range) == 0);
}

static void try_label(const char *label, size_t length)
{
	char type[SELINUX_TYPE_SIZE];

	if (selinux_parse_type(type, label, length) == 0)
		FUZZ_CHECK(type[0] && strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
		                                   "VWXYZ0123456789_-.") == strlen(type));
}

/* In a container, so that the file in /run counts, too. */
static void try_boot(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *proc = strdup(fuzz_path("proc")), *run = strdup(fuzz_path("run"));
	static const char *const folders[] = {
	    "run",    "proc",      "proc/sys",    "proc/sys/kernel", "proc/sys/kernel/random",
	    "proc/1", "proc/self", "proc/self/ns"};
	static const char init[] = "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0";
	char id[BOOTID_SIZE];

	FUZZ_CHECK(proc && run);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		mkdir(fuzz_path(folders[i]), 0700);
	fuzz_file("proc/sys/kernel/random/boot_id", data, size);
	fuzz_file("run/boot-id", data, size);
	fuzz_file("proc/self/ns/pid", "", 0);
	fuzz_file("proc/1/stat", init, strlen(init));
	if (bootid_read_in(id, proc, run, NULL) == 0)
		FUZZ_CHECK(id[0] && memchr(id, '\0', sizeof(id)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);

	try_port(text);
	try_label((const char *)data, size);
	try_boot(data, size);
	return 0;
}
