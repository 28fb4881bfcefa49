/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/engine-world.h"

#include <fcntl.h>
#include <signal.h>

#include "guard/restore/makeshift.h"
#include "guard/system/kernel/gaptable.h"
#include "tests/unit/fake-firewalld.h"
#include "tests/unit/firewalls.h"

struct world world;

/* --- the kernel's table ------------------------------------------------------------------ */

int gaptable_fill(struct gaptable *table, const struct gap_sets *sets, const struct gap *gap,
                  int64_t now_us, struct err *err)
{
	(void)table;
	(void)gap;
	(void)now_us;
	if (world.table_fails)
		return err_set(err, GAPTABLE_E_MISSING, "no nf_tables here");
	world.n_held = 0;
	for (size_t i = 0; i < sets->n; i++)
		world.n_held += sets->sets[i].n;
	world.table_there = sets->n > 0;
	return 0;
}

int gaptable_drop(struct gaptable *table, struct err *err)
{
	(void)table;
	if (world.table_fails)
		return err_set(err, GAPTABLE_E_MISSING, "no nf_tables here");
	world.table_there = false;
	world.n_held = 0;
	return 0;
}

int gaptable_exists(struct gaptable *table, bool *exists, struct err *err)
{
	(void)table;
	(void)err;
	*exists = world.table_there;
	return 0;
}

void gaptable_close(struct gaptable *table)
{
	(void)table;
}

int gaptable_port_of(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return -1;
}

/* --- what of firewalld's is in the kernel ------------------------------------------------- */

int fwtables_read(struct fwtables *out, struct nfsocket *sock)
{
	(void)sock;
	*out = world.tables;
	out->loaded = out->tables ? world.wall.loaded : 0;
	return 0;
}

int64_t fwtables_loaded(void)
{
	return world.wall.loaded;
}

int fwtables_read_once(struct fwtables *out)
{
	return fwtables_read(out, NULL);
}

bool fwtables_lack(const struct fwtables *now, const struct fwtables *before)
{
	return (before->tables & ~now->tables) || (before->chains & ~now->chains);
}

bool fwtables_lack_rules(const struct fwtables *now)
{
	return !(now->chains & 1);
}

enum fwtables_gate fwtables_gate(const struct fwtables *now)
{
	return now->shut                  ? FWTABLES_SHUT
	       : fwtables_lack_rules(now) ? FWTABLES_OPEN
	                                  : FWTABLES_GUARDED;
}

bool fwtables_is_empty(const struct fwtables *now)
{
	return !now->tables && !now->chains;
}

int fwtables_find_emptied(const struct chainchange *change, const struct chainchange_row **out,
                          struct nfsocket *sock)
{
	(void)sock;
	*out = NULL;
	for (size_t i = 0; i < change->n; i++)
		if (world.emptied && change->rows[i].by < 0)
			*out = &change->rows[i];
	return 0;
}

int fwtables_add(const struct fwtables *now, const struct fwtables *before, struct nfsocket *sock,
                 struct err *err)
{
	(void)sock;
	(void)err;
	world.n_tables_added += (before->tables & ~now->tables) != 0;
	return 0;
}

int fwtables_open(void)
{
	world.tables.shut = false;
	return 0;
}

int fwtables_shut(bool iptables, struct nfsocket *sock, struct err *err)
{
	(void)iptables;
	(void)sock;
	(void)err;
	world.tables.shut = true;
	return 0;
}

int generation_new(struct generation **out, struct loop *loop, generation_fn fn, void *userdata)
{
	(void)out;
	(void)loop;
	world.on_generation = fn;
	world.generation_userdata = userdata;
	return 0;
}

void generation_spare(struct generation *generation _unused_, uint32_t address _unused_)
{
}

void generation_free(struct generation *generation)
{
	(void)generation;
}

/* --- what of firewalld's lists is there --------------------------------------------------- */

struct absence {
	absence_fn fn;
	void *userdata;
};

