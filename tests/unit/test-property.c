// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random sequences of what administrators, packages, wipes and the guard itself do,
 * over a firewalld that is a plain struct and the guard's own tracker, loss and plan;
 * and a ledger that knows who did what. Nothing lost stays lost, nothing removed
 * comes back.
 *
 * PROPERTY_RUNS sequences (default 4000) from PROPERTY_SEED on (default 1: what turns
 * red is the fault of a change; PROPERTY_SEED=$(date +%s)000 searches elsewhere); a
 * sequence that fails is told with its own seed: PROPERTY_SEED=N PROPERTY_RUNS=1.
 */
#include "guard/model/plan.h"
#include "guard/restore/tracker.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#include <stdarg.h>
#include <stdio.h>

#define RUNS     4000
#define ACTS_MAX 60
#define START_US (1000 * SECOND)

enum thing {
	IMAPS,
	SMTP,
	HTTPS,
	PORT,
	ACCEPT,
	BAN,
	REQUIRED,
	HOME_IMAP,
	HOME_SOURCE,
	POLICY_PORT,
	N_THINGS,
};

static const char *const texts[N_THINGS] = {
    [IMAPS] = "public/service:imaps",
    [SMTP] = "public/service:smtp",
    [HTTPS] = "public/service:https",
    [PORT] = "public/port:587/tcp",
    [ACCEPT] = ("public/rule:rule family=\"ipv4\" source address=\"192.0.2.9\" service "
                "name=\"pop3s\" accept"),
    [BAN] = "public/rule:rule family=\"ipv4\" source address=\"192.0.2.66\" reject",
    [REQUIRED] = "public/service:submissions",
    [HOME_IMAP] = "home/service:imap",
    [HOME_SOURCE] = "home/source:192.0.2.0/24",
    [POLICY_PORT] = "policy:in/port:993/tcp",
};

/* Where eth0 may be bound; mail and home carry something that is protected. */
enum zone {
	NOWHERE,
	PUBLIC,
	HOME,
	MAIL,
	WORK,
	N_ZONES,
};
static const char *const zones[N_ZONES] = {
    [NOWHERE] = "", [PUBLIC] = "public", [HOME] = "home", [MAIL] = "mail", [WORK] = "work"};

/* How something is on its way out of the permanent configuration. */
enum leaving {
	STAYS,
	BY_REMOVAL,
	BY_EDIT,
};

/* The ledger: what was done, and whether the guard could know of it. */
struct entry {
	bool in;     /* somebody opened it, or a wipe loaded it, and nobody closed it */
	bool unseen; /* done while nobody watched: either outcome is right */
	enum leaving leaving;
	bool edit_seen; /* as it was made; else it looks like a removal */
	bool doubtful;  /* opened or taken out while nobody watched: which of both, nobody knows */
	bool never_stayed; /* it left what the guard never knew it to be in: that, nobody saw */
	int64_t ends_us;   /* 0: not */
	/* What has to be said of it in the look under way; LOSS_N_VERDICTS: nothing in particular.
	 */
	enum loss_verdict due;
};

struct world {
	uint64_t random;
	int64_t now_us;
	/* firewalld */
	bool runtime[N_THINGS], permanent[N_THINGS], file[N_THINGS];
	int64_t timer_us[N_THINGS];
	bool policy, policy_permanent;
	enum zone bound, default_zone;
	unsigned instance, boot;
	/* the guard */
	bool on, heard_all;
	struct tracker tracker;
	struct firewall stored;
	unsigned stored_instance, stored_boot;
	bool released[N_THINGS];
	bool knows_permanent[N_THINGS];
	struct firewall taken; /* for `restore --from` */
	bool has_taken;
	/* the oracle */
	struct entry ledger[N_THINGS];
	enum zone meant;   /* where eth0 is meant to be */
	bool meant_unseen; /* either is right */
	/* what was done, for a failure */
	char trace[8192];
	size_t trace_n;
	uint64_t seed;
};

static struct item items[N_THINGS];
static struct scope scope;

/* --- small things ------------------------------------------------------------------------ */

static unsigned draw(struct world *world, unsigned n)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return (unsigned)((world->random >> 11) % n);
}

static void note(struct world *world, const char *format, ...) _printf_(2, 3);
static void note(struct world *world, const char *format, ...)
{
	size_t size = sizeof(world->trace) - world->trace_n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(world->trace + world->trace_n, size, format, args);
	va_end(args);
	if (n > 0)
		world->trace_n += (size_t)n < size ? (size_t)n : size - 1;
}

#define NEED(world, condition, ...)                                                                \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			note(world, "\n  " __VA_ARGS__);                                           \
			ck_abort_msg("PROPERTY_SEED=%llu PROPERTY_RUNS=1:%s",                      \
			             (unsigned long long)(world)->seed, (world)->trace);           \
		}                                                                                  \
	} while (0)

