// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/report/report-internal.h"

/** report_status_deinit() - free all of it; may be called twice */
void report_status_deinit(struct report_status *status)
{
	for (size_t i = 0; i < status->n_items; i++) {
		item_deinit(&status->items[i].item);
		strv_deinit(&status->items[i].ports);
	}
	for (size_t i = 0; i < status->n_findings; i++)
		free(status->findings[i].text);
	free(status->items);
	free(status->findings);
	free(status->default_zone);
	free(status->store_error);
	free(status->tickets_error);
	tickets_deinit(&status->tickets);
	strv_deinit(&status->active_zones);
	store_wipe_info_deinit(&status->wipe);
	*status = REPORT_STATUS_NULL;
}

/** report_finding_add() - say what was found; @code is static; Return: 0 or -ENOMEM */
int report_finding_add(struct report_status *status, enum report_severity severity,
                       const char *code, const char *format, ...)
{
	struct report_finding finding = {.severity = severity, .code = code};
	char text[REPORT_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	finding.text = strdup(text);
	if (!finding.text)
		return -ENOMEM;
	if (grow(&status->findings, &status->findings_capacity, status->n_findings + 1,
	         sizeof(finding)) < 0) {
		free(finding.text);
		return -ENOMEM;
	}
	status->findings[status->n_findings++] = finding;
	return 0;
}

/** report_status_is_degraded() - is there a problem among the findings? */
bool report_status_is_degraded(const struct report_status *status)
{
	for (size_t i = 0; i < status->n_findings; i++)
		if (status->findings[i].severity == REPORT_PROBLEM)
			return true;
	return false;
}

static const char *severity_name(enum report_severity severity)
{
	switch (severity) {
	case REPORT_NOTE:
		return "note";
	case REPORT_WARNING:
		return "warning";
	case REPORT_PROBLEM:
		return "problem";
	}
	return "note";
}

static const char *class_name(const struct item *item)
{
	switch (item_class(item)) {
	case ITEM_CLASS_BINDING:
		return "binding";
	case ITEM_CLASS_MAIL:
		return "mail";
	case ITEM_CLASS_WEB:
		return "web";
	case ITEM_CLASS_RULE:
		return "rule";
	case ITEM_CLASS_OTHER:
		break;
	}
	return "other";
}

/* Bans that are neither back nor settled otherwise. */
static size_t open_bans(const struct store_wipe_info *wipe)
{
	size_t settled = wipe->n_bans_restored + wipe->n_bans_ended + wipe->n_bans_left_out +
	                 wipe->n_bans_failed;

	return wipe->n_bans > settled ? wipe->n_bans - settled : 0;
}

static json_t *wipe_bans_json(const struct store_wipe_info *wipe)
{
	int64_t us = wipe->bans_restored_us ? wipe->bans_restored_us - wipe->at_us : -1;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "lost", (json_int_t)wipe->n_bans,
	                 "restored", (json_int_t)wipe->n_bans_restored, "ended",
	                 (json_int_t)wipe->n_bans_ended, "left_out",
	                 (json_int_t)wipe->n_bans_left_out, "failed",
	                 (json_int_t)wipe->n_bans_failed, "open", (json_int_t)open_bans(wipe),
	                 "restore_ms", us < 0 ? json_null() : json_integer(us / 1000));
}

static json_t *wipe_json(const struct store_wipe_info *wipe)
{
	int64_t us = wipe->restored_us ? wipe->restored_us - wipe->at_us : -1;

	return json_pack(
	    "{s:I, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "id",
	    (json_int_t)wipe->id, "kind", wipe_kind_name(wipe->kind), "cause",
	    report_json_text(wipe->cause), "at", report_json_time(wipe->at_us), "finished",
	    report_json_time(wipe->finished_us), "outcome", report_json_text(wipe->outcome), "gone",
	    (json_int_t)wipe->n_rows, "lost", (json_int_t)wipe->n_lost, "restored",
	    (json_int_t)wipe->n_restored, "failed", (json_int_t)wipe->n_failed, "skipped",
	    (json_int_t)wipe->n_skipped, "restore_ms",
	    us < 0 ? json_null() : json_integer(us / 1000), "bans", wipe_bans_json(wipe));
}

