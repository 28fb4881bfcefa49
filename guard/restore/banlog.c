// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/banlog.h"

#include "guard/base/builder.h"
#include "guard/base/shell.h"
#include "guard/base/text.h"

#include <stdio.h>

/* --- of a wipe ---------------------------------------------------------------------------- */

/** banlog_count() - one more of those that a wipe took; without memory the line counts one less */
void banlog_count(struct banlog_count *count, const struct banplan_rule *rule)
{
	const bool held = rule->answer == BANPLAN_HELD;

	count->by_hand += rule->answer == BANPLAN_BY_HAND;
	if (rule->answer == BANPLAN_ENDED)
		(void)!bancount_add(&count->ended, rule->item);
	if (rule->answer == BANPLAN_STRANGER)
		(void)!bancount_add(&count->strangers, rule->item);
	if (rule->answer == BANPLAN_LEFT_OUT)
		(void)!bancount_add(&count->left_out, rule->item);
	if (rule->answer != BANPLAN_BY_HAND)
		(void)!bancount_add(&count->lost, rule->item);
	if (held)
		(void)!bancount_add(&count->held, rule->item);
	if (held && rule->coverage == COVERAGE_INSIDE)
		(void)!bancount_add(&count->inside, rule->item);
	if (held && rule->coverage == COVERAGE_EQUAL)
		(void)!bancount_add(&count->learned, rule->item);
}

/** banlog_count_deinit() - free all of it */
void banlog_count_deinit(struct banlog_count *count)
{
	bancount_deinit(&count->ended);
	bancount_deinit(&count->strangers);
	bancount_deinit(&count->left_out);
	bancount_deinit(&count->lost);
	bancount_deinit(&count->held);
	bancount_deinit(&count->inside);
	bancount_deinit(&count->learned);
}

static void add_of_clients(struct builder *text, struct bancount *count, const char *where)
{
	size_t n = bancount_bans(count);

	if (n)
		builder_addf(text, "; %zu of them %s %s: see `reload-guard conflicts`", n,
		             n == 1 ? "is" : "are", where);
}

static void add_others(struct builder *text, struct bancount *count, const char *words)
{
	size_t n = bancount_bans(count);

	if (n)
		builder_addf(text, ", %zu %s", n, words);
}

static void add_lost(struct builder *text, struct banlog_count *count)
{
	size_t n = bancount_bans(&count->lost), n_held = bancount_bans(&count->held);

	builder_addf(text, "%zu ban%s lost (%zu rule%s): fail2ban still holds %zu%s", n,
	             text_plural(n), count->lost.n_rules, text_plural(count->lost.n_rules), n_held,
	             n_held ? " (restoring, newest first)" : "");
	add_others(text, &count->ended, "ended");
	add_others(text, &count->left_out, "left out");
	add_others(text, &count->strangers, "unknown to fail2ban and not restored");
	add_of_clients(text, &count->inside, "inside a legitimate client range");
	add_of_clients(text, &count->learned, "of addresses that clients come from");
}

/** banlog_lost() - what a wipe took; nothing, when all were back before anybody looked */
void banlog_lost(struct logger *logger, const struct ban_wipe *wipe, struct banlog_count *count)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	const struct logger_fields fields = {.kind = LOGGER_KIND_BANS_LOST,
	                                     .wipe = wipe->episode->wipe_id};

	if (count->lost.n_rules)
		add_lost(&text, count);
	if (count->by_hand)
		builder_addf(&text,
		             "%s%zu deny rule%s lost that no jail of fail2ban made: restoring",
		             text.n ? "; " : "", count->by_hand, text_plural(count->by_hand));
	if (text.n && !text.failed)
		logger_write_about(logger, count->held.n_rules ? LOGGER_WARNING : LOGGER_NOTICE,
		                   &fields, "%s", text.text);
}

/** banlog_restored() - a wipe is closed */
void banlog_restored(struct logger *logger, struct ban_wipe *wipe)
{
	const struct logger_fields fields = {.kind = LOGGER_KIND_BANS_RESTORED,
	                                     .wipe = wipe->episode->wipe_id};
	const size_t n = bancount_bans(&wipe->back);
	const long long ms = (wipe->restored_us - wipe->episode->at_us) / 1000;

	if (n)
		logger_write_about(logger, LOGGER_NOTICE, &fields,
		                   "restored %zu ban%s (%zu of %zu rule%s) in %lld ms, read back "
		                   "from firewalld",
		                   n, text_plural(n), wipe->n_restored, wipe->n_bans,
		                   text_plural(wipe->n_bans), ms);
	else
		logger_write_about(logger, LOGGER_NOTICE, &fields,
		                   "restored %zu of %zu deny rule%s in %lld ms, read back from "
		                   "firewalld",
		                   wipe->n_restored, wipe->n_bans, text_plural(wipe->n_bans), ms);
}

/** banlog_failed() - firewalld does not take it; @why: NULL: not known */
void banlog_failed(struct logger *logger, const struct ban *ban, const char *why)
{
	_cleanup_free_ char *text = NULL;
	char *name[1];
	struct strv names = {.strings = name, .n = 1};
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_FAILED, .wipe = ban->wipe->episode->wipe_id, .items = &names};

	if (item_format(&text, ban->item) < 0)
		return;
	name[0] = text;
	logger_write_about(logger, LOGGER_ERROR, &fields,
	                   "%s could not be restored: %s; when that is fixed, "
	                   "`reload-guard restore` tries again",
	                   text, why ? why : "unknown error");
}

