// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-trust.h"

#include <errno.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/report/report-explain.h"
#include "guard/report/report-internal.h"

/* Of so many bans of a network each is named. */
#define BANS_SHOWN_MAX 5

/* --- what it has come to ------------------------------------------------------------------ */

static const char *change_name(enum explain_change change)
{
	static const char *const names[] = {
	    [EXPLAIN_CHANGE_NEEDLESS] = "needless",
	    [EXPLAIN_CHANGE_HELPED] = "helped",
	    [EXPLAIN_CHANGE_SHUT] = "still-shut",
	    [EXPLAIN_CHANGE_UNKNOWN] = "unknown",
	};

	return names[change];
}

static bool is_ban_of(const struct report_trust *done, const struct ticket *ticket)
{
	const struct explain *explain = done->after;
	const struct jail *jail = tickets_jail(explain->tickets, ticket->jail);

	return ticket->has_cidr && ticket_is_live(ticket, explain->now_us) &&
	       !(jail && jail_lets_in(jail)) &&
	       (cidr_contains(&ticket->cidr, done->range) ||
	        cidr_contains(done->range, &ticket->cidr));
}

static json_t *bans_json(const struct report_trust *done)
{
	const struct tickets *tickets = done->after->tickets;
	json_t *list = tickets ? json_array() : json_null();

	for (size_t i = 0; list && tickets && i < tickets->n; i++)
		if (is_ban_of(done, &tickets->tickets[i]))
			report_json_append(
			    &list, json_pack("{s:o, s:o, s:o}", "jail",
			                     report_json_text(tickets->tickets[i].jail), "address",
			                     report_json_text(tickets->tickets[i].address), "until",
			                     report_json_time(tickets->tickets[i].end_us)));
	return list;
}

static json_t *ports_json(const struct report_trust *done)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < done->after->n_ports; i++) {
		const struct explain_port *was = &done->before->ports[i];
		const struct explain_port *is = &done->after->ports[i];

		report_json_append(&list,
		                   json_pack("{s:i, s:s, s:o, s:s, s:s, s:b, s:s}", "port",
		                             (int)is->port, "protocol", is->protocol, "service",
		                             report_json_text(is->service), "before",
		                             verdict_action_name(was->verdict.action), "now",
		                             verdict_action_name(is->verdict.action), "certain",
		                             is->verdict.certain && was->verdict.certain, "listens",
		                             listeners_answer_name(is->listens)));
	}
	return list;
}

static json_t *reasons_json(const struct explain *explain)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < explain->n_reasons; i++)
		report_json_append(&list, report_explain_reason_json(explain, i));
	return list;
}

static json_t *trust_json(const struct store_trust *trust)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:b}", "address", trust->address, "since",
	                 report_json_time(trust->since_us), "until",
	                 report_json_time(trust->until_us), "note", report_json_text(trust->note),
	                 "held", trust->held);
}

static json_t *done_json(const struct report_trust *done)
{
	char host[CIDR_TEXT_LENGTH];

	cidr_format(&done->after->packet.source, host);
	return json_pack("{s:o, s:b, s:s, s:s, s:o, s:o, s:o, s:o}", "trusted",
	                 trust_json(done->trust), "renewed", done->renewed, "result",
	                 change_name(explain_compare(done->before, done->after)), "host", host,
	                 "ports", ports_json(done), "before", reasons_json(done->before), "now",
	                 reasons_json(done->after), "bans", bans_json(done));
}

static int put_ports(const struct report *report, const struct report_trust *done)
{
	static const char *const headings[] = {"PORT", "SERVICE", "BEFORE", "NOW"};
	_cleanup_report_table_ struct report_table table = {0};

	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < done->after->n_ports; i++) {
		const struct explain_port *was = &done->before->ports[i];
		const struct explain_port *is = &done->after->ports[i];
		bool open = is->verdict.action == VERDICT_ACCEPT;

		report_table_cell(&table, REPORT_PLAIN, "%u/%s", is->port, is->protocol);
		report_table_cell(&table, REPORT_PLAIN, "%s", is->service ? is->service : "");
		report_table_cell(&table, REPORT_PLAIN, "%s%s", report_explain_verdict(was),
		                  was->verdict.certain ? "" : "?");
		report_table_cell(&table, open ? REPORT_GOOD : REPORT_BAD, "%s%s%s",
		                  report_explain_verdict(is), is->verdict.certain ? "" : "?",
		                  open && is->listens == LISTENERS_NO ? ", nothing listens" : "");
	}
	return report_table_print(report, &table);
}

static int put_reasons(const struct report *report, const struct explain *explain)
{
	int r = 0;

	for (size_t i = 0; i < explain->n_reasons && r == 0; i++)
		r = report_explain_reason(report, explain, i);
	return r;
}

static int put_result(const struct report *report, const struct report_trust *done)
{
	switch (explain_compare(done->before, done->after)) {
	case EXPLAIN_CHANGE_NEEDLESS:
		report_line(report, REPORT_PLAIN, "%s",
		            done->renewed
		                ? "All that is served was open to it before, too: it was trusted "
		                  "already."
		                : "The firewall was not the reason: all that is served was open "
		                  "to it before.");
		return 0;
	case EXPLAIN_CHANGE_HELPED:
		report_line(report, REPORT_GOOD, "%s",
		            "The firewall was the reason. This kept it out before, and does so "
		            "again afterwards:");
		return put_reasons(report, done->before);
	case EXPLAIN_CHANGE_SHUT:
		report_line(report, REPORT_BAD, "%s",
		            "This does not help: zone trusted does not come before what keeps it "
		            "out. That is:");
		return put_reasons(report, done->after);
	case EXPLAIN_CHANGE_UNKNOWN:
		break;
	}
	report_line(report, REPORT_WARN, "%s",
	            "Whether that helps is not certain. To see why, type: reload-guard explain "
	            "ADDRESS");
	return 0;
}

