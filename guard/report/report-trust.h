/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-trust - the answers of `trust`, and who is trusted in those of others
 */
#ifndef GUARD_REPORT_REPORT_TRUST_H
#define GUARD_REPORT_REPORT_TRUST_H

#include <jansson.h>

#include "guard/audit/explain.h"
#include "guard/report/report.h"

/* Somebody is trusted now, and what that has come to. */
struct report_trust {
	const struct store_trust *trust;
	bool renewed;
	const struct cidr *range; /* that is trusted; what is told of ports is of its first host */
	const struct explain *before, *after; /* of the same ports, at least one */
};

int report_trust(const struct report *report, const struct report_trust *done) _must_check_;
int report_trust_ended(const struct report *report, const char *address) _must_check_;
int report_trusts(const struct report *report, const struct store_trusts *trusts,
                  int64_t now_us) _must_check_;
void report_trusts_put(const struct report *report, const struct store_trusts *trusts,
                       int64_t now_us);
json_t *report_trusts_json(const struct store_trusts *trusts);

#endif
