// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-explain.h"

#include <errno.h>
#include <string.h>

#include "guard/base/builder.h"
#include "guard/base/shell.h"
#include "guard/report/report-internal.h"
#include "guard/model/packet/client.h"

/* --- words -------------------------------------------------------------------------------- */

static const char *who_name(enum explain_who who)
{
	static const char *const names[] = {
	    [EXPLAIN_WHO_NONE] = "none",
	    [EXPLAIN_WHO_FAIL2BAN] = "fail2ban",
	    [EXPLAIN_WHO_OTHERS] = "others",
	    [EXPLAIN_WHO_UNKNOWN] = "unknown",
	};

	return names[who];
}

/** report_explain_verdict() - "open", "rejected" or "dropped"; static */
const char *report_explain_verdict(const struct explain_port *row)
{
	static const char *const words[] = {
	    [VERDICT_ACCEPT] = "open", [VERDICT_REJECT] = "rejected", [VERDICT_DROP] = "dropped"};

	return words[row->verdict.action];
}

/* Open, and nothing there: the kernel itself refuses. */
static bool is_deserted(const struct explain_port *row)
{
	return row->verdict.action == VERDICT_ACCEPT && row->listens == LISTENERS_NO;
}

/* Who listens at the other address is not known here. */
static bool is_led_away(const struct explain_port *row)
{
	return row->verdict.action == VERDICT_ACCEPT && row->verdict.to_address[0];
}

static const char *words_of_row(const struct explain_port *row)
{
	return client_words(is_deserted(row) ? ECONNREFUSED : row->verdict.client_errno);
}

static const char *errno_name(int number)
{
	switch (number) {
	case ETIMEDOUT:
		return "ETIMEDOUT";
	case ECONNREFUSED:
		return "ECONNREFUSED";
	case EHOSTUNREACH:
		return "EHOSTUNREACH";
	case ENETUNREACH:
		return "ENETUNREACH";
	case EACCES:
		return "EACCES";
	case ENOPROTOOPT:
		return "ENOPROTOOPT";
	default:
		return NULL;
	}
}

/* --- text --------------------------------------------------------------------------------- */

static const struct verdict_step *binding_of(const struct explain *explain)
{
	const struct verdict *verdict = &explain->ports[0].verdict;

	for (size_t i = 0; i < verdict->n_steps; i++)
		if (verdict->steps[i].what == VERDICT_WHAT_BINDING &&
		    verdict->steps[i].zone == verdict->zone && verdict->steps[i].certain)
			return &verdict->steps[i];
	return NULL;
}

static void put_way(const struct report *report, const struct explain *explain)
{
	const struct verdict_step *binding = binding_of(explain);
	const char *interface = explain->packet.interface;
	char address[CIDR_TEXT_LENGTH];

	cidr_format(&explain->packet.source, address);
	if (!binding)
		report_line(report, REPORT_PLAIN, "%s comes in on %s", address,
		            interface ? interface : "an unknown interface");
	else if (!binding->value)
		report_line(
		    report, REPORT_PLAIN,
		    "%s comes in on %s, into zone %s: the default zone, since nothing else is "
		    "bound to its address or interface",
		    address, interface ? interface : "an unknown interface", binding->zone->name);
	else if (strv_contains(&binding->zone->sources, binding->value))
		report_line(
		    report, REPORT_PLAIN,
		    "%s comes in on %s, into zone %s: source %s is bound to it, and sources "
		    "come before interfaces",
		    address, interface ? interface : "an unknown interface", binding->zone->name,
		    binding->value);
	else
		report_line(report, REPORT_PLAIN, "%s comes in on %s, which is bound to zone %s",
		            address, interface, binding->zone->name);
}

/* Which is not there to be gone through. */
static bool is_unknown(const struct explain *explain)
{
	return explain->ruleset->bare && !explain->ruleset->chains_known;
}

static void put_decider(struct report_table *table, const struct explain_port *row)
{
	_cleanup_free_ char *words = NULL;

	if (row->reason != SIZE_MAX)
		report_table_cell(table, REPORT_PLAIN, "see [%zu]", row->reason + 1);
	else if (explain_step_words(&words, row->verdict.decider) == 0)
		report_table_cell(table, REPORT_PLAIN, "%s", words);
	else
		table->failed = true;
}

