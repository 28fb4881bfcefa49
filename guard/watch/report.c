// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/richrule.h"
#include "guard/model/text.h"
#include "guard/watch/report-internal.h"

#define TEXT_MAX 8192

/* --- the basis --------------------------------------------------------------------------- */

/**
 * report_init() - where and how to write
 * @out:  borrowed
 * @zone: borrowed; for times in text
 */
void report_init(struct report *report, FILE *out, bool json, const struct timespec_zone *zone)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	*report = (struct report){.out = out, .json = json, .zone = zone};
	report->color = !json && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0 &&
	                fileno(out) >= 0 && isatty(fileno(out)) == 1;
}

static const char *color_on(const struct report *report, enum report_color color)
{
	static const char *const codes[REPORT_N_COLORS] = {
	    [REPORT_PLAIN] = "",       [REPORT_GOOD] = "\x1b[32m", [REPORT_WARN] = "\x1b[33m",
	    [REPORT_BAD] = "\x1b[31m", [REPORT_DIM] = "\x1b[2m",
	};

	return report->color ? codes[color] : "";
}

static const char *color_off(const struct report *report, enum report_color color)
{
	return report->color && color != REPORT_PLAIN ? "\x1b[0m" : "";
}

/** report_line() - one line of text, escaped */
void report_line(const struct report *report, enum report_color color, const char *format, ...)
{
	char raw[TEXT_MAX], text[TEXT_MAX];
	va_list args;

	if (report->quiet)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	fprintf(report->out, "%s%s%s\n", color_on(report, color), text, color_off(report, color));
}

/* --- columns ----------------------------------------------------------------------------- */

/** report_table_init() - a table with these headings, at most REPORT_COLUMNS_MAX */
void report_table_init(struct report_table *table, const char *const *headings, size_t n)
{
	*table = (struct report_table){.n_columns = n};
	for (size_t i = 0; i < n; i++)
		report_table_cell(table, REPORT_DIM, "%s", headings[i]);
}

/** report_table_deinit() - free it; may be called twice */
void report_table_deinit(struct report_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct report_table){0};
}

/** report_table_cell() - the next cell of the row; a failure is kept for report_table_print() */
void report_table_cell(struct report_table *table, enum report_color color, const char *format, ...)
{
	char raw[TEXT_MAX];
	struct report_cell cell = {.color = color};
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (grow(&table->cells, &table->capacity, table->n + 1, sizeof(cell)) < 0 ||
	    text_escape_new(&cell.text, raw) < 0) {
		table->failed = true;
		return;
	}
	table->cells[table->n++] = cell;
}

/** report_table_n_rows() - without the headings */
size_t report_table_n_rows(const struct report_table *table)
{
	return table->n_columns && table->n ? table->n / table->n_columns - 1 : 0;
}

static void print_cell(const struct report *report, const struct report_cell *cell, size_t blanks)
{
	fprintf(report->out, "%s%s%s%*s", color_on(report, cell->color), cell->text,
	        color_off(report, cell->color), (int)blanks, "");
}

/* Nothing follows the last cell that holds something: no blanks at the ends of lines. */
static void print_row(const struct report *report, const struct report_cell *row,
                      const size_t *widths, size_t n)
{
	while (n > 0 && row[n - 1].text[0] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		print_cell(report, &row[i],
		           i + 1 < n ? widths[i] - text_width(row[i].text) + 2 : 0);
	fputc('\n', report->out);
}

/** report_table_print() - all of it; Return: 0 or -ENOMEM */
int report_table_print(const struct report *report, const struct report_table *table)
{
	size_t widths[REPORT_COLUMNS_MAX] = {0};

	if (table->failed)
		return -ENOMEM;
	if (report->quiet)
		return 0;
	for (size_t i = 0; i < table->n; i++) {
		size_t width = text_width(table->cells[i].text), *column;

		column = &widths[i % table->n_columns];
		if (width > *column)
			*column = width;
	}
	/* The headings first; then the rows, which may be wanted the other way round. */
	for (size_t i = 0; i < table->n / table->n_columns; i++) {
		size_t row = i > 0 && table->reversed ? table->n / table->n_columns - i : i;

		print_row(report, &table->cells[row * table->n_columns], widths, table->n_columns);
	}
	return 0;
}

/* --- JSON -------------------------------------------------------------------------------- */

/**
 * report_json_text() - a string of JSON
 * @text: may be NULL, which gives null
 *
 * Strangers' bytes need not be UTF-8, JSON must be: what is not is escaped as in text.
 */
json_t *report_json_text(const char *text)
{
	_cleanup_free_ char *escaped = NULL;

	if (!text)
		return json_null();
	if (text_is_utf8(text, strlen(text)))
		return json_string(text);
	return text_escape_new(&escaped, text) < 0 ? NULL : json_string(escaped);
}

/**
 * report_json_time() - a time as a string of JSON
 * @us: microseconds since the epoch, UTC; 0: none, which gives null
 */
json_t *report_json_time(int64_t us)
{
	char text[TIMESPEC_TEXT_MAX];

	if (us == 0)
		return json_null();
	timespec_format_iso(us, text);
	return json_string(text);
}

static json_t *json_item(const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	return item_format(&text, item) < 0 ? NULL : report_json_text(text);
}

static json_t *json_strv(const struct strv *strv)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < strv->n; i++)
		json_array_append_new(array, report_json_text(strv->strings[i]));
	return array;
}

