// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/loss.h"

#include "guard/model/ban/banplan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is known about an item that was in the runtime and is no longer. */
enum evidence {
	REQUIRED = 1 << 0,        /* stands under `require` */
	EXPIRED = 1 << 1,         /* had a timeout, and it is over */
	RELEASED = 1 << 2,        /* `reload-guard release` */
	BY_HAND = 1 << 3,         /* a person asks for that state back */
	WITHDRAWN = 1 << 4,       /* was taken out of the permanent configuration, as we saw */
	UNPROTECTED = 1 << 5,     /* not a thing that the guard restores */
	NO_WIPE = 1 << 6,         /* same boot, same firewalld, and no reload was heard */
	WAS_PERMANENT = 1 << 7,   /* was in the permanent configuration before the wipe */
	STILL_PERMANENT = 1 << 8, /* and is in it after the wipe */
	ELSEWHERE = 1 << 9,       /* a binding that somebody made to another zone meanwhile */
	ZONE_GONE = 1 << 10,   /* of a zone, policy or ipset that the configuration has no more */
	EDITED = 1 << 11,      /* somebody other than firewalld wrote a file without it */
	HEARD_ALL = 1 << 12,   /* a removal would have been heard */
	OTHERS_STAY = 1 << 13, /* of what a wipe takes, something is still there */
	NO_WITNESS = 1 << 14,  /* nothing is gone but what may go without a signal */
	THEIRS = 1 << 15,      /* whoever made it makes it again */
	BAN = 1 << 16,         /* keeps an address away: fail2ban's tickets decide */
	NO_TICKET = 1 << 17,   /* as it is known, fail2ban does not hold it */
};

/*
 * Law 1 as a table: the first row decides whose `all` are there and whose `none`
 * are not. A wipe makes the runtime what the permanent configuration is, so what
 * was permanent and is gone after one must have been taken out of the permanent
 * configuration, whoever watched.
 *
 * What people and programs do, and where it is:
 *
 *   removed at run time, its timer ended    not wanted since: the tracker forgets it,
 *                                           and nothing is missing; EXPIRED when a wipe
 *                                           took firewalld's timer
 *   removed by firewall-cmd --permanent     WITHDRAWN when it was read in between, else
 *                                           WAS_PERMANENT without STILL_PERMANENT
 *   runtime to permanent                    STILL_PERMANENT: a wipe loads it
 *   a ban of fail2ban's taken out of the    a BAN as before, unless there is NO_TICKET for it
 *     permanent configuration again
 *   file edited, replaced by a package or   EDITED, whether or not a reload follows at
 *     configuration management              once, or firewalld finds it first
 *   zone, policy or ipset deleted           ZONE_GONE, and what was in it with it: there is
 *                                           nothing that it could be put back into
 *   default zone changed                    ELSEWHERE, for the interfaces that follow it
 *   panic mode, lockdown                    nothing is gone; what is, waits for the end
 *
 * A wipe of which no signal came (a reload that failed half way, a message that was
 * lost on its way) is told by what it leaves: nothing that was in the runtime alone.
 * It is believed only while every signal was heard, since else the removals may be
 * what was missed; only if a wipe would have left no more than there is; and not of
 * interfaces and ipset entries alone: setDefaultZone moves interfaces without a
 * word, firewalld keeps both over some reloads, and NetworkManager binds on its own.
 */
