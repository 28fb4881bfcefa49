/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-explain - the answer of `explain`, as text and as JSON
 */
#ifndef GUARD_REPORT_REPORT_EXPLAIN_H
#define GUARD_REPORT_REPORT_EXPLAIN_H

#include <jansson.h>

#include "guard/audit/explain.h"
#include "guard/report/report.h"

int report_explain(const struct report *report, const struct explain *explain,
                   const struct picture *picture) _must_check_;
int report_explain_reason(const struct report *report, const struct explain *explain,
                          size_t at) _must_check_;
void report_explain_spared(const struct report *report, const char *before, const char *jail,
                           const struct cidr *address);
int report_explain_put(const struct report *report, const struct explain *explain) _must_check_;
json_t *report_explain_served_json(const struct explain *explain);
json_t *report_explain_reason_json(const struct explain *explain, size_t at);
const char *report_explain_verdict(const struct explain_port *row);

#endif
