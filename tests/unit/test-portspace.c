// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports as firewalld has them: a model of its lists (functions.py, coalescePortRange and
 * breakPortRange) is added to and removed from at random, in every spelling that
 * firewall-cmd takes; the guard's tracker hears what was typed, as from signals; a wipe
 * comes, and what firewalld lists after the restore is what it listed before.
 *
 * PORTSPACE_WALKS walks (default 8000; 400000 take some minutes) from PORTSPACE_SEED on (default
 * 1).
 */
#include "guard/model/plan.h"
#include "guard/model/portspace.h"
#include "guard/restore/tracker.h"
#include "guard/system/firewalld/portname.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#define WALKS 8000
#define ACTS  14

/* --- rows -------------------------------------------------------------------------------- */

static const struct {
	const char *typed;
	const char *range; /* NULL: not understood */
} name_rows[] = {
    {"993", "993"},
    {"0993", "993"},
    {"993-993", "993"},
    {"4190-4195", "4190-4195"},
    {"4195-4190", "4190-4195"},
    {"imaps", "993"},
    {"smtp-imap", "25-143"},
    {"imap-smtp", "25-143"},
    {"imap-150", "143-150"},
    {"150-imap", "143-150"},
    {"0-65535", "0-65535"},
    {"65536", NULL},
    {"1-65536", NULL},
    {"", NULL},
    {"-", NULL},
    {"1-2-3", NULL},
    {"nosuchname", NULL},
    {"nosuch-name", NULL},
    {"imaps ", NULL},
    {"-1", NULL},
};

START_TEST(understands_what_firewall_cmd_takes)
{
	char range[PORTNAME_SIZE] = "";
	bool ok = portname_range(range, name_rows[_i].typed);

	ck_assert_msg(ok == (name_rows[_i].range != NULL), "\"%s\"", name_rows[_i].typed);
	if (ok)
		ck_assert_str_eq(range, name_rows[_i].range);
}
END_TEST

static const struct {
	const char *listed, *settled;
} settle_rows[] = {
    {"a/port:10-20/tcp=r a/port:10-20/tcp=p", "a/port:10-20/tcp:3"},
    {"a/port:10-20/tcp=r a/port:10-15/tcp=p", "a/port:10-15/tcp:3 a/port:16-20/tcp:33"},
    {"a/port:10-15/tcp=r a/port:16-20/tcp=r", "a/port:10-15/tcp:1 a/port:16-20/tcp:1"},
    {"a/port:10-15/tcp=r a/port:12-20/tcp=r", "a/port:10-20/tcp:1"},
    {"a/port:10-20/tcp=r a/port:15/udp=r", "a/port:10-20/tcp:1 a/port:15/udp:1"},
    {"a/port:10-20/tcp=r a/source-port:15/tcp=r", "a/port:10-20/tcp:1 a/source-port:15/tcp:1"},
    {"a/port:10-20/tcp=p a/port:15/tcp=r",
     "a/port:10-14/tcp:2 a/port:15/tcp:67 a/port:16-20/tcp:66"},
};

START_TEST(makes_parts_of_lists)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(settle_rows[_i].listed);
	char text[512] = "";
	size_t n = 0;

	ck_assert_int_eq(portspace_settle(&fw), 0);
	for (size_t i = 0; i < fw.n; i++) {
		_cleanup_free_ char *item = NULL;

		ck_assert_int_eq(item_format(&item, &fw.entries[i].item), 0);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s:%u", i ? " " : "", item,
		                      fw.entries[i].flags);
	}
	ck_assert_str_eq(text, settle_rows[_i].settled);
}
END_TEST

/* --- a firewalld ------------------------------------------------------------------------- */

#define LIST_MAX 64

struct range {
	unsigned first, last;
	bool udp;
};

struct list {
	struct range ranges[LIST_MAX];
	size_t n;
};

struct world {
	uint64_t random, seed;
	struct list runtime, permanent;
	struct tracker tracker;
	struct list wanted; /* the oracle */
	bool exact;         /* the runtime's list, and not only its ports, can be had again */
	char trace[4096];
	size_t trace_n;
};