static const struct {
	unsigned all;
	unsigned none;
	enum loss_verdict verdict;
} law[] = {
    {REQUIRED, 0, LOSS_REQUIRED},
    {EXPIRED, 0, LOSS_EXPIRED},
    {RELEASED, 0, LOSS_RELEASED},
    {BAN | WITHDRAWN | NO_TICKET, 0, LOSS_REMOVED},
    {BAN | WAS_PERMANENT | NO_TICKET, STILL_PERMANENT, LOSS_REMOVED},
    /*
     * else it is a ban, also out of the permanent configuration: it does not belong
     * there, and who takes it out means that, not to let the banned in. So it is where
     * nobody saw a wipe: who is banned is on record at fail2ban.
     */
    {BAN, 0, LOSS_BAN},
    {THEIRS, 0, LOSS_THEIRS},
    {UNPROTECTED, 0, LOSS_UNPROTECTED},
    {ELSEWHERE, 0, LOSS_CLAIMED},
    {ZONE_GONE, 0, LOSS_REMOVED},
    {BY_HAND, 0, LOSS_LOST},
    /* unless somebody has put it back meanwhile */
    {WITHDRAWN, STILL_PERMANENT, LOSS_REMOVED},
    {EDITED, STILL_PERMANENT, LOSS_UNATTRIBUTED},
    {NO_WIPE, HEARD_ALL, LOSS_UNATTRIBUTED},
    {NO_WIPE | OTHERS_STAY, 0, LOSS_UNATTRIBUTED},
    {NO_WIPE | NO_WITNESS, 0, LOSS_UNATTRIBUTED},
    {WAS_PERMANENT, STILL_PERMANENT, LOSS_REMOVED},
    {0, 0, LOSS_LOST},
};

static const char *const verdict_names[LOSS_N_VERDICTS] = {
    [LOSS_LOST] = "lost",         [LOSS_REQUIRED] = "required",
    [LOSS_REMOVED] = "removed",   [LOSS_EXPIRED] = "expired",
    [LOSS_RELEASED] = "released", [LOSS_UNATTRIBUTED] = "unattributed",
    [LOSS_CLAIMED] = "claimed",   [LOSS_UNPROTECTED] = "unprotected",
    [LOSS_BAN] = "ban",           [LOSS_THEIRS] = "theirs",
};

static const char *const wipe_names[WIPE_N_KINDS] = {
    [WIPE_RELOAD] = "reload",   [WIPE_RESTART] = "restart",
    [WIPE_REBOOT] = "reboot",   [WIPE_UNKNOWN] = "unknown",
    [WIPE_REQUIRE] = "require", [WIPE_BY_HAND] = "by-hand",
    [WIPE_SILENT] = "silent",   [WIPE_NETWORK_MANAGER] = "network-manager",
};

/** loss_verdict_name() - one word; static */
const char *loss_verdict_name(enum loss_verdict verdict)
{
	return verdict_names[verdict];
}

/** loss_verdict_words() - of such a name, as people read it; a name of an older guard as it is */
const char *loss_verdict_words(const char *name)
{
	if (strcmp(name, verdict_names[LOSS_UNATTRIBUTED]) == 0)
		return "cause unknown";
	return strcmp(name, verdict_names[LOSS_UNPROTECTED]) == 0 ? "not guarded" : name;
}

/** wipe_kind_words() - what it is for people: "reload", "restart", "reboot", else "loss" */
const char *wipe_kind_words(enum wipe_kind kind)
{
	return kind == WIPE_RELOAD || kind == WIPE_RESTART || kind == WIPE_REBOOT ? wipe_names[kind]
	                                                                          : "loss";
}

/** wipe_kind_name() - one word; static */
const char *wipe_kind_name(enum wipe_kind kind)
{
	return wipe_names[kind];
}

static int find_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -ENOENT;
}

/** loss_verdict_parse() - Return: 0 or -ENOENT */
int loss_verdict_parse(enum loss_verdict *out, const char *name)
{
	int i = find_name(verdict_names, LOSS_N_VERDICTS, name);

	if (i < 0)
		return i;
	*out = (enum loss_verdict)i;
	return 0;
}

/** wipe_kind_parse() - Return: 0 or -ENOENT */
int wipe_kind_parse(enum wipe_kind *out, const char *name)
{
	int i = find_name(wipe_names, WIPE_N_KINDS, name);

	if (i < 0)
		return i;
	*out = (enum wipe_kind)i;
	return 0;
}

