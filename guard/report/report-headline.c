// SPDX-License-Identifier: GPL-2.0-or-later
/* The first thing to read: is mail open, and will it stay so? */
#include "guard/report/report-internal.h"

#include <ctype.h>
#include <errno.h>

#include "guard/base/builder.h"

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

#define NAMES_MAX 3

/* "smtp and imaps", what is open and leaves; of many, or of what has no short name, how many.
 * Return: how many. */
static size_t name_leaving(struct builder *out, const struct status *status)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	bool short_ones = true;
	size_t n = 0;

	for (size_t i = 0; i < status->n; i++) {
		const struct item *item = &status->items[i].item;

		if (!status->items[i].open || !status_item_is_leaving(&status->items[i]))
			continue;
		n++;
		short_ones &= item->kind == ITEM_SERVICE || item->kind == ITEM_PORT;
		out->failed |= short_ones && strv_add_once(&names, item->value) < 0;
	}
	if (!short_ones || names.n > NAMES_MAX)
		builder_addf(out, "%zu item%s", n, text_plural(n));
	for (size_t i = 0; i < names.n && short_ones && names.n <= NAMES_MAX; i++)
		builder_addf(out, "%s%s",
		             i == 0            ? ""
		             : i + 1 < names.n ? ", "
		                               : " and ",
		             names.strings[i]);
	return n;
}

/* What the next reload does; of a stock configuration, where others stand in, it is the cure. */
static void say_next(struct builder *out, const struct status *status)
{
	_cleanup_builder_ struct builder names = BUILDER_NULL;
	size_t leaving = name_leaving(&names, status), dropped = 0;

	if (!status_is_reached(status) || status->picture->state == FIREWALL_STATE_FAILED)
		return;
	for (size_t i = 0; i < status->n; i++)
		dropped += status_item_is_runtime_only(&status->items[i]);
	if (leaving > 0)
		builder_addf(out, " The next reload closes %s, and nobody puts %s back.",
		             names.text, leaving == 1 ? "it" : "them");
	if (dropped > 0)
		builder_addf(out, " %s %zu %sitem%s, and %s %s back.",
		             leaving > 0 ? "It drops" : "The next reload drops", dropped,
		             leaving > 0 ? "more " : "", text_plural(dropped),
		             picture_restores(status->picture) ? "the guard puts" : "nothing puts",
		             dropped == 1 ? "it" : "them");
	out->failed |= names.failed;
}

/** report_headline_put() - "Mail is open. The next reload drops 8 items, and the guard puts them
 * back." Return: 0; -ENOMEM. */
int report_headline_put(const struct report *report, const struct status *status)
{
	struct report_headline now = report_headline(status);
	_cleanup_builder_ struct builder next = BUILDER_NULL;

	say_next(&next, status);
	if (next.failed)
		return -ENOMEM;
	report_line(report, now.color, "%c%s.%s", toupper((unsigned char)now.text[0]), now.text + 1,
	            next.text ? next.text : "");
	report_line(report, REPORT_PLAIN, "%s", "");
	return 0;
}