static json_t *json_id(int64_t id)
{
	return id > 0 ? json_integer(id) : json_null();
}

/**
 * report_put_document() - write the one document of an answer
 * @document: released; NULL: memory ran out while it was made
 *
 * Return: 0 or -ENOMEM.
 */
int report_put_document(const struct report *report, json_t *document)
{
	char *text;

	if (!document)
		return -ENOMEM;
	/* ASCII: what is a letter to JSON may be a control character to the terminal (U+009B). */
	text = json_dumps(document, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	json_decref(document);
	if (!text)
		return -ENOMEM;
	fprintf(report->out, "%s\n", text);
	free(text);
	return 0;
}

/* --- the configuration ------------------------------------------------------------------- */

static json_t *config_json(const struct config *config, const char *path)
{
	json_t *values = json_object();

	for (size_t i = 0; i < config_n_options(); i++) {
		struct config_option option = config_option(i);
		_cleanup_free_ char *text = NULL;
		json_t *section = json_object_get(values, option.section);

		if (config_format(&text, config, i) < 0) {
			json_decref(values);
			return NULL;
		}
		if (!section) {
			json_object_set_new(values, option.section, json_object());
			section = json_object_get(values, option.section);
		}
		json_object_set_new(section, option.key, report_json_text(text));
	}
	return json_pack("{s:b, s:o, s:o}", "ok", 1, "file", report_json_text(path), "values",
	                 values);
}

/**
 * report_config() - what a configuration comes to, as a file that says so
 * @path: where it was read
 *
 * Return: 0 or -ENOMEM.
 */
int report_config(const struct report *report, const struct config *config, const char *path)
{
	const char *section = "";

	if (report->json)
		return report_put_document(report, config_json(config, path));
	report_line(report, REPORT_GOOD, "# %s: fine; with the defaults it comes to:", path);
	for (size_t i = 0; i < config_n_options(); i++) {
		struct config_option option = config_option(i);
		_cleanup_free_ char *text = NULL;

		if (config_format(&text, config, i) < 0)
			return -ENOMEM;
		if (strcmp(section, option.section) != 0)
			report_line(report, REPORT_PLAIN, "[%s]", option.section);
		section = option.section;
		report_line(report, REPORT_PLAIN, "%s = %s", option.key, text);
	}
	return 0;
}

/* --- status ------------------------------------------------------------------------------ */

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
	char text[TEXT_MAX];
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
		    "item", json_item(&item->item), "zone", report_json_text(item->item.zone),
		    "kind", item_kind_name(item->item.kind), "value",
		    report_json_text(item->item.value), "class", class_name(&item->item), "open",
		    item->open, "listed", item->listed, "permanent", item->permanent, "required",
		    item->required, "lost", item->lost, "until", report_json_time(item->until_us),
		    "listens", listeners_answer_name(item->listens), "ports",
		    json_strv(&item->ports), "at_risk", report_json_text(risk_name(item)),
		    "command", mending_json(item));

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
	              json_strv(&status->active_zones));
	json_t *watcher =
	    json_pack("{s:o, s:o}", "running",
	              status->watcher_known ? json_boolean(status->watcher_running) : json_null(),
	              "pid", json_id(status->watcher_pid));
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

/* --- restore and persist
 * -------------------------------------------------------------- */

/** report_action_deinit() - free all of it; may be called twice */
void report_action_deinit(struct report_action *action)
{
	for (size_t i = 0; i < action->n; i++) {
		item_deinit(&action->rows[i].item);
		free(action->rows[i].error);
	}
	free(action->rows);
	strv_deinit(&action->backups);
	*action = (struct report_action){0};
}

/**
 * report_action_add() - one more item
 * @item:    copied
 * @outcome: static
 *
 * Return: the row, valid until the next one is added; NULL when out of memory.
 */
struct report_action_row *report_action_add(struct report_action *action, const struct item *item,
                                            const char *outcome, enum report_color color)
{
	struct report_action_row row = {.outcome = outcome, .color = color};

	if (grow(&action->rows, &action->capacity, action->n + 1, sizeof(row)) < 0 ||
	    item_copy(&row.item, item) < 0)
		return NULL;
	action->rows[action->n] = row;
	return &action->rows[action->n++];
}