/* --- what is left out --------------------------------------------------------------------- */

/** banlog_why() - why it stays away, as it is on record, too */
void banlog_why(char why[BANLOG_WHY_MAX], const struct banplan_rule *rule,
                const struct clientranges *ranges)
{
	const struct clientrange *range = NULL;
	char cidr[CIDR_TEXT_LENGTH] = "";

	/* of what the rule denies, which may be more than the banned one */
	if (rule->coverage != COVERAGE_NONE)
		range = clientranges_find(ranges, &ranges->effective.ranges[rule->client]);
	if (range)
		cidr_format(&range->cidr, cidr);
	snprintf(why, BANLOG_WHY_MAX, "covers the legitimate clients %s (%s)", cidr,
	         range ? clientrange_source_name(range->source) : "not known");
}

/** banlog_left_out() - and what ends it, or has it restored */
void banlog_left_out(struct logger *logger, const struct banplan_rule *rule, const char *why)
{
	_cleanup_free_ char *text = NULL, *command = NULL;
	char *name[1];
	struct strv names = {.strings = name, .n = 1};
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_BAN_LEFT_OUT,
	    .items = &names,
	    .jail = rule->ticket ? rule->ticket->jail : NULL,
	    .address = rule->ticket ? rule->ticket->address : NULL,
	};

	if (item_format(&text, rule->item) < 0 ||
	    shell_printf(&command, "fail2ban-client set %s unbanip %s",
	                 rule->ticket ? rule->ticket->jail : "JAIL",
	                 rule->ticket ? rule->ticket->address : "ADDRESS") < 0)
		return;
	name[0] = text;
	logger_write_about(logger, LOGGER_WARNING, &fields,
	                   "%s is left out, it %s (restore-bans = safe). fail2ban's jail %s still "
	                   "holds it: `" TEXT_COMMAND
	                   "` ends it, `restore-bans = all` restores such bans",
	                   text, why, rule->ticket ? rule->ticket->jail : "?", command);
}

/* --- what waits, and what comes of it ----------------------------------------------------- */

/** banlog_unknown() - so many are lost, and fail2ban cannot be asked; @why: how it is */
void banlog_unknown(struct logger *logger, size_t n, const char *why)
{
	logger_write(logger, LOGGER_WARNING,
	             "%zu ban%s lost. Which still hold, only fail2ban knows: %s. They are restored "
	             "when it answers.",
	             n, text_plural(n), why);
}

/** banlog_still_unknown() - that lasts, and nobody gives them up */
void banlog_still_unknown(struct logger *logger, size_t n, const char *why)
{
	logger_write(logger, LOGGER_ERROR,
	             "%zu lost ban%s still open: fail2ban has not answered for an hour (%s). They "
	             "wait, and are restored when it answers. Type: systemctl restart fail2ban",
	             n, text_plural(n), why);
}

/** banlog_by_hand() - these need no fail2ban */
void banlog_by_hand(struct logger *logger, size_t n)
{
	logger_write(logger, LOGGER_NOTICE,
	             "%zu deny rule%s lost that no jail of fail2ban made: restoring", n,
	             text_plural(n));
}

/** banlog_as_rules() - firewalld has failed, and the table is not there for these */
void banlog_as_rules(struct logger *logger, size_t n)
{
	logger_write(logger, LOGGER_NOTICE,
	             "no temporary table blocks %zu ban%s lost in a firewalld in state FAILED: "
	             "their rules are restored into it, as far as fail2ban still holds them",
	             n, text_plural(n));
}

/** banlog_unheld() - nor is there what they go into; @one: of them */
void banlog_unheld(struct logger *logger, struct record *record, const struct item *one, size_t n)
{
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, one) < 0)
		return;
	logger_write(
	    logger, LOGGER_ERROR,
	    "%zu ban%s cannot be put back into a firewalld in state FAILED, which lacks the "
	    "zone or ipset, and no temporary table blocks them: the banned can connect (%s%s). "
	    "Fix firewalld's files, or set close-gap = yes",
	    n, n == 1 ? "" : "s", text, n > 1 ? " and others" : "");
	record_event(record, EVENT_GAP, NULL,
	             "%zu ban%s not held while firewalld is in state FAILED, for want of their "
	             "zone or ipset and of a temporary table",
	             n, n == 1 ? " is" : "s are");
}

/** banlog_kept() - two jails had one rule */
void banlog_kept(struct logger *logger, const char *item)
{
	logger_write(logger, LOGGER_NOTICE,
	             "%s was removed by an unban, but another jail still bans that address: "
	             "restoring it",
	             item);
}

/** banlog_residue() - one of ours came too late, and cannot be taken away */
void banlog_residue(struct logger *logger, const char *why)
{
	logger_write(logger, LOGGER_WARNING,
	             "a ban that ended could not be removed: %s; trying again", why);
}

/** banlog_shape() - what a jail's bans look like is known from now on */
void banlog_shape(struct logger *logger, const struct banshape *shape, bool lets_in)
{
	char name[BANLOG_WHY_MAX];

	banshape_name(name, sizeof(name), shape);
	logger_write(logger, LOGGER_NOTICE,
	             "jail %s was seen to %s by %s: what a reload takes of these is restored while "
	             "fail2ban holds the ban",
	             shape->jail, lets_in ? "let in" : "ban", name);
}