/* What becomes of it. */
static void put_verdict(struct report_table *table, const struct explain_port *row)
{
	bool open = row->verdict.action == VERDICT_ACCEPT;
	enum report_color color = !open ? REPORT_BAD : is_deserted(row) ? REPORT_WARN : REPORT_GOOD;

	report_table_cell(table, color, "%s%s", report_explain_verdict(row),
	                  row->verdict.certain ? "" : "?");
	report_table_cell(table, REPORT_PLAIN, "%s%s%s", words_of_row(row),
	                  is_deserted(row) ? ", nothing listens" : "",
	                  is_led_away(row) ? ", if it is served there" : "");
	put_decider(table, row);
}

static int put_table(const struct report *report, const struct explain *explain)
{
	static const char *const headings[] = {"PORT", "SERVICE", "VERDICT", "THE CLIENT SEES",
	                                       "DECIDED BY"};
	_cleanup_report_table_ struct report_table table = {0};

	report_table_init(&table, headings, ARRAY_SIZE(headings));
	for (size_t i = 0; i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];

		report_table_cell(&table, REPORT_PLAIN, "%u/%s", row->port, row->protocol);
		report_table_cell(&table, REPORT_PLAIN, "%s", row->service ? row->service : "");
		if (is_unknown(explain)) {
			report_table_cell(&table, REPORT_WARN, "not known");
			report_table_cell(&table, REPORT_PLAIN, "%s", "");
			report_table_cell(&table, REPORT_PLAIN, "%s", "");
		} else {
			put_verdict(&table, row);
		}
	}
	return report_table_print(report, &table);
}

static void put_until(const struct report *report, const struct explain_reason *reason,
                      int64_t now_us, char *out, size_t size)
{
	char at[TIMESPEC_TEXT_MAX], in[TIMESPEC_TEXT_MAX];

	if (reason->until_us == 0) {
		(void)snprintf(out, size, "for ever");
		return;
	}
	timespec_format_local(reason->until_us, report->zone, at);
	timespec_format_duration(reason->until_us - now_us, in);
	(void)snprintf(out, size, "until %s (%s more)", at, in);
}

static void put_who(const struct report *report, const struct explain *explain,
                    const struct explain_reason *reason)
{
	char until[2 * TIMESPEC_TEXT_MAX + 32];
	const char *lifetime = reason->lifetime == EXPLAIN_LIFETIME_PERMANENT
	                           ? "; permanent: every reload brings it back"
	                       : reason->lifetime == EXPLAIN_LIFETIME_RUNTIME
	                           ? "; runtime only: the next reload drops it"
	                           : "";

	if (reason->owner && reason->who != EXPLAIN_WHO_FAIL2BAN) {
		report_line(report, REPORT_PLAIN, "    Added by %s.", owner_name(reason->owner));
		return;
	}
	switch (reason->who) {
	case EXPLAIN_WHO_NONE:
		break;
	case EXPLAIN_WHO_FAIL2BAN:
		put_until(report, reason, explain->now_us, until, sizeof(until));
		report_line(report, REPORT_PLAIN, "    Added by fail2ban, jail %s, %s%s.",
		            reason->jail, until,
		            explain->bans_restored && reason->lifetime == EXPLAIN_LIFETIME_RUNTIME
		                ? "; runtime only: the guard puts it back after a reload"
		                : lifetime);
		break;
	case EXPLAIN_WHO_OTHERS:
		report_line(
		    report, REPORT_PLAIN,
		    "    Added by hand or by another program: it is no ban of fail2ban's%s.",
		    lifetime);
		break;
	case EXPLAIN_WHO_UNKNOWN:
		report_line(report, REPORT_PLAIN,
		            "    Who added it is unknown: fail2ban does not answer%s.", lifetime);
		break;
	}
}

/** report_explain_spared() - how a jail is kept from banning an address again, once that ban is
 * ended */
void report_explain_spared(const struct report *report, const char *before, const char *jail,
                           const struct cidr *address)
{
	_cleanup_free_ char *command = NULL;
	char text[CIDR_TEXT_LENGTH], indent[16];

	cidr_format(address, text);
	if (shell_printf(&command, "fail2ban-client set %s addignoreip %s", jail, text) < 0)
		return;
	report_line(
	    report, REPORT_PLAIN,
	    "%sSo that it is not banned again, until fail2ban restarts (for good: ignoreip in "
	    "jail.local):",
	    before);
	(void)snprintf(indent, sizeof(indent), "%s    ", before);
	report_command(report, REPORT_GOOD, indent, command);
}

