// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-probe.h"

#include <errno.h>
#include <string.h>

#include "guard/base/text.h"
#include "guard/report/report-internal.h"

#define SOON_US (INT64_C(14) * 24 * 3600 * 1000000)

static const struct {
	unsigned fault;
	const char *code, *words;
} faults[] = {
    {TLS_CERT_EXPIRED, "expired", "the certificate has expired"},
    {TLS_CERT_NOT_YET, "not-yet-valid", "the certificate is not valid yet"},
    {TLS_CERT_WRONG_NAME, "wrong-name", "the certificate is for another name"},
    {TLS_CERT_UNTRUSTED, "untrusted", "the certificate is not trusted"},
};

/* What is wrong with its certificate, but for what was asked for. */
static unsigned faults_of(const struct report_probe *probe)
{
	return probe->result.tls.faults & ~(probe->insecure ? (unsigned)TLS_CERT_UNTRUSTED : 0U);
}

/** report_probe_is_fine() - does it serve, with a certificate that clients take? */
bool report_probe_is_fine(const struct report_probe *probe)
{
	return probe->result.outcome == PROBE_SERVES && faults_of(probe) == 0;
}

static json_t *tls_json(const struct tls_facts *tls)
{
	json_t *codes = json_array();

	for (size_t i = 0; codes && i < ARRAY_SIZE(faults); i++)
		if (tls->faults & faults[i].fault)
			report_json_append(&codes, json_string(faults[i].code));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "version", report_json_text(tls->version),
	                 "subject", report_json_text(tls->subject), "expires",
	                 report_json_time(tls->until_us), "faults", codes, "reason",
	                 tls->reason[0] ? report_json_text(tls->reason) : json_null());
}

static json_t *probe_json(const struct report_probe *probe)
{
	const struct probe_result *result = &probe->result;

	return json_pack(
	    "{s:s, s:i, s:o, s:s, s:b, s:s, s:o, s:o, s:b, s:f, s:o}", "address", probe->address,
	    "port", (int)probe->port, "service", report_json_text(probe->service), "outcome",
	    probe_outcome_name(result->outcome), "fine", report_probe_is_fine(probe), "meaning",
	    probe_outcome_meaning(result->outcome), "detail",
	    result->detail[0] ? report_json_text(result->detail) : json_null(), "greeting",
	    result->greeting[0] ? report_json_text(result->greeting) : json_null(), "starttls",
	    result->starttls, "connect_ms", (double)result->connect_us / 1e3, "tls",
	    result->secured ? tls_json(&result->tls) : json_null());
}

static int put_json(const struct report *report, const char *host,
                    const struct report_probe *probes, size_t n)
{
	json_t *rows = json_array();
	bool fine = true;

	for (size_t i = 0; rows && i < n; i++) {
		fine = fine && report_probe_is_fine(&probes[i]);
		report_json_append(&rows, probe_json(&probes[i]));
	}
	return report_put_document(report,
	                           json_pack("{s:o, s:b, s:o}", "host", report_json_text(host),
	                                     "fine", fine, "probes", rows));
}

static enum report_color color_of(const struct report_probe *probe)
{
	if (probe->result.outcome != PROBE_SERVES)
		return REPORT_BAD;
	return faults_of(probe) ? REPORT_WARN : REPORT_GOOD;
}

/* "TLSv1.3, mail.example.org until 2027-01-01 12:00", or how TLS could be had. */
static void put_tls(const struct report *report, struct report_table *table,
                    const struct report_probe *probe, int64_t now_us)
{
	const struct tls_facts *tls = &probe->result.tls;
	char until[TIMESPEC_TEXT_MAX];

	if (!probe->result.secured) {
		report_table_cell(table, REPORT_PLAIN, "%s",
		                  probe->result.starttls ? "STARTTLS offered" : "");
		return;
	}
	timespec_format_local(tls->until_us, report->zone, until);
	report_table_cell(
	    table,
	    faults_of(probe) || tls->until_us - now_us < SOON_US ? REPORT_WARN : REPORT_PLAIN,
	    "%s%s, certificate for %s, valid until %s", probe->result.starttls ? "STARTTLS, " : "",
	    tls->version, tls->subject[0] ? tls->subject : "no name", until);
}

static int put_table(const struct report *report, const struct report_probe *probes, size_t n,
                     int64_t now_us)
{
	static const char *const headings[] = {"ADDRESS", "PORT", "SERVICE",
	                                       "OUTCOME", "MS",   "TLS"};
	_cleanup_report_table_ struct report_table table;

	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < n; i++) {
		const struct report_probe *probe = &probes[i];

		report_table_cell(&table, REPORT_PLAIN, "%s", probe->address);
		report_table_cell(&table, REPORT_PLAIN, "%u/tcp", probe->port);
		report_table_cell(&table, REPORT_PLAIN, "%s", probe->service ? probe->service : "");
		report_table_cell(&table, color_of(probe), "%s",
		                  probe_outcome_name(probe->result.outcome));
		if (probe->result.connect_us)
			report_table_cell(&table, REPORT_PLAIN, "%.1f",
			                  (double)probe->result.connect_us / 1000.0);
		else
			report_table_cell(&table, REPORT_PLAIN, "%s", "");
		put_tls(report, &table, probe, now_us);
	}
	return report_table_print(report, &table);
}

static void put_detail(const struct report *report, const struct report_probe *probe)
{
	const struct tls_facts *tls = &probe->result.tls;
	char text[2 * sizeof(probe->result.detail)];

	if (probe->result.detail[0]) {
		text_escape(text, sizeof(text), probe->result.detail);
		report_line(report, REPORT_PLAIN, "%s port %u: %s", probe->address, probe->port,
		            text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (tls->faults & faults[i].fault)
			report_line(
			    report, faults_of(probe) & faults[i].fault ? REPORT_WARN : REPORT_DIM,
			    "%s port %u: %s%s%s", probe->address, probe->port, faults[i].words,
			    faults[i].fault == TLS_CERT_UNTRUSTED ? ": " : "",
			    faults[i].fault == TLS_CERT_UNTRUSTED ? tls->reason : "");
}

/* What each outcome that came up means, once. */
static void put_meanings(const struct report *report, const struct report_probe *probes, size_t n)
{
	for (unsigned outcome = PROBE_SERVES + 1; outcome < PROBE_N_OUTCOMES; outcome++) {
		for (size_t i = 0; i < n; i++) {
			if ((unsigned)probes[i].result.outcome != outcome)
				continue;
			report_line(report, REPORT_PLAIN, "%s: %s",
			            probe_outcome_name(probes[i].result.outcome),
			            probe_outcome_meaning(probes[i].result.outcome));
			break;
		}
	}
}

/**
 * report_probes() - the answer of `probe`
 * @host:   as it was asked for
 * @now_us: microseconds since the epoch, UTC; colours what expires soon
 *
 * Return: 0 or -ENOMEM.
 */
int report_probes(const struct report *report, const char *host, const struct report_probe *probes,
                  size_t n, int64_t now_us)
{
	if (report->json)
		return put_json(report, host, probes, n);
	if (put_table(report, probes, n, now_us) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		put_detail(report, &probes[i]);
	put_meanings(report, probes, n);
	return 0;
}
