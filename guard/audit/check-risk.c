// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what the next reload does: to what is in the runtime only, or in the files only. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/packet/dispatch.h"

typedef bool pick_fn(struct check_run *run, struct scope_view *view,
                     const struct firewall_entry *entry);

static int list_entries(struct check_list *list, struct check_run *run, pick_fn *pick)
{
	const struct picture *picture = run->picture;
	const struct firewall *fw = &picture->firewall;
	struct scope_view view = SCOPE_VIEW(&picture->config->scope, fw);
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if (pick(run, &view, &fw->entries[i]))
			r = check_list_add(list, &fw->entries[i].item);
	return view.failed ? -ENOMEM : r;
}

static bool is_protected(struct scope_view *view, const struct firewall_entry *entry)
{
	return scope_view_protects(view, &entry->item);
}

static bool is_listed(struct scope_view *view, const struct firewall_entry *entry, unsigned flag)
{
	return (entry->flags & FIREWALL_RUNTIME) && (entry->flags & flag) &&
	       !(entry->flags & FIREWALL_RELEASED) && !item_is_binding(&entry->item) &&
	       is_protected(view, entry);
}

/* --- in the runtime only ------------------------------------------------------------------ */

/* What is put into a stock configuration is for a while, and nothing to be made permanent; so is
 * what a jail lets in. */
static bool is_at_risk(const struct picture *picture, struct scope_view *view,
                       const struct firewall_entry *entry)
{
	return picture->state != FIREWALL_STATE_FAILED && scope_view_at_risk(view, entry) &&
	       banshapes_have(&picture->shapes, &entry->item) == 0;
}

/* What stays open by something else, nobody serves, or is not open as no packet comes there. */
static bool is_service_at_risk(struct check_run *run, struct scope_view *view,
                               const struct firewall_entry *entry)
{
	return !item_is_binding(&entry->item) && is_at_risk(run->picture, view, entry) &&
	       !check_is_covered(run, entry, FIREWALL_PERMANENT) &&
	       !check_is_unserved(run, entry) && !check_is_idle(run, &entry->item);
}

static bool is_binding_at_risk(struct check_run *run, struct scope_view *view,
                               const struct firewall_entry *entry)
{
	return item_is_binding(&entry->item) && is_at_risk(run->picture, view, entry);
}

/* Mail and what goes with it is missed at once. */
static bool any_mail(const struct check_list *list)
{
	for (size_t i = 0; i < list->n && i < ARRAY_SIZE(list->items); i++) {
		enum item_class class = item_class(list->items[i]);

		if (class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB)
			return true;
	}
	return false;
}

/* Each by itself, and by the service that stands for it. @raw: there was a port by its number */
static int keeping_commands(char **out, struct check_run *run, const struct check_list *list,
                            bool *raw)
{
	const struct firewall *fw = &run->picture->firewall;
	_cleanup_check_list_ struct check_list rest = CHECK_LIST_NULL;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *others = NULL;

	*raw = false;
	for (size_t i = 0; i < list->n && i < ARRAY_SIZE(list->items); i++) {
		const struct firewall_entry *entry = firewall_find(fw, list->items[i]);
		const char *service = entry ? check_raw_port_service(entry) : NULL;
		_cleanup_strv_ struct strv one = STRV_NULL;

		if (!service && check_list_add(&rest, list->items[i]) < 0)
			return -ENOMEM;
		if (!service)
			continue;
		*raw = true;
		if (strv_add(&one, service) < 0)
			return -ENOMEM;
		for (int permanent = 1; permanent >= 0; permanent--)
			check_add_opening(&text, entry->item.zone, &one, permanent);
		check_add_raw_removal(&text, run, entry->item.zone, service);
	}
	if (rest.n > 0 && check_list_keep(&others, &rest, fw) < 0)
		return -ENOMEM;
	if (others)
		builder_join(&text, " && ", others);
	return check_take(&text, out);
}

/* What is permanent by its number would be told again, to be replaced by its service. */
static void put_service_first(struct findings *findings)
{
	struct finding *last = &findings->findings[findings->n - 1];
	char *command = last->command;

	last->command = last->other;
	last->other = command;
}

static int runtime_only_service(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_free_ char *each = NULL;
	bool raw = false;
	int r = list_entries(&list, run, is_service_at_risk);

	if (r < 0 || list.n == 0)
		return r;
	if (picture_restores(run->picture))
		r = check_add_as(
		    run, FINDING_INFO, check_list_take(&list), strdup("reload-guard persist"),
		    "%zu runtime only: the next reload drops %s, and the watcher restores %s",
		    list.n, list.n == 1 ? "it" : "them", list.n == 1 ? "it" : "them");
	else
		r = check_add_as(run, any_mail(&list) ? FINDING_ERROR : FINDING_WARNING,
		                 check_list_take(&list), strdup("reload-guard persist"),
		                 "%zu runtime only: the next reload closes %s, and %s "
		                 "to open %s again",
		                 list.n, list.n == 1 ? "it" : "them",
		                 run->picture->watcher.running ? "restore = no forbids the watcher"
		                                               : "no watcher runs",
		                 list.n == 1 ? "it" : "them");
	if (r == 0)
		r = keeping_commands(&each, run, &list, &raw);
	if (r == 0)
		r = check_or(run, steal(each));
	if (r == 0 && raw)
		put_service_first(run->findings);
	return r;
}

const struct check check_runtime_only_service = {
    .name = "runtime-only-service",
    .severity = FINDING_ERROR,
    .help = "open, but runtime only: the next reload closes it",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = runtime_only_service,
};

