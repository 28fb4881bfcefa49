// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/report/report-explain.h"
#include "guard/report/report-internal.h"
#include "guard/report/report-trust.h"

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

static json_t *wipe_bans_json(const struct picture *picture)
{
	const struct store_wipe_info *wipe = &picture->wipe;
	bool known = picture->wipe_bans.known || wipe->n_bans == 0;
	int64_t us = wipe->bans_restored_us ? wipe->bans_restored_us - wipe->at_us : -1;

	return json_pack(
	    "{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "addresses",
	    known ? json_integer((json_int_t)picture->wipe_bans.n) : json_null(), "lost",
	    (json_int_t)wipe->n_bans, "restored", (json_int_t)wipe->n_bans_restored, "ended",
	    (json_int_t)wipe->n_bans_ended, "left_out", (json_int_t)wipe->n_bans_left_out, "failed",
	    (json_int_t)wipe->n_bans_failed, "open", (json_int_t)store_wipe_n_bans_open(wipe),
	    "restore_ms", us < 0 ? json_null() : json_integer(us / 1000));
}

static json_t *wipe_json(const struct picture *picture)
{
	const struct store_wipe_info *wipe = &picture->wipe;
	int64_t us = wipe->restored_us ? wipe->restored_us - wipe->at_us : -1;

	return json_pack(
	    "{s:I, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "id",
	    (json_int_t)wipe->id, "kind", wipe_kind_name(wipe->kind), "cause",
	    report_json_text(wipe->cause), "at", report_json_time(wipe->at_us), "finished",
	    report_json_time(wipe->finished_us), "outcome", report_json_text(wipe->outcome), "gone",
	    (json_int_t)wipe->n_rows, "lost", (json_int_t)wipe->n_lost, "restored",
	    (json_int_t)wipe->n_restored, "failed", (json_int_t)wipe->n_failed, "skipped",
	    (json_int_t)wipe->n_skipped, "restore_ms",
	    us < 0 ? json_null() : json_integer(us / 1000), "bans", wipe_bans_json(picture));
}

static const char *risk_name(const struct status_item *item)
{
	if (!item->listed)
		return NULL;
	if (item->edited)
		return "edited";
	if (item->withdrawn)
		return "withdrawn";
	if (item->released)
		return "released";
	return status_item_is_runtime_only(item) ? "runtime-only" : NULL;
}

/* The line that makes it permanent; null: nothing is at risk. */
static json_t *mending_json(const struct status_item *item)
{
	_cleanup_free_ char *command = NULL;

	if (!risk_name(item))
		return json_null();
	return item_permanent_command(&command, &item->item) < 0 ? NULL : report_json_text(command);
}

/* Of what is remembered nobody knows whether it is so now. */
static json_t *now_json(const struct status *status, bool value)
{
	return status_is_remembered(status) ? json_null() : json_boolean(value);
}

static json_t *kernel_json(const struct status_item *item)
{
	return item->kernel == REMEMBERED_KERNEL_UNKNOWN
	           ? json_null()
	           : json_boolean(item->kernel == REMEMBERED_KERNEL_HAS);
}

static json_t *status_items_json(const struct status *status)
{
	json_t *items = json_array();

	for (size_t i = 0; items && i < status->n; i++) {
		const struct status_item *item = &status->items[i];
		json_t *row = json_pack(
		    "{s:o, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:o, s:s, s:o, s:o, "
		    "s:o}",
		    "item", report_json_item(&item->item), "zone",
		    report_json_text(item->item.zone), "kind", item_kind_name(item->item.kind),
		    "value", report_json_text(item->item.value), "class", class_name(&item->item),
		    "open", now_json(status, item->open), "listed", now_json(status, item->listed),
		    "kernel", kernel_json(item), "permanent", item->permanent, "required",
		    item->required, "lost", item->lost, "until", report_json_time(item->until_us),
		    "listens", listeners_answer_name(item->listens), "ports",
		    report_json_strv(&item->ports), "at_risk", report_json_text(risk_name(item)),
		    "command", mending_json(item));

		if (!row) {
			json_decref(items);
			return NULL;
		}
		report_json_append(&items, row);
	}
	return items;
}

static json_t *clients_json(const struct status *status)
{
	if (!status->counts.clients_known)
		return json_null();
	return json_pack("{s:I, s:I}", "ranges", (json_int_t)status->picture->clients.effective.n,
	                 "conflicts", (json_int_t)status->counts.n_cut_off);
}