int absence_new(struct absence **out, struct loop *loop _unused_, struct firewalld *fw _unused_,
                absence_fn fn, void *userdata)
{
	*out = calloc(1, sizeof(**out));
	ck_assert_ptr_nonnull(*out);
	**out = (struct absence){fn, userdata};
	return 0;
}

void absence_look(struct absence *absence)
{
	_cleanup_absent_ struct absent absent = ABSENT_NULL;

	world.n_absence_asked++;
	for (size_t i = 0; i < world.absent.n && world.absence == ABSENCE_KNOWN; i++)
		ck_assert_int_eq(strv_add(&absent.of[ABSENT_OPEN], world.absent.strings[i]), 0);
	absence->fn(world.absence, &absent, absence->userdata);
}

bool absence_is_unheard(const struct absence *absence _unused_)
{
	return world.absence_unheard;
}

void absence_cancel(struct absence *absence _unused_)
{
}

void absence_free(struct absence *absence)
{
	free(absence);
}

/* --- what is heard ----------------------------------------------------------------------- */

static void tell(const char *format, ...) _printf_(1, 2);

static void tell(const char *format, ...)
{
	char text[1024];
	bool in_guard = world.in_guard;
	va_list args;

	world.in_guard = false;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ck_assert_int_eq(strv_add(&world.told, text), 0);
	world.in_guard = in_guard;
}

static void tell_item(const char *what, const struct item *item, const char *more)
{
	_cleanup_free_ char *text = NULL;
	bool in_guard = world.in_guard;

	world.in_guard = false;
	ck_assert_int_eq(item_format(&text, item), 0);
	tell("%s %s%s%s", what, text, *more ? " " : "", more);
	world.in_guard = in_guard;
}

static void on_cause(const struct news_wipe *wipe, char words[CAUSE_WORDS_SIZE], void *userdata)
{
	(void)userdata;
	snprintf(words, CAUSE_WORDS_SIZE, "%s by the test, %u reloads", wipe_kind_name(wipe->kind),
	         wipe->n_reloads);
}

static enum cause_mover on_mover(const struct item *interface, bool removed, bool zone_is_default,
                                 void *userdata)
{
	(void)interface;
	(void)removed;
	(void)zone_is_default;
	(void)userdata;
	return world.mover;
}

static const struct strv *on_ignoreip(void *userdata)
{
	(void)userdata;
	return &world.ignoreip;
}

static void tell_lost(const struct news *news)
{
	for (size_t i = 0; i < news->loss->n; i++)
		tell_item(news->episode ? "lost" : "missing", &news->loss->rows[i].item,
		          loss_verdict_name(news->loss->rows[i].verdict));
}

static void tell_planned(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		tell_item("planned", &plan->steps[i].item, "");
}

static void tell_judged(const struct banplan_rule *ban, const char *why)
{
	tell_item("judged", ban->item,
	          why                              ? why
	          : ban->answer == BANPLAN_HELD    ? "held"
	          : ban->answer == BANPLAN_BY_HAND ? "by hand"
	                                           : "no ticket");
}

static const char *const troubles[REPAIR_N_TROUBLES] = {
    [REPAIR_NONE] = "none",       [REPAIR_CUT] = "cut",   [REPAIR_REPLACED] = "replaced",
    [REPAIR_FLUSHED] = "flushed", [REPAIR_SHUT] = "shut", [REPAIR_BROKEN] = "broken",
    [REPAIR_FAILED] = "failed",
};

static void tell_trouble(const struct news_trouble *trouble)
{
	static const char *const acts[] = {"waits", "reload", "restart", "person"};

	tell("trouble %s %s%s%s%s%s%s%s; %s", troubles[trouble->trouble], acts[trouble->act],
	     *trouble->what ? " of " : "", trouble->what, *trouble->who ? " by " : "", trouble->who,
	     trouble->why ? ": " : "", trouble->why ? trouble->why : "",
	     strstr(trouble->words, "is open") ? "open" : "shut");
}

static void tell_made_do(const struct makeshift_outcome *outcome)
{
	tell("made do %zu, %zu in %s, %zu wait", outcome->n_restored, outcome->n_moved,
	     outcome->zone ? outcome->zone : "no zone", outcome->n_waiting);
}