static unsigned draw(struct world *world, unsigned n)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return (unsigned)((world->random >> 11) % n);
}

static void note(struct world *world, const char *word, const char *typed, bool udp)
{
	int n = snprintf(world->trace + world->trace_n, sizeof(world->trace) - world->trace_n,
	                 " %s %s%s;", word, typed,
	                 !*typed ? ""
	                 : udp   ? "/udp"
	                         : "/tcp");

	if (n > 0 && world->trace_n + (size_t)n < sizeof(world->trace))
		world->trace_n += (size_t)n;
}

static bool list_add(struct list *list, struct range new)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++)
		if (list->ranges[i].udp == new.udp &&
		    list->ranges[i].first <= new.first &&new.last <= list->ranges[i].last)
			return false; /* ALREADY_ENABLED */
	for (size_t i = 0; i < list->n; i++) {
		struct range old = list->ranges[i];

		if (old.udp == new.udp && old.first <= new.last &&new.first <= old.last) {
			new.first = old.first < new.first ? old.first : new.first;
			new.last = old.last > new.last ? old.last : new.last;
		} else {
			list->ranges[kept++] = old;
		}
	}
	ck_assert_uint_lt(kept, LIST_MAX);
	list->ranges[kept++] = new;
	list->n = kept;
	return true;
}

static bool list_remove(struct list *list, struct range gone)
{
	for (size_t i = 0; i < list->n; i++) {
		struct range old = list->ranges[i];

		if (old.udp != gone.udp || old.first > gone.first || gone.last > old.last)
			continue;
		list->ranges[i] = list->ranges[--list->n];
		if (old.first < gone.first)
			list->ranges[list->n++] =
			    (struct range){old.first, gone.first - 1, old.udp};
		if (gone.last < old.last)
			list->ranges[list->n++] = (struct range){gone.last + 1, old.last, old.udp};
		return true;
	}
	return false; /* NOT_ENABLED */
}

/* Of a range whose ports are not all there. */
static void drop_ports(struct list *list, struct range gone)
{
	for (unsigned port = gone.first; port <= gone.last; port++)
		(void)list_remove(list, (struct range){port, port, gone.udp});
}

static bool list_has(const struct list *list, unsigned port, bool udp)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ranges[i].udp == udp && list->ranges[i].first <= port &&
		    port <= list->ranges[i].last)
			return true;
	return false;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->udp != y->udp ? (int)x->udp - (int)y->udp : (int)x->first - (int)y->first;
}

static void list_format(struct list *list, char *out, size_t size)
{
	size_t n = 0;

	qsort(list->ranges, list->n, sizeof(*list->ranges), compare_ranges);
	*out = '\0';
	for (size_t i = 0; i < list->n && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, " %u-%u/%s", list->ranges[i].first,
		                      list->ranges[i].last, list->ranges[i].udp ? "udp" : "tcp");
}

/* --- what is typed ----------------------------------------------------------------------- */

static struct range draw_range(struct world *world)
{
	struct range range = {.first = 138 + draw(world, 14), .udp = draw(world, 5) == 0};

	range.last = range.first + (draw(world, 2) ? draw(world, 7) : 0);
	return range;
}

static void spell_port(struct world *world, char *out, unsigned port)
{
	if (port == 143 && draw(world, 2))
		strcpy(out, "imap");
	else
		sprintf(out, draw(world, 4) ? "%u" : "0%u", port);
}

static void spell(struct world *world, char *out, const struct range *range)
{
	bool backwards = draw(world, 3) == 0;

	if (range->first == range->last && draw(world, 4)) {
		spell_port(world, out, range->first);
		return;
	}
	spell_port(world, out, backwards ? range->last : range->first);
	strcat(out, "-");
	spell_port(world, out + strlen(out), backwards ? range->first : range->last);
}

static struct item item_of(const char *typed, bool udp)
{
	char port[PORTNAME_SIZE], value[160];
	struct item item;
	struct err err = ERR_NULL;

