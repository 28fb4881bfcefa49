// SPDX-License-Identifier: GPL-2.0-or-later
/* The first thing to read: is mail open, and will it stay so? */
#include "guard/report/report-internal.h"

#include <ctype.h>

static bool is_mail_open(const struct status *status)
{
	for (size_t i = 0; i < status->n; i++)
		if (status->items[i].open && item_class(&status->items[i].item) == ITEM_CLASS_MAIL)
			return true;
	return false;
}

static struct report_headline say(enum report_color color, const char *subject, const char *text)
{
	struct report_headline headline = {.color = color};

	snprintf(headline.text, sizeof(headline.text), "%s%s", subject, text);
	return headline;
}

/** report_headline() - how things are now; words without a capital or a full stop */
struct report_headline report_headline(const struct status *status)
{
	enum finding_severity worst = findings_worst(&status->findings);
	/* what lets mail in need not be an item of its own: a zone may let in all */
	bool mail = is_mail_open(status);

	if (!status_is_reached(status))
		return say(REPORT_BAD, "firewalld ", picture_unreached_words(status->picture));
	if (status->picture->firewall.panic)
		return say(REPORT_BAD, "", "nobody gets in: panic mode is on");
	if (status_n_missing(status) > 0)
		return say(REPORT_BAD, "", "something that should be open is closed");
	/* panic mode, rules that were flushed: what is listed as open need not be */
	if (findings_have(&status->findings, FINDING_ERROR))
		return say(REPORT_BAD, "", "something is wrong now");
	if (worst >= FINDING_WARNING)
		return say(REPORT_WARN, mail ? "mail is open, but " : "",
		           "something needs attention");
	if (worst >= FINDING_UNKNOWN)
		return say(REPORT_WARN, mail ? "mail is open, but " : "",
		           "not everything could be looked at");
	return say(REPORT_GOOD, "", mail ? "mail is open" : "nothing is wrong");
}

/** report_headline_put() - "Mail is open. The next reload drops 8 items, and the guard puts them
 * back." */
void report_headline_put(const struct report *report, const struct status *status)
{
	const struct report_headline now = report_headline(status);
	char next[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < status->n; i++)
		n += status_item_is_runtime_only(&status->items[i]);
	/* of a stock configuration, where others stand in, a reload is the cure */
	if (n > 0 && status_is_reached(status) && status->picture->state != FIREWALL_STATE_FAILED)
		snprintf(next, sizeof(next), " The next reload drops %zu item%s, and %s %s back.",
		         n, text_plural(n),
		         picture_restores(status->picture) ? "the guard puts" : "nothing puts",
		         n == 1 ? "it" : "them");
	report_line(report, now.color, "%c%s.%s", toupper((unsigned char)now.text[0]), now.text + 1,
	            next);
	report_line(report, REPORT_PLAIN, "%s", "");
}