static void on_news(const struct news *news, void *userdata)
{
	static const char *const pending[] = {"held", "left", "failed"};
	const char *why = news->why ? news->why : "";

	(void)userdata;
	switch (news->kind) {
	case NEWS_LOST:
		tell_lost(news);
		break;
	case NEWS_ENDED:
		tell("ended %s%s", wipe_kind_name(news->episode->kind),
		     news->is_old ? " again" : "");
		break;
	case NEWS_FAILED:
		tell_item("failed", news->item, why);
		break;
	case NEWS_CLOSED:
		tell("closed %s", wipe_kind_name(news->episode->kind));
		break;
	case NEWS_FIGHT:
		tell_item("fight", news->item, "");
		break;
	case NEWS_BREAKER:
		tell("breaker %s", why);
		break;
	case NEWS_DENIED:
		tell("denied");
		break;
	case NEWS_UNREAD:
		tell("unread %s", why);
		break;
	case NEWS_SKIPPED:
		tell("skipped %zu %s", news->n, why);
		break;
	case NEWS_STATE:
		tell("state %s", firewall_state_name(news->state));
		break;
	case NEWS_TROUBLE:
		tell_trouble(news->trouble);
		break;
	case NEWS_REPAIRED:
		tell("repaired %s%s%s", troubles[news->repaired->trouble],
		     news->repaired->ours ? " by us" : "", news->repaired->whole ? "" : " in part");
		break;
	case NEWS_MADE_DO:
		tell_made_do(news->made_do);
		break;
	case NEWS_PENDING:
		tell_item("pending", news->pending->item, pending[news->pending->act]);
		break;
	case NEWS_ADDED:
		tell_item("added", news->item, news->ours ? "by us" : "");
		break;
	case NEWS_REMOVED:
		tell_item(news->is_slow ? "removed again" : "removed", news->item,
		          news->timed          ? "timed"
		          : news->is_protected ? "protected"
		                               : "");
		break;
	case NEWS_LOADED:
		tell_item("loaded", news->item, news->from ? news->from : "");
		break;
	case NEWS_MOVED:
		tell_item("moved", news->item, news->to->zone);
		break;
	case NEWS_PERMANENT:
		tell_item(news->withdrawn ? "withdrawn" : "returned", news->item, "");
		break;
	case NEWS_QUIET:
		tell("quiet");
		break;
	case NEWS_IDLE:
		world.n_idle++;
		tell("idle");
		break;
	case NEWS_SETTLED:
		tell("settled");
		break;
	case NEWS_PLANNED:
		tell_planned(news->plan);
		break;
	case NEWS_JUDGED:
		tell_judged(news->ban, news->why);
		break;
	case NEWS_UNKNOWN:
		tell("unknown %zu", news->n);
		break;
	case NEWS_OVER:
		tell("done");
		break;
	case NEWS_TRUSTED:
	case NEWS_ABSORBED:
		break;
	}
}

static const struct news_listener listener = {
    .tell = on_news,
    .cause = on_cause,
    .mover = on_mover,
    .ignoreip = on_ignoreip,
};

static void on_event(const struct firewalld_event *event, void *userdata)
{
	(void)userdata;
	if (world.engine)
		engine_hear(world.engine, event);
}

/* --- beginning and end ------------------------------------------------------------------- */

void world_setup(void)
{
	struct bus_options options = {.backoff_min_ms = 10, .backoff_max_ms = 50};

	memset(&world, 0, sizeof(world));
	fixture_setup();
	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	world.state_dir = fixture_dir;
	world.boot_id = BOOT;
	snprintf(world.proc, sizeof(world.proc), "%s/proc", fixture_top);
	snprintf(world.log_path, sizeof(world.log_path), "%s/log", fixture_top);
	world.log_fd = open(world.log_path, O_RDWR | O_CREAT | O_APPEND, 0600);
	ck_assert_int_ge(world.log_fd, 0);
	world.bus_pid = fake_bus_start(fixture_top, world.address);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", world.address, 1);
	config_init(&world.config);
	world.config.close_gap = true;
	world.tables = (struct fwtables){.tables = 1, .chains = 3};
	world.wall.loaded = 1;
	ck_assert_int_eq(loop_new(&world.loop), 0);
	ck_assert_int_eq(bus_new(&world.bus, world.loop, &options), 0);
	ck_assert_int_eq(fail2ban_new(&world.fail2ban, world.loop, NULL), 0);
	fake_fail2ban.state = FAIL2BAN_STOPPED;
}