static json_t *action_json(const struct report_action *action)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < action->n; i++) {
		const struct report_action_row *row = &action->rows[i];

		json_array_append_new(
		    rows, json_pack("{s:o, s:o, s:s, s:o, s:o}", "item", json_item(&row->item),
		                    "verdict", report_json_text(row->verdict), "outcome",
		                    row->outcome, "error", report_json_text(row->error), "until",
		                    report_json_time(row->until_us)));
	}
	return json_pack("{s:b, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", action->ok,
	                 "dry_run", action->dry_run, "action", action->verb, "kind",
	                 report_json_text(action->kind), "wipe_id", json_id(action->wipe_id),
	                 "snapshot_id", json_id(action->snapshot_id), "took_ms",
	                 json_integer(action->took_us / 1000), "backups",
	                 json_strv(&action->backups), "items", rows);
}

/** report_action() - the answer of `restore` and `persist`; Return: 0 or -ENOMEM */
int report_action(const struct report *report, const struct report_action *action)
{
	static const char *const headings[] = {"ITEM", "OUTCOME", "WHY"};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, action_json(action));
	for (size_t i = 0; i < action->backups.n; i++)
		report_line(report, REPORT_PLAIN, "copied to %s", action->backups.strings[i]);
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < action->n; i++) {
		const struct report_action_row *row = &action->rows[i];
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &row->item) < 0)
			return -ENOMEM;
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, row->color, "%s", row->outcome);
		report_table_cell(&table, REPORT_PLAIN, "%s%s%s", row->verdict ? row->verdict : "",
		                  row->verdict && row->error ? ": " : "",
		                  row->error ? row->error : "");
	}
	return action->n > 0 ? report_table_print(report, &table) : 0;
}

/* --- lists
 * ---------------------------------------------------------------------------- */

static void list_begin(struct report_list *list, const struct report *report, const char *name,
                       const char *const *headings, size_t n)
{
	*list = (struct report_list){.report = report, .name = name};
	if (report->json) {
		list->rows = json_array();
		list->failed = !list->rows;
	} else {
		report_table_init(&list->table, headings, n);
	}
}

/* Takes the row, also a NULL that means out of memory. */
static void list_append(struct report_list *list, json_t *row)
{
	if (!row || json_array_append_new(list->rows, row) < 0)
		list->failed = true;
}

/** report_list_deinit() - free all of it; may be called twice */
void report_list_deinit(struct report_list *list)
{
	json_decref(list->rows);
	list->rows = NULL;
	report_table_deinit(&list->table);
	history_fold_deinit(&list->fold);
}

static void cell_time(struct report_list *list, int64_t us, const char *none)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(us, list->report->zone, text);
	report_table_cell(&list->table, REPORT_PLAIN, "%s", us ? text : none);
}

static enum report_color fate_color(const char *heading)
{
	return strstr(heading, "failed")     ? REPORT_BAD
	       : strstr(heading, "restored") ? REPORT_GOOD
	                                     : REPORT_PLAIN;
}

/* The rows stand from the newest to the oldest, so the last line goes first. */
static void put_fold_lines(struct report_list *list, const struct history_fold_lines *lines,
                           bool with_time)
{
	for (size_t i = lines->texts.n; i > 0; i--) {
		const char *heading = lines->headings.strings[i - 1];

		cell_time(list, with_time && i == 1 ? lines->at_us : 0, "");
		report_table_cell(&list->table, fate_color(heading), "%s", heading);
		report_table_cell(&list->table, REPORT_PLAIN, "%s", lines->texts.strings[i - 1]);
		report_table_cell(&list->table, REPORT_PLAIN, "%s", "");
	}
}

/* What happened after a wipe that lies before the time asked for; not what the limit cut off. */
static void put_orphans(struct report_list *list)
{
	while (list->fold.n > 0 && !report_history_is_full(list)) {
		_cleanup_history_fold_lines_ struct history_fold_lines lines =
		    HISTORY_FOLD_LINES_NULL;

		if (history_fold_give_any(&list->fold, &lines) < 0)
			list->failed = true;
		put_fold_lines(list, &lines, true);
		list->n_told++;
	}
}

/* Takes the array. */
static json_t *reversed(json_t *rows)
{
	json_t *other = json_array();

	for (size_t i = json_array_size(rows); other && i > 0; i--)
		json_array_append(other, json_array_get(rows, i - 1));
	json_decref(rows);
	return other;
}

/**
 * report_list_end() - write it
 * @nothing: what to say in text when there is no row
 *
 * Return: 0 or -ENOMEM.
 */
int report_list_end(struct report_list *list, const char *nothing)
{
	put_orphans(list);
	if (list->failed)
		return -ENOMEM;
	if (list->report->json) {
		json_t *rows = list->table.reversed ? reversed(list->rows) : list->rows;

		list->rows = NULL;
		return report_put_document(list->report, json_pack("{s:o}", list->name, rows));
	}
	if (report_table_n_rows(&list->table) == 0 && !list->table.failed) {
		report_line(list->report, REPORT_DIM, "%s", nothing);
		return 0;
	}
	return report_table_print(list->report, &list->table);
}

