// SPDX-License-Identifier: GPL-2.0-or-later
#include "build-config.h"

#include "guard/report/metrics.h"

#include <errno.h>
#include <string.h>

#include "guard/base/text.h"

/** metrics_deinit() - free the jails */
void metrics_deinit(struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->n_jails; i++)
		free(metrics->jails[i].name);
	free(metrics->jails);
	*metrics = METRICS_NULL;
}

/** metrics_count_ban() - one more active ban of a jail; Return: 0 or -ENOMEM */
int metrics_count_ban(struct metrics *metrics, const char *jail)
{
	for (size_t i = 0; i < metrics->n_jails; i++) {
		if (strcmp(metrics->jails[i].name, jail) == 0) {
			metrics->jails[i].n_active++;
			return 0;
		}
	}
	if (grow(&metrics->jails, &metrics->capacity, metrics->n_jails + 1,
	         sizeof(*metrics->jails)) < 0)
		return -ENOMEM;
	metrics->jails[metrics->n_jails].name = strdup(jail);
	if (!metrics->jails[metrics->n_jails].name)
		return -ENOMEM;
	metrics->jails[metrics->n_jails++].n_active = 1;
	return 0;
}

/* --- the format -------------------------------------------------------------------------- */

static void family(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP reload_guard_%s %s\n# TYPE reload_guard_%s gauge\n", name, help, name);
}

/* The three characters that the format escapes; control characters and broken UTF-8 before. */
static void put_label_value(FILE *out, const char *value)
{
	_cleanup_free_ char *escaped = NULL;

	if (text_escape_new(&escaped, value) < 0)
		return;
	for (const char *at = escaped; *at; at++) {
		if (*at == '\\' || *at == '"')
			fputc('\\', out);
		fputc(*at, out);
	}
}

static void sample(FILE *out, const char *name, const char *label, const char *label_value,
                   double value)
{
	fprintf(out, "reload_guard_%s", name);
	if (label) {
		fprintf(out, "{%s=\"", label);
		put_label_value(out, label_value);
		fputs("\"}", out);
	}
	fprintf(out, " %.15g\n", value);
}

static void single(FILE *out, const char *name, const char *help, double value)
{
	family(out, name, help);
	sample(out, name, NULL, NULL, value);
}

/* --- the families ------------------------------------------------------------------------ */

struct item_counts {
	double open, missing, unreached, runtime_only, leaving;
};

static struct item_counts count_items(const struct status *status)
{
	struct item_counts counts = {0};

	for (size_t i = 0; i < status->n; i++) {
		const struct status_item *item = &status->items[i];

		counts.open += item->open;
		counts.unreached += item->listed && !item->open;
		counts.missing += !item->listed && (item->lost || item->required);
		counts.runtime_only += status_item_is_runtime_only(item);
		counts.leaving += status_item_is_leaving(item);
	}
	return counts;
}

static void put_items(const struct status *status, FILE *out)
{
	struct item_counts counts = count_items(status);

	if (!status_is_reached(status))
		return; /* not known is not nought */
	family(out, "protected_items", "Protected services and ports, by whether they are open.");
	sample(out, "protected_items", "state", "open", counts.open);
	sample(out, "protected_items", "state", "missing", counts.missing);
	sample(out, "protected_items", "state", "unreached", counts.unreached);
	single(out, "runtime_only_items",
	       "Protected items that the next reload drops, because they are not permanent.",
	       counts.runtime_only);
	single(out, "leaving_items",
	       "Protected items removed from the permanent configuration, which the next reload "
	       "closes.",
	       counts.leaving);
}