static struct item binding(enum zone zone)
{
	char text[64];

	snprintf(text, sizeof(text), "%s/interface:eth0", zones[zone]);
	return item_from_text(text);
}

static void put(struct firewall *fw, const struct item *item, unsigned flags)
{
	struct firewall_entry *entry;

	if (!flags)
		return;
	ck_assert_int_eq(firewall_put(fw, item, &entry), 0);
	entry->flags |= flags;
}

/* What firewalld answers. */
static struct firewall reading_of(const struct world *world, const struct strv *only)
{
	/* what is always there */
	struct firewall fw = firewall_from_text("mail/service:imaps=rp home/service:smtp=rp "
	                                        "public/service:ssh=rp");

	ck_assert_int_eq(firewall_set_default_zone(&fw, zones[world->default_zone]), 0);
	for (size_t i = 0; i < N_THINGS; i++)
		put(&fw, &items[i],
		    (world->runtime[i] ? FIREWALL_RUNTIME : 0U) |
		        (world->permanent[i] ? FIREWALL_PERMANENT : 0U));
	if (world->bound != NOWHERE) {
		_cleanup_item_ struct item eth0 = binding(world->bound);

		put(&fw, &eth0, FIREWALL_RUNTIME);
	}
	for (enum zone zone = PUBLIC; zone < N_ZONES; zone++)
		ck_assert_int_eq(firewall_add_zone(&fw, zones[zone]), 0);
	if (world->policy)
		ck_assert_int_eq(firewall_add_zone(&fw, "policy:in"), 0);
	/* the first reading after a reload is of the runtime of some zones */
	for (size_t i = 0; only && i < fw.n; i++) {
		fw.entries[i].flags &= ~(unsigned)FIREWALL_PERMANENT;
		if (!strv_contains(only, fw.entries[i].item.zone))
			fw.entries[i].flags = 0;
	}
	if (only)
		firewall_sweep(&fw);
	return fw;
}

/* --- what the guard hears ---------------------------------------------------------------- */

static void hear_added(struct world *world, enum thing thing, bool ours, int64_t until_us)
{
	if (!world->on)
		return;
	ck_assert_int_eq(tracker_added(&world->tracker, &items[thing],
	                               ours && until_us ? FIREWALL_GUARD_TIMED : 0, until_us),
	                 0);
	if (!ours)
		world->released[thing] = false;
}

static void hear_removed(struct world *world, enum thing thing)
{
	if (world->on)
		ck_assert_int_eq(tracker_removed(&world->tracker, &items[thing]), 0);
}

static void hear_bound(struct world *world, enum zone zone)
{
	_cleanup_item_ struct item eth0 = binding(zone);

	if (world->on)
		ck_assert_int_eq(tracker_moved(&world->tracker, &eth0), 0);
}

/* --- the oracle -------------------------------------------------------------------------- */

static bool is_over(const struct world *world, const struct entry *entry)
{
	return entry->ends_us && entry->ends_us <= world->now_us;
}

/* Who goes back to a state by hand goes back to the ends that stand in it. */
static bool is_over_for(const struct world *world, enum thing thing, enum wipe_kind kind)
{
	const struct firewall_entry *taken = firewall_find(&world->taken, &items[thing]);

	if (kind != WIPE_BY_HAND)
		return is_over(world, &world->ledger[thing]);
	return taken && taken->until_us && taken->until_us <= world->now_us;
}

/* What has to be said of a thing that was in and is not there. */
static enum loss_verdict verdict_due(const struct world *world, enum thing thing,
                                     enum wipe_kind kind)
{
	const struct entry *entry = &world->ledger[thing];

	if (thing == REQUIRED)
		return LOSS_REQUIRED;
	if (entry->unseen || entry->doubtful)
		return LOSS_N_VERDICTS;
	if (is_over_for(world, thing, kind))
		return LOSS_EXPIRED;
	if (world->released[thing])
		return LOSS_RELEASED;
	if (thing == BAN)
		return LOSS_UNPROTECTED;
	/* a rule alone makes nobody watch a zone: that hangs on what else is in there just now */
	if (thing == ACCEPT && world->default_zone != PUBLIC)
		return LOSS_N_VERDICTS;
	if (thing == POLICY_PORT && !world->policy)
		return LOSS_REMOVED;
	if (kind == WIPE_BY_HAND)
		return LOSS_LOST;
	if (entry->leaving == BY_EDIT)
		return entry->edit_seen ? LOSS_UNATTRIBUTED : LOSS_N_VERDICTS;
	if (entry->leaving != STAYS && kind != WIPE_UNKNOWN)
		return LOSS_REMOVED;
	if (entry->leaving != STAYS)
		return LOSS_N_VERDICTS; /* nobody watched: reported or removed, never restored */
	return kind == WIPE_UNKNOWN ? LOSS_UNATTRIBUTED : LOSS_LOST;
}