/** report_status_is_leaving() - does the next reload close it for good? */
bool report_status_is_leaving(const struct report_status_item *item)
{
	return item->listed && (item->withdrawn || item->edited);
}

/** report_status_is_runtime_only() - does the next reload take it, though it is meant to stay? */
bool report_status_is_runtime_only(const struct report_status_item *item)
{
	return item->listed && !item->permanent && item->until_us == 0 &&
	       !report_status_is_leaving(item);
}

static const char *risk_name(const struct report_status_item *item)
{
	if (!item->listed)
		return NULL;
	if (item->edited)
		return "edited";
	if (item->withdrawn)
		return "withdrawn";
	return report_status_is_runtime_only(item) ? "runtime-only" : NULL;
}

/* The line that makes it permanent; null: nothing is at risk. */
static json_t *mending_json(const struct report_status_item *item)
{
	_cleanup_free_ char *command = NULL;

	if (!risk_name(item) || item_permanent_command(&command, &item->item) < 0)
		return json_null();
	return report_json_text(command);
}

static json_t *status_items_json(const struct report_status *status)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < status->n_items; i++) {
		const struct report_status_item *item = &status->items[i];
		json_t *row = json_pack(
		    "{s:o, s:o, s:s, s:o, s:s, s:b, s:b, s:b, s:b, s:b, s:o, s:s, s:o, s:o, s:o}",
		    "item", report_json_item(&item->item), "zone",
		    report_json_text(item->item.zone), "kind", item_kind_name(item->item.kind),
		    "value", report_json_text(item->item.value), "class", class_name(&item->item),
		    "open", item->open, "listed", item->listed, "permanent", item->permanent,
		    "required", item->required, "lost", item->lost, "until",
		    report_json_time(item->until_us), "listens",
		    listeners_answer_name(item->listens), "ports", report_json_strv(&item->ports),
		    "at_risk", report_json_text(risk_name(item)), "command", mending_json(item));

		if (!row) {
			json_decref(items);
			return NULL;
		}
		json_array_append_new(items, row);
	}
	return items;
}

static json_t *findings_json(const struct report_status *status)
{
	json_t *findings = json_array();

	for (size_t i = 0; findings && i < status->n_findings; i++)
		json_array_append_new(findings,
		                      json_pack("{s:s, s:s, s:o}", "severity",
		                                severity_name(status->findings[i].severity), "code",
		                                status->findings[i].code, "text",
		                                report_json_text(status->findings[i].text)));
	return findings;
}

static json_t *clients_json(const struct report_status *status)
{
	if (!status->clients_known)
		return json_null();
	return json_pack("{s:I, s:I}", "ranges", (json_int_t)status->n_client_ranges, "conflicts",
	                 (json_int_t)status->n_cut_off);
}

static json_t *status_json(const struct report_status *status)
{
	json_t *firewalld =
	    json_pack("{s:b, s:s, s:b, s:o, s:o}", "reachable", status->reachable, "state",
	              firewall_state_name(status->state), "panic", status->panic, "default_zone",
	              report_json_text(status->default_zone), "active_zones",
	              report_json_strv(&status->active_zones));
	json_t *watcher =
	    json_pack("{s:o, s:o}", "running",
	              status->watcher_known ? json_boolean(status->watcher_running) : json_null(),
	              "pid", report_json_id(status->watcher_pid));
	json_t *store = json_pack("{s:b, s:o}", "usable", status->store_usable, "error",
	                          report_json_text(status->store_error));

	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok",
	                 !report_status_is_degraded(status), "at", report_json_time(status->at_us),
	                 "firewalld", firewalld, "watcher", watcher, "fail2ban",
	                 report_fail2ban_json(status), "drift", report_drift_json(status),
	                 "clients", clients_json(status), "store", store, "last_wipe",
	                 status->has_wipe ? wipe_json(&status->wipe) : json_null(), "items",
	                 status_items_json(status), "findings", findings_json(status));
}