/** report_history_begin() - the answer of `history`; rows come in from the newest to the oldest */
void report_history_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"TIME", "WHAT", "", ""};

	list_begin(list, report, "history", headings, ARRAY_SIZE(headings));
	/* The store hands out the newest first; people read from then to now. */
	list->table.reversed = true;
}

/**
 * report_history_fold() - tell what a wipe took and what became of it under the wipe, in text
 * @limit: how many wipes and events are told; the rows of items do not count
 */
void report_history_fold(struct report_list *list, size_t limit)
{
	list->folded = !list->report->json;
	list->limit = limit;
}

/** report_history_is_full() - has a folded history what its limit allows? */
bool report_history_is_full(const struct report_list *list)
{
	return list->folded && list->n_told >= list->limit;
}

static json_t *history_json(const struct store_history_row *row)
{
	json_t *object = json_pack("{s:o, s:o, s:o, s:I}", "at", report_json_time(row->at_us),
	                           "kind", report_json_text(row->kind), "text",
	                           report_json_text(row->text), "id", (json_int_t)row->id);

	if (!object)
		return NULL;
	if (row->wipe_id)
		json_object_set_new(object, "wipe_id", json_integer(row->wipe_id));
	if (row->wipe_kind)
		json_object_set_new(object, "wipe_kind", report_json_text(row->wipe_kind));
	if (strcmp(row->kind, "wipe") == 0) {
		json_object_set_new(object, "finished", report_json_time(row->finished_us));
		json_object_set_new(object, "lost", json_integer(row->n_lost));
		json_object_set_new(object, "restored", json_integer(row->n_restored));
		json_object_set_new(object, "failed", json_integer(row->n_failed));
		json_object_set_new(object, "restore_ms",
		                    row->restore_ms < 0 ? json_null()
		                                        : json_integer(row->restore_ms));
	}
	if (row->outcome)
		json_object_set_new(object, "outcome", report_json_text(row->outcome));
	if (row->item)
		json_object_set_new(object, "item", report_json_text(row->item));
	if (row->verdict)
		json_object_set_new(object, "verdict", report_json_text(row->verdict));
	if (row->error)
		json_object_set_new(object, "error", report_json_text(row->error));
	if (row->started_us)
		json_object_set_new(object, "started", report_json_time(row->started_us));
	if (row->jail)
		json_object_set_new(object, "jail", report_json_text(row->jail));
	if (row->address)
		json_object_set_new(object, "address", report_json_text(row->address));
	if (row->how)
		json_object_set_new(object, "how", report_json_text(row->how));
	if (row->detail) {
		json_t *detail = json_loads(row->detail, 0, NULL);

		json_object_set_new(object, "detail",
		                    detail ? detail : report_json_text(row->detail));
	}
	return object;
}

/**
 * report_history_line() - one thing that happened, as one line of JSON
 *
 * Return: 0; -ENOMEM; -EIO.
 */
