// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/edits.h"

#include "guard/base/shell.h"
#include "guard/base/text.h"
#include "guard/system/host/clock.h"
#include "guard/system/firewalld/confwatch.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/model/item-words.h"
#include "guard/model/portspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "/etc/firewalld"

/* Files that are written one after the other are told of together. */
#define GATHER_MS 250

/* firewalld says Updated within milliseconds; on a machine that is busy, later. */
#define HEARD_WITHIN_US (1500 * INT64_C(1000))

/* firewalld itself writes firewalld.conf, too, and then says which zone is the default one. */
#define CONF_US 1000000

#define HEARD_MAX 128

static const struct {
	const char *folder, *prefix;
} folders[] = {
    {"zones/", ""},
    {"policies/", ITEM_POLICY_PREFIX},
    {"ipsets/", ITEM_IPSET_PREFIX},
};

enum author {
	AUTHOR_FIREWALLD,
	AUTHOR_SOMEBODY,
	AUTHOR_OPEN, /* looks like firewalld, which has not said so yet */
};

struct edits {
	struct edits_options given;
	struct confwatch *watch; /* NULL: cannot be watched; then firewalld notices */
	struct loop_source *timer;
	struct confwatch_changes pending;
	struct firewall files; /* what the files had in them when they were read last */
	struct strv read;      /* zones and the like whose file is in there, or has none */
	struct strv own;       /* of these, whose file is the administrator's */
	struct strv broken;    /* as was told */
	struct {
		char name[ITEM_ZONE_MAX + 1];
		int64_t at_us;
	} heard[HEARD_MAX]; /* Updated, of whom and when; the oldest is overwritten */
	size_t heard_next;
	/* What the present round has found, for one line each. */
	struct firewall gone, back;
};

/* --- names ------------------------------------------------------------------------------- */

/*
 * zones/public.xml is of public, policies/in.xml of policy:in. zones/public/10-mail.xml is of a
 * zone that has other files as well: what is in force of it is firewalld's to say.
 */
static int zone_of(char **out, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		size_t n = strlen(folders[i].folder);

		if (strncmp(name, folders[i].folder, n) == 0 && !strchr(name + n, '/') &&
		    text_has_suffix(name + n, ".xml"))
			return xasprintf(out, "%s%.*s", folders[i].prefix,
			                 (int)(strlen(name) - n - strlen(".xml")), name + n);
	}
	return -ENOENT;
}

/* Signals have the bare name. */
static const char *bare_name(const char *zone)
{
	const char *policy = item_policy_name(zone), *ipset = item_ipset_name(zone);

	return policy ? policy : ipset ? ipset : zone;
}

static int set_member(struct strv *strv, const char *string, bool member)
{
	if (member)
		return strv_add_once(strv, string);
	strv_remove(strv, string);
	return 0;
}

/* --- who wrote it ------------------------------------------------------------------------ */

static bool was_heard(const struct edits *edits, const char *zone, int64_t since_us)
{
	for (size_t i = 0; i < HEARD_MAX; i++)
		if (edits->heard[i].at_us >= since_us &&
		    strcmp(edits->heard[i].name, bare_name(zone)) == 0)
			return true;
	return false;
}

/* Could firewalld have done it in this way? */
static bool is_like_firewalld(const struct edits *edits, const struct confwatch_change *change,
                              const char *zone)
{
	/* what it removes it moves to NAME.old */
	if (change->moved)
		return change->to_old;
	/* there is nothing to copy before the first file */
	return !change->bare || !strv_contains(&edits->own, zone);
}

static enum author author_of(const struct edits *edits, const struct confwatch_change *change,
                             const char *zone, bool final)
{
	if (!is_like_firewalld(edits, change, zone))
		return AUTHOR_SOMEBODY;
	if (was_heard(edits, zone, change->at_us - HEARD_WITHIN_US))
		return AUTHOR_FIREWALLD;
	return final || clock_now_us() - change->at_us >= HEARD_WITHIN_US ? AUTHOR_SOMEBODY
	                                                                  : AUTHOR_OPEN;
}

/* --- what it means ----------------------------------------------------------------------- */

/* Only what is written in one way can be missed in a file that was never read before. */
static bool was_in_file(const struct edits *edits, const struct item *item)
{
	return item->kind == ITEM_SERVICE || item->kind == ITEM_PORT ||
	       firewall_has(&edits->files, item, 0);
}

static int compare(struct edits *edits, const char *zone, const struct firewall *file,
                   enum author author)
{
	_cleanup_firewall_ struct firewall all = FIREWALL_NULL;
	struct firewall_entry *entry;
	const struct firewall *meant = engine_wanted(edits->given.engine);
	int r = firewall_copy(&all, meant);

