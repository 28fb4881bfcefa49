/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clientranges - where legitimate clients come from, from all sources together
 *
 * The configuration, the files that it names, what fail2ban ignores, what
 * somebody added by hand, and what successful logins taught. Learned ranges count
 * for learn-days after the last login; older ones are listed, and have no effect.
 *
 * A source that could not be read is not an empty one (law 2): then the set is
 * not `complete`, and says why. Who has a complete one from before keeps it.
 */
#ifndef GUARD_RESTORE_CLIENTRANGES_H
#define GUARD_RESTORE_CLIENTRANGES_H

#include "guard/model/ban/coverage.h"
#include "guard/system/host/config.h"
#include "guard/system/store/store.h"

/* The order is the order of trust. */
enum clientrange_source {
	CLIENTRANGE_CONFIGURED, /* [clients] ranges */
	CLIENTRANGE_FILE,       /* [clients] ranges-files */
	CLIENTRANGE_HAND,       /* clients add */
	CLIENTRANGE_IGNOREIP,   /* fail2ban's ignoreip */
	CLIENTRANGE_LEARNED,    /* successful logins */
	CLIENTRANGE_N_SOURCES,
};

struct clientrange {
	struct cidr cidr;
	enum clientrange_source source;
	char *note;           /* owned; may be NULL; for a file: its comment */
	int64_t last_seen_us; /* learned: of the last login; by hand: when it was added; else 0 */
	int64_t count;        /* logins; 0 where nobody counts */
	bool aged;            /* learned too long ago: has no effect */
};

struct clientranges {
	struct clientrange *ranges; /* by cidr_cmp(), then source; a range may have several */
	size_t n;
	size_t capacity;
	struct coverage_ranges effective; /* without aged ones, each once; for coverage_ranges_ask()
	                                   */
	struct coverage_ranges learned;   /* of these, those that are known from logins alone */
	bool complete;                    /* every source that is configured could be read */
	struct strv troubles;             /* what could not be read, and why; a line each */
};
#define CLIENTRANGES_NULL      ((struct clientranges){0})
#define _cleanup_clientranges_ _cleanup_(clientranges_deinit)

struct clientranges_options {
	const struct config *config; /* borrowed */
	struct store *store; /* borrowed; NULL: there is none (nothing was added or learned) */
	/* What fail2ban ignores, in its own words; only addresses and prefixes of them count. */
	const struct strv *ignoreip; /* borrowed; NULL: see ignoreip_trouble */
	/* Why ignoreip is not known, although it is wanted; NULL: fail2ban does not run, or it is.
	 */
	const char *ignoreip_trouble;
	int64_t now_us;
	int ignoreip_ms; /* of clientranges_wait(): for each question to fail2ban; 0: 3 s */
};

void clientranges_deinit(struct clientranges *ranges);
int clientranges_read(struct clientranges *out, const struct clientranges_options *options,
                      struct err *err) _must_check_;
int clientranges_wait(struct clientranges *out, const struct clientranges_options *options,
                      struct err *err) _must_check_;
/* What a denied prefix does to the effective ranges. @which may be NULL; receives one of ranges. */
enum coverage clientranges_coverage(const struct clientranges *ranges, const struct cidr *denied,
                                    const struct clientrange **which);
/* The most trusted source of a range that has an effect; NULL: there is no such range. */
const struct clientrange *clientranges_find(const struct clientranges *ranges,
                                            const struct cidr *cidr);
const char *clientrange_source_name(enum clientrange_source source);

#endif