int report_history_line(const struct report *report, const struct store_history_row *row)
{
	json_t *object = history_json(row);
	int r;

	if (!object)
		return -ENOMEM;
	r = json_dumpf(object, report->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	return r == 0 && fputc('\n', report->out) != EOF ? 0 : -EIO;
}

static enum report_color history_color(const struct store_history_row *row)
{
	if (row->outcome && strcmp(row->outcome, "failed") == 0)
		return REPORT_BAD;
	if (strcmp(row->kind, "wipe") == 0)
		return row->n_failed || row->n_restored < row->n_lost ? REPORT_BAD : REPORT_WARN;
	if (strcmp(row->kind, "restore") == 0)
		return REPORT_GOOD;
	return REPORT_PLAIN;
}

/* The one word that says most about it. */
static const char *result_of(const struct store_history_row *row)
{
	if (strcmp(row->kind, "loss") == 0 && row->verdict)
		return row->verdict;
	if (row->outcome)
		return row->outcome;
	return row->how && strcmp(row->how, row->kind) != 0 ? row->how : "";
}

static void put_wipe_counts(struct report_table *table, const struct store_history_row *row,
                            const char *before)
{
	char after[TIMESPEC_TEXT_MAX] = "";

	if (row->restore_ms >= 0)
		timespec_format_duration(row->restore_ms * 1000, after);
	report_table_cell(table, REPORT_PLAIN, "%s%s%lld lost, %lld restored%s%s%s", before,
	                  before[0] ? ": " : "", (long long)row->n_lost, (long long)row->n_restored,
	                  after[0] ? " after " : "", after,
	                  row->finished_us ? "" : ", not finished");
}

/* One line for a wipe or an event, and under a wipe what it took. */
static void put_folded(struct report_list *list, const struct store_history_row *row)
{
	_cleanup_history_fold_lines_ struct history_fold_lines lines = HISTORY_FOLD_LINES_NULL;
	struct report_table *table = &list->table;
	bool is_wipe = strcmp(row->kind, "wipe") == 0;
	const char *result = result_of(row);

	if (is_wipe && history_fold_give(&list->fold, row->id, &lines) < 0)
		list->failed = true;
	put_fold_lines(list, &lines, false);
	cell_time(list, row->at_us, "");
	report_table_cell(table, history_color(row), "%s%s%s%s", row->kind, is_wipe ? " (" : "",
	                  is_wipe && row->wipe_kind ? row->wipe_kind : "", is_wipe ? ")" : "");
	if (is_wipe)
		put_wipe_counts(table, row, row->text);
	else
		report_table_cell(table, REPORT_PLAIN, "%s%s%s", row->text, result[0] ? ": " : "",
		                  result);
	report_table_cell(table, REPORT_PLAIN, "%s", "");
	list->n_told++;
}

/** report_history_row() - one thing that happened; a failure is kept for report_list_end() */
void report_history_row(struct report_list *list, const struct store_history_row *row)
{
	struct report_table *table = &list->table;
	bool is_wipe;

	if (list->report->json) {
		list_append(list, history_json(row));
		return;
	}
	if (list->folded) {
		if (strcmp(row->kind, "loss") != 0 && strcmp(row->kind, "restore") != 0)
			put_folded(list, row);
		else if (history_fold_take(&list->fold, row) < 0)
			list->failed = true;
		return;
	}
	cell_time(list, row->at_us, "");
	is_wipe = strcmp(row->kind, "wipe") == 0;
	report_table_cell(table, history_color(row), "%s%s%s%s", row->kind, is_wipe ? " (" : "",
	                  is_wipe && row->wipe_kind ? row->wipe_kind : "", is_wipe ? ")" : "");
	report_table_cell(table, REPORT_PLAIN, "%s", row->item ? row->item : row->text);
	if (is_wipe)
		put_wipe_counts(table, row, "");
	else
		report_table_cell(table, REPORT_PLAIN, "%s%s%s", result_of(row),
		                  row->error ? ": " : "", row->error ? row->error : "");
}

/** report_bans_begin() - the answer of `bans`; with @rules, whole rules in the last column */
void report_bans_begin(struct report_list *list, const struct report *report, int64_t now_us,
                       bool rules)
{
	static const char *const headings[] = {"ADDRESS", "JAIL",     "BANNED", "FOR",   "UNTIL",
	                                       "BEFORE",  "FAILURES", "SOURCE", "STATE", "RULE"};

	list_begin(list, report, "bans", headings, ARRAY_SIZE(headings));
	list->now_us = now_us;
	list->whole_rules = rules;
}

static int64_t ban_until(const struct store_ban *ban)
{
	if (ban->bantime_s < 0 || ban->bantime_s > (INT64_MAX - ban->time_us) / 1000000)
		return 0;
	return ban->time_us + ban->bantime_s * 1000000;
}

/*
 * fail2ban calls the same action at the end of a ban's time and for an unban by
 * hand: which of them it was, the time tells. It looks once a second.
 */
static const char *ban_state(const struct store_ban *ban)
{
	int64_t until_us = ban_until(ban);

	if (ban->active)
		return "banned";
	if (!ban->ended_how)
		return "expired";
	if (strcmp(ban->ended_how, "unban") == 0)
		return until_us && ban->ended_us >= until_us - 1500000 ? "expired" : "unbanned";
	if (strcmp(ban->ended_how, "flush") == 0)
		return "flushed";
	if (strcmp(ban->ended_how, "stop") == 0)
		return "stopped";
	return "ended";
}

/* fail2ban counts what it still knows of, the store what it has on record. */
static int64_t ban_before(const struct store_ban *ban)
{
	return ban->count - 1 > ban->before ? ban->count - 1 : ban->before;
}

static json_t *ban_lost_json(const struct store_ban_loss *loss)
{
	bool back = loss->restored_us >= loss->at_us && loss->restored_us;

	if (loss->n == 0)
		return json_null();
	return json_pack("{s:I, s:o, s:s, s:o, s:o, s:b}", "times", (json_int_t)loss->n, "at",
	                 report_json_time(loss->at_us), "in", wipe_kind_name(loss->kind),
	                 "restored", report_json_time(loss->restored_us), "restored_ms",
	                 back ? json_integer((loss->restored_us - loss->at_us) / 1000)
	                      : json_null(),
	                 "whole", loss->whole);
}

static json_t *ban_json(const struct store_ban *ban)
{
	json_t *row = json_pack(
	    "{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:b, s:o, s:o}", "id",
	    (json_int_t)ban->id, "jail", report_json_text(ban->jail), "address",
	    report_json_text(ban->address), "family", report_json_text(ban->family), "time",
	    report_json_time(ban->time_us), "until", report_json_time(ban_until(ban)), "bantime",
	    (json_int_t)ban->bantime_s, "failures", (json_int_t)ban->failures, "count",
	    (json_int_t)ban->count, "restored", ban->restored, "source",
	    report_json_text(ban->source), "rule", report_json_text(ban->rule), "active",
	    ban->active, "ended", report_json_time(ban->ended_us), "ended_how",
	    report_json_text(ban->ended_how));

	if (!row)
		return NULL;
	json_object_set_new(row, "state", json_string(ban_state(ban)));
	json_object_set_new(row, "before", json_integer(ban_before(ban)));
	json_object_set_new(row, "rules", ban->rules ? json_strv(ban->rules) : json_array());
	json_object_set_new(row, "lost", ban_lost_json(&ban->loss));
	return row;
}

static void cell_ban_duration(struct report_list *list, const struct store_ban *ban)
{
	char text[TIMESPEC_TEXT_MAX];

	if (ban->bantime_s < 0 || ban->bantime_s > INT64_MAX / 1000000) {
		report_table_cell(&list->table, REPORT_PLAIN, "%s", "-");
		return;
	}
	if (ban->bantime_s < 60)
		snprintf(text, sizeof(text), "%lld s", (long long)ban->bantime_s);
	else
		timespec_format_duration(ban->bantime_s * 1000000, text);
	report_table_cell(&list->table, REPORT_PLAIN, "%s", text);
}

static const char *ban_state_words(const char *state)
{
	return strcmp(state, "stopped") == 0   ? "ended: jail stopped"
	       : strcmp(state, "flushed") == 0 ? "ended: all unbanned"
	                                       : state;
}

static void cell_ban_state(struct report_list *list, const struct store_ban *ban)
{
	const struct store_ban_loss *loss = &ban->loss;
	char at[TIMESPEC_TEXT_MAX], after[TIMESPEC_TEXT_MAX];
	const char *state = ban_state_words(ban_state(ban));
	bool back = loss->restored_us >= loss->at_us && loss->restored_us;

	if (loss->n == 0) {
		report_table_cell(&list->table, ban->active ? REPORT_WARN : REPORT_DIM, "%s",
		                  state);
		return;
	}
	timespec_format_local(loss->at_us, list->report->zone, at);
	timespec_format_duration(loss->restored_us - loss->at_us, after);
	report_table_cell(&list->table,
	                  back && loss->whole ? REPORT_WARN
	                  : ban->active       ? REPORT_BAD
	                                      : REPORT_DIM,
	                  "%s; lost in %s %s, %s%s%s", state, wipe_kind_name(loss->kind), at,
	                  !back         ? "not restored"
	                  : loss->whole ? "restored after "
	                                : "restored in part after ",
	                  back ? after : "", loss->n > 1 ? " (and before)" : "");
}

/* "reject smtp/tcp": what people want to know of a rule whose address stands beside it. */
static void rule_words(char *out, size_t size, const char *text)
{
	static const char *const actions[] = {[RICHRULE_ACTION_NONE] = "",
	                                      [RICHRULE_ACTION_ACCEPT] = "accept",
	                                      [RICHRULE_ACTION_REJECT] = "reject",
	                                      [RICHRULE_ACTION_DROP] = "drop",
	                                      [RICHRULE_ACTION_MARK] = "mark"};
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;

	if (richrule_parse(&rule, text, NULL) != 0)
		snprintf(out, size, "%.60s", text);
	else if (rule.element == RICHRULE_ELEMENT_PORT)
		snprintf(out, size, "%s %.30s/%.8s", actions[rule.action], rule.port,
		         rule.protocol);
	else if (rule.element == RICHRULE_ELEMENT_SERVICE)
		snprintf(out, size, "%s %.40s", actions[rule.action], rule.value);
	else
		snprintf(out, size, "%s", actions[rule.action]);
}

static void cell_ban_rules(struct report_list *list, const struct store_ban *ban)
{
	char text[600] = "", words[80];
	size_t at = 0;

	for (size_t i = 0; ban->rules && i < ban->rules->n && at < sizeof(text) - 100; i++) {
		rule_words(words, sizeof(words), ban->rules->strings[i]);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? ", " : "", words);
	}
	if (!list->whole_rules) {
		report_table_cell(&list->table, REPORT_DIM, "%s", text);
		return;
	}
	/* one a line, under each other */
	report_table_cell(&list->table, REPORT_DIM, "%s",
	                  ban->rules && ban->rules->n ? ban->rules->strings[0] : "");
	for (size_t i = 1; ban->rules && i < ban->rules->n; i++) {
		for (size_t k = 1; k < list->table.n_columns; k++)
			report_table_cell(&list->table, REPORT_PLAIN, "%s", "");
		report_table_cell(&list->table, REPORT_DIM, "%s", ban->rules->strings[i]);
	}
}