/** loss_verdict_restores() - is an item with this verdict put back by the guard itself? */
bool loss_verdict_restores(enum loss_verdict verdict)
{
	return verdict == LOSS_LOST || verdict == LOSS_REQUIRED;
}

/**
 * loss_verdict_is_open() - is such a row unfinished business until a step has settled it?
 *
 * What is restored, and bans, of which somebody else decides whether they are.
 */
bool loss_verdict_is_open(enum loss_verdict verdict)
{
	return loss_verdict_restores(verdict) || verdict == LOSS_BAN;
}

/** loss_deinit() - release everything; the result is LOSS_NULL and usable */
void loss_deinit(struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++)
		item_deinit(&loss->rows[i].item);
	free(loss->rows);
	*loss = LOSS_NULL;
}

/** loss_count() - how many items have this verdict */
size_t loss_count(const struct loss *loss, enum loss_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < loss->n; i++)
		count += loss->rows[i].verdict == verdict;
	return count;
}

/*
 * Whoever binds an interface anew means it. Not so firewalld, which lets it fall
 * back to the default zone, unless the permanent configuration has it there.
 */
static bool is_claimed(const struct loss_evidence *evidence, const struct item *item)
{
	const struct firewall_entry *now = firewall_bound_elsewhere(evidence->after, item);
	const char *default_zone = evidence->after->default_zone;

	/* it may have been there only because that was the default zone, which is another now */
	if (item->kind == ITEM_INTERFACE && default_zone && evidence->before->default_zone &&
	    strcmp(evidence->before->default_zone, default_zone) != 0 &&
	    strcmp(evidence->before->default_zone, item->zone) == 0)
		return true;
	return now && (!firewall_is_fallback(evidence->after, now) ||
	               firewall_has(evidence->before, &now->item, FIREWALL_PERMANENT));
}

/* Can the item have gone with a wipe of this kind? */
static bool is_wiped(enum wipe_kind kind, const struct item *item)
{
	if (kind == WIPE_NETWORK_MANAGER)
		return item->kind == ITEM_INTERFACE;
	return kind != WIPE_UNKNOWN && kind != WIPE_REQUIRE;
}

/* A ban; or an item like another, that mail needs and a jail makes too. Return: 1, 0, -ENOMEM. */
static int is_ban(const struct loss_evidence *evidence, bool is_protected, const struct item *item)
{
	int r;

	if (!evidence->bans)
		return 0;
	r = banplan_is_ban(item, NULL);
	if (r < 0)
		return r;
	if (r > 0)
		return item_direct_family(item->zone) || item_ipset_name(item->zone) ||
		       scope_watches_zone(evidence->scope, evidence->before, item->zone);
	return is_protected ? 0 : banshapes_have(evidence->shapes, item);
}

/* Of a part that was read, and of a firewalld without its default zone, that is not known. */
static bool is_zone_gone(const struct firewall *after, const struct item *item)
{
	return !item_direct_family(item->zone) && after->default_zone &&
	       strv_contains(&after->zones, after->default_zone) &&
	       !strv_contains(&after->zones, item->zone);
}

/* Adds to @out what speaks of one item. Return: 0 or -ENOMEM. */
static int collect(unsigned *out, const struct loss_evidence *evidence, struct scope_view *view,
                   const struct firewall_entry *entry)
{
	bool is_protected = scope_view_protects(view, &entry->item);
	int ban = is_ban(evidence, is_protected, &entry->item);
	unsigned bits = *out;

	if (scope_requires(evidence->scope, &entry->item))
		bits |= REQUIRED;
	if (entry->until_us && entry->until_us <= evidence->now_us)
		bits |= EXPIRED;
	if (items_contain(evidence->released, evidence->n_released, &entry->item))
		bits |= RELEASED;
	if (evidence->kind == WIPE_BY_HAND)
		bits |= BY_HAND;
	if (entry->flags & FIREWALL_WITHDRAWN)
		bits |= WITHDRAWN;
	if (entry->flags & FIREWALL_EDITED)
		bits |= EDITED;
	if (!is_protected)
		bits |= UNPROTECTED;
	if (item_is_theirs(&entry->item))
		bits |= THEIRS;
	if (ban > 0)
		bits |= BAN;
	if (!is_wiped(evidence->kind, &entry->item))
		bits |= NO_WIPE;
	if (entry->flags & FIREWALL_PERMANENT)
		bits |= WAS_PERMANENT;
	if (firewall_has(evidence->after, &entry->item, FIREWALL_PERMANENT))
		bits |= STILL_PERMANENT;
	if (is_zone_gone(evidence->after, &entry->item))
		bits |= ZONE_GONE;
	if (item_is_binding(&entry->item) && is_claimed(evidence, &entry->item))
		bits |= ELSEWHERE;
	*out = bits;
	return ban < 0 ? ban : 0;
}