/** report_explain_reason() - one of those that keep ports shut, as text; Return: 0; -ENOMEM */
int report_explain_reason(const struct report *report, const struct explain *explain, size_t at)
{
	const struct explain_reason *reason = &explain->reasons[at];
	_cleanup_free_ char *sentence = NULL;

	if (explain_sentence(&sentence, explain, at) < 0)
		return -ENOMEM;
	report_line(report, REPORT_PLAIN, "%s", "");
	report_line(report, REPORT_BAD, "[%zu] %s", at + 1, reason->what);
	report_line(report, REPORT_PLAIN, "    %s", sentence);
	put_who(report, explain, reason);
	if (reason->commands.n > 0)
		report_line(report, REPORT_PLAIN, "    %s", "To change it:");
	for (size_t i = 0; i < reason->commands.n; i++)
		report_command(report, REPORT_GOOD, "        ", reason->commands.strings[i]);
	if (reason->who == EXPLAIN_WHO_FAIL2BAN)
		report_explain_spared(report, "    ", reason->jail, &explain->packet.source);
	if (reason->others.n > 0)
		report_line(report, REPORT_PLAIN, "    %s", "Or:");
	for (size_t i = 0; i < reason->others.n; i++)
		report_command(report, REPORT_GOOD, "        ", reason->others.strings[i]);
	if (reason->withheld)
		report_line(report, REPORT_WARN, "    What changes it would close %s.",
		            reason->withheld);
	return 0;
}

/* --- the kernel's rules ------------------------------------------------------------------- */

static const struct ruleset_step *rule_of(const struct verdict_step *met)
{
	for (size_t i = 0; i < met->chain->n_steps; i++)
		if (met->chain->steps[i].text == met->value)
			return &met->chain->steps[i];
	return NULL;
}

/* "=> inet firewalld filter_IN_public_deny: ip saddr 192.0.2.7 reject # handle 93" */
static void put_rule(const struct report *report, const struct explain_port *row,
                     const struct verdict_step *met)
{
	bool decides = met == row->rules.decider;
	char text[1024];

	text_escape(text, sizeof(text), met->value);
	report_line(report, decides ? REPORT_WARN : REPORT_PLAIN, "%s %s %s %s: %s",
	            decides        ? " =>"
	            : met->certain ? "   "
	                           : "  ?",
	            met->chain->family, met->chain->table, met->chain->name, text);
}

static void put_rules_of(const struct report *report, const struct explain_port *row)
{
	report_line(report, REPORT_PLAIN, "%s", "");
	report_line(report, REPORT_PLAIN,
	            "%u/%s meets these rules of nft, in this order%s:", row->port, row->protocol,
	            row->rules.decider ? "; the marked one decides" : "; none keeps it out");
	for (size_t i = 0; i < row->rules.n_steps; i++)
		put_rule(report, row, &row->rules.steps[i]);
	if (row->rules.n_steps == 0)
		report_line(report, REPORT_PLAIN, "%s", "    none");
}

static void put_rules(const struct report *report, const struct explain *explain)
{
	for (size_t i = 0; explain->kernel && i < explain->n_ports; i++)
		put_rules_of(report, &explain->ports[i]);
}

static json_t *rule_json(const struct explain_port *row, const struct verdict_step *met)
{
	const struct ruleset_step *rule = rule_of(met);

	return json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "family", report_json_text(met->chain->family),
	    "table", report_json_text(met->chain->table), "chain",
	    report_json_text(met->chain->name), "handle",
	    rule && rule->handle ? json_integer((json_int_t)rule->handle) : json_null(), "rule",
	    report_json_text(met->value), "certain", met->certain, "decides",
	    met == row->rules.decider);
}

static json_t *rules_json(const struct explain *explain, const struct explain_port *row)
{
	json_t *list = explain->kernel ? json_array() : json_null();

	for (size_t i = 0; list && i < row->rules.n_steps; i++)
		report_json_append(&list, rule_json(row, &row->rules.steps[i]));
	return list;
}

static void put_doubts(const struct report *report, const struct explain *explain)
{
	struct strv told = STRV_NULL;

	for (size_t i = 0; i < explain->n_ports; i++) {
		const struct strv *doubts = &explain->ports[i].doubts;

		for (size_t j = 0; j < doubts->n; j++) {
			if (strv_contains(&told, doubts->strings[j]) ||
			    strv_add(&told, doubts->strings[j]) < 0)
				continue;
			if (told.n == 1) {
				report_line(report, REPORT_PLAIN, "%s", "");
				report_line(report, REPORT_WARN,
				            "Not certain (marked ?), because one of these may "
				            "decide otherwise:");
			}
			report_line(report, REPORT_PLAIN, "    %s", doubts->strings[j]);
		}
	}
	if (!explain->ruleset->chains_known)
		report_line(
		    report, REPORT_WARN,
		    "The rules of other programs could not be read; they may refuse first.");
	if (explain->ruleset->n_skipped > 0)
		report_line(report, REPORT_WARN, "Not understood and ignored: %u; the first: %s",
		            explain->ruleset->n_skipped, explain->ruleset->skipped);
	strv_deinit(&told);
}