/** report_bans_row() - one ban; a failure is kept for report_list_end() */
void report_bans_row(struct report_list *list, const struct store_ban *ban)
{
	struct report_table *table = &list->table;
	int64_t before = ban_before(ban);

	if (list->report->json) {
		list_append(list, ban_json(ban));
		return;
	}
	report_table_cell(table, REPORT_PLAIN, "%s", ban->address);
	report_table_cell(table, REPORT_PLAIN, "%s", ban->jail);
	cell_time(list, ban->time_us, "");
	cell_ban_duration(list, ban);
	cell_time(list, ban_until(ban), "for ever");
	report_table_cell(table, REPORT_PLAIN, "%lld%s", (long long)before,
	                  before >= 1000 ? "+" : "");
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)ban->failures);
	report_table_cell(table, REPORT_DIM, "%s", ban->source);
	cell_ban_state(list, ban);
	cell_ban_rules(list, ban);
}

/** report_snapshots_begin() - the answer of `snapshot list` */
void report_snapshots_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"ID",    "FIRST SEEN", "LAST SEEN", "TIMES",
	                                       "ITEMS", "GOOD",       "DIGEST"};

	list_begin(list, report, "snapshots", headings, ARRAY_SIZE(headings));
}

static json_t *snapshot_json(const struct store_snapshot *snapshot)
{
	return json_pack(
	    "{s:I, s:s, s:o, s:I, s:o, s:o, s:I, s:b, s:o, s:o, s:o}", "id",
	    (json_int_t)snapshot->id, "digest", snapshot->digest, "default_zone",
	    report_json_text(snapshot->default_zone), "n_items", (json_int_t)snapshot->n_items,
	    "first", report_json_time(snapshot->first_us), "last",
	    report_json_time(snapshot->last_us), "times_seen", (json_int_t)snapshot->times_seen,
	    "good", snapshot->good, "last_good", report_json_time(snapshot->good_us), "boot_id",
	    report_json_text(snapshot->boot_id), "instance", report_json_text(snapshot->instance));
}