static enum loss_verdict judge(unsigned bits)
{
	size_t i = 0;

	/* the last row takes everything */
	while ((bits & law[i].all) != law[i].all || (bits & law[i].none))
		i++;
	return law[i].verdict;
}

/**
 * loss_add() - one row more
 * @item: copied
 *
 * Return: 0 or -ENOMEM.
 */
int loss_add(struct loss *loss, const struct item *item, enum loss_verdict verdict, unsigned flags,
             int64_t until_us)
{
	struct loss_row row = {.verdict = verdict, .flags = flags, .until_us = until_us};

	if (grow(&loss->rows, &loss->capacity, loss->n + 1, sizeof(row)) < 0 ||
	    item_copy(&row.item, item) < 0)
		return -ENOMEM;
	loss->rows[loss->n++] = row;
	return 0;
}

static bool was_looked_at(const struct loss_evidence *evidence, const struct item *item)
{
	return !evidence->zones || strv_contains(evidence->zones, item->zone);
}

/*
 * What firewalld neither moves nor keeps by itself: it goes with a signal or with a wipe.
 * With FlushAllOnReload=no ipsets and direct rules outlive a reload.
 */
static bool is_witness(const struct item *item)
{
	return item->kind != ITEM_INTERFACE && item->kind != ITEM_ENTRY &&
	       !item_direct_family(item->zone);
}

/* The evidence that is the same for all items: was there a wipe that nobody told of? */
static unsigned collect_common(const struct loss_evidence *evidence)
{
	unsigned bits = NO_WITNESS;

	/* a part says nothing of the rest */
	if (evidence->heard_all && !evidence->zones)
		bits |= HEARD_ALL;
	for (size_t i = 0; i < evidence->before->n; i++) {
		const struct firewall_entry *entry = &evidence->before->entries[i];

		if (!(entry->flags & FIREWALL_RUNTIME) || !is_witness(&entry->item))
			continue;
		if (!firewall_has(evidence->after, &entry->item, FIREWALL_RUNTIME)) {
			if (!entry->until_us || entry->until_us > evidence->now_us)
				bits &= ~(unsigned)NO_WITNESS;
		} else if (!(entry->flags & FIREWALL_PERMANENT) && !entry->fresh) {
			/* what was added lately may have been added after the wipe */
			bits |= OTHERS_STAY;
		}
	}
	return bits;
}

static bool is_missing(const struct loss_evidence *evidence, const struct firewall_entry *entry)
{
	return (entry->flags & FIREWALL_RUNTIME) && was_looked_at(evidence, &entry->item) &&
	       !firewall_has(evidence->after, &entry->item, FIREWALL_RUNTIME);
}

/* Bans that have left the permanent configuration, in the order of the firewall's entries. */
struct withdrawn {
	struct banplan_rule *rules; /* owned */
	size_t n, capacity;
	size_t at; /* the first that was not asked for yet */
};

