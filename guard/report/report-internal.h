/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-internal - what the files of the report share; nobody else includes it
 */
#ifndef GUARD_REPORT_REPORT_INTERNAL_H
#define GUARD_REPORT_REPORT_INTERNAL_H

#include <jansson.h>

#include "guard/audit/denylist.h"
#include "guard/base/text.h"
#include "guard/report/report.h"

#define REPORT_TEXT_MAX 8192 /* of one cell or line */

/* How things are now. */
struct report_headline {
	enum report_color color;
	char text[80];
};

void report_json_append(json_t **array, json_t *value);
void report_json_set(json_t **object, const char *key, json_t *value);
json_t *report_json_text(const char *text);
json_t *report_json_time(int64_t us);
json_t *report_json_item(const struct item *item);
json_t *report_json_strv(const struct strv *strv);
json_t *report_json_id(int64_t id);
json_t *report_json_snapshot(const struct store_snapshot *snapshot);
json_t *report_findings_json(const struct findings *findings);
json_t *report_fail2ban_json(const struct picture *picture);
void report_fail2ban_put(const struct report *report, const struct picture *picture);
struct report_headline report_headline(const struct status *status);
int report_headline_put(const struct report *report, const struct status *status) _must_check_;
void report_remembered_put(const struct report *report, const struct picture *picture);
void report_remembered_set(json_t **object, const struct picture *picture);
json_t *report_mismatch_json(const struct status *status);
void report_mismatch_put(const struct report *report, const struct status *status);
json_t *report_count_json(const struct conflict_count *count);
json_t *report_denies_json(const struct denylist *denies);
void report_denies_put(const struct report *report, const struct denylist *denies,
                       const struct picture *picture, bool all);

#endif