/** report_snapshots_row() - one snapshot; a failure is kept for report_list_end() */
void report_snapshots_row(struct report_list *list, const struct store_snapshot *snapshot)
{
	struct report_table *table = &list->table;

	if (list->report->json) {
		list_append(list, snapshot_json(snapshot));
		return;
	}
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)snapshot->id);
	cell_time(list, snapshot->first_us, "");
	cell_time(list, snapshot->last_us, "");
	report_table_cell(table, REPORT_PLAIN, "%lld", (long long)snapshot->times_seen);
	report_table_cell(table, REPORT_PLAIN, "%zu", snapshot->n_items);
	report_table_cell(table, snapshot->good ? REPORT_GOOD : REPORT_DIM,
	                  snapshot->good ? "yes" : "no");
	report_table_cell(table, REPORT_DIM, "%.12s", snapshot->digest);
}

/** report_released_begin() - the answer of `release --list` */
void report_released_begin(struct report_list *list, const struct report *report)
{
	static const char *const headings[] = {"ITEM"};

	list_begin(list, report, "released", headings, ARRAY_SIZE(headings));
}

/** report_released_row() - one item; a failure is kept for report_list_end() */
void report_released_row(struct report_list *list, const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	if (list->report->json)
		list_append(list, json_item(item));
	else if (item_format(&text, item) < 0)
		list->failed = true;
	else
		report_table_cell(&list->table, REPORT_PLAIN, "%s", text);
}

/* --- the rest
 * ------------------------------------------------------------------------- */

/** report_snapshot_taken() - the answer of `snapshot take`; Return: 0 or -ENOMEM */
int report_snapshot_taken(const struct report *report, int64_t id, const struct firewall *fw,
                          bool good)
{
	char digest[FIREWALL_DIGEST_LENGTH + 1];

	firewall_digest(fw, digest);
	if (report->json)
		return report_put_document(
		    report, json_pack("{s:I, s:s, s:I, s:b}", "id", (json_int_t)id, "digest",
		                      digest, "n_items", (json_int_t)fw->n, "good", good));
	report_line(report, REPORT_PLAIN, "snapshot %lld: %zu item%s%s", (long long)id, fw->n,
	            fw->n == 1 ? "" : "s", good ? "" : ", not counted as good");
	return 0;
}

static const char *place_name(unsigned flags)
{
	switch (flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT)) {
	case FIREWALL_RUNTIME | FIREWALL_PERMANENT:
		return "both";
	case FIREWALL_RUNTIME:
		return "runtime";
	case FIREWALL_PERMANENT:
		return "permanent";
	default:
		return "none";
	}
}

static json_t *entries_json(const struct firewall *fw)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		json_array_append_new(
		    items,
		    json_pack("{s:o, s:b, s:b, s:b, s:b, s:o}", "item", json_item(&entry->item),
		              "runtime", (entry->flags & FIREWALL_RUNTIME) != 0, "permanent",
		              (entry->flags & FIREWALL_PERMANENT) != 0, "withdrawn",
		              (entry->flags & FIREWALL_WITHDRAWN) != 0, "edited",
		              (entry->flags & FIREWALL_EDITED) != 0, "until",
		              report_json_time(entry->until_us)));
	}
	return items;
}

