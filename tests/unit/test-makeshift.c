// SPDX-License-Identifier: GPL-2.0-or-later
/* Where mail of a zone may be let in while a failed firewalld does not have that zone. */
#include "guard/restore/makeshift.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#define HOST0  "iredmail/interface:host0=r "
#define IMAPS  "iredmail/service:imaps=r "
#define POLICY "policy:mail/service:imaps=r "

/* Its default zone is public, and so it was where nothing else is said. */
static const struct {
	const char *what;
	const char *was; /* what was wanted, and all of it is lost */
	const char *default_zone;
	const char *interfaces;
	const char *now;
	const char *housed; /* by "public"; "": nothing */
	size_t n_waiting;
	const char *from; /* the zones that policy:mail is for; NULL: it leads elsewhere */
} rows[] = {
    {"the only interface was there", HOST0 IMAPS, "public", "host0", "", "public/service:imaps", 0,
     NULL},
    {"by default", IMAPS "iredmail/port:4190/tcp=r", "iredmail", "host0 eth1", "",
     "public/service:imaps public/port:4190/tcp", 0, NULL},
    {"of the stock zone's own", "public/service:imaps=r", "public", "host0", "",
     "public/service:imaps", 0, NULL},
    {"another was in a zone that did not have it", HOST0 IMAPS, "public", "host0 eth1", "", "", 1,
     NULL},
    {"in one that had it", HOST0 IMAPS "lan/interface:eth1=r lan/service:imaps=r", "public",
     "host0 eth1", "", "public/service:imaps", 0, NULL},
    {"and still comes in there", HOST0 IMAPS "internal/interface:eth1=r", "public", "host0 eth1",
     "internal/interface:eth1=r", "public/service:imaps", 0, NULL},
    {"it was closed to some addresses", HOST0 IMAPS "drop/source:192.0.2.0/24=r", "public", "host0",
     "", "", 1, NULL},
    {"which have a zone still", HOST0 IMAPS "drop/source:192.0.2.0/24=r", "public", "host0",
     "drop/source:192.0.2.0/24=r", "public/service:imaps", 0, NULL},
    {"open to them, too", HOST0 IMAPS "lan/source:192.0.2.0/24=r lan/service:imaps=r", "public",
     "host0", "", "public/service:imaps", 0, NULL},
    {"open there already", HOST0 IMAPS, "public", "host0", "public/service:imaps=r", "", 0, NULL},
    {"interfaces are not known", HOST0 IMAPS, "public", "", "", "", 1, NULL},
    {"for a time, of which nobody would take it away", HOST0 "iredmail/service:imaps=r@100",
     "public", "host0", "", "", 1, NULL},
    {"in a policy that leads elsewhere", POLICY, "public", "host0", "", "", 1, NULL},
    {"in one for all", POLICY, "public", "host0", "", "public/service:imaps", 0, "ANY"},
    {"for another zone", POLICY, "public", "host0", "", "", 1, "internal"},
    {"for the zone of the interface", HOST0 POLICY, "public", "host0", "", "public/service:imaps",
     0, "internal iredmail"},
    {"for the zone of the other interface", HOST0 IMAPS "lan/interface:eth1=r " POLICY, "public",
     "host0 eth1", "", "public/service:imaps", 0, "lan"},
    {"of which that of an address is none", HOST0 POLICY "lan/source:192.0.2.0/24=r", "public",
     "host0", "", "", 1, "iredmail"},
    {"not a port or service", HOST0 "iredmail/forward-port:port=80:proto=tcp:toport=8080=r",
     "public", "host0", "", "", 1, NULL},
    {"of no zone", HOST0 "ipset:mail/entry:192.0.2.1=r", "public", "host0", "", "", 1, NULL},
};