	snprintf(value, sizeof(value), "%s/%s", portname_settle(port, typed), udp ? "udp" : "tcp");
	ck_assert_msg(item_init(&item, "public", ITEM_PORT, value, &err) == 0, "%s", err.text);
	return item;
}

/* --- the guard --------------------------------------------------------------------------- */

static void put_list(struct firewall *fw, const struct list *list, unsigned flag)
{
	for (size_t i = 0; i < list->n; i++) {
		struct firewall_entry *entry;
		struct item item;
		char value[32];

		sprintf(value, "%u-%u/%s", list->ranges[i].first, list->ranges[i].last,
		        list->ranges[i].udp ? "udp" : "tcp");
		ck_assert_int_eq(item_init(&item, "public", ITEM_PORT, value, NULL), 0);
		ck_assert_int_eq(firewall_put(fw, &item, &entry), 0);
		entry->flags |= flag;
		item_deinit(&item);
	}
}

static struct firewall read_firewall(const struct world *world, bool whole)
{
	struct firewall fw = FIREWALL_NULL;

	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	ck_assert_int_eq(firewall_add_zone(&fw, "public"), 0);
	put_list(&fw, &world->runtime, FIREWALL_RUNTIME);
	if (whole)
		put_list(&fw, &world->permanent, FIREWALL_PERMANENT);
	ck_assert_int_eq(portspace_settle(&fw), 0);
	return fw;
}

static void carry_out(struct world *world, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct item *call = plan_step_call(&plan->steps[i]);
		struct item_ports ports;

		ck_assert(item_ports(call, &ports));
		if (list_add(&world->runtime,
		             (struct range){ports.first, ports.last, ports.protocol[0] == 'u'}))
			ck_assert_int_eq(tracker_added(&world->tracker, &plan->steps[i].item, 0, 0),
			                 0);
	}
}

/* @meanwhile: what is heard between the answer and its use */
static void look(struct world *world, enum wipe_kind kind, bool whole,
                 void (*meanwhile)(struct world *world))
{
	static const struct scope scope = SCOPE_NULL;
	_cleanup_firewall_ struct firewall now = FIREWALL_NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct tracker_absorb absorb = {
	    .reading = &now, .loss = &loss, .after_wipe = kind == WIPE_RELOAD, .whole = whole};
	_cleanup_strv_ struct strv zones = STRV_NULL;
	struct loss_evidence evidence = {
	    .after = &now, .scope = &scope, .kind = kind, .heard_all = true};

	ck_assert_int_eq(strv_add(&zones, "public"), 0);
	evidence.zones = whole ? NULL : &zones;
	tracker_reading_begins(&world->tracker);
	now = read_firewall(world, whole);
	if (meanwhile)
		meanwhile(world);
	ck_assert_int_eq(tracker_correct_reading(&world->tracker, &now), 0);
	evidence.before = world->tracker.known ? &world->tracker.wanted : NULL;
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_int_eq(plan_build(&plan, &loss, &now, 0), 0);
	ck_assert_int_eq(tracker_absorb(&world->tracker, &absorb), 0);
	carry_out(world, &plan);
}

/* --- what people do ---------------------------------------------------------------------- */

static void act_add(struct world *world)
{
	struct range range = draw_range(world);
	_cleanup_item_ struct item item = ITEM_NULL;
	char typed[64];

	spell(world, typed, &range);
	if (!list_add(&world->runtime, range))
		return;
	note(world, "add", typed, range.udp);
	item = item_of(typed, range.udp);
	ck_assert_int_eq(tracker_added(&world->tracker, &item, 0, 0), 0);
	(void)list_add(&world->wanted, range);
}

static void act_remove(struct world *world)
{
	struct range range = draw_range(world);
	_cleanup_item_ struct item item = ITEM_NULL;
	char typed[64];

	spell(world, typed, &range);
	if (!list_remove(&world->runtime, range))
		return;
	note(world, "remove", typed, range.udp);
	item = item_of(typed, range.udp);
	ck_assert_int_eq(tracker_removed(&world->tracker, &item), 0);
	drop_ports(&world->wanted, range);
}