static void cell_until(const struct report *report, struct report_table *table, int64_t us)
{
	char text[TIMESPEC_TEXT_MAX];

	timespec_format_local(us, report->zone, text);
	report_table_cell(table, REPORT_PLAIN, "%s%s", us ? "until " : "", us ? text : "");
}

/** report_snapshot() - the answer of `snapshot show`; Return: 0 or -ENOMEM */
int report_snapshot(const struct report *report, const struct store_snapshot *snapshot,
                    const struct firewall *fw)
{
	static const char *const headings[] = {"ITEM", "WHERE", ""};
	_cleanup_report_table_ struct report_table table = {0};
	char last[TIMESPEC_TEXT_MAX];

	if (report->json)
		return report_put_document(report, json_pack("{s:o, s:o}", "snapshot",
		                                             snapshot_json(snapshot), "items",
		                                             entries_json(fw)));
	timespec_format_local(snapshot->last_us, report->zone, last);
	report_line(report, REPORT_PLAIN, "snapshot %lld, last seen %s, default zone %s, %sgood",
	            (long long)snapshot->id, last,
	            snapshot->default_zone ? snapshot->default_zone : "not known",
	            snapshot->good ? "" : "not ");
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < fw->n; i++) {
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &fw->entries[i].item) < 0)
			return -ENOMEM;
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(fw->entries[i].flags));
		cell_until(report, &table, fw->entries[i].until_us);
	}
	return report_table_print(report, &table);
}

static const char *change_name(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_ADDED:
		return "added";
	case DIFF_REMOVED:
		return "removed";
	case DIFF_CHANGED:
		break;
	}
	return "changed";
}

static json_t *diff_json(int64_t a, int64_t b, const struct diff *diff)
{
	json_t *changes = json_array();

	for (size_t i = 0; changes && i < diff->n; i++) {
		const struct diff_change *change = &diff->changes[i];

		json_array_append_new(
		    changes, json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "change",
		                       change_name(change->kind), "item", json_item(&change->item),
		                       "before", place_name(change->flags_before), "after",
		                       place_name(change->flags_after), "until_before",
		                       report_json_time(change->until_before_us), "until_after",
		                       report_json_time(change->until_after_us)));
	}
	return json_pack("{s:b, s:I, s:o, s:o}", "equal", diff->n == 0, "a", (json_int_t)a, "b",
	                 json_id(b), "changes", changes);
}

/**
 * report_diff() - the answer of `snapshot diff`
 * @b: 0: what firewalld holds now
 *
 * Return: 0 or -ENOMEM.
 */
int report_diff(const struct report *report, int64_t a, int64_t b, const struct diff *diff)
{
	static const char *const headings[] = {"", "ITEM", "BEFORE", "AFTER"};
	static const char *const signs[] = {
	    [DIFF_ADDED] = "+", [DIFF_REMOVED] = "-", [DIFF_CHANGED] = "~"};
	static const enum report_color colors[] = {
	    [DIFF_ADDED] = REPORT_GOOD, [DIFF_REMOVED] = REPORT_BAD, [DIFF_CHANGED] = REPORT_WARN};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(report, diff_json(a, b, diff));
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_change *change = &diff->changes[i];
		_cleanup_free_ char *text = NULL;

		if (item_format(&text, &change->item) < 0)
			return -ENOMEM;
		report_table_cell(&table, colors[change->kind], "%s", signs[change->kind]);
		report_table_cell(&table, REPORT_PLAIN, "%s", text);
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(change->flags_before));
		report_table_cell(&table, REPORT_PLAIN, "%s", place_name(change->flags_after));
	}
	if (diff->n == 0)
		report_line(report, REPORT_DIM, "no difference");
	return diff->n > 0 ? report_table_print(report, &table) : 0;
}

/**
 * report_released() - the answer of `release ITEM` and `release --undo ITEM`
 * @presence: "open", "not open" or "unknown": what firewalld says of it
 *
 * Return: 0 or -ENOMEM.
 */
int report_released(const struct report *report, const struct item *item, bool undo,
                    const char *presence)
{
	_cleanup_free_ char *text = NULL;

	if (report->json)
		return report_put_document(report,
		                           json_pack("{s:o, s:b, s:s}", "item", json_item(item),
		                                     "released", !undo, "presence", presence));
	if (item_format(&text, item) < 0)
		return -ENOMEM;
	if (undo)
		report_line(report, REPORT_PLAIN, "%s is protected again", text);
	else if (strcmp(presence, "open") == 0)
		report_line(
		    report, REPORT_PLAIN,
		    "%s is released: it is open until the next reload, and will not be put back",
		    text);
	else
		report_line(report, REPORT_PLAIN, "%s is released: it will not be put back", text);
	return 0;
}
