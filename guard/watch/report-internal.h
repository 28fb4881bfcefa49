/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-internal - what the files of the report share; nobody else includes it
 */
#ifndef GUARD_WATCH_REPORT_INTERNAL_H
#define GUARD_WATCH_REPORT_INTERNAL_H

#include <jansson.h>

#include "guard/watch/report.h"

json_t *report_json_text(const char *text);
json_t *report_json_time(int64_t us);
int report_put_document(const struct report *report, json_t *document) _must_check_;

#endif
