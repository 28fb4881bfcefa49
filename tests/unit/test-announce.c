// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of what happens, where more than one thing happens at a time. */
#include "guard/watch/announce.h"
#include "tests/unit/engine-world.h"

static struct attribution *attribution;
static struct announcer *announcer;
static struct notify notifier = {.fd = -1};

static void begin(void)
{
	struct announcer_options options = {
	    .logger = &world.logger, .notifier = &notifier, .config = &world.config};

	world_wall("public/service:ssh=rp");
	world_guard();
	world_idle();
	options.engine = world.engine;
	options.record = world.record;
	ck_assert_int_eq(attribution_new(&attribution, world.bus, &world.logger), 0);
	options.attribution = attribution;
	ck_assert_int_eq(announcer_new(&announcer, &options), 0);
}

static void end(void)
{
	announcer_free(steal(announcer));
	attribution_free(steal(attribution));
}

static void repair(enum repair_act act)
{
	const struct news_trouble trouble = {.trouble = REPAIR_FLUSHED,
	                                     .advice = "",
	                                     .words = "",
	                                     .act = act,
	                                     .who = "nft (pid 7)",
	                                     .what = "",
	                                     .may_repair = true};

	announcer_hear(announcer, &(struct news){.kind = NEWS_TROUBLE, .trouble = &trouble});
}

static bool says(enum wipe_kind kind, int64_t at_us, const char *words)
{
	const struct news_wipe wipe = {kind, kind == WIPE_RELOAD, at_us};
	char cause[CAUSE_WORDS_SIZE];

	announcer_cause(announcer, &wipe, cause);
	return strstr(cause, words) != NULL;
}

static const struct {
	enum repair_act act;
	enum wipe_kind kind;
	const char *words;
} repairs[] = {
    {REPAIR_RELOAD, WIPE_RELOAD, "reload of firewalld by the guard: its rules were flushed"},
    {REPAIR_RESTART, WIPE_RESTART, "restart of firewalld by the guard: its rules were flushed"},
};

/* What begins before the repair, or when it is over, is not what it comes to. */
START_TEST(the_wipe_of_a_repair_is_its_doing)
{
	const struct news_repaired repaired = {.trouble = REPAIR_FLUSHED, .ours = true};
	enum wipe_kind kind = repairs[_i].kind;
	int64_t before_us, then_us;

	begin();
	before_us = clock_now_us();
	world_pass(1000);
	repair(repairs[_i].act);
	world_pass(1000);
	then_us = clock_now_us();
	ck_assert(says(kind, then_us, repairs[_i].words));
	ck_assert(!says(kind, before_us, "by the guard"));
	world_pass(500);
	announcer_hear(announcer, &(struct news){.kind = NEWS_REPAIRED, .repaired = &repaired});
	world_pass(1000);
	ck_assert(says(kind, then_us, repairs[_i].words));
	ck_assert(!says(kind, clock_now_us(), "by the guard"));
	/* one that nothing has come of: a person may be at it by then */
	repair(repairs[_i].act);
	world_pass(11000);
	ck_assert(!says(kind, clock_now_us(), "by the guard"));
	end();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("announce");
	TCase *tests = tcase_create("announce");

	tcase_add_checked_fixture(tests, world_setup, world_teardown);
	tcase_add_loop_test(tests, the_wipe_of_a_repair_is_its_doing, 0, (int)ARRAY_SIZE(repairs));
	suite_add_tcase(s, tests);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