static int withdrawn_init(struct withdrawn *out, const struct loss_evidence *evidence)
{
	const struct banplan_evidence now = {
	    .tickets = evidence->tickets, .shapes = evidence->shapes, .now_us = evidence->now_us};
	int r;

	*out = (struct withdrawn){0};
	if (!evidence->bans || !evidence->tickets)
		return 0;
	for (size_t i = 0; i < evidence->before->n; i++) {
		const struct firewall_entry *entry = &evidence->before->entries[i];

		if (!(entry->flags & (FIREWALL_WITHDRAWN | FIREWALL_PERMANENT)) ||
		    !is_missing(evidence, entry))
			continue;
		r = banplan_is_ban(&entry->item, evidence->shapes);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		if (grow(&out->rules, &out->capacity, out->n + 1, sizeof(*out->rules)) < 0)
			return -ENOMEM;
		out->rules[out->n++].item = &entry->item;
	}
	return out->n ? banplan_judge(out->rules, out->n, &now) : 0;
}

static bool has_no_ticket(struct withdrawn *withdrawn, const struct item *item)
{
	const struct banplan_rule *rule;

	if (withdrawn->at == withdrawn->n || withdrawn->rules[withdrawn->at].item != item)
		return false;
	rule = &withdrawn->rules[withdrawn->at++];
	return rule->answer != BANPLAN_HELD && rule->answer != BANPLAN_LEFT_OUT;
}

static int add_missing(struct loss *loss, const struct loss_evidence *evidence)
{
	struct scope_view view = SCOPE_VIEW(evidence->scope, evidence->before);
	unsigned common = collect_common(evidence);
	struct withdrawn withdrawn;
	int r = withdrawn_init(&withdrawn, evidence);

	view.now = evidence->after; /* what comes from the store does not know it */
	for (size_t i = 0; i < evidence->before->n && r == 0; i++) {
		const struct firewall_entry *entry = &evidence->before->entries[i];
		unsigned bits = common;

		if (!is_missing(evidence, entry))
			continue;
		if (has_no_ticket(&withdrawn, &entry->item))
			bits |= NO_TICKET;
		r = collect(&bits, evidence, &view, entry);
		if (r == 0)
			r = loss_add(loss, &entry->item, judge(bits), entry->flags,
			             entry->until_us);
	}
	free(withdrawn.rules);
	return view.failed ? -ENOMEM : r;
}

/* What stands under `require` is wanted also if it never was there. */
static int add_required(struct loss *loss, const struct loss_evidence *evidence)
{
	const struct scope *scope = evidence->scope;

	for (size_t i = 0; i < scope->n_require; i++) {
		const struct item *item = &scope->require[i];

		if (!was_looked_at(evidence, item) ||
		    firewall_has(evidence->after, item, FIREWALL_RUNTIME))
			continue;
		if (evidence->before && firewall_has(evidence->before, item, FIREWALL_RUNTIME))
			continue;
		if (loss_add(loss, item, LOSS_REQUIRED, 0, 0) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct loss_row *x = a, *y = b;

	return item_restore_cmp(&x->item, &y->item);
}

/** loss_sort() - put the rows into the order of restoring */
void loss_sort(struct loss *loss)
{
	if (loss->n)
		qsort(loss->rows, loss->n, sizeof(*loss->rows), compare_rows);
}

/**
 * loss_find() - what is gone, and what to think of it
 * @out:      written on success alone; release with loss_deinit()
 * @evidence: borrowed; without a state before, only what is required can be missing
 *
 * Return: 0; LOSS_E_UNKNOWN when the state after the wipe is not known; -ENOMEM.
 */
int loss_find(struct loss *out, const struct loss_evidence *evidence)
{
	_cleanup_loss_ struct loss loss = LOSS_NULL;

	if (!evidence->after)
		return LOSS_E_UNKNOWN;
	if (evidence->before && add_missing(&loss, evidence) < 0)
		return -ENOMEM;
	if (add_required(&loss, evidence) < 0)
		return -ENOMEM;
	loss_sort(&loss);
	*out = loss;
	loss = LOSS_NULL;
	return 0;
}
