// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/fault.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct version {
	int major, minor, patch;
};

static const struct {
	const char *issue;
	struct version first, last; /* that have it */
} faults[FAULT_N] = {
    /* cleanup() of fw_zone.py and fw_policy.py: "dictionary changed size during iteration";
       2.5.2 and the head of its development have it still */
    [FAULT_TIMED_RELOAD] = {"firewalld#1597", {2, 4, 1}, {2, 5, INT_MAX}},
    /* core/nftables.py, build_flush_rules(); since 2.0 it adds the table first */
    [FAULT_NEEDS_TABLE] = {"", {0, 6, 0}, {1, INT_MAX, INT_MAX}},
    /* core/fw.py, flush(); since 2.0 only where somebody has direct rules */
    [FAULT_EMPTIES_IPTABLES] = {"firewalld#863", {0, 0, 0}, {1, INT_MAX, INT_MAX}},
    /* core/fw.py, _loader(); since 1.0 all of it fails */
    [FAULT_PASSES_OVER_FILES] = {"", {0, 0, 0}, {0, INT_MAX, INT_MAX}},
    [FAULT_NEEDS_THREE_TABLES] = {"", {0, 6, 0}, {0, INT_MAX, INT_MAX}},
};

static int compare(const struct version *a, const struct version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	return (a->patch > b->patch) - (a->patch < b->patch);
}

/**
 * fault_has() - has this firewalld the fault?
 * @version: its property `version`, "2.5.2"; NULL: not known, and then it has not
 */
bool fault_has(enum fault fault, const char *version)
{
	struct version is = {0, 0, 0};

	return version && sscanf(version, "%9d.%9d.%9d", &is.major, &is.minor, &is.patch) >= 2 &&
	       compare(&is, &faults[fault].first) >= 0 && compare(&is, &faults[fault].last) <= 0;
}

/**
 * fault_is_half_taken() - does one that passes over files take this one, and break off over it?
 * @words: what firewalld's own check says of the file, and where that is
 *
 * Where a zone names what there is not, all the rest of it is loaded by then, and fails to be
 * applied where the zone is in use; a policy that does so is passed over. Seen with 0.9.3.
 */
bool fault_is_half_taken(const char *words)
{
	return strstr(words, "not among existing") && !strstr(words, "/policies/");
}

/** fault_issue() - where it is reported; "": nowhere; static */
const char *fault_issue(enum fault fault)
{
	return faults[fault].issue;
}