static void put_ban(const struct report *report, const struct ticket *ticket)
{
	_cleanup_free_ char *command = NULL;

	if (shell_printf(&command, "fail2ban-client set %s unbanip %s", ticket->jail,
	                 ticket->address) < 0)
		return;
	report_line(report, REPORT_WARN, "Jail %s bans %s. To end that ban:", ticket->jail,
	            ticket->address);
	report_command(report, REPORT_GOOD, "    ", command);
	report_explain_spared(report, "", ticket->jail, &ticket->cidr);
}

static void put_bans(const struct report *report, const struct report_trust *done)
{
	const struct tickets *tickets = done->after->tickets;
	size_t n = 0;

	for (size_t i = 0; tickets && i < tickets->n; i++)
		if (is_ban_of(done, &tickets->tickets[i]) && n++ < BANS_SHOWN_MAX)
			put_ban(report, &tickets->tickets[i]);
	if (n > BANS_SHOWN_MAX)
		report_line(report, REPORT_WARN, "And %zu more bans.", n - BANS_SHOWN_MAX);
}

static void put_end(const struct report *report, const struct report_trust *done)
{
	char until[TIMESPEC_TEXT_MAX], left[TIMESPEC_TEXT_MAX];

	timespec_format_local(done->trust->until_us, report->zone, until);
	timespec_format_duration(done->trust->until_us - done->after->now_us, left);
	report_line(report, REPORT_GOOD, "%s is %s until %s (%s).", done->trust->address,
	            done->renewed ? "trusted now" : "trusted", until, left);
	report_line(report, REPORT_PLAIN, "%s",
	            "Everything is open to it until then, also after a reload, restart or reboot. "
	            "The guard ends it.");
}

/** report_trust() - the answer of `trust ADDRESS`; Return: 0 or -ENOMEM */
int report_trust(const struct report *report, const struct report_trust *done)
{
	char host[CIDR_TEXT_LENGTH];
	int r;

	if (report->json)
		return report_put_document(report, done_json(done));
	if (report->quiet)
		return 0;
	put_end(report, done);
	report_line(report, REPORT_PLAIN, "%s", "");
	cidr_format(&done->after->packet.source, host);
	if (!cidr_is_address(done->range))
		report_line(report, REPORT_PLAIN, "For %s, one of its addresses:", host);
	r = put_ports(report, done);
	if (r < 0)
		return r;
	report_line(report, REPORT_PLAIN, "%s", "");
	r = put_result(report, done);
	put_bans(report, done);
	return r;
}

/** report_trust_ended() - the answer of `trust --end`; Return: 0 or -ENOMEM */
int report_trust_ended(const struct report *report, const char *address)
{
	if (report->json)
		return report_put_document(report, json_pack("{s:s}", "ended", address));
	report_line(report, REPORT_PLAIN, "%s is not trusted any more", address);
	return 0;
}

/* --- the list ----------------------------------------------------------------------------- */

/** report_trusts_json() - who is trusted; Return: NULL without memory */
json_t *report_trusts_json(const struct store_trusts *trusts)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < trusts->n; i++)
		report_json_append(&list, trust_json(&trusts->rows[i]));
	return list;
}

static void format_left(const struct store_trust *trust, int64_t now_us,
                        char out[TIMESPEC_TEXT_MAX])
{
	if (trust->until_us > now_us)
		timespec_format_duration(trust->until_us - now_us, out);
	else
		strcpy(out, "over");
}

/** report_trusts_put() - a line for each, as a part of another answer */
void report_trusts_put(const struct report *report, const struct store_trusts *trusts,
                       int64_t now_us)
{
	char until[TIMESPEC_TEXT_MAX], left[TIMESPEC_TEXT_MAX];

	for (size_t i = 0; i < trusts->n; i++) {
		const struct store_trust *trust = &trusts->rows[i];

		timespec_format_local(trust->until_us, report->zone, until);
		format_left(trust, now_us, left);
		report_line(report, REPORT_WARN, "trusted    %s until %s (%s)%s%s", trust->address,
		            until, left, trust->note ? ": " : "", trust->note ? trust->note : "");
	}
}

static void put_row(const struct report *report, struct report_table *table,
                    const struct store_trust *trust, int64_t now_us)
{
	char text[TIMESPEC_TEXT_MAX];

	report_table_cell(table, REPORT_PLAIN, "%s", trust->address);
	timespec_format_local(trust->since_us, report->zone, text);
	report_table_cell(table, REPORT_PLAIN, "%s", text);
	timespec_format_local(trust->until_us, report->zone, text);
	report_table_cell(table, REPORT_PLAIN, "%s", text);
	format_left(trust, now_us, text);
	report_table_cell(table, trust->until_us > now_us ? REPORT_PLAIN : REPORT_WARN, "%s", text);
	report_table_cell(table, REPORT_PLAIN, "%s", trust->note ? trust->note : "");
}

/** report_trusts() - the answer of `trust --list`; Return: 0 or -ENOMEM */
int report_trusts(const struct report *report, const struct store_trusts *trusts, int64_t now_us)
{
	static const char *const headings[] = {"ADDRESS", "SINCE", "UNTIL", "LEFT", "NOTE"};
	_cleanup_report_table_ struct report_table table = {0};

	if (report->json)
		return report_put_document(
		    report, json_pack("{s:o}", "trusted", report_trusts_json(trusts)));
	if (trusts->n == 0) {
		report_line(report, REPORT_PLAIN, "nobody is trusted for a while");
		return 0;
	}
	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < trusts->n; i++)
		put_row(report, &table, &trusts->rows[i], now_us);
	return report_table_print(report, &table);
}