	/* of a range some ports may be in the file */
	if (r == 0)
		r = portspace_cut_by(&all, file);
	for (size_t i = 0; i < all.n && r == 0; i++) {
		const struct firewall_entry *wanted = &all.entries[i];
		bool edited = (wanted->flags & FIREWALL_EDITED) != 0;

		if (strcmp(wanted->item.zone, zone) != 0 || !(wanted->flags & FIREWALL_RUNTIME) ||
		    !scope_protects(&edits->given.config->scope, meant, &wanted->item))
			continue;
		if (firewall_has(file, &wanted->item, 0)) {
			if (edited)
				r = firewall_put(&edits->back, &wanted->item, &entry);
		} else if (author == AUTHOR_SOMEBODY && !edited &&
		           (wanted->flags & FIREWALL_PERMANENT) &&
		           was_in_file(edits, &wanted->item)) {
			r = firewall_put(&edits->gone, &wanted->item, &entry);
		}
	}
	return r;
}

static int remember(struct edits *edits, const char *zone, const struct firewall *file)
{
	struct firewall_entry *entry;
	int r = set_member(&edits->own, zone, zonefile_is_own(zone, ""));

	for (size_t i = edits->files.n; i > 0; i--)
		if (strcmp(edits->files.entries[i - 1].item.zone, zone) == 0)
			edits->files.entries[i - 1].flags = 0;
	firewall_sweep(&edits->files);
	for (size_t i = 0; i < file->n && r == 0; i++) {
		r = firewall_put(&edits->files, &file->entries[i].item, &entry);
		if (r == 0)
			entry->flags = FIREWALL_PERMANENT;
	}
	return r == 0 ? set_member(&edits->read, zone, true) : r;
}

static int tell_broken(struct edits *edits, const char *zone, const struct err *err)
{
	if (strv_contains(&edits->broken, zone))
		return 0;
	logger_write(edits->given.logger, LOGGER_ERROR,
	             "the file of %s is broken (%s): firewalld will refuse the next reload, and "
	             "after a restart or reboot it uses its stock configuration, with mail shut. "
	             "Fix the file, then: firewall-cmd --check-config",
	             zone, err->text);
	record_event(edits->given.record, EVENT_ZONE_FILE_CHANGED, NULL,
	             "the file of %s is broken: %s", zone, err->text);
	return strv_add(&edits->broken, zone);
}

static void tell_whole(struct edits *edits, const char *zone)
{
	if (!strv_contains(&edits->broken, zone))
		return;
	logger_write(edits->given.logger, LOGGER_NOTICE, "the file of %s is no longer broken",
	             zone);
	record_event(edits->given.record, EVENT_ZONE_FILE_CHANGED, NULL,
	             "the file of %s is no longer broken", zone);
	strv_remove(&edits->broken, zone);
}

/* Compares with what is wanted, unless it is the first look at that file. */
static int look_at(struct edits *edits, const char *zone, enum author author, bool first)
{
	_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
	struct err err = ERR_NULL;
	int r = zonefile_read(&file, zone, "", &err);

	if (r == ZONEFILE_E_BROKEN)
		return tell_broken(edits, zone, &err);
	if (r == ZONEFILE_E_UNKNOWN) {
		logger_write(
		    edits->given.logger, LOGGER_WARNING,
		    "the file of %s cannot be read (%s); trusting what firewalld says of it", zone,
		    err.text);
		return set_member(&edits->read, zone, true);
	}
	if (r < 0)
		return r;
	tell_whole(edits, zone);
	/* one that never had a file is put together in another way */
	if (!first && (r == 0 || strv_contains(&edits->own, zone)))
		r = compare(edits, zone, &file, author);
	else
		r = 0;
	return r == 0 ? remember(edits, zone, &file) : r;
}

/* --- what is said ------------------------------------------------------------------------ */

static void mark(struct edits *edits, const struct firewall *items, enum engine_edit edit)
{
	for (size_t i = 0; i < items->n; i++)
		engine_edited(edits->given.engine, &items->entries[i].item, edit);
}

