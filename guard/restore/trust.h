/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trust - sources of zone trusted that a person wants there for a while
 *
 * `reload-guard trust` writes down whom and until when (store.h), and has firewalld bind the
 * source, which knows no --timeout for that. Whoever runs the engine hears of the binding, finds
 * its end on record, and from then on it is a timed item like another: put back after each wipe,
 * and ended by expiry. So a source with an end is protected in whatever zone it is (scope.c).
 */
#ifndef GUARD_RESTORE_TRUST_H
#define GUARD_RESTORE_TRUST_H

#include "guard/restore/news.h"
#include "guard/restore/record.h"
#include "guard/restore/tracker.h"

#define TRUST_ZONE "trusted" /* of firewalld's own */

/* All borrowed. */
struct trust {
	struct record *record;
	struct tracker *tracker;
	const struct news_listener *listener;
};

enum {
	TRUST_E_REFUSED = 1, /* of too many, or of nobody */
};

int trust_check(const struct cidr *range, struct err *err) _must_check_;
int trust_item(struct item *out, const char *address) _must_check_;
void trust_bound(const struct trust *trust, const struct item *item, int64_t until_us);
void trust_removed(const struct trust *trust, const struct item *item);
void trust_settle(const struct trust *trust, int64_t now_us);

#endif