static void check_verdicts(struct world *world, const struct loss *loss)
{
	for (size_t i = 0; i < loss->n; i++) {
		for (enum thing thing = 0; thing < N_THINGS; thing++) {
			enum loss_verdict due = world->ledger[thing].due;

			if (item_cmp(&loss->rows[i].item, &items[thing]) != 0)
				continue;
			NEED(world, due == LOSS_N_VERDICTS || due == loss->rows[i].verdict,
			     "%s is called %s, not %s", texts[thing],
			     loss_verdict_name(loss->rows[i].verdict), loss_verdict_name(due));
		}
	}
}

/* What is bound nowhere comes into the default zone. */
static enum zone in_effect(const struct world *world, enum zone zone)
{
	return zone == NOWHERE ? world->default_zone : zone;
}

static int64_t end_of(const struct world *world, enum thing thing)
{
	const struct firewall_entry *entry = firewall_find(&world->tracker.wanted, &items[thing]);

	return entry ? entry->until_us : 0;
}

/* The final state, against what the ledger says; then both go on from there. */
static void check_state(struct world *world)
{
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		if (thing == REQUIRED)
			NEED(world, world->runtime[thing], "%s is required", texts[thing]);
		else if (!entry->unseen && !entry->doubtful)
			NEED(world, world->runtime[thing] == entry->in, "%s %s", texts[thing],
			     entry->in ? "stays lost" : "came back");
		/* of what nobody saw the outcome counts, with the end that the guard gave it */
		if (entry->unseen) {
			entry->ends_us = end_of(world, thing);
			entry->doubtful |= world->permanent[thing] != world->file[thing];
		}
		entry->in = world->runtime[thing];
		entry->unseen = false;
		/* or firewalld has not found it yet, and the guard knows it to be permanent now */
		if (!entry->in || (entry->never_stayed && !world->permanent[thing]))
			entry->leaving = STAYS;
		if (!entry->in)
			entry->ends_us = 0;
		entry->never_stayed = false;
	}
	if (!world->meant_unseen)
		NEED(world, in_effect(world, world->bound) == in_effect(world, world->meant),
		     "eth0 is in \"%s\", not in \"%s\"", zones[world->bound], zones[world->meant]);
	world->meant = world->bound;
	world->meant_unseen = false;
}

/* --- the guard, as its daemon goes about it ---------------------------------------------- */

static void apply_step(struct world *world, const struct plan_step *step)
{
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		if (item_cmp(&step->item, &items[thing]) != 0)
			continue;
		NEED(world, thing != POLICY_PORT || world->policy, "no policy to add %s to",
		     texts[thing]);
		world->runtime[thing] = true;
		world->timer_us[thing] = 0;
		hear_added(world, thing, true, step->until_us);
	}
	for (enum zone zone = PUBLIC; zone < N_ZONES; zone++) {
		_cleanup_item_ struct item eth0 = binding(zone);

		if (item_cmp(&step->item, &eth0) != 0)
			continue;
		NEED(world, world->bound == NOWHERE || step->move, "eth0 is taken from %s",
		     zones[world->bound]);
		world->bound = zone;
		hear_bound(world, zone);
	}
}

static void judge(struct world *world, struct loss *out, const struct firewall *before,
                  const struct firewall *now, const struct strv *only, enum wipe_kind kind)
{
	struct item released[N_THINGS];
	struct loss_evidence evidence = {.before = before,
	                                 .after = now,
	                                 .scope = &scope,
	                                 .zones = only,
	                                 .released = released,
	                                 .kind = kind,
	                                 .heard_all =
	                                     world->heard_all && !world->tracker.from_store,
	                                 .now_us = world->now_us};

	for (size_t i = 0; i < N_THINGS; i++)
		if (world->released[i])
			released[evidence.n_released++] = items[i];
	ck_assert_int_eq(loss_find(out, &evidence), 0);
}

/* One reading, its verdicts, its steps; Return: how many steps there were. */
static size_t look_once(struct world *world, enum wipe_kind kind, bool after_wipe,
                        const struct strv *only, void (*meanwhile)(struct world *world))
{
	_cleanup_firewall_ struct firewall now = FIREWALL_NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct tracker_absorb absorb = {.reading = &now,
	                                .loss = &loss,
	                                .after_wipe = after_wipe,
	                                .whole = !only,
	                                .now_us = world->now_us};

	tracker_reading_begins(&world->tracker);
	now = reading_of(world, only);
	if (meanwhile)
		meanwhile(world);
	ck_assert_int_eq(tracker_correct_reading(&world->tracker, &now), 0);
	judge(world, &loss, world->tracker.known ? &world->tracker.wanted : NULL, &now, only, kind);
	check_verdicts(world, &loss);
	ck_assert_int_eq(plan_build(&plan, &loss, &now, world->now_us), 0);
	ck_assert_int_eq(tracker_absorb(&world->tracker, &absorb), 0);
	for (size_t i = 0; i < plan.n; i++)
		apply_step(world, &plan.steps[i]);
	if (!only) {
		memcpy(world->knows_permanent, world->permanent, sizeof(world->permanent));
		world->heard_all = true;
	}
	return plan.n;
}

