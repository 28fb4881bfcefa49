// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each step that SQLite asks of the system for the store fails, one by one, once or from then on:
 * who asked hears of it, and what is in the file afterwards is the old or the new, and never half.
 *
 * All of them take minutes, so a run takes a part: STEPS_EVERY=1 tests/unit/test-store-steps.
 */
#include "guard/system/store/store-internal.h"
#include "tests/unit/store-fixture.h"

/* One of so many fails in a plain run. */
#define EVERY 31

enum { N_OLD = 20, KEEP_DAYS = 30 };
#define OLD (NOW - 100 * DAY)

/* --- a file system that fails ------------------------------------------------------------ */

enum step {
	STEP_OPEN,
	STEP_DELETE,
	STEP_ACCESS,
	STEP_READ,
	STEP_WRITE,
	STEP_SHORT_WRITE,
	STEP_SYNC,
	STEP_TRUNCATE,
	STEP_SIZE,
	STEP_LOCK,
	STEP_SHM_MAP,
	STEP_SHM_LOCK,
	N_STEPS,
};

static const int codes[] = {
    [STEP_OPEN] = SQLITE_CANTOPEN,        [STEP_DELETE] = SQLITE_IOERR_DELETE,
    [STEP_ACCESS] = SQLITE_IOERR_ACCESS,  [STEP_READ] = SQLITE_IOERR_READ,
    [STEP_WRITE] = SQLITE_IOERR_WRITE,    [STEP_SHORT_WRITE] = SQLITE_FULL,
    [STEP_SYNC] = SQLITE_IOERR_FSYNC,     [STEP_TRUNCATE] = SQLITE_IOERR_TRUNCATE,
    [STEP_SIZE] = SQLITE_IOERR_FSTAT,     [STEP_LOCK] = SQLITE_IOERR_LOCK,
    [STEP_SHM_MAP] = SQLITE_IOERR_SHMMAP, [STEP_SHM_LOCK] = SQLITE_IOERR_SHMLOCK,
};

static struct {
	enum step step;
	unsigned long countdown; /* at 1 it fails; 0: none does */
	bool for_ever, fired;
} fault;

static bool fails(enum step step)
{
	if (step != fault.step || fault.countdown == 0)
		return false;
	if (fault.countdown > 1) {
		fault.countdown--;
		return false;
	}
	if (fault.fired && !fault.for_ever)
		return false;
	fault.fired = true;
	return true;
}

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this one, in the same piece of memory */
};

#define REAL(file) (((struct file *)(file))->real)
/* What SQLite asks for is done by the real file, or fails. */
#define STEP(step, call) return fails(step) ? codes[step] : (call)

static int do_close(sqlite3_file *file)
{
	return REAL(file)->pMethods->xClose(REAL(file));
}

static int do_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
	STEP(STEP_READ, REAL(file)->pMethods->xRead(REAL(file), out, n, at));
}

static int do_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
	if (fails(STEP_SHORT_WRITE)) {
		(void)REAL(file)->pMethods->xWrite(REAL(file), data, n / 2, at);
		return codes[STEP_SHORT_WRITE];
	}
	STEP(STEP_WRITE, REAL(file)->pMethods->xWrite(REAL(file), data, n, at));
}

static int do_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	STEP(STEP_TRUNCATE, REAL(file)->pMethods->xTruncate(REAL(file), size));
}

static int do_sync(sqlite3_file *file, int flags)
{
	STEP(STEP_SYNC, REAL(file)->pMethods->xSync(REAL(file), flags));
}

static int do_size(sqlite3_file *file, sqlite3_int64 *out)
{
	STEP(STEP_SIZE, REAL(file)->pMethods->xFileSize(REAL(file), out));
}

static int do_lock(sqlite3_file *file, int level)
{
	STEP(STEP_LOCK, REAL(file)->pMethods->xLock(REAL(file), level));
}

static int do_unlock(sqlite3_file *file, int level)
{
	return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int do_check_lock(sqlite3_file *file, int *out)
{
	return REAL(file)->pMethods->xCheckReservedLock(REAL(file), out);
}

static int do_control(sqlite3_file *file, int op, void *argument)
{
	return REAL(file)->pMethods->xFileControl(REAL(file), op, argument);
}

static int do_sector_size(sqlite3_file *file)
{
	return REAL(file)->pMethods->xSectorSize(REAL(file));
}

static int do_characteristics(sqlite3_file *file)
{
	return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int do_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	STEP(STEP_SHM_MAP, REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, out));
}

static int do_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	if (flags & SQLITE_SHM_UNLOCK)
		return REAL(file)->pMethods->xShmLock(REAL(file), offset, n, flags);
	STEP(STEP_SHM_LOCK, REAL(file)->pMethods->xShmLock(REAL(file), offset, n, flags));
}