/* Those with a binding. */
static bool is_active(const struct firewall_entry *entry)
{
	return (entry->item.kind == ITEM_INTERFACE || entry->item.kind == ITEM_SOURCE) &&
	       (entry->flags & FIREWALL_RUNTIME);
}

static int list_active_zones(struct strv *out, const struct picture *picture)
{
	const struct firewall *fw = &picture->firewall;
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if (is_active(&fw->entries[i]))
			r = strv_add_once(out, fw->entries[i].item.zone);
	return r;
}

static json_t *active_zones_json(const struct picture *picture)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;

	return list_active_zones(&zones, picture) < 0 ? NULL : report_json_strv(&zones);
}

static json_t *firewalld_json(const struct status *status)
{
	json_t *firewalld = json_pack(
	    "{s:b, s:s, s:b, s:o, s:o}", "reachable", status_is_reached(status), "state",
	    firewall_state_name(status->picture->state), "panic", status->picture->firewall.panic,
	    "default_zone", report_json_text(status->picture->firewall.default_zone),
	    "active_zones", active_zones_json(status->picture));

	report_remembered_set(&firewalld, status->picture);
	return firewalld;
}

static json_t *served_json(const struct status *status)
{
	json_t *served = json_array();

	for (size_t i = 0; served && i < ARRAY_SIZE(status->strangers); i++) {
		json_t *ports = report_explain_served_json(&status->strangers[i]);

		if (!ports || json_array_extend(served, ports) < 0) {
			json_decref(served);
			served = NULL;
		}
		json_decref(ports);
	}
	return served;
}

static json_t *status_json(const struct status *status)
{
	json_t *watcher = json_pack("{s:o, s:o}", "running",
	                            status->picture->watcher.known
	                                ? json_boolean(status->picture->watcher.running)
	                                : json_null(),
	                            "pid", report_json_id(status->picture->watcher.pid));
	bool usable = picture_knows(status->picture, PICTURE_STORE);
	json_t *store = json_pack(
	    "{s:b, s:o}", "usable", usable, "error",
	    usable ? json_null() : report_json_text(picture_why(status->picture, PICTURE_STORE)));

	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok",
	                 !status_is_degraded(status), "at",
	                 report_json_time(status->picture->now_us), "firewalld",
	                 firewalld_json(status), "watcher", watcher, "fail2ban",
	                 report_fail2ban_json(status->picture), "drift",
	                 report_mismatch_json(status), "clients", clients_json(status), "trusted",
	                 report_trusts_json(&status->picture->trusts), "store", store, "last_wipe",
	                 status->picture->has_wipe ? wipe_json(status->picture) : json_null(),
	                 "items", status_items_json(status), "served", served_json(status),
	                 "findings", report_findings_json(&status->findings));
}

/* firewalld had it once: what of it the kernel has now. */
static void put_remembered(struct report_table *table, const struct status *status,
                           const struct status_item *item)
{
	const struct ruleset_kernel *kernel = &status->picture->ruleset.kernel;

	if (kernel->shut)
		report_table_cell(table, REPORT_BAD, "the kernel lets nobody in");
	else if (item->kernel == REMEMBERED_KERNEL_HAS)
		report_table_cell(table, REPORT_PLAIN, "the kernel has its rule");
	else if (item->kernel == REMEMBERED_KERNEL_LACKS && item->listed)
		report_table_cell(table, REPORT_BAD, "the kernel has no rule for it");
	else
		report_table_cell(table, REPORT_DIM,
		                  item->listed ? "listed then" : "not listed then");
}

static const char *what_follows(const struct picture *picture)
{
	if (picture->state == FIREWALL_STATE_FAILED)
		return "runtime only, while FAILED";
	return picture_restores(picture) ? "runtime only, put back" : "runtime only, dropped";
}

static void put_permanence(const struct report *report, struct report_table *table,
                           const struct status *status, const struct status_item *item)
{
	char until[TIMESPEC_TEXT_MAX];

	if (item->until_us) {
		timespec_format_local(item->until_us, report->zone, until);
		report_table_cell(table, REPORT_PLAIN, "until %s", until);
	} else if (status_item_is_leaving(item)) {
		report_table_cell(table, REPORT_WARN, "closed (%s)",
		                  item->edited      ? "an edit removed it from its file"
		                  : item->withdrawn ? "removed from the permanent configuration"
		                                    : "released");
	} else if (item->permanent) {
		report_table_cell(table, REPORT_PLAIN, "permanent");
	} else if (item->listed) {
		report_table_cell(table, REPORT_WARN, "%s", what_follows(status->picture));
	} else {
		report_table_cell(table, REPORT_DIM, "not permanent");
	}
}