/* firewalld tells of it, and everything is read. */
static void act_permanent_add(struct world *world)
{
	struct range range = draw_range(world);

	if (!list_add(&world->permanent, range))
		return;
	note(world, "permanent add", "", false);
	world->exact = false;
	look(world, WIPE_UNKNOWN, true, NULL);
}

static void act_permanent_remove(struct world *world)
{
	struct range range = draw_range(world);

	if (!list_remove(&world->permanent, range))
		return;
	note(world, "permanent remove", "", false);
	world->exact = false;
	look(world, WIPE_UNKNOWN, true, NULL);
	/* what was both is meant to go with the next wipe */
	drop_ports(&world->wanted, range);
}

static void act_both(struct world *world)
{
	act_add(world);
	act_remove(world);
}

static void check_ports(struct world *world, const char *before)
{
	char after[1024];

	list_format(&world->runtime, after, sizeof(after));
	for (unsigned port = 130; port < 170; port++)
		for (int udp = 0; udp < 2; udp++) {
			bool open = list_has(&world->runtime, port, udp);
			bool due = list_has(&world->wanted, port, udp);

			ck_assert_msg(open == due,
			              "PORTSPACE_SEED=%llu PORTSPACE_WALKS=1:%s\n  %u is %s: %s",
			              (unsigned long long)world->seed, world->trace, port,
			              open ? "open" : "shut", after);
		}
	ck_assert_msg(!world->exact || strcmp(before, after) == 0,
	              "PORTSPACE_SEED=%llu PORTSPACE_WALKS=1:%s\n  listed before:%s\n  after:%s",
	              (unsigned long long)world->seed, world->trace, before, after);
}

static void act_wipe(struct world *world)
{
	char before[1024];

	list_format(&world->runtime, before, sizeof(before));
	note(world, "reload", "", false);
	world->runtime = world->permanent;
	for (size_t i = 0; i < world->permanent.n; i++)
		(void)list_add(&world->wanted, world->permanent.ranges[i]);
	/* an act of somebody's while it is read is between the wipe and the restore */
	look(world, WIPE_RELOAD, draw(world, 2) != 0,
	     world->exact || draw(world, 2) ? NULL : act_both);
	look(world, WIPE_UNKNOWN, true, NULL);
	check_ports(world, before);
	world->wanted = world->runtime;
	/* listed apart, and permanent as one: then they are one from now on */
	world->exact = world->permanent.n == 0;
}

static void walk(struct world *world, uint64_t seed)
{
	static void (*const acts[])(struct world * world) = {
	    act_add,    act_add,           act_add,
	    act_add,    act_remove,        act_remove,
	    act_remove, act_permanent_add, act_permanent_remove,
	    act_wipe,
	};

	memset(world, 0, sizeof(*world));
	world->seed = seed;
	world->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	world->tracker = TRACKER_NULL;
	world->exact = true;
	look(world, WIPE_UNKNOWN, true, NULL);
	for (unsigned i = 0; i < ACTS; i++)
		acts[draw(world, seed % 2 ? 7 : ARRAY_SIZE(acts))](world);
	act_wipe(world);
	act_wipe(world);
	tracker_deinit(&world->tracker);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

START_TEST(lists_after_a_wipe_what_it_listed_before)
{
	static struct world world;
	uint64_t seed = number_from("PORTSPACE_SEED", 1);

	for (uint64_t n = number_from("PORTSPACE_WALKS", WALKS); n > 0; n--)
		walk(&world, seed++);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("portspace");
	TCase *rows = tcase_create("rows"), *walks = tcase_create("walks");

	tcase_add_loop_test(rows, understands_what_firewall_cmd_takes, 0, ARRAY_SIZE(name_rows));
	tcase_add_loop_test(rows, makes_parts_of_lists, 0, ARRAY_SIZE(settle_rows));
	tcase_add_test(walks, lists_after_a_wipe_what_it_listed_before);
	tcase_set_timeout(walks, 3600);
	suite_add_tcase(suite, rows);
	suite_add_tcase(suite, walks);
	return unit_run(suite);
}