/* A zone that loses its bindings has no packets. */
static int binding_runtime_only(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	char *command = NULL;
	int r = list_entries(&list, run, is_binding_at_risk);

	if (r < 0 || list.n == 0)
		return r;
	if (check_list_keep(&command, &list, &run->picture->firewall) < 0)
		return -ENOMEM;
	return check_add(run, check_list_take(&list), command,
	                 "%zu bound at run time only: a restart of firewalld or NetworkManager "
	                 "undoes it, unless the watcher restores it",
	                 list.n);
}

const struct check check_binding_runtime_only = {
    .name = "binding-runtime-only",
    .severity = FINDING_INFO,
    .help = "an interface or source is bound to a zone at run time only",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = binding_runtime_only,
};

/* --- what leaves -------------------------------------------------------------------------- */

static bool is_withdrawn(struct check_run *run _unused_, struct scope_view *view,
                         const struct firewall_entry *entry)
{
	return is_listed(view, entry, FIREWALL_WITHDRAWN | FIREWALL_GOING);
}

static bool is_edited(struct check_run *run _unused_, struct scope_view *view,
                      const struct firewall_entry *entry)
{
	return is_listed(view, entry, FIREWALL_EDITED) &&
	       !(entry->flags & (FIREWALL_WITHDRAWN | FIREWALL_GOING));
}

static int withdrawn(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	char *command = NULL;
	int r = list_entries(&list, run, is_withdrawn);

	if (r < 0 || list.n == 0)
		return r;
	if (check_list_keep(&command, &list, &run->picture->firewall) < 0)
		return -ENOMEM;
	return check_add(run, check_list_take(&list), command,
	                 "%zu removed from the permanent configuration: closed by the next reload "
	                 "and not restored",
	                 list.n);
}

const struct check check_withdrawn = {
    .name = "withdrawn",
    .severity = FINDING_WARNING,
    .help = "somebody removed it from the permanent configuration: the next reload closes it",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = withdrawn,
};

/* A file that somebody rewrote is evidence of neither (law 1): there are two answers. */
static int edited(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_free_ char *keep = NULL, *let_go = NULL;
	int r = list_entries(&list, run, is_edited);

	if (r < 0 || list.n == 0)
		return r;
	if (check_list_keep(&keep, &list, &run->picture->firewall) < 0 ||
	    check_list_release(&let_go, &list) < 0)
		return -ENOMEM;
	r = check_add(run, check_list_take(&list), steal(keep),
	              "%zu edited out of a file, and not by firewalld: closed by the next reload, "
	              "and not restored by itself",
	              list.n);
	return r == 0 && let_go ? check_or(run, steal(let_go)) : r;
}

const struct check check_edited = {
    .name = "edited",
    .severity = FINDING_WARNING,
    .help = "somebody's edit removed it from its file: the next reload closes it",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = edited,
};

/* --- what comes --------------------------------------------------------------------------- */

static bool is_missing(const struct picture *picture, const struct item *item)
{
	const struct loss *loss = &picture->missing.loss;

	for (size_t i = 0; i < loss->n; i++)
		if ((loss_verdict_restores(loss->rows[i].verdict) ||
		     loss->rows[i].verdict == LOSS_UNATTRIBUTED) &&
		    item_cmp(&loss->rows[i].item, item) == 0)
			return true;
	return false;
}

static bool is_only_permanent(const struct picture *picture, struct scope_view *view,
                              const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_PERMANENT) && !(entry->flags & FIREWALL_RUNTIME) &&
	       is_protected(view, entry) &&
	       !scope_requires(&picture->config->scope, &entry->item) &&
	       !is_missing(picture, &entry->item);
}

/* Not what is open by something else, nor what a finding says how to open. */
static bool is_not_open(struct check_run *run, struct scope_view *view,
                        const struct firewall_entry *entry)
{
	return !item_is_binding(&entry->item) && is_only_permanent(run->picture, view, entry) &&
	       !check_is_covered(run, entry, FIREWALL_RUNTIME) && !check_is_told(run, &entry->item);
}

/* Not one of an interface that is not there: nobody misses that. */
static bool is_not_bound(struct check_run *run, struct scope_view *view,
                         const struct firewall_entry *entry)
{
	return entry->item.kind == ITEM_INTERFACE && is_only_permanent(run->picture, view, entry) &&
	       dispatch_has_interface(&run->picture->interfaces, entry->item.value);
}

/* As after an interface was renamed, of which NetworkManager tells firewalld nothing. */
static int not_bound(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_builder_ struct builder commands = BUILDER_NULL;
	_cleanup_free_ char *command = NULL;
	int r = list_entries(&list, run, is_not_bound);

	if (r < 0 || list.n == 0)
		return r;
	for (size_t i = 0; i < list.n && i < ARRAY_SIZE(list.items); i++) {
		item_begin_command(&commands, list.items[i]->zone, false);
		shell_addf(&commands, " --change-interface=%s", list.items[i]->value);
	}
	if (check_take(&commands, &command) < 0)
		return -ENOMEM;
	return check_add(run, check_list_take(&list), steal(command),
	                 "%zu permanent, and bound to another zone now: the next reload binds %s",
	                 list.n, list.n == 1 ? "it" : "them");
}

static int not_open(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	int r = list_entries(&list, run, is_not_open);

	if (r < 0 || list.n == 0)
		return r < 0 ? r : not_bound(run);
	r = check_add(run, check_list_take(&list), NULL,
	              "%zu permanent, and not open now: the next reload opens %s", list.n,
	              list.n == 1 ? "it" : "them");
	return r < 0 ? r : not_bound(run);
}

const struct check check_not_open = {
    .name = "not-open",
    .severity = FINDING_INFO,
    .help = "it is permanent, and not open now: the next reload opens it",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE | PICTURE_LINKS | PICTURE_RULES | PICTURE_SOCKETS,
    .status = true,
    .fn = not_open,
};