static void put_status_item(const struct report *report, struct report_table *table,
                            const struct status *status, const struct status_item *item)
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
	if (status_is_remembered(status))
		put_remembered(table, status, item);
	else if (item->open)
		report_table_cell(table, REPORT_GOOD, "open");
	else if (item->listed && status->picture->firewall.panic)
		report_table_cell(table, REPORT_BAD, "panic mode");
	else if (item->listed)
		report_table_cell(table, REPORT_WARN, "open, but no packet reaches %s%s",
		                  item_policy_name(item->item.zone) ? "" : "zone ",
		                  item->item.zone);
	else if (item->lost || item->required)
		report_table_cell(table, REPORT_BAD, item->lost ? "LOST" : "MISSING");
	else
		report_table_cell(table, REPORT_DIM, "not open");
	put_permanence(report, table, status, item);
	report_table_cell(table, item->listens == LISTENERS_YES ? REPORT_PLAIN : REPORT_DIM, "%s",
	                  words[item->listens]);
}

static int put_firewalld_line(const struct report *report, const struct status *status)
{
	const struct picture *picture = status->picture;
	const char *zone = picture->firewall.default_zone;
	_cleanup_strv_ struct strv zones = STRV_NULL;
	bool fine = picture->state == FIREWALL_STATE_RUNNING && !picture->firewall.panic;
	char text[1024] = "", since[TIMESPEC_TEXT_MAX];

	if (list_active_zones(&zones, picture) < 0)
		return -ENOMEM;
	for (size_t i = 0, n = 0; i < zones.n && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? ", " : "",
		                      zones.strings[i]);
	timespec_format_local(picture->silent_since_us, report->zone, since);
	if (!status_is_reached(status))
		report_line(report, REPORT_BAD, "firewalld  %s%s%s",
		            picture_unreached_words(picture),
		            picture->silent_since_us ? " since " : "",
		            picture->silent_since_us ? since : "");
	else
		report_line(report, fine ? REPORT_PLAIN : REPORT_BAD,
		            "firewalld  %s%s; default zone %s; active zones: %s",
		            firewall_state_name(picture->state),
		            picture->firewall.panic ? ", PANIC MODE" : "",
		            zone ? zone : "not known", text[0] ? text : "none");
	return 0;
}

static void put_wipe_line(const struct report *report, const struct store_wipe_info *wipe)
{
	char at[TIMESPEC_TEXT_MAX], took[TIMESPEC_TEXT_MAX], counts[160] = "no items lost";
	size_t left_out = wipe->n_rows - wipe->n_lost - wipe->n_bans;
	char left[32] = "";
	bool whole = wipe->n_restored + wipe->n_skipped >= wipe->n_lost && wipe->n_failed == 0;

	timespec_format_local(wipe->at_us, report->zone, at);
	timespec_format_duration(wipe->restored_us - wipe->at_us, took);
	if (wipe->n_lost)
		snprintf(counts, sizeof(counts), "%zu item%s lost, %zu restored%s%s", wipe->n_lost,
		         text_plural(wipe->n_lost), wipe->n_restored,
		         wipe->restored_us ? " in " : "", wipe->restored_us ? took : "");
	if (left_out)
		snprintf(left, sizeof(left), ", %zu left out", left_out);
	report_line(report, whole ? REPORT_PLAIN : REPORT_BAD, "%-11s%s: %s; %s%s%s",
	            wipe_kind_words(wipe->kind), at, wipe->cause ? wipe->cause : "cause unknown",
	            counts, left, wipe->finished_us ? "" : "; not finished");
}

static void add_number(struct builder *text, size_t n, const char *words)
{
	if (n)
		builder_addf(text, ", %zu %s", n, words);
}

