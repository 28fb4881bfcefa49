// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/report/report-setup.h"

#include <string.h>

#include "guard/report/report-internal.h"

/* --- JSON --------------------------------------------------------------------------------- */

static json_t *step_json(const struct setup_step *step)
{
	return json_pack("{s:s, s:o, s:o, s:b, s:b, s:s, s:o, s:b}", "kind",
	                 setup_kind_name(step->kind), "item",
	                 step->item.value ? report_json_item(&step->item) : json_null(), "from",
	                 report_json_text(step->from), "now", (step->where & FIREWALL_RUNTIME) != 0,
	                 "for_good", (step->where & FIREWALL_PERMANENT) != 0, "text", step->words,
	                 "why", report_json_text(step->why), "done", step->outcome != NULL);
}

static json_t *steps_json(const struct setup *setup)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < setup->n; i++)
		report_json_append(&list, step_json(&setup->steps[i]));
	return list;
}

static json_t *backups_json(const struct strv *backups)
{
	json_t *list = json_array();

	for (size_t i = 0; list && backups && i < backups->n; i++)
		if (backups->strings[i][0])
			report_json_append(&list, report_json_text(backups->strings[i]));
	return list;
}

static json_t *setup_json(const struct report_setup *done)
{
	const struct setup *setup = done->setup;

	return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "interface",
	                 report_json_text(setup->interface), "zone", report_json_text(setup->zone),
	                 "done", done->done, "until", report_json_time(done->until_us), "steps",
	                 steps_json(setup), "notes", report_json_strv(&setup->notes), "shut",
	                 report_json_strv(&setup->shut), "refused",
	                 report_json_text(setup->refused), "fix", report_json_text(setup->mend),
	                 "backups", backups_json(done->backups));
}

/* --- text --------------------------------------------------------------------------------- */

static void put_shut(const struct report *report, const struct report_setup *done)
{
	const struct setup *setup = done->setup;
	_cleanup_builder_ struct builder names = BUILDER_NULL;

	builder_join_all(&names, ", ", &setup->shut);
	report_line(report, REPORT_BAD, "%s, as something else refuses it: %s.",
	            setup->n == 0 ? "All is set up, and yet not all that is served is open"
	            : done->done  ? "Not all that is served is open"
	                          : "Not all that is served would be open",
	            names.text ? names.text : "");
}

static void put_head(const struct report *report, const struct report_setup *done)
{
	const struct setup *setup = done->setup;

	report_line(report, REPORT_PLAIN, "Clients come in on %s. The zone for mail and web: %s.",
	            setup->interface, setup->zone);
	if (setup->refused)
		report_line(report, REPORT_BAD, "Nothing is changed in firewalld: %s.",
		            setup->refused);
	else if (setup->shut.n > 0)
		put_shut(report, done);
	else if (setup->n == 0)
		report_line(report, REPORT_GOOD, "%s",
		            "All is set up: what is served is open, now and after a reload.");
}

static void put_steps(const struct report *report, const struct report_setup *done)
{
	const struct setup *setup = done->setup;

	if (setup->n > 0)
		report_line(report, REPORT_PLAIN, "%s", done->done ? "Done:" : "To do:");
	for (size_t i = 0; i < setup->n; i++) {
		const struct setup_step *step = &setup->steps[i];
		const char *why = done->done ? NULL : step->why;

		report_line(report, done->done ? REPORT_GOOD : REPORT_WARN, "  %s%s%s", step->words,
		            why ? ": " : "", why ? why : "");
	}
}

static void put_end(const struct report *report, const struct report_setup *done)
{
	char until[TIMESPEC_TEXT_MAX];

	for (size_t i = 0; done->backups && i < done->backups->n; i++)
		if (done->backups->strings[i][0])
			report_line(report, REPORT_DIM, "copied to %s", done->backups->strings[i]);
	if (done->setup->mend) {
		report_line(report, REPORT_PLAIN, "%s", "To end that, and do it:");
		report_command(report, REPORT_GOOD, "    ", done->command);
	} else if (!done->done && done->setup->n > 0) {
		report_line(report, REPORT_PLAIN, "%s", "To do it:");
		report_command(report, REPORT_GOOD, "    ", done->command);
	}
	if (done->until_us == 0)
		return;
	timespec_format_local(done->until_us, report->zone, until);
	report_line(
	    report, REPORT_WARN,
	    "See whether you can still log in. All of it is undone at %s, unless you type:", until);
	report_command(report, REPORT_GOOD, "    ", "reload-guard setup --confirm");
}

/** report_setup() - what is to be done, or was; Return: 0 or -ENOMEM */
int report_setup(const struct report *report, const struct report_setup *done)
{
	const struct strv *notes = &done->setup->notes;

	if (report->json)
		return report_put_document(report, setup_json(done));
	put_head(report, done);
	put_steps(report, done);
	if (notes->n > 0)
		report_line(report, REPORT_PLAIN, "%s", "Left as it is:");
	for (size_t i = 0; i < notes->n; i++)
		report_line(report, REPORT_PLAIN, "  %s", notes->strings[i]);
	put_end(report, done);
	return 0;
}

/** report_setup_answered() - of `--confirm` and `--rollback`; Return: 0 or -ENOMEM */
int report_setup_answered(const struct report *report, bool stays)
{
	if (report->json)
		return report_put_document(report, json_pack("{s:b}", "stays", stays));
	report_line(report, REPORT_GOOD, "%s",
	            stays ? "Confirmed: it stays." : "Rolled back: it is as it was before.");
	return 0;
}