/** report_explain_put() - the way of a packet, and what becomes of it; Return: 0; -ENOMEM */
int report_explain_put(const struct report *report, const struct explain *explain)
{
	int r;

	put_way(report, explain);
	report_line(report, REPORT_PLAIN, "%s", "");
	r = put_table(report, explain);
	for (size_t i = 0; i < explain->n_reasons && r == 0; i++)
		r = report_explain_reason(report, explain, i);
	put_doubts(report, explain);
	put_rules(report, explain);
	return r;
}

/* That a port is shut which nobody opened or serves is no news, unless all are. */
static bool is_news(const struct explain *explain, const struct explain_port *row)
{
	if (row->verdict.action == VERDICT_ACCEPT || explain_counts(row))
		return true;
	for (size_t i = 0; i < explain->n_ports; i++)
		if (explain->ports[i].verdict.action == VERDICT_ACCEPT ||
		    explain_counts(&explain->ports[i]))
			return false;
	return true;
}

static void add_ports(struct builder *text, const struct explain *explain, bool open)
{
	size_t n = 0;

	for (size_t i = 0; i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];

		if ((row->verdict.action == VERDICT_ACCEPT) != open || !is_news(explain, row))
			continue;
		builder_add(text, n++ ? ", " : " ");
		if (row->service)
			builder_add(text, row->service);
		else
			builder_addf(text, "%u/%s", row->port, row->protocol);
		if (!row->verdict.certain)
			builder_add(text, "?");
	}
}

/* Does the client get in? */
static void put_answer(const struct report *report, const struct explain *explain)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char address[CIDR_TEXT_LENGTH];
	size_t open = 0, n = 0;

	for (size_t i = 0; i < explain->n_ports; i++) {
		open += explain->ports[i].verdict.action == VERDICT_ACCEPT;
		n += is_news(explain, &explain->ports[i]);
	}
	cidr_format(&explain->packet.source, address);
	builder_addf(&text, "The firewall %s %s", open ? "lets" : "keeps", address);
	builder_add(&text, open ? " in to" : " out of");
	add_ports(&text, explain, open > 0);
	if (open > 0 && open < n) {
		builder_add(&text, "; it keeps it out of");
		add_ports(&text, explain, false);
	}
	if (!text.failed)
		report_line(report, open == n ? REPORT_GOOD : REPORT_BAD, "%s.", text.text);
	report_line(report, REPORT_PLAIN, "%s", "");
}

static int put_text(const struct report *report, const struct explain *explain,
                    const struct picture *picture)
{
	if (report->quiet)
		return 0;
	report_remembered_put(report, picture);
	if (!is_unknown(explain))
		put_answer(report, explain);
	return report_explain_put(report, explain);
}

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *step_json(const struct verdict_step *step)
{
	_cleanup_free_ char *words = NULL;

	if (!step)
		return json_null();
	if (explain_step_words(&words, step) < 0)
		return NULL;
	return json_pack(
	    "{s:o, s:s, s:i, s:o, s:o, s:o, s:b, s:o}", "what", report_json_text(words), "stage",
	    verdict_stage_name(step->stage), "priority",
	    step->chain ? step->chain->priority : step->priority, "zone",
	    report_json_text(step->zone && !step->zone->is_policy ? step->zone->name : NULL),
	    "policy",
	    report_json_text(step->zone && step->zone->is_policy ? step->zone->name : NULL),
	    "action", step->decides ? json_string(verdict_action_name(step->action)) : json_null(),
	    "certain", step->certain, "doubt", report_json_text(step->doubt));
}

static json_t *steps_json(const struct verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < verdict->n_steps; i++)
		report_json_append(&list, step_json(&verdict->steps[i]));
	return list;
}