static void add_loss(struct loss *loss, const struct firewall *was, const struct strv *zones)
{
	loss->rows = calloc(was->n + 1, sizeof(*loss->rows));
	ck_assert_ptr_nonnull(loss->rows);
	for (size_t i = 0; i < was->n; i++) {
		/* what is bound in a stock zone is its own affair */
		if (was->entries[i].item.kind <= ITEM_SOURCE &&
		    strv_contains(zones, was->entries[i].item.zone))
			continue;
		loss->rows[loss->n] =
		    (struct loss_row){.verdict = LOSS_LOST, .until_us = was->entries[i].until_us};
		ck_assert_int_eq(item_copy(&loss->rows[loss->n++].item, &was->entries[i].item), 0);
	}
}

static void check_housed(const struct loss *loss, const char *housed, const char *what)
{
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_eq(strv_split(&words, housed, " "), 0);
	ck_assert_msg(loss->n == words.n, "%s: %zu instead of %zu", what, loss->n, words.n);
	for (size_t i = 0; i < words.n; i++) {
		_cleanup_item_ struct item item = item_from_text(words.strings[i]);
		bool there = false;

		for (size_t k = 0; k < loss->n; k++)
			there |= item_cmp(&loss->rows[k].item, &item) == 0;
		ck_assert_msg(there, "%s: %s", what, words.strings[i]);
	}
}

struct scene {
	struct firewall was, now;
	struct strv zones, interfaces;
	struct loss loss;
	struct makeshift_world world;
};

static void set(struct scene *scene, size_t i)
{
	*scene = (struct scene){.was = firewall_from_text(rows[i].was),
	                        .now = firewall_from_text(rows[i].now)};
	ck_assert_int_eq(firewall_set_default_zone(&scene->was, rows[i].default_zone), 0);
	if (rows[i].from) {
		struct firewall_trait *policy = firewall_new_trait(&scene->was, "policy:mail");

		policy->leads_here = true;
		ck_assert_int_eq(strv_split(&policy->from, rows[i].from, " "), 0);
	}
	ck_assert_int_eq(strv_split(&scene->zones, "drop internal public", " "), 0);
	ck_assert_int_eq(strv_split(&scene->interfaces, rows[i].interfaces, " "), 0);
	add_loss(&scene->loss, &scene->was, &scene->zones);
	scene->world = (struct makeshift_world){.now = &scene->now,
	                                        .wanted = &scene->was,
	                                        .zones = &scene->zones,
	                                        .interfaces = &scene->interfaces};
}

static void unset(struct scene *scene)
{
	firewall_deinit(&scene->was);
	firewall_deinit(&scene->now);
	strv_deinit(&scene->zones);
	strv_deinit(&scene->interfaces);
	loss_deinit(&scene->loss);
}

START_TEST(opens_to_nobody_new)
{
	struct makeshift makeshift = MAKESHIFT_NULL;
	struct scene scene;

	set(&scene, (size_t)_i);
	ck_assert_int_eq(makeshift_house(&makeshift, &scene.loss, &scene.world), 0);
	check_housed(&scene.loss, rows[_i].housed, rows[_i].what);
	ck_assert_msg(makeshift.n_waiting == rows[_i].n_waiting, "%s: %zu wait", rows[_i].what,
	              makeshift.n_waiting);
	makeshift_end(&makeshift);
	unset(&scene);
}
END_TEST

/* What somebody takes away is not put back; what firewalld did not take is. */
START_TEST(is_taken_away)
{
	struct makeshift makeshift = MAKESHIFT_NULL;
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");

	for (int n = 0; n < 3; n++) {
		struct restorer_step step = {.outcome =
		                                 n == 0 ? STORE_STEP_FAILED : STORE_STEP_RESTORED};
		_cleanup_plan_ struct plan plan = PLAN_NULL;
		struct makeshift_outcome outcome;
		struct scene scene;

		set(&scene, 0);
		ck_assert_int_eq(makeshift_house(&makeshift, &scene.loss, &scene.world), 0);
		ck_assert_int_eq(plan_build(&plan, &scene.loss, &scene.now, 0), 0);
		ck_assert_uint_eq(plan.n, n < 2);
		outcome = makeshift_done(&makeshift, &plan, &step);
		ck_assert_uint_eq(outcome.n_moved, n == 1);
		ck_assert_uint_eq(outcome.n_restored, 0);
		ck_assert(makeshift_has(&makeshift, &imaps) == (n > 0));
		unset(&scene);
	}
	makeshift_end(&makeshift);
	ck_assert(!makeshift_has(&makeshift, &imaps));
}
END_TEST