static void store(struct world *world)
{
	firewall_deinit(&world->stored);
	ck_assert_int_eq(firewall_copy(&world->stored, &world->tracker.wanted), 0);
	world->stored_instance = world->instance;
	world->stored_boot = world->boot;
	world->tracker.dirty = false;
}

static void expire(struct world *world)
{
	struct firewall *wanted = &world->tracker.wanted;

	for (enum thing thing = 0; thing < N_THINGS && world->on; thing++) {
		struct firewall_entry *entry = firewall_find(wanted, &items[thing]);

		if (!entry || !(entry->flags & FIREWALL_GUARD_TIMED) ||
		    entry->until_us > world->now_us)
			continue;
		world->runtime[thing] = false;
		hear_removed(world, thing);
	}
}

static void look(struct world *world, enum wipe_kind kind, bool wipe)
{
	_cleanup_strv_ struct strv stake = STRV_NULL;

	if (kind == WIPE_RELOAD && wipe)
		ck_assert_int_eq(tracker_zones_at_stake(&world->tracker, &scope, &stake), 0);
	if (stake.n) {
		(void)look_once(world, kind, true, &stake, NULL);
		wipe = false;
	}
	(void)look_once(world, kind, wipe, NULL, NULL);
	NEED(world, look_once(world, kind, false, NULL, NULL) == 0, "it restores for ever");
	expire(world);
	store(world);
}

/* What is in the ledger after the guard has looked at what a wipe left, and what it has to say. */
static void settle_ledger(struct world *world, enum wipe_kind kind)
{
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		entry->due = LOSS_N_VERDICTS;
		if (!entry->in || world->runtime[thing])
			continue;
		entry->due = verdict_due(world, thing, kind);
		entry->in = entry->due == LOSS_LOST || entry->due == LOSS_REQUIRED;
		if (entry->due == LOSS_N_VERDICTS && entry->leaving == STAYS)
			entry->unseen = true;
	}
}

static void forget_dues(struct world *world)
{
	for (enum thing thing = 0; thing < N_THINGS; thing++)
		world->ledger[thing].due = LOSS_N_VERDICTS;
}

static void guard_looks(struct world *world, enum wipe_kind kind)
{
	settle_ledger(world, kind);
	look(world, kind, kind != WIPE_UNKNOWN);
	check_state(world);
}

/* To a guard that was away: what it knows to be permanent, or on its way out of that. */
static bool may_look_withdrawn(const struct world *world, enum thing thing)
{
	const struct entry *entry = &world->ledger[thing];

	return world->knows_permanent[thing] || entry->doubtful || entry->leaving != STAYS;
}

/* --- acts -------------------------------------------------------------------------------- */

static void open_it(struct world *world, enum thing thing, int64_t ends_us)
{
	struct entry *entry = &world->ledger[thing];

	world->runtime[thing] = true;
	world->timer_us[thing] = ends_us;
	/* while firewalld has not found an edit, or the guard not read of a change, nobody knows */
	*entry =
	    (struct entry){.in = true,
	                   .unseen = !world->on,
	                   .doubtful = world->permanent[thing] != world->file[thing] ||
	                               world->permanent[thing] != world->knows_permanent[thing] ||
	                               (!world->on && may_look_withdrawn(world, thing)),
	                   .ends_us = ends_us,
	                   .due = LOSS_N_VERDICTS};
	hear_added(world, thing, false, ends_us);
}

static void close_it(struct world *world, enum thing thing)
{
	struct entry *entry = &world->ledger[thing];

	world->runtime[thing] = false;
	world->timer_us[thing] = 0;
	*entry = (struct entry){.unseen = !world->on || entry->unseen,
	                        .doubtful = !world->on && may_look_withdrawn(world, thing),
	                        .due = LOSS_N_VERDICTS};
	hear_removed(world, thing);
}

static bool can_be_opened(const struct world *world, enum thing thing)
{
	return !world->runtime[thing] && (thing != POLICY_PORT || world->policy);
}

/* Has firewalld no timer for it any more, so that the guard is to end it? */
static bool guard_ends(const struct world *world, enum thing thing)
{
	const struct firewall_entry *entry = firewall_find(&world->tracker.wanted, &items[thing]);

	return entry && (entry->flags & FIREWALL_GUARD_TIMED);
}