static void put_wipe_bans_line(const struct report *report, const struct picture *picture)
{
	const struct store_wipe_info *wipe = &picture->wipe;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	const struct picture_bans bans = picture_wipe_bans(picture);
	char took[TIMESPEC_TEXT_MAX];
	const size_t open = bans.open;

	if (wipe->n_bans == 0)
		return;
	timespec_format_duration(wipe->bans_restored_us - wipe->at_us, took);
	builder_addf(&text, "%zu lost, %zu restored%s%s", bans.n, bans.restored,
	             wipe->bans_restored_us ? " in " : "", wipe->bans_restored_us ? took : "");
	add_number(&text, bans.by_fail2ban, "put back by fail2ban");
	add_number(&text, bans.ended, "ended");
	add_number(&text, bans.left_out, "left out");
	add_number(&text, bans.failed, "failed");
	if (bans.n != wipe->n_bans || bans.rules)
		builder_addf(&text, " (%zu rules)", wipe->n_bans);
	if (open && picture->fail2ban == FAIL2BAN_RUNNING)
		builder_addf(&text, ", %zu still being restored", open);
	else if (open)
		builder_addf(&text, ", %zu wait%s for fail2ban, which is %s", open,
		             open == 1 ? "s" : "", fail2ban_state_name(picture->fail2ban));
	if (!text.failed)
		report_line(report,
		            wipe->n_bans_failed ? REPORT_BAD
		            : open              ? REPORT_WARN
		                                : REPORT_PLAIN,
		            "its bans   %s", text.text);
}

static void put_clients_line(const struct report *report, const struct status *status)
{
	const char *plural = text_plural(status->picture->clients.effective.n);

	if (!status->counts.clients_known)
		return;
	if (status->picture->clients.effective.n == 0)
		report_line(report, REPORT_DIM, "clients    no ranges known");
	else if (status->counts.n_cut_off == 0)
		report_line(report, REPORT_PLAIN, "clients    %zu range%s, no conflicts",
		            status->picture->clients.effective.n, plural);
	else
		report_line(report, REPORT_BAD,
		            "clients    %zu range%s, %zu conflict%s (reload-guard conflicts)",
		            status->picture->clients.effective.n, plural, status->counts.n_cut_off,
		            text_plural(status->counts.n_cut_off));
}

static int put_surroundings(const struct report *report, const struct status *status)
{
	if (put_firewalld_line(report, status) < 0)
		return -ENOMEM;
	if (!status->picture->watcher.known)
		report_line(report, REPORT_WARN, "watcher    unknown");
	else if (!status->picture->watcher.running)
		report_line(report, REPORT_BAD, "watcher    does not run");
	else if (status->picture->watcher.pid)
		report_line(report, REPORT_GOOD, "watcher    runs (pid %lld)",
		            (long long)status->picture->watcher.pid);
	else
		report_line(report, REPORT_GOOD, "watcher    runs");
	if (!picture_knows(status->picture, PICTURE_STORE))
		report_line(report, REPORT_WARN, "store      %s",
		            picture_why(status->picture, PICTURE_STORE));
	else if (!status->picture->has_wipe)
		report_line(report, REPORT_PLAIN, "reload     none recorded");
	if (status->picture->has_wipe)
		put_wipe_line(report, &status->picture->wipe);
	if (status->picture->has_wipe)
		put_wipe_bans_line(report, status->picture);
	report_trusts_put(report, &status->picture->trusts, status->picture->now_us);
	report_fail2ban_put(report, status->picture);
	report_mismatch_put(report, status);
	put_clients_line(report, status);
	return 0;
}

static int put_strangers(const struct report *report, const struct status *status)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(status->strangers) && r == 0; i++) {
		if (status->strangers[i].n_ports == 0)
			continue;
		r = report_explain_put(report, &status->strangers[i]);
		report_line(report, REPORT_PLAIN, "%s", "");
	}
	return r;
}

/** report_status() - the answer of `status`; Return: 0 or -ENOMEM */
int report_status(const struct report *report, const struct status *status)
{
	static const char *const headings[] = {"ITEM", "NOW", "AFTER A RELOAD", "SERVICE"};
	_cleanup_report_table_ struct report_table table = {0};
	int r = 0;

	if (report->json)
		return report_put_document(report, status_json(status));
	if (!status_is_remembered(status) && !status_is_bare(status))
		r = report_headline_put(report, status);
	if (r < 0)
		return r;
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < status->n; i++)
		put_status_item(report, &table, status, &status->items[i]);
	report_remembered_put(report, status->picture);
	if (status->n > 0) {
		r = report_table_print(report, &table);
		report_line(report, REPORT_PLAIN, "%s", "");
	} else if (status_is_reached(status)) {
		report_line(report, REPORT_WARN, "No protected item in any watched zone.");
		report_line(report, REPORT_PLAIN, "%s", "");
	}
	if (r == 0)
		r = put_strangers(report, status);
	if (r == 0)
		r = put_surroundings(report, status);
	if (status->findings.n > 0)
		report_line(report, REPORT_PLAIN, "%s", "");
	report_findings_put(report, &status->findings);
	return r;
}
