/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logins - what lines of mail logs teach about where legitimate clients come from
 *
 * Ranges, counts and times are gathered here, and put into the store in one
 * transaction. Addresses alone: of who logged in nothing is kept.
 */
#ifndef GUARD_WATCH_LOGINS_H
#define GUARD_WATCH_LOGINS_H

#include "guard/base/rangeset.h"
#include "guard/model/mail/loginline.h"
#include "guard/system/store/store.h"

struct login_range {
	struct cidr cidr;
	int64_t last_seen_us;
	int64_t count;
};

struct logins {
	const struct timespec_zone *zone; /* borrowed; of the log's times */
	const struct rangeset *nobodys;   /* borrowed; no client is known by these; NULL: none */
	struct login_range *ranges; /* owned; each once, sorted by cidr_cmp(), and the latest */
	size_t n;
	size_t n_settled; /* of these, not the latest */
	size_t capacity;
	uint64_t n_lines; /* read */
	uint64_t n_known; /* of these, Dovecot's or Postfix's */
	/* Of these, logins that say from where, and that do not. */
	uint64_t n_placed, n_nowhere;
	uint64_t n_logins; /* that were learned */
};
#define LOGINS_NULL ((struct logins){0})

void logins_deinit(struct logins *logins);
int logins_line(struct logins *logins, struct journal *journal, const char *line, size_t length,
                int64_t now_us) _must_check_;
int logins_put(struct logins *logins, struct store *store, struct err *err) _must_check_;
int logins_forget(struct store *store, const struct rangeset *nobodys,
                  struct err *err) _must_check_;
void logins_clear(struct logins *logins);

#endif