static void pass_time(struct world *world, unsigned seconds)
{
	world->now_us += (int64_t)seconds * SECOND;
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		if (world->timer_us[thing] && world->timer_us[thing] <= world->now_us) {
			world->runtime[thing] = false;
			world->timer_us[thing] = 0;
			hear_removed(world, thing);
			*entry = (struct entry){.unseen = entry->unseen};
		} else if (is_over(world, entry) && world->on && guard_ends(world, thing)) {
			entry->in = false;
		} else if (is_over(world, entry) && world->on) {
			/* opened anew without an end while nobody watched: that shows only now */
			entry->ends_us = 0;
			entry->unseen = true;
		}
	}
	expire(world);
	if (world->on)
		store(world);
}

static void act_add(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!can_be_opened(world, thing))
		return;
	/* what a timer has just ended is not opened anew at that very moment */
	if (!world->on)
		pass_time(world, 2);
	note(world, " add %s;", texts[thing]);
	open_it(world, thing, 0);
}

static void act_add_timed(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);
	unsigned seconds;

	if (!can_be_opened(world, thing) || world->permanent[thing] || world->file[thing] ||
	    !world->on || thing == REQUIRED || thing == HOME_SOURCE)
		return;
	seconds = 5 + draw(world, 60);
	note(world, " add for %u s %s;", seconds, texts[thing]);
	open_it(world, thing, world->now_us + (int64_t)seconds * SECOND);
}

static void act_remove(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!world->runtime[thing])
		return;
	note(world, " remove %s;", texts[thing]);
	close_it(world, thing);
	if (world->on && thing == REQUIRED && !world->tracker.reading)
		guard_looks(world, WIPE_UNKNOWN);
}

static bool has_end(const struct world *world, enum thing thing)
{
	return world->ledger[thing].ends_us != 0;
}

static void act_permanent_add(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (world->permanent[thing] || has_end(world, thing) ||
	    (thing == POLICY_PORT && !world->policy_permanent))
		return;
	/* whether an addition was meant that firewalld undoes, not having found it yet, nobody
	 * knows */
	for (size_t i = 0; i < N_THINGS; i++)
		if (world->file[i] && !world->permanent[i])
			return;
	note(world, " permanent add %s;", texts[thing]);
	/* firewalld writes all of the file anew, as it has it */
	memcpy(world->file, world->permanent, sizeof(world->file));
	world->permanent[thing] = world->file[thing] = true;
	for (size_t i = 0; i < N_THINGS; i++) {
		struct entry *entry = &world->ledger[i];

		if (!world->file[i] || entry->leaving == STAYS)
			continue;
		entry->leaving = STAYS;
		entry->doubtful = true; /* until the guard has read that it is back */
		if (world->on)
			tracker_edited(&world->tracker, &items[i], false);
	}
	if (world->on && draw(world, 3))
		guard_looks(world, WIPE_UNKNOWN);
}

/* What it never was in, as far as the guard knows, it cannot have left. */
static void leave(struct world *world, enum thing thing, enum leaving how)
{
	struct entry *entry = &world->ledger[thing];

	if (!entry->in)
		return;
	entry->doubtful |= entry->leaving != STAYS && entry->leaving != how; /* both are right */
	entry->leaving = how;
	entry->edit_seen = how == BY_EDIT && world->on && world->knows_permanent[thing];
	entry->never_stayed = !world->knows_permanent[thing];
	entry->unseen |= entry->never_stayed;
}

static void act_permanent_remove(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!world->permanent[thing] || !world->file[thing] || has_end(world, thing) ||
	    memcmp(world->file, world->permanent, sizeof(world->file)) != 0)
		return;
	note(world, " permanent remove %s;", texts[thing]);
	world->permanent[thing] = world->file[thing] = false;
	leave(world, thing, BY_REMOVAL);
	if (world->on && draw(world, 2))
		guard_looks(world, WIPE_UNKNOWN);
}

static void act_edit_out(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!world->file[thing] || !world->permanent[thing] || has_end(world, thing))
		return;
	note(world, " edit out %s;", texts[thing]);
	world->file[thing] = false;
	leave(world, thing, BY_EDIT);
	if (world->on)
		tracker_edited(&world->tracker, &items[thing], true);
}

static void act_edit_in(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);
	struct entry *entry = &world->ledger[thing];

	if (world->file[thing] || has_end(world, thing) ||
	    (thing == POLICY_PORT && !world->policy_permanent))
		return;
	note(world, " edit in %s;", texts[thing]);
	world->file[thing] = true;
	entry->leaving = STAYS;
	if (!world->on)
		entry->unseen |= entry->in;
	if (world->on)
		tracker_edited(&world->tracker, &items[thing], false);
}