void world_teardown(void)
{
	pid_t pid = world.bus_pid;

	engine_free(steal(world.engine));
	firewalld_free(world.fw);
	bus_free(world.bus);
	loop_free(world.loop);
	record_close(world.record);
	fakewall_deinit(&world.wall);
	fake_fail2ban_deinit();
	store_wipe_info_deinit(&world.last);
	strv_deinit(&world.told);
	strv_deinit(&world.ignoreip);
	config_deinit(&world.config);
	fake_stop(&pid, SIGKILL);
	close(world.log_fd);
	fixture_teardown();
	dbus_shutdown();
}

void world_guard(void)
{
	const struct firewalld_options adapter = {.on_event = on_event, .proc = world.proc};
	struct engine_options options = {
	    .loop = world.loop,
	    .fail2ban = world.fail2ban,
	    .logger = &world.logger,
	    .config = &world.config,
	    .bus = world.bus,
	    .boot_id = world.boot_id,
	    .listener = listener,
	};

	logger_init(&world.logger, world.log_fd, 1);
	ck_assert_int_eq(record_open(&world.record, fixture_dir, world.boot_id, &world.logger), 0);
	ck_assert_int_eq(firewalld_new(&world.fw, world.bus, &adapter), 0);
	options.fw = world.fw;
	options.record = world.record;
	ck_assert_int_eq(engine_new(&world.engine, &options), 0);
}

void world_errand_begin(const struct errand *errand)
{
	const struct firewalld_options adapter = {.on_event = on_event, .proc = world.proc};
	struct engine_options options = {
	    .loop = world.loop,
	    .fail2ban = world.fail2ban,
	    .logger = &world.logger,
	    .config = &world.config,
	    .boot_id = world.boot_id,
	    .listener = listener,
	    .errand = errand,
	};
	struct store *store = NULL;

	logger_init(&world.logger, world.log_fd, 1);
	ck_ok(store_open(&store, fixture_dir, &fixture_writer, &err));
	ck_assert_int_eq(record_over_take(&world.record, store, world.boot_id, &world.logger), 0);
	ck_assert_int_eq(firewalld_new(&world.fw, world.bus, &adapter), 0);
	world_await(firewalld_is_present(world.fw));
	options.fw = world.fw;
	options.record = world.record;
	ck_assert_int_eq(engine_new(&world.engine, &options), 0);
	fake_fail2ban_tell();
}

void world_errand(const struct errand *errand)
{
	size_t n = world_told("done");

	world_errand_begin(errand);
	world_await(world_told("done") > n);
	ck_assert_uint_eq(world_told("done"), n + 1);
}

void world_kill(void)
{
	bool there = world.table_there;

	engine_free(steal(world.engine));
	world.table_there = there; /* one that is killed takes nothing along */
	firewalld_free(steal(world.fw));
	record_close(steal(world.record));
}

void world_wall(const char *items)
{
	firewall_deinit(&world.wall.fw);
	world.wall.fw = firewall_from_text(items);
	fakewall_start(&world.wall, world.address, world.proc);
}

void world_restart(void)
{
	fakewall_stop(&world.wall);
	world_settle();
	fakewall_wipe(&world.wall);
	fakewall_start(&world.wall, world.address, world.proc);
}

void world_boot(void)
{
	world_kill();
	fakewall_stop(&world.wall);
	fakewall_wipe(&world.wall);
	world.boot_id = OTHER_BOOT;
	fakewall_start(&world.wall, world.address, world.proc);
	world_guard();
}

/* --- going on ---------------------------------------------------------------------------- */