static json_t *port_json(const struct explain *explain, const struct explain_port *row)
{
	return json_pack(
	    "{s:i, s:s, s:o, s:s, s:b, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "port",
	    (int)row->port, "protocol", row->protocol, "service", report_json_text(row->service),
	    "verdict", verdict_action_name(row->verdict.action), "certain", row->verdict.certain,
	    "client", words_of_row(row), "errno",
	    report_json_text(
	        errno_name(is_deserted(row) ? ECONNREFUSED : row->verdict.client_errno)),
	    "listens", listeners_answer_name(row->listens), "decider",
	    step_json(row->verdict.decider), "otherwise",
	    step_json(verdict_otherwise(&row->verdict)), "reason",
	    row->reason == SIZE_MAX ? json_null() : json_integer((json_int_t)row->reason), "doubts",
	    report_json_strv(&row->doubts), "steps", steps_json(&row->verdict), "rules",
	    rules_json(explain, row));
}

/** report_explain_served_json() - the ports of a stranger, short; Return: NULL without memory */
json_t *report_explain_served_json(const struct explain *explain)
{
	json_t *ports = json_array();
	char address[CIDR_TEXT_LENGTH];

	cidr_format(&explain->packet.source, address);
	for (size_t i = 0; ports && i < explain->n_ports; i++) {
		const struct explain_port *row = &explain->ports[i];

		report_json_append(
		    &ports, json_pack("{s:i, s:s, s:o, s:s, s:o, s:b}", "port", (int)row->port,
		                      "protocol", row->protocol, "service",
		                      report_json_text(row->service), "address", address, "verdict",
		                      is_unknown(explain)
		                          ? json_null()
		                          : json_string(verdict_action_name(row->verdict.action)),
		                      "certain", !is_unknown(explain) && row->verdict.certain));
	}
	return ports;
}

static json_t *permanent_json(enum explain_lifetime lifetime)
{
	return lifetime == EXPLAIN_LIFETIME_UNKNOWN
	           ? json_null()
	           : json_boolean(lifetime == EXPLAIN_LIFETIME_PERMANENT);
}

/** report_explain_reason_json() - the same; Return: NULL without memory */
json_t *report_explain_reason_json(const struct explain *explain, size_t at)
{
	const struct explain_reason *reason = &explain->reasons[at];
	_cleanup_free_ char *sentence = NULL;

	if (explain_sentence(&sentence, explain, at) < 0)
		return NULL;
	return json_pack(
	    "{s:o, s:o, s:o, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o}", "what",
	    report_json_text(reason->what), "why", report_json_text(reason->why), "sentence",
	    report_json_text(sentence), "who", who_name(reason->who), "owner",
	    reason->owner ? owner_name(reason->owner) : NULL, "jail",
	    report_json_text(reason->jail), "until",
	    reason->jail ? report_json_time(reason->until_us) : json_null(), "permanent",
	    permanent_json(reason->lifetime), "commands", report_json_strv(&reason->commands), "or",
	    report_json_strv(&reason->others), "withheld", report_json_text(reason->withheld));
}

static json_t *explain_json(const struct explain *explain, const struct picture *picture)
{
	const struct verdict_step *binding = binding_of(explain);
	json_t *ports = json_array(), *reasons = json_array(), *document;
	char address[CIDR_TEXT_LENGTH], local[CIDR_TEXT_LENGTH] = "";

	cidr_format(&explain->packet.source, address);
	if (explain->packet.destination)
		cidr_format(explain->packet.destination, local);
	for (size_t i = 0; ports && i < explain->n_ports; i++)
		report_json_append(&ports, port_json(explain, &explain->ports[i]));
	for (size_t i = 0; reasons && i < explain->n_reasons; i++)
		report_json_append(&reasons, report_explain_reason_json(explain, i));
	document = json_pack(
	    "{s:b, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o}", "ok",
	    explain_is_fine(explain), "address", address, "destination",
	    report_json_text(*local ? local : NULL), "interface",
	    report_json_text(explain->packet.interface), "interface_given",
	    explain->interface_given, "zone",
	    report_json_text(explain->ports[0].verdict.zone ? explain->ports[0].verdict.zone->name
	                                                    : NULL),
	    "binding", report_json_text(binding ? binding->value : NULL), "firewalld",
	    report_json_text(explain->ruleset->version), "others_known",
	    explain->ruleset->chains_known, "tickets_known", explain->tickets != NULL, "skipped",
	    (json_int_t)explain->ruleset->n_skipped, "ports", ports, "reasons", reasons);
	report_remembered_set(&document, picture);
	return document;
}

/**
 * report_explain() - what happens to a client's packets, and why
 * @explain: decided, with one port at least
 * @picture: what it was decided by
 *
 * Return: 0; -ENOMEM.
 */
int report_explain(const struct report *report, const struct explain *explain,
                   const struct picture *picture)
{
	if (report->json)
		return report_put_document(report, explain_json(explain, picture));
	return put_text(report, explain, picture);
}