/* firewalld finds after some seconds what was written into its files. */
static void act_firewalld_notices(struct world *world)
{
	note(world, " firewalld notices;");
	memcpy(world->permanent, world->file, sizeof(world->file));
	if (world->on)
		guard_looks(world, WIPE_UNKNOWN);
}

static void act_release(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!world->runtime[thing] || thing == REQUIRED)
		return;
	note(world, " release %s;", texts[thing]);
	world->released[thing] = true;
}

static void act_bind(struct world *world)
{
	enum zone zone = PUBLIC + draw(world, N_ZONES - 1);

	if (world->bound == zone)
		return;
	note(world, " bind to %s;", zones[zone]);
	world->bound = world->meant = zone;
	world->meant_unseen = !world->on;
	hear_bound(world, zone);
}

static void act_default_zone(struct world *world)
{
	enum zone old = world->default_zone, new = old == PUBLIC ? HOME : PUBLIC;

	note(world, " default zone %s;", zones[new]);
	if (world->on) {
		tracker_default_zone_left(&world->tracker, zones[new]);
		ck_assert_int_eq(tracker_default_zone(&world->tracker, zones[new]), 0);
	}
	world->default_zone = new;
	if (world->bound == old)
		world->bound = world->meant = new;
	if (!world->on)
		world->meant_unseen = true;
	if (world->on)
		guard_looks(world, WIPE_UNKNOWN);
}

/* Its items go with it; what is in the runtime alone follows at the next wipe, if it is gone still.
 */
static void act_delete_policy(struct world *world)
{
	note(world, " %s policy;", world->policy_permanent ? "delete" : "create");
	world->policy_permanent = !world->policy_permanent;
	if (world->permanent[POLICY_PORT])
		leave(world, POLICY_PORT, BY_REMOVAL);
	world->permanent[POLICY_PORT] = world->file[POLICY_PORT] = false;
	if (world->on)
		guard_looks(world, WIPE_UNKNOWN);
}

/* --- wipes ------------------------------------------------------------------------------- */

static void load(struct world *world)
{
	memcpy(world->permanent, world->file, sizeof(world->file));
	world->policy = world->policy_permanent;
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		world->runtime[thing] = world->permanent[thing];
		world->timer_us[thing] = 0;
		/* what is loaded is there for good */
		if (world->runtime[thing])
			*entry = (struct entry){.in = true,
			                        .unseen = entry->unseen && !world->on,
			                        .doubtful =
			                            !world->on && may_look_withdrawn(world, thing)};
	}
	/* NetworkManager may put its interface into the default zone, or nobody does */
	world->bound = draw(world, 2) ? NOWHERE : world->default_zone;
}

/* Where eth0 is to be after the guard was at it. */
static void settle_binding(struct world *world, enum wipe_kind kind)
{
	bool is_protected = world->meant == HOME || world->meant == MAIL || world->meant == PUBLIC;

	if (kind == WIPE_UNKNOWN || !is_protected || world->meant == NOWHERE)
		world->meant = world->bound;
}

static void wipe(struct world *world, enum wipe_kind kind)
{
	load(world);
	if (!world->on)
		return;
	settle_binding(world, kind);
	guard_looks(world, kind);
}

static void act_reload(struct world *world)
{
	note(world, " reload;");
	wipe(world, WIPE_RELOAD);
}

/* A second one, before what the first took is back. */
static void act_two_reloads(struct world *world)
{
	note(world, " two reloads;");
	if (world->on) {
		load(world);
		forget_dues(world);
		(void)look_once(world, WIPE_RELOAD, true, NULL, NULL);
	}
	load(world);
	if (!world->on)
		return;
	settle_binding(world, WIPE_RELOAD);
	guard_looks(world, WIPE_RELOAD);
}

static void act_restart(struct world *world)
{
	note(world, " restart;");
	world->instance++;
	wipe(world, WIPE_RESTART);
}

/* While NetworkManager binds the interface to a zone of its own. */
static void act_claimed(struct world *world)
{
	note(world, " restart, and eth0 is bound to work;");
	world->instance++;
	load(world);
	world->bound = world->meant = WORK;
	world->meant_unseen = false;
	if (world->on)
		guard_looks(world, WIPE_RESTART);
	else
		world->meant_unseen = true;
}

/* The signal did not arrive; what is gone is found later, and restored or reported. */
static void act_unheard_reload(struct world *world)
{
	if (!world->on)
		return;
	note(world, " unheard reload;");
	load(world);
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		if (entry->in && !world->runtime[thing] && entry->leaving == STAYS &&
		    !is_over(world, entry) && !world->released[thing] && thing != BAN)
			entry->unseen = true;
		else if (entry->in && !world->runtime[thing])
			entry->in = thing == REQUIRED;
	}
	world->meant_unseen = true;
	forget_dues(world);
	(void)look_once(world, WIPE_UNKNOWN, false, NULL, NULL);
	check_state(world);
	guard_looks(world, WIPE_UNKNOWN);
}