static void tell_gone(struct edits *edits)
{
	_cleanup_item_words_ struct item_words gathered = ITEM_WORDS_NULL;
	_cleanup_free_ char *names = NULL, *command = NULL, *only = NULL, *release = NULL;
	_cleanup_strv_ struct strv gone = STRV_NULL;

	if (edits->gone.n == 0 || item_words_all(&gathered, &edits->gone) < 0)
		return;
	item_words_sort(&gathered);
	names = item_words_names(&gathered);
	for (size_t i = 0; i < gathered.n; i++)
		if (!zonefile_is_there(gathered.items[i]->zone, "") &&
		    strv_add_once(&gone, gathered.items[i]->zone) < 0)
			return;
	command = item_words_command(&gathered, &gone);
	if (gathered.n == 1 && item_format(&only, gathered.items[0]) < 0)
		return;
	if (!names || !command ||
	    shell_printf(&release, "reload-guard release %s", only ? only : "ITEM") < 0)
		return;
	logger_write(edits->given.logger, LOGGER_WARNING,
	             "An edit that was not made through firewalld removed from the permanent files "
	             "(%zu): %s. The next reload closes this and the guard does not restore it by "
	             "itself. To keep it: " TEXT_COMMAND "; to accept it: " TEXT_COMMAND,
	             gathered.n, names, command, release);
	record_event(edits->given.record, EVENT_ZONE_FILE_CHANGED,
	             gathered.n == 1 ? gathered.items[0] : NULL,
	             "edited out of the permanent files (%zu): %s; to keep it: " TEXT_COMMAND,
	             gathered.n, names, command);
}

static void tell_back(struct edits *edits)
{
	_cleanup_item_words_ struct item_words gathered = ITEM_WORDS_NULL;
	_cleanup_free_ char *names = NULL;
	if (edits->back.n == 0 || item_words_all(&gathered, &edits->back) < 0)
		return;
	item_words_sort(&gathered);
	names = item_words_names(&gathered);
	if (!names)
		return;
	logger_write(edits->given.logger, LOGGER_NOTICE, "in the permanent files again (%zu): %s",
	             gathered.n, names);
	record_event(edits->given.record, EVENT_ZONE_FILE_CHANGED, NULL,
	             "in the permanent files again (%zu): %s", gathered.n, names);
}

static void conclude(struct edits *edits)
{
	mark(edits, &edits->gone, ENGINE_EDITED_OUT);
	mark(edits, &edits->back, ENGINE_EDITED_IN);
	tell_gone(edits);
	tell_back(edits);
	if (edits->gone.n || edits->back.n)
		engine_store(edits->given.engine);
	firewall_deinit(&edits->gone);
	firewall_deinit(&edits->back);
}

/* --- rounds ------------------------------------------------------------------------------ */

/* Too much changed to be told apart: only what firewalld has just spoken of is its own. */
static int look_at_all(struct edits *edits)
{
	int64_t since_us = clock_now_us() - HEARD_WITHIN_US;
	_cleanup_strv_ struct strv zones = STRV_NULL;
	int r = strv_copy(&zones, &edits->read);

	for (size_t i = 0; i < zones.n && r == 0; i++)
		r = look_at(edits, zones.strings[i],
		            was_heard(edits, zones.strings[i], since_us) ? AUTHOR_FIREWALLD
		                                                         : AUTHOR_SOMEBODY,
		            false);
	return r;
}

/* Who edits it changes the zone of every interface that is bound to none, at the next reload. */
static int look_at_conf(struct edits *edits)
{
	const char *now = engine_wanted(edits->given.engine)->default_zone;
	_cleanup_free_ char *zone = NULL, *command = NULL;
	int r = zonefile_default_zone(&zone, "");

	if (r != 0)
		return r < 0 ? r : 0;
	if (!now || strcmp(now, zone) == 0)
		return 0;
	if (zonefile_default_zone_command(&command, now) < 0)
		return -ENOMEM;
	logger_write(edits->given.logger, LOGGER_WARNING,
	             "firewalld.conf names %.64s as the default zone, and firewalld has %s. The "
	             "next reload moves interfaces without a zone of their own to the new one. To "
	             "keep the old one: " TEXT_COMMAND,
	             zone, now, command);
	record_event(edits->given.record, EVENT_ZONE_FILE_CHANGED, NULL,
	             "firewalld.conf names %.64s as the default zone instead of %s", zone, now);
	return 0;
}

/* Return: 1 when the change is settled, 0 when it is still open, -ENOMEM. */
static int settle(struct edits *edits, size_t index, bool final)
{
	const struct confwatch_change *change = &edits->pending.changes[index];
	_cleanup_free_ char *zone = NULL;
	enum author author;
	int r;

	if (strcmp(change->name, "firewalld.conf") == 0) {
		if (!final && clock_now_us() - change->at_us < CONF_US)
			return 0;
		r = final ? 0 : look_at_conf(edits);
		return r < 0 ? r : 1;
	}
	r = zone_of(&zone, change->name);
	if (r < 0)
		return r == -ENOENT ? 1 : r;
	author = author_of(edits, change, zone, final);
	if (author == AUTHOR_OPEN)
		return 0;
	r = look_at(edits, zone, author, false);
	return r < 0 ? r : 1;
}

