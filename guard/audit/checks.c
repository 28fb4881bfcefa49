// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guard/audit/hold.h"
#include "guard/base/text.h"

#define CHECKS_POINTER(name) &check_##name,
const struct check *const checks[CHECKS_N] = {CHECKS(CHECKS_POINTER)};

/** checks_find() - the check of a name; false: there is none, and *index is untouched */
bool checks_find(const char *name, size_t *index)
{
	for (size_t i = 0; i < CHECKS_N; i++)
		if (strcmp(checks[i]->name, name) == 0) {
			*index = i;
			return true;
		}
	return false;
}

/** checks_names() - of all of them, in order; static */
void checks_names(const char *out[CHECKS_N])
{
	for (size_t i = 0; i < CHECKS_N; i++)
		out[i] = checks[i]->name;
}

/** checks_parts() - what has to be read for a selection */
unsigned checks_parts(const bool selected[CHECKS_N])
{
	unsigned parts = 0;

	for (size_t i = 0; i < CHECKS_N; i++)
		if (selected[i])
			parts |= checks[i]->needs | checks[i]->also;
	return parts;
}

/** checks_select() - all but those that the configuration silences */
void checks_select(bool selected[CHECKS_N], const struct strv *skip)
{
	for (size_t i = 0; i < CHECKS_N; i++)
		selected[i] = !strv_contains(skip, checks[i]->name);
}

/** checks_select_status() - those of how things stand now, whatever is silenced */
void checks_select_status(bool selected[CHECKS_N])
{
	for (size_t i = 0; i < CHECKS_N; i++)
		selected[i] = checks[i]->status;
}

/* --- for the checks ----------------------------------------------------------------------- */

static _printf_(5, 0) int add(struct check_run *run, enum finding_severity severity, char *evidence,
                              char *command, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	return findings_add_take(run->findings, run->check->name, severity, strdup(text), evidence,
	                         command);
}

/**
 * check_add() - a finding of the weight that the check has
 * @evidence: taken over; may be NULL
 * @command:  taken over; may be NULL
 */
int check_add(struct check_run *run, char *evidence, char *command, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = add(run, run->check->severity, evidence, command, format, args);
	va_end(args);
	return r;
}

/** check_add_as() - a finding of less weight than the check has; else as check_add() */
int check_add_as(struct check_run *run, enum finding_severity severity, char *evidence,
                 char *command, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = add(run, severity, evidence, command, format, args);
	va_end(args);
	return r;
}

/** check_or() - the other thing that may be done about the last finding; @command is taken over */
int check_or(struct check_run *run, char *command)
{
	return findings_or_take(run->findings, command);
}

/** check_is_asked() - is the other check among those that are made? */
bool check_is_asked(const struct check_run *run, const struct check *check)
{
	for (size_t i = 0; i < CHECKS_N; i++)
		if (checks[i] == check)
			return run->selected[i];
	return false;
}

/** check_is_reached() - does any packet come into the zone? Without memory the run has failed */
bool check_is_reached(struct check_run *run, const char *zone)
{
	int r = picture_gets_packets(run->picture, &run->picture->firewall, zone);

	run->failed |= r < 0;
	return r > 0;
}

static size_t place(unsigned part)
{
	return (size_t)__builtin_ctz(part);
}

/** check_unmade() - the check cannot be made, for this part of the picture is not known */
int check_unmade(struct check_run *run, unsigned part)
{
	struct strv *names = &run->unmade[place(part)];

	return strv_add_once(names, run->check->name);
}

/** check_add_opening() - the call that opens services in a zone, behind those of @out */
void check_add_opening(struct builder *out, const char *zone, const struct strv *services,
                       bool permanent)
{
	item_begin_command(out, zone, permanent);
	for (size_t i = 0; i < services->n; i++)
		shell_addf(out, " --add-service=%s", services->strings[i]);
}

/** check_take() - as builder_take(), but that *out stays NULL where nothing was added */
int check_take(struct builder *text, char **out)
{
	return text->n > 0 || text->failed ? builder_take(text, out) : 0;
}

void check_list_deinit(struct check_list *list)
{
	builder_deinit(&list->names);
}

int check_list_add(struct check_list *list, const struct item *item)
{
	_cleanup_free_ char *text = NULL;

	if (item_format(&text, item) < 0)
		return -ENOMEM;
	builder_join(&list->names, ", ", text);
	if (list->n < ARRAY_SIZE(list->items))
		list->items[list->n] = item;
	list->n++;
	return 0;
}

/** check_list_take() - the names, the caller's; NULL without memory */
char *check_list_take(struct check_list *list)
{
	char *names = NULL;

	return builder_take(&list->names, &names) == 0 ? names : NULL;
}

/** check_list_keep() - what makes them permanent, as many as a command takes */
int check_list_keep(char **out, const struct check_list *list, const struct firewall *fw)
{
	size_t n = list->n < ARRAY_SIZE(list->items) ? list->n : ARRAY_SIZE(list->items);
	_cleanup_strv_ struct strv going = STRV_NULL;
	int r = firewall_going(fw, &going);

	return r == 0 ? items_permanent_commands(out, list->items, n, &going) : r;
}