static void put_wipe(const struct status *status, FILE *out)
{
	const struct store_wipe_info *wipe = &status->picture->wipe;

	if (!status->picture->has_wipe)
		return;
	single(out, "last_wipe_number",
	       "Number of the last reload, restart or reboot, counted up with each.",
	       (double)wipe->id);
	family(out, "last_wipe_timestamp_seconds",
	       "When the last reload, restart or reboot was noticed.");
	sample(out, "last_wipe_timestamp_seconds", "kind", wipe_kind_name(wipe->kind),
	       (double)wipe->at_us / 1e6);
	family(out, "last_wipe_items",
	       "What the last reload, restart or reboot took, and what was restored of it.");
	sample(out, "last_wipe_items", "outcome", "lost", (double)wipe->n_lost);
	sample(out, "last_wipe_items", "outcome", "restored", (double)wipe->n_restored);
	sample(out, "last_wipe_items", "outcome", "failed", (double)wipe->n_failed);
	if (wipe->restored_us)
		single(out, "last_restore_seconds",
		       "From the last reload, restart or reboot to its last restored item.",
		       (double)(wipe->restored_us - wipe->at_us) / 1e6);
}

static void put_findings(const struct status *status, FILE *out)
{
	const struct findings *findings = &status->findings;
	double counts[FINDING_N_SEVERITIES] = {0};

	for (size_t i = 0; i < findings->n; i++)
		counts[findings->findings[i].severity]++;
	family(out, "findings", "Findings of status, by severity.");
	for (unsigned i = 0; i < FINDING_N_SEVERITIES; i++)
		sample(out, "findings", "severity", finding_severity_name((enum finding_severity)i),
		       counts[i]);
	family(out, "check_findings", "Findings of status, by check.");
	for (size_t i = 0; i < CHECKS_N; i++) {
		double n = 0;

		for (size_t k = 0; k < findings->n; k++)
			n += strcmp(findings->findings[k].name, checks[i]->name) == 0;
		if (checks[i]->status)
			sample(out, "check_findings", "check", checks[i]->name, n);
	}
}

static void put_bans(const struct metrics *metrics, FILE *out)
{
	if (!picture_knows(metrics->status->picture, PICTURE_STORE))
		return;
	family(out, "active_bans", "Bans on record that are active, by jail.");
	for (size_t i = 0; i < metrics->n_jails; i++)
		sample(out, "active_bans", "jail", metrics->jails[i].name,
		       (double)metrics->jails[i].n_active);
}

static void put_clients(const struct status *status, FILE *out)
{
	if (!status->counts.clients_known)
		return;
	single(out, "client_ranges", "Ranges that legitimate clients come from.",
	       (double)status->picture->clients.effective.n);
	single(out, "client_conflicts", "Rules and bans that block some of them.",
	       (double)status->counts.n_cut_off);
}

/**
 * metrics_print() - all of it
 * @out: borrowed
 *
 * What is not known is left out; a family without a sample is none.
 *
 * Return: 0 or -EIO.
 */
int metrics_print(const struct metrics *metrics, FILE *out)
{
	const struct status *status = metrics->status;

	family(out, "build_info", "The version of reload-guard.");
	sample(out, "build_info", "version", PACKAGE_VERSION, 1);
	single(out, "firewalld_up", "Whether firewalld answers and is in state RUNNING.",
	       status_is_reached(status) && status->picture->state == FIREWALL_STATE_RUNNING);
	if (status->picture->watcher.known)
		single(out, "watcher_up", "Whether the watcher runs.",
		       status->picture->watcher.running);
	if (status->picture->fail2ban != FAIL2BAN_UNKNOWN)
		single(out, "fail2ban_up", "Whether fail2ban answers.",
		       status->picture->fail2ban == FAIL2BAN_RUNNING);
	single(out, "store_up", "Whether the store can be read.",
	       picture_knows(status->picture, PICTURE_STORE));
	if (status_is_reached(status))
		single(out, "panic_mode", "Whether firewalld drops everything.",
		       status->picture->firewall.panic);
	put_items(status, out);
	put_wipe(status, out);
	put_bans(metrics, out);
	put_clients(status, out);
	put_findings(status, out);
	single(out, "scrape_timestamp_seconds", "When these metrics were collected.",
	       (double)status->picture->now_us / 1e6);
	single(out, "scrape_duration_seconds", "How long collecting them took.",
	       (double)metrics->took_us / 1e6);
	fputs("# EOF\n", out);
	return ferror(out) ? -EIO : 0;
}
