/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-conflicts - the answer of `conflicts`, as text and as JSON
 */
#ifndef GUARD_REPORT_REPORT_CONFLICTS_H
#define GUARD_REPORT_REPORT_CONFLICTS_H

#include "guard/audit/denylist.h"
#include "guard/report/report.h"

int report_conflicts(const struct report *report, const struct conflictlist *list,
                     const struct denylist *denies, const struct conflictlist_options *options,
                     const struct picture *picture, bool all) _must_check_;

#endif