/** check_list_release() - what lets them go; *out stays NULL where they are too many to be typed */
int check_list_release(char **out, const struct check_list *list)
{
	_cleanup_builder_ struct builder commands = BUILDER_NULL;

	for (size_t i = 0; i < list->n; i++) {
		_cleanup_free_ char *text = NULL;

		if (i == ARRAY_SIZE(list->items))
			return 0;
		if (item_format(&text, list->items[i]) < 0)
			return -ENOMEM;
		builder_join(&commands, " && ", "reload-guard release ");
		shell_addf(&commands, "%s", text);
	}
	return check_take(&commands, out);
}

/* --- what could not be looked at ---------------------------------------------------------- */

/* A part that is not known has a cause, and that may have a check of its own. */
static const struct check *cause_of(const struct picture *picture, unsigned part)
{
	switch (part) {
	case PICTURE_FIREWALLD:
		return &check_firewalld_state;
	case PICTURE_SETTINGS:
	case PICTURE_FILES:
	case PICTURE_RULES:
	case PICTURE_TABLES:
		return picture->result != 0 || picture->state != FIREWALL_STATE_RUNNING
		           ? &check_firewalld_state
		           : NULL;
	case PICTURE_FAIL2BAN:
		return &check_fail2ban_down;
	case PICTURE_STORE:
	case PICTURE_DAMAGE:
		return &check_store;
	default:
		return NULL;
	}
}

static bool is_found(const struct findings *findings, const struct check *check)
{
	for (size_t i = 0; check && i < findings->n; i++)
		if (strcmp(findings->findings[i].name, check->name) == 0)
			return true;
	return false;
}

static void list_checks(struct builder *out, const char *heading, const struct strv *names,
                        size_t first)
{
	for (size_t i = first; i < names->n; i++) {
		builder_join(out, i == first ? "; " : ", ", i == first ? heading : "");
		builder_add(out, names->strings[i]);
	}
}

/* One cause is one finding, however many checks it keeps from being made, or made whole. */
static int tell_unknown(struct check_run *run, unsigned part)
{
	const struct strv *unmade = &run->unmade[place(part)],
	                  *partial = &run->partial[place(part)];
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *evidence = NULL;
	size_t index;

	if (unmade->n + partial->n == 0 || is_found(run->findings, cause_of(run->picture, part)))
		return 0;
	builder_add(&text, picture_why(run->picture, part));
	list_checks(&text, "nor could these checks be made: ", unmade, 1);
	list_checks(&text, "these were made without it: ", partial, 0);
	if (check_take(&text, &evidence) < 0)
		return -ENOMEM;
	if (!checks_find(unmade->n ? unmade->strings[0] : partial->strings[0], &index))
		return -EINVAL;
	run->check = checks[index];
	return check_add_as(run, FINDING_UNKNOWN, steal(evidence), NULL, "%s could not be read",
	                    picture_part_name(part));
}

/* --- all of them -------------------------------------------------------------------------- */

/* What it also looks at, and is not there to be looked at, is not nothing (law 2). */
static int note_partial(struct check_run *run, const struct check *check)
{
	unsigned unknown = check->also & ~run->picture->known;
	int r = 0;

	for (unsigned i = 0; i < PICTURE_N_PARTS && r == 0; i++)
		if (unknown & 1U << i)
			r = strv_add(&run->partial[i], check->name);
	return r;
}

static int make(struct check_run *run, const struct check *check)
{
	unsigned unknown = check->needs & ~run->picture->known;
	int r;

	run->check = check;
	/* the first is the cause of the others */
	if (unknown)
		return check_unmade(run, unknown & -unknown);
	r = note_partial(run, check);
	if (r == 0)
		r = check->fn(run);
	return r == 0 && run->failed ? -ENOMEM : r;
}

/* What is printed is typed, maybe by somebody who came by ssh. */
static int hold_all(const struct findings *findings, const struct picture *picture)
{
	int r = 0;

	for (size_t i = 0; i < findings->n && r == 0; i++) {
		size_t index;

		if (!checks_find(findings->findings[i].name, &index) || !checks[index]->shuts)
			r = hold_finding(&findings->findings[i], picture);
	}
	return r;
}

static void run_deinit(struct check_run *run)
{
	findings_deinit(&run->shared);
	strv_deinit(&run->lacking);
	strv_deinit(&run->told);
	for (size_t i = 0; i < PICTURE_N_PARTS; i++) {
		strv_deinit(&run->unmade[i]);
		strv_deinit(&run->partial[i]);
	}
}

/**
 * checks_make() - the findings of a selection of checks, the gravest first
 * @out:     added to
 * @counts:  receives them, unless NULL
 * @picture: borrowed; with the parts that checks_parts() names, as far as they can be read
 *
 * Return: 0 or -ENOMEM.
 */
int checks_make(struct findings *out, struct checks_counts *counts, const bool selected[CHECKS_N],
                const struct picture *picture)
{
	_cleanup_(run_deinit) struct check_run run = {
	    .picture = picture, .selected = selected, .findings = out};
	int r = 0;

	for (size_t i = 0; i < CHECKS_N && r == 0; i++)
		if (selected[i])
			r = make(&run, checks[i]);
	for (unsigned i = 0; i < PICTURE_N_PARTS && r == 0; i++)
		r = tell_unknown(&run, 1U << i);
	if (r == 0)
		r = hold_all(out, picture);
	if (r == 0 && counts)
		r = check_count(counts, &run);
	findings_sort(out);
	return r;
}