void world_turn(void)
{
	int r;

	world.in_guard = true;
	r = loop_run_until(world.loop, clock_monotonic_ms() + 1, NULL);
	world.in_guard = false;
	ck_assert_int_eq(r, LOOP_E_DEADLINE);
	fakewall_turn(&world.wall);
	fake_fail2ban_turn(&world.in_guard);
}

static bool is_quiet(void)
{
	return !world.fw || (firewalld_pending(world.fw) == 0 && fakewall_is_heard(&world.wall));
}

void world_settle(void)
{
	for (unsigned quiet = 0; quiet < 6; quiet = is_quiet() ? quiet + 1 : 0)
		world_turn();
}

void world_settle_calls(void)
{
	for (unsigned i = 0; i < 40; i++)
		world_turn();
}

void world_pass(int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < 200 ? ms : ms < 20000 ? 200 : ms / 50;

		world_settle();
		fake_clock_skip(step);
		ms -= step;
	}
	world_settle();
}

void world_go_on(void)
{
	static int64_t step_ms;

	for (unsigned i = 0; i < 3; i++) {
		world_turn();
		if (!is_quiet()) {
			step_ms = 0;
			return;
		}
	}
	step_ms = step_ms < 20 ? 20 : step_ms < 500 ? step_ms * 2 : 500;
	fake_clock_skip(step_ms);
}

void world_idle(void)
{
	unsigned n = world.n_idle;

	world_await(world.n_idle > n && engine_now(world.engine).idle);
	world_settle();
}

/* --- looking ----------------------------------------------------------------------------- */

size_t world_told(const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < world.told.n; i++)
		n += strstr(world.told.strings[i], text) != NULL;
	return n;
}

size_t world_said(const char *text)
{
	static char log[1 << 16];
	ssize_t n = pread(world.log_fd, log, sizeof(log) - 1, 0);
	size_t times = 0;

	ck_assert_int_ge(n, 0);
	log[n] = '\0';
	for (const char *at = log; (at = strstr(at, text)); at++)
		times++;
	return times;
}

struct search {
	const char *item;
	char outcome[64];
};

static int take_outcome(const struct store_history_row *row, void *userdata)
{
	struct search *search = userdata;

	if (row->item && row->outcome && strcmp(row->item, search->item) == 0)
		snprintf(search->outcome, sizeof(search->outcome), "%s", row->outcome);
	return 0;
}

const char *world_outcome(const char *item)
{
	static struct search search;
	const struct store_history_query query = {.kind = "restore", .oldest_first = true};

	search = (struct search){.item = item};
	ck_ok(store_history(record_store(world.record), &query, take_outcome, &search, &err));
	return search.outcome;
}

struct store_wipe_info world_last_wipe(void)
{
	struct store_wipe_info info = STORE_WIPE_INFO_NULL;

	ck_ok(store_wipe_last(record_store(world.record), &info, &err));
	return info;
}

const struct store_wipe_info *world_last(void)
{
	store_wipe_info_deinit(&world.last);
	world.last = world_last_wipe();
	return &world.last;
}

size_t world_n_unfinished(void)
{
	_cleanup_store_unfinished_list_ struct store_unfinished_list list =
	    STORE_UNFINISHED_LIST_NULL;

	ck_ok(store_wipe_unfinished(record_store(world.record), &list, &err));
	return list.n;
}

sqlite3 *world_other_writer(const char *sql)
{
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
	return other;
}

/* In a case of its own, so that CK_RUN_CASE=NAME runs it alone; of each row, as _i. */
void world_suite_rows(Suite *s, const TTest *test, size_t n_rows)
{
	TCase *tc = tcase_create(test->name);

	tcase_add_checked_fixture(tc, world_setup, world_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test, 0, (int)n_rows);
	suite_add_tcase(s, tc);
}

/* Each of the tests in a world of its own. */
Suite *world_suite(const char *name, const TTest *const tests[], size_t n)
{
	Suite *s = suite_create(name);

	for (size_t i = 0; i < n; i++)
		world_suite_rows(s, tests[i], 1);
	return s;
}