/* Signals got lost, a removal among them: it stays removed. */
static void act_unheard_removal(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);

	if (!world->on || !world->runtime[thing] || thing == REQUIRED)
		return;
	note(world, " unheard removal of %s;", texts[thing]);
	world->on = false;
	close_it(world, thing);
	world->on = true;
	world->ledger[thing].unseen = false;
	world->heard_all = false;
	guard_looks(world, WIPE_UNKNOWN);
}

/* Is there anything else that a wipe would have taken, and that goes with a signal? */
static bool others_stay(const struct world *world, enum thing gone)
{
	for (enum thing thing = 0; thing < N_THINGS; thing++)
		if (thing != gone && thing != BAN && world->ledger[thing].in &&
		    world->runtime[thing] && !world->permanent[thing] &&
		    !world->knows_permanent[thing])
			return true;
	return false;
}

/* Gone without a word, though every signal was heard: no wipe, for others are still there. */
static void act_vanish(struct world *world)
{
	enum thing thing = draw(world, N_THINGS);
	bool is_wipe_like;

	if (!world->on || !world->runtime[thing] || thing == REQUIRED)
		return;
	/* what was added lately may have been added after a wipe, and says nothing */
	guard_looks(world, WIPE_UNKNOWN);
	is_wipe_like = !others_stay(world, thing);
	note(world, " %s vanishes;", texts[thing]);
	world->on = false;
	close_it(world, thing);
	world->on = true;
	world->ledger[thing].unseen = is_wipe_like;
	world->ledger[thing].doubtful = false;
	guard_looks(world, WIPE_UNKNOWN);
}

/* firewalld and NetworkManager move interfaces without a word; that alone is no wipe. */
static void act_unbind(struct world *world)
{
	if (!world->on || world->bound == NOWHERE)
		return;
	guard_looks(world, WIPE_UNKNOWN);
	note(world, " eth0 is in no zone;");
	world->bound = world->meant = NOWHERE;
	guard_looks(world, WIPE_UNKNOWN);
}

static void meanwhile(struct world *world)
{
	if (draw(world, 2))
		act_add(world);
	else
		act_remove(world);
}

/* Somebody does something while the guard reads what a reload left. */
static void act_amid(struct world *world)
{
	if (!world->on)
		return;
	note(world, " reload, amid which:");
	load(world);
	settle_binding(world, WIPE_RELOAD);
	settle_ledger(world, WIPE_RELOAD);
	world->on = true;
	(void)look_once(world, WIPE_RELOAD, true, NULL, draw(world, 2) ? meanwhile : NULL);
	look(world, WIPE_RELOAD, false);
	check_state(world);
}

/* --- the guard itself, and time ---------------------------------------------------------- */

static void act_off(struct world *world)
{
	if (!world->on)
		return;
	note(world, " guard off;");
	store(world);
	tracker_deinit(&world->tracker);
	world->on = false;
}

static void act_on(struct world *world)
{
	_cleanup_firewall_ struct firewall copy = FIREWALL_NULL;
	enum wipe_kind kind = WIPE_UNKNOWN;
	bool same = world->stored_instance == world->instance;

	if (world->on)
		return;
	note(world, " guard on;");
	world->on = true;
	world->heard_all = false;
	ck_assert_int_eq(firewall_copy(&copy, &world->stored), 0);
	ck_assert_int_eq(tracker_start_from_take(&world->tracker, &copy, same), 0);
	if (world->stored_boot != world->boot)
		kind = WIPE_REBOOT;
	else if (!same)
		kind = WIPE_RESTART;
	settle_binding(world, kind);
	for (enum thing thing = 0; thing < N_THINGS; thing++)
		if (world->runtime[thing] && is_over(world, &world->ledger[thing]))
			world->ledger[thing].in = false; /* it was the guard's to end */
	guard_looks(world, kind);
}

static void act_reboot(struct world *world)
{
	note(world, " reboot;");
	act_off(world);
	world->boot++;
	world->instance++;
	load(world);
	act_on(world);
}

static void act_take(struct world *world)
{
	if (!world->on)
		return;
	note(world, " take;");
	firewall_deinit(&world->taken);
	ck_assert_int_eq(firewall_copy(&world->taken, &world->tracker.wanted), 0);
	/* those that end are the watcher's */
	for (size_t i = 0; i < world->taken.n; i++)
		if (world->taken.entries[i].until_us ||
		    item_is_binding(&world->taken.entries[i].item))
			world->taken.entries[i].flags &= ~(unsigned)FIREWALL_RUNTIME;
	firewall_sweep(&world->taken);
	world->has_taken = true;
}