static void do_shm_barrier(sqlite3_file *file)
{
	REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int do_shm_unmap(sqlite3_file *file, int remove)
{
	return REAL(file)->pMethods->xShmUnmap(REAL(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_size,
    .xLock = do_lock,
    .xUnlock = do_unlock,
    .xCheckReservedLock = do_check_lock,
    .xFileControl = do_control,
    .xSectorSize = do_sector_size,
    .xDeviceCharacteristics = do_characteristics,
    .xShmMap = do_shm_map,
    .xShmLock = do_shm_lock,
    .xShmBarrier = do_shm_barrier,
    .xShmUnmap = do_shm_unmap,
};

static sqlite3_vfs vfs, *real;

static int do_open(sqlite3_vfs *self, const char *name, sqlite3_file *out, int flags, int *got)
{
	struct file *file = (struct file *)out;
	int code;

	(void)self;
	file->base.pMethods = NULL;
	if (fails(STEP_OPEN))
		return codes[STEP_OPEN];
	file->real = (sqlite3_file *)(file + 1);
	code = real->xOpen(real, name, file->real, flags, got);
	if (code == SQLITE_OK)
		file->base.pMethods = &methods;
	return code;
}

static int do_delete(sqlite3_vfs *self, const char *name, int sync)
{
	(void)self;
	STEP(STEP_DELETE, real->xDelete(real, name, sync));
}

static int do_access(sqlite3_vfs *self, const char *name, int flags, int *out)
{
	(void)self;
	STEP(STEP_ACCESS, real->xAccess(real, name, flags, out));
}

static void install_vfs(void)
{
	ck_assert_int_eq(sqlite3_initialize(), SQLITE_OK);
	real = sqlite3_vfs_find(NULL);
	vfs = *real;
	vfs.zName = "failing";
	vfs.szOsFile += (int)sizeof(struct file);
	vfs.xOpen = do_open;
	vfs.xDelete = do_delete;
	vfs.xAccess = do_access;
	ck_assert_int_eq(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

/* --- what is done ------------------------------------------------------------------------ */

/* What there is of each; of what was to come, 1 of each more, and of what was to go, none. */
enum { EVENTS, WIPES, SEEN, BANS, OLD_EVENTS, N_COUNTS };

static const char *const counts[N_COUNTS] = {
    [EVENTS] = "SELECT count(*) FROM event WHERE kind = 'start' AND at_us = 1790000000000000",
    [WIPES] = "SELECT count(*) FROM wipe",
    [SEEN] = "SELECT coalesce(sum(times_seen), 0) FROM snapshot",
    [BANS] = "SELECT count(*) FROM ban",
    [OLD_EVENTS] = "SELECT count(*) FROM event WHERE at_us < 1785000000000000",
};

/* Whether all of it was promised. An error is said. */
static bool promised(int r, const struct err *err)
{
	ck_assert_msg(r == 0 || err->text[0], "%d without a word", r);
	return r == 0;
}

static int put_event(struct store *store, int64_t at_us, struct err *err)
{
	const struct store_event event = {.kind = EVENT_START, .text = "x", .at_us = at_us};

	return store_event_put(store, &event, err);
}

/* An event and a wipe with what it took, together. */
static int put_wipe(struct store *store, struct err *err)
{
	const struct store_wipe wipe = {.kind = WIPE_RELOAD, .at_us = NOW, .boot_id = BOOT};
	struct loss_row row = {.verdict = LOSS_LOST};
	const struct loss loss = {.rows = &row, .n = 1};
	int64_t id = 0;
	int r = store_begin(store, err);

	if (r)
		return r;
	ck_assert_int_eq(item_parse(&row.item, "public/service:imaps", NULL), 0);
	r = put_event(store, NOW, err);
	if (r == 0)
		r = store_wipe_begin(store, &wipe, &loss, &id, err);
	if (r == 0)
		r = store_commit(store, err);
	else
		store_rollback(store);
	item_deinit(&row.item);
	return r;
}

static int put_snapshot(struct store *store, struct err *err)
{
	const struct store_sighting seen = fixture_seen(NOW, true);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	fixture_mail(&fw);
	return store_snapshot_put(store, &fw, &seen, NULL, err);
}

static int put_ban(struct store *store, struct err *err)
{
	static int64_t n;
	const struct store_ban_event event = {.kind = STORE_BAN_BAN,
	                                      .ban = {.jail = "dovecot",
	                                              .address = "192.0.2.1",
	                                              .time_us = NOW + ++n * SECOND,
	                                              .bantime_s = -1,
	                                              .count = 1,
	                                              .source = "hook"}};

	return store_ban_event_apply(store, &event, err);
}

static int prune(struct store *store, struct err *err)
{
	return store_prune(store, NOW, KEEP_DAYS, err);
}

/* Made out of nothing. */
static bool make(bool done[N_COUNTS])
{
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;

	if (!promised(store_open(&store, fixture_dir, &fixture_writer, &err), &err))
		return false;
	done[EVENTS] = promised(put_event(store, NOW, &err), &err);
	return true;
}

/* Opened, and with what it may be: brought up to date. */
static bool look(bool done[N_COUNTS])
{
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;
	int r;

	(void)done;
	if (!promised(store_open(&store, fixture_dir, &fixture_watcher, &err), &err))
		return false;
	ck_assert_msg(!store_notice(store), "%s", store_notice(store));
	r = store_snapshot_last_good(store, NULL, NULL, &err);
	return r == STORE_E_NOT_FOUND || promised(r, &err);
}

static bool work(bool done[N_COUNTS])
{
	static int (*const acts[N_COUNTS])(struct store * store, struct err * err) = {
	    [WIPES] = put_wipe, [SEEN] = put_snapshot, [BANS] = put_ban, [OLD_EVENTS] = prune};
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;

	if (!promised(store_open(&store, fixture_dir, &fixture_writer, &err), &err))
		return false;
	for (size_t i = 0; i < N_COUNTS; i++) {
		err = ERR_NULL;
		if (acts[i])
			done[i] = promised(acts[i](store, &err), &err);
	}
	done[EVENTS] = done[WIPES];
	return true;
}

/* --- before and after -------------------------------------------------------------------- */

static void remove_store(void)
{
	nftw(fixture_dir, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* As the first release left it. */
static void begin_first(void)
{
	sqlite3 *db;

	remove_store();
	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, store_migrations[0].sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
	                              "INSERT INTO event (at_us, kind, text)"
	                              " VALUES (1790000000000000, 'start', 'x');"
	                              "PRAGMA user_version = 1",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_close(db);
}

/* With something to forget. */
static void begin_work(void)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);

	ck_ok(store_begin(store, &err));
	for (unsigned i = 0; i < N_OLD; i++)
		ck_ok(put_event(store, OLD, &err));
	ck_ok(store_commit(store, &err));
}

static const struct {
	const char *name;
	void (*begin)(void);
	bool (*act)(bool done[N_COUNTS]);
} acts[] = {
    {"make", remove_store, make},
    {"migrate", begin_first, look},
    {"look", begin_work, look},
    {"work", begin_work, work},
};

static void read_counts(int64_t out[N_COUNTS])
{
	for (size_t i = 0; i < N_COUNTS; i++)
		out[i] = fixture_number(counts[i]);
}

/* The old, or the new where no more than the word was missing. */
static void check_counts(const char *act, const int64_t before[N_COUNTS], const bool done[N_COUNTS])
{
	int64_t after[N_COUNTS];

	read_counts(after);
	for (size_t i = 0; i < N_COUNTS; i++) {
		int64_t new = i == OLD_EVENTS ? 0 : before[i] + 1;

		ck_assert_msg(after[i] == new || (after[i] == before[i] && !done[i]),
		              "%s: step %d, %ld after %ld: %s", act, fault.step, (long)after[i],
		              (long)before[i], counts[i]);
	}
	/* together */
	ck_assert_int_eq(strcmp(act, "work") == 0 ? after[EVENTS] - before[EVENTS] : 0,
	                 after[WIPES] - before[WIPES]);
	ck_assert_int_eq(fixture_number("PRAGMA user_version"), store_n_migrations);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
	ck_assert_int_eq(fixture_number("SELECT quick_check = 'ok' FROM pragma_quick_check"), 1);
}

/* The @n-th of all of an act, each of them twice: once, and from then on. Return: whether there is.
 */
static bool try_one(size_t act, unsigned long n)
{
	bool done[N_COUNTS] = {0}, whole;
	int64_t before[N_COUNTS] = {0};

	acts[act].begin();
	if (acts[act].begin == begin_work)
		read_counts(before);
	before[EVENTS] += acts[act].begin == begin_first;
	fault.fired = false;
	fault.for_ever = n % 2;
	fault.countdown = n / 2 + 1;
	whole = acts[act].act(done);
	fault.countdown = 0;
	ck_assert_msg(whole || fault.fired, "%s: failed by itself", acts[act].name);
	store_close(fixture_open(&fixture_writer)); /* whatever it was left in */
	ck_assert(look(done));
	check_counts(acts[act].name, before, done);
	return fault.fired;
}

START_TEST(test_each_step_fails)
{
	const char *every = getenv("STEPS_EVERY");
	unsigned long step = every ? strtoul(every, NULL, 10) : EVERY, all = 0;

	install_vfs();
	fault.step = (enum step)_i;
	for (size_t act = 0; act < ARRAY_SIZE(acts); act++) {
		unsigned long n = 0;

		while (try_one(act, n))
			n += step;
		all += n;
		if (every)
			printf("%s, step %d: %lu\n", acts[act].name, _i, n / 2);
	}
	ck_assert_uint_gt(all, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store-steps");
	TCase *tests = tcase_create("store-steps");

	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0); /* what is asked for is not waited for */
	tcase_set_timeout(tests, 1200);
	tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
	tcase_add_loop_test(tests, test_each_step_fails, 0, N_STEPS);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