static void go_round(struct edits *edits, bool final)
{
	int r = 0;

	if (edits->pending.all && engine_now(edits->given.engine).known)
		r = look_at_all(edits);
	edits->pending.all = false;
	for (size_t i = 0; i < edits->pending.n && r >= 0;) {
		r = settle(edits, i, final);
		if (r > 0)
			confwatch_changes_drop(&edits->pending, i);
		else
			i++;
	}
	if (r < 0)
		logger_write(edits->given.logger, LOGGER_ERROR,
		             "the files of firewalld could not be looked at: %s", strerror(-r));
	conclude(edits);
	if (edits->pending.n)
		loop_timer_set(edits->timer, GATHER_MS);
	else
		loop_timer_stop(edits->timer);
}

static void take(struct edits *edits)
{
	int r = edits->watch ? confwatch_take(edits->watch, &edits->pending) : 0;

	if (r < 0)
		logger_write(edits->given.logger, LOGGER_ERROR, "out of memory");
	if (r != 0)
		edits->given.on_change(edits->given.userdata);
}

static void on_due(void *userdata)
{
	struct edits *edits = userdata;

	take(edits);
	go_round(edits, false);
}

static void on_change(void *userdata)
{
	struct edits *edits = userdata;

	take(edits);
	if ((edits->pending.n || edits->pending.all) && !loop_timer_is_set(edits->timer))
		loop_timer_set(edits->timer, GATHER_MS);
}

/* --- from outside ------------------------------------------------------------------------ */

/**
 * edits_new() - begin to watch the files of firewalld
 * @out:     written on success alone; release with edits_free(), before the loop
 * @options: copied
 *
 * Return: 0, also when they cannot be watched, which is said; negative errno.
 */
int edits_new(struct edits **out, const struct edits_options *options)
{
	struct edits *edits = calloc(1, sizeof(*edits));
	int r;

	if (!edits)
		return -ENOMEM;
	edits->given = *options;
	r = loop_add_timer(options->loop, &edits->timer, on_due, edits);
	if (r < 0) {
		free(edits);
		return r;
	}
	r = confwatch_new(&edits->watch, options->loop, FOLDER, on_change, edits);
	if (r < 0)
		logger_write(edits->given.logger, LOGGER_WARNING,
		             "%s cannot be watched: %s; edits there are noticed some seconds "
		             "later, through firewalld",
		             FOLDER, strerror(-r));
	*out = edits;
	return 0;
}

/** edits_free() - NULL is fine */
void edits_free(struct edits *edits)
{
	if (!edits)
		return;
	confwatch_free(edits->watch);
	loop_remove(edits->timer);
	confwatch_changes_deinit(&edits->pending);
	firewall_deinit(&edits->files);
	firewall_deinit(&edits->gone);
	firewall_deinit(&edits->back);
	strv_deinit(&edits->read);
	strv_deinit(&edits->own);
	strv_deinit(&edits->broken);
	free(edits);
}

/**
 * edits_look() - take note of the files of what is permanent, to compare with later
 *
 * To be called when everything was read. Files that are known already cost nothing.
 */
void edits_look(struct edits *edits)
{
	const struct firewall *wanted = engine_wanted(edits->given.engine);
	int r = 0;

	for (size_t i = 0; i < wanted->n && r == 0; i++) {
		const char *zone = wanted->entries[i].item.zone;

		if ((wanted->entries[i].flags & FIREWALL_PERMANENT) &&
		    !strv_contains(&edits->read, zone))
			r = look_at(edits, zone, AUTHOR_FIREWALLD, true);
	}
	if (r < 0)
		logger_write(edits->given.logger, LOGGER_ERROR, "%s", strerror(-r));
}

/**
 * edits_heard() - firewalld says that its permanent configuration of something has changed
 * @name: of a zone, policy or ipset, without a prefix
 *
 * It says so of what it wrote, of what it has found in a file that somebody else
 * wrote, and of everything in a reload: the files tell which. They are looked at
 * before anybody asks firewalld what it has now.
 */
void edits_heard(struct edits *edits, const char *name, int64_t at_us)
{
	size_t i = edits->heard_next;

	snprintf(edits->heard[i].name, sizeof(edits->heard[i].name), "%s", name);
	edits->heard[i].at_us = at_us;
	edits->heard_next = (i + 1) % HEARD_MAX;
	take(edits);
	if (edits->pending.n)
		go_round(edits, false);
}

/** edits_settle() - a wipe has come: what was written before it counts now */
void edits_settle(struct edits *edits)
{
	take(edits);
	if (edits->pending.n || edits->pending.all)
		go_round(edits, true);
}