/* A person names a state to go back to. */
static void act_restore_from(struct world *world)
{
	_cleanup_firewall_ struct firewall now = reading_of(world, NULL);
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;

	if (!world->on || !world->has_taken)
		return;
	note(world, " restore --from;");
	forget_dues(world);
	for (enum thing thing = 0; thing < N_THINGS; thing++) {
		struct entry *entry = &world->ledger[thing];

		if (!firewall_has(&world->taken, &items[thing], FIREWALL_RUNTIME) ||
		    world->runtime[thing] || thing == BAN || world->released[thing] ||
		    (thing == POLICY_PORT && !world->policy))
			continue;
		entry->due = verdict_due(world, thing, WIPE_BY_HAND);
		*entry = (struct entry){.in = true,
		                        .doubtful = world->permanent[thing] != world->file[thing] ||
		                                    world->permanent[thing] !=
		                                        world->knows_permanent[thing],
		                        .due = entry->due};
	}
	judge(world, &loss, &world->taken, &now, NULL, WIPE_BY_HAND);
	check_verdicts(world, &loss);
	ck_assert_int_eq(plan_build(&plan, &loss, &now, world->now_us), 0);
	for (size_t i = 0; i < plan.n; i++)
		for (enum thing thing = 0; thing < N_THINGS; thing++)
			if (item_cmp(&plan.steps[i].item, &items[thing]) == 0) {
				world->runtime[thing] = true;
				hear_added(world, thing, false, 0);
			}
	guard_looks(world, WIPE_UNKNOWN);
}

static void act_time(struct world *world)
{
	unsigned seconds = draw(world, 20);

	note(world, " %u s;", seconds);
	pass_time(world, seconds);
}

static const struct {
	void (*act)(struct world *world);
	unsigned weight;
} acts[] = {
    {act_add, 10},
    {act_add_timed, 4},
    {act_remove, 5},
    {act_permanent_add, 5},
    {act_permanent_remove, 4},
    {act_edit_out, 4},
    {act_edit_in, 2},
    {act_firewalld_notices, 3},
    {act_release, 1},
    {act_bind, 3},
    {act_default_zone, 1},
    {act_delete_policy, 1},
    {act_reload, 5},
    {act_two_reloads, 1},
    {act_restart, 2},
    {act_claimed, 1},
    {act_unheard_reload, 1},
    {act_unheard_removal, 1},
    {act_vanish, 1},
    {act_unbind, 1},
    {act_amid, 2},
    {act_off, 2},
    {act_on, 4},
    {act_reboot, 1},
    {act_take, 1},
    {act_restore_from, 1},
    {act_time, 5},
};

/* --- one sequence ------------------------------------------------------------------------ */

static void do_something(struct world *world)
{
	unsigned total = 0, at;

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		total += acts[i].weight;
	at = draw(world, total);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		if (at < acts[i].weight) {
			acts[i].act(world);
			return;
		}
		at -= acts[i].weight;
	}
}

static void run_sequence(uint64_t seed)
{
	struct world world = {.seed = seed,
	                      .random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1,
	                      .now_us = START_US,
	                      .on = true,
	                      .policy = true,
	                      .policy_permanent = true,
	                      .default_zone = PUBLIC};
	unsigned n;

	world.ledger[REQUIRED].in = true;
	(void)draw(&world, 2);
	n = 10 + draw(&world, ACTS_MAX);
	guard_looks(&world, WIPE_UNKNOWN);
	for (unsigned i = 0; i < n; i++)
		do_something(&world);
	act_on(&world);
	note(&world, " a last reload;");
	wipe(&world, WIPE_RELOAD);
	tracker_deinit(&world.tracker);
	firewall_deinit(&world.stored);
	firewall_deinit(&world.taken);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

START_TEST(nothing_lost_stays_lost_and_nothing_removed_comes_back)
{
	uint64_t seed = number_from("PROPERTY_SEED", 1);
	uint64_t runs = number_from("PROPERTY_RUNS", RUNS);

	printf("%llu sequences from seed %llu on\n", (unsigned long long)runs,
	       (unsigned long long)seed);
	fflush(stdout);
	for (size_t i = 0; i < N_THINGS; i++)
		items[i] = item_from_text(texts[i]);
	ck_assert_int_eq(scope_require(&scope, &items[REQUIRED]), 0);
	for (uint64_t i = 0; i < runs; i++)
		run_sequence(seed + i);
	for (size_t i = 0; i < N_THINGS; i++)
		item_deinit(&items[i]);
	scope_deinit(&scope);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("property");
	TCase *tcase = tcase_create("property");

	tcase_set_timeout(tcase, 600);
	tcase_add_test(tcase, nothing_lost_stays_lost_and_nothing_removed_comes_back);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