static void put_permanence(const struct report *report, struct report_table *table,
                           const struct report_status_item *item)
{
	char until[TIMESPEC_TEXT_MAX];

	if (item->until_us) {
		timespec_format_local(item->until_us, report->zone, until);
		report_table_cell(table, REPORT_PLAIN, "until %s", until);
	} else if (report_status_is_leaving(item)) {
		report_table_cell(table, REPORT_WARN, "closed (%s)",
		                  item->edited ? "edited out of its file"
		                               : "taken out of the permanent configuration");
	} else if (item->permanent) {
		report_table_cell(table, REPORT_PLAIN, "permanent");
	} else if (item->listed) {
		report_table_cell(table, REPORT_WARN,
		                  "runtime only (will be lost at the next reload)");
	} else {
		report_table_cell(table, REPORT_DIM, "not permanent");
	}
}

static void put_status_item(const struct report *report, struct report_table *table,
                            const struct report_status_item *item)
{
	static const char *const words[] = {
	    [LISTENERS_UNKNOWN] = "?",
	    [LISTENERS_NO] = "nothing listens",
	    [LISTENERS_LOOPBACK] = "only on loopback",
	    [LISTENERS_YES] = "listens",
	};
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, &item->item) < 0) {
		table->failed = true;
		return;
	}
	report_table_cell(table, REPORT_PLAIN, "%s", text);
	if (item->open)
		report_table_cell(table, REPORT_GOOD, "open");
	else if (item->listed)
		report_table_cell(table, REPORT_WARN, "open, but no packet reaches zone %s",
		                  item->item.zone);
	else if (item->lost || item->required)
		report_table_cell(table, REPORT_BAD, item->lost ? "LOST" : "MISSING");
	else
		report_table_cell(table, REPORT_DIM, "not open");
	put_permanence(report, table, item);
	report_table_cell(table, item->listens == LISTENERS_YES ? REPORT_PLAIN : REPORT_DIM, "%s",
	                  words[item->listens]);
}

static void put_firewalld_line(const struct report *report, const struct report_status *status)
{
	char zones[1024] = "";

	for (size_t i = 0, n = 0; i < status->active_zones.n && n < sizeof(zones); i++)
		n += (size_t)snprintf(zones + n, sizeof(zones) - n, "%s%s", i ? ", " : "",
		                      status->active_zones.strings[i]);
	if (!status->reachable)
		report_line(report, REPORT_BAD, "firewalld  cannot be reached");
	else
		report_line(report,
		            status->state == FIREWALL_STATE_RUNNING && !status->panic ? REPORT_PLAIN
		                                                                      : REPORT_BAD,
		            "firewalld  %s%s; default zone %s; active zones: %s",
		            firewall_state_name(status->state), status->panic ? ", PANIC MODE" : "",
		            status->default_zone ? status->default_zone : "not known",
		            zones[0] ? zones : "none");
}

static void put_wipe_line(const struct report *report, const struct store_wipe_info *wipe)
{
	char at[TIMESPEC_TEXT_MAX], took[TIMESPEC_TEXT_MAX];
	bool whole = wipe->n_restored + wipe->n_skipped >= wipe->n_lost && wipe->n_failed == 0;

	timespec_format_local(wipe->at_us, report->zone, at);
	timespec_format_duration(wipe->restored_us - wipe->at_us, took);
	report_line(report, whole ? REPORT_PLAIN : REPORT_BAD,
	            "last wipe  %s: %s%s%s%s; %zu lost, %zu restored%s%s%s", at,
	            wipe_kind_name(wipe->kind), wipe->cause ? " (" : "",
	            wipe->cause ? wipe->cause : "", wipe->cause ? ")" : "", wipe->n_lost,
	            wipe->n_restored, wipe->restored_us ? " after " : "",
	            wipe->restored_us ? took : "", wipe->finished_us ? "" : "; not finished");
}