/* Nor by the next guard, in the same firewalld; and nobody takes it for wanted. */
START_TEST(outlives_the_guard)
{
	static const char was[] = "public/service:imaps=p public/service:ssh=rp";
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps"),
	                           smtp = item_from_text("public/service:smtp");

	for (int same = 0; same < 2; same++) {
		struct makeshift before = {
		    .standins = firewall_from_text("public/service:imaps=r public/service:smtp=r")};
		struct makeshift after = MAKESHIFT_NULL;
		_cleanup_firewall_ struct firewall wanted = firewall_from_text(was),
		                                   as_before = firewall_from_text(was);
		char digests[2][FIREWALL_DIGEST_LENGTH + 1];

		/* about to be opened */
		firewall_find(&before.standins, &smtp)->flags = 0;
		ck_assert_int_eq(makeshift_mark(&before, &wanted), 0);
		ck_assert_int_eq(makeshift_resume(&after, &wanted, same), 0);
		ck_assert(makeshift_has(&after, &imaps) == same);
		ck_assert(!makeshift_has(&after, &smtp));
		firewall_digest(&wanted, digests[0]);
		firewall_digest(&as_before, digests[1]);
		ck_assert_str_eq(digests[0], digests[1]);
		makeshift_end(&before);
		makeshift_end(&after);
	}
}
END_TEST

static void lose(struct loss *loss, const char *items)
{
	_cleanup_strv_ struct strv words = STRV_NULL;

	loss_deinit(loss);
	ck_assert_int_eq(strv_split(&words, items, " "), 0);
	for (size_t i = 0; i < words.n; i++) {
		_cleanup_item_ struct item item = item_from_text(words.strings[i]);

		ck_assert_int_eq(loss_add(loss, &item, LOSS_LOST, FIREWALL_RUNTIME, 0), 0);
	}
}

/* What goes out of it while nobody listens is not what its start took. */
START_TEST(goes_unheard)
{
	static const char was[] = "public/service:imaps=r public/service:pop3s=rp "
	                          "iredmail/service:smtp=r public/service:smtps=";
	const struct {
		bool same, listened;
		size_t n_gone;
	} cases[] = {{true, false, 2}, {true, true, 0}, {false, false, 0}};
	_cleanup_loss_ struct loss loss = LOSS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct makeshift before = MAKESHIFT_NULL, after = MAKESHIFT_NULL;
		_cleanup_firewall_ struct firewall wanted = firewall_from_text(was);
		_cleanup_loss_ struct loss gone = LOSS_NULL;
		_cleanup_item_ struct item smtps = item_from_text("public/service:smtps");

		firewall_find(&wanted, &smtps)->flags = FIREWALL_OWED;
		lose(&loss, "iredmail/service:smtp public/service:smtps");
		ck_assert_int_eq(makeshift_compare(&before, &loss, false, &gone), 0);
		ck_assert_uint_eq(gone.n, 0);
		ck_assert_int_eq(makeshift_mark(&before, &wanted), 0);
		ck_assert_int_eq(makeshift_resume(&after, &wanted, cases[i].same), 0);
		lose(&loss, "public/service:imaps public/service:pop3s iredmail/service:smtp "
		            "public/service:smtps");
		ck_assert_int_eq(makeshift_compare(&after, &loss, cases[i].listened, &gone), 0);
		ck_assert_uint_eq(gone.n, cases[i].n_gone);
		ck_assert_uint_eq(loss_count(&loss, LOSS_LOST), 4 - cases[i].n_gone);
		makeshift_end(&before);
		makeshift_end(&after);
	}
	loss_deinit(&loss);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("makeshift");
	TCase *tc = tcase_create("makeshift");

	tcase_add_loop_test(tc, opens_to_nobody_new, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, is_taken_away);
	tcase_add_test(tc, outlives_the_guard);
	tcase_add_test(tc, goes_unheard);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