static void put_wipe_bans_line(const struct report *report, const struct store_wipe_info *wipe)
{
	char took[TIMESPEC_TEXT_MAX], more[160];
	size_t open = open_bans(wipe), n = 0;

	if (wipe->n_bans == 0)
		return;
	timespec_format_duration(wipe->bans_restored_us - wipe->at_us, took);
	more[0] = '\0';
	if (wipe->n_bans_ended)
		n +=
		    (size_t)snprintf(more + n, sizeof(more) - n, ", %zu ended", wipe->n_bans_ended);
	if (wipe->n_bans_left_out)
		n += (size_t)snprintf(more + n, sizeof(more) - n, ", %zu left out",
		                      wipe->n_bans_left_out);
	if (wipe->n_bans_failed)
		n += (size_t)snprintf(more + n, sizeof(more) - n, ", %zu failed",
		                      wipe->n_bans_failed);
	if (open)
		snprintf(more + n, sizeof(more) - n, ", %zu still to come", open);
	report_line(report,
	            wipe->n_bans_failed ? REPORT_BAD
	            : open              ? REPORT_WARN
	                                : REPORT_PLAIN,
	            "its bans   %zu lost, %zu restored%s%s%s", wipe->n_bans, wipe->n_bans_restored,
	            wipe->bans_restored_us ? " after " : "", wipe->bans_restored_us ? took : "",
	            more);
}

static void put_clients_line(const struct report *report, const struct report_status *status)
{
	const char *plural = status->n_client_ranges == 1 ? "" : "s";

	if (!status->clients_known)
		return;
	if (status->n_client_ranges == 0)
		report_line(report, REPORT_DIM, "clients    no range is known");
	else if (status->n_cut_off == 0)
		report_line(report, REPORT_PLAIN, "clients    %zu range%s, no conflicts",
		            status->n_client_ranges, plural);
	else
		report_line(report, REPORT_BAD,
		            "clients    %zu range%s, %zu conflict%s (reload-guard conflicts)",
		            status->n_client_ranges, plural, status->n_cut_off,
		            status->n_cut_off == 1 ? "" : "s");
}

static void put_surroundings(const struct report *report, const struct report_status *status)
{
	put_firewalld_line(report, status);
	if (!status->watcher_known)
		report_line(report, REPORT_WARN, "watcher    not known");
	else if (!status->watcher_running)
		report_line(report, REPORT_BAD, "watcher    does not run");
	else if (status->watcher_pid)
		report_line(report, REPORT_GOOD, "watcher    runs (pid %lld)",
		            (long long)status->watcher_pid);
	else
		report_line(report, REPORT_GOOD, "watcher    runs");
	if (!status->store_usable)
		report_line(report, REPORT_WARN, "store      %s",
		            status->store_error ? status->store_error : "cannot be used");
	else if (!status->has_wipe)
		report_line(report, REPORT_PLAIN, "last wipe  none recorded");
	if (status->has_wipe)
		put_wipe_line(report, &status->wipe);
	if (status->has_wipe)
		put_wipe_bans_line(report, &status->wipe);
	report_fail2ban_put(report, status);
	report_drift_put(report, status);
	put_clients_line(report, status);
}

/* The worst first. */
static void put_findings(const struct report *report, const struct report_status *status)
{
	static const enum report_color colors[] = {
	    [REPORT_NOTE] = REPORT_PLAIN,
	    [REPORT_WARNING] = REPORT_WARN,
	    [REPORT_PROBLEM] = REPORT_BAD,
	};

	if (status->n_findings > 0)
		report_line(report, REPORT_PLAIN, "%s", "");
	for (enum report_severity severity = REPORT_PROBLEM;; severity--) {
		for (size_t i = 0; i < status->n_findings; i++)
			if (status->findings[i].severity == severity)
				report_line(report, colors[severity], "%s: %s",
				            severity_name(severity), status->findings[i].text);
		if (severity == REPORT_NOTE)
			break;
	}
}

/** report_status() - the answer of `status`; Return: 0 or -ENOMEM */
int report_status(const struct report *report, const struct report_status *status)
{
	static const char *const headings[] = {"ITEM", "NOW", "AFTER A RELOAD", "SERVICE"};
	_cleanup_report_table_ struct report_table table = {0};
	int r = 0;

	if (report->json)
		return report_put_document(report, status_json(status));
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < status->n_items; i++)
		put_status_item(report, &table, &status->items[i]);
	if (status->n_items > 0) {
		r = report_table_print(report, &table);
		report_line(report, REPORT_PLAIN, "%s", "");
	} else if (status->reachable) {
		report_line(report, REPORT_WARN, "No protected item in any watched zone.\n");
	}
	put_surroundings(report, status);
	put_findings(report, status);
	return r;
}
