// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes wrong with files: each has its answer, and none loses what was stored. */
#include "guard/system/host/clock.h"
#include "guard/system/store/store-internal.h"
#include "tests/unit/store-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int put_event(struct store *store, struct err *err)
{
	const struct store_event event = {.kind = EVENT_START, .text = "x", .at_us = NOW};

	return store_event_put(store, &event, err);
}

/* A closed store of several pages: events and a good snapshot of bans. */
static void fixture_filled(void)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;

	for (unsigned i = 0; i < 500; i++)
		fixture_ban_rule(&fw, i);
	fixture_put(store, &fw, NOW, true);
	ck_ok(store_begin(store, &err));
	for (unsigned i = 0; i < 500; i++)
		ck_ok(put_event(store, &err));
	ck_ok(store_commit(store, &err));
}

static int64_t file_size(const char *name)
{
	struct stat st;

	return stat(fixture_path(name), &st) == 0 ? st.st_size : -1;
}

static int open_code(const struct store_options *options)
{
	_cleanup_store_ struct store *store = NULL;

	return store_open(&store, fixture_dir, options, NULL);
}

static void exec_raw(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* --- where it is ------------------------------------------------------------------------- */

START_TEST(test_modes_do_not_depend_on_umask)
{
	static const mode_t masks[] = {0, 0777};
	struct store *store;
	struct stat st;

	umask(masks[_i]);
	store = fixture_open(&fixture_writer);
	ck_ok(put_event(store, &err));
	ck_assert_int_eq(stat(fixture_dir, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(fixture_path(STORE_FILE), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(fixture_path(STORE_FILE "-wal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	store_close(store);
	/* one that was made wider by hand is narrowed */
	ck_assert_int_eq(chmod(fixture_path(STORE_FILE), 0644), 0);
	store_close(fixture_open(&fixture_writer));
	ck_assert_int_eq(stat(fixture_path(STORE_FILE), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(test_links_are_refused)
{
	char other[400];

	fixture_filled();
	snprintf(other, sizeof(other), "%s/elsewhere", fixture_top);
	ck_assert_int_eq(rename(fixture_path(STORE_FILE), other), 0);
	ck_assert_int_eq(symlink(other, fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_UNSAFE);
	ck_assert_int_eq(open_code(&fixture_reader), STORE_E_UNSAFE);
	ck_assert_int_eq(unlink(fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(link(other, fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(open_code(&fixture_watcher), STORE_E_UNSAFE);
	ck_assert_int_eq(unlink(fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(mkfifo(fixture_path(STORE_FILE), 0600), 0);
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_UNSAFE);
	ck_assert_int_eq(unlink(fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(symlink("/nonexistent/x", fixture_path(STORE_FILE)), 0);
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_UNSAFE);
}
END_TEST

START_TEST(test_folder_of_others_is_refused)
{
	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(chmod(fixture_dir, 0777), 0);
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_UNSAFE);
	ck_assert_int_eq(open_code(&fixture_reader), STORE_E_UNSAFE);
}
END_TEST

START_TEST(test_odd_folder_names)
{
	struct store *store;

	snprintf(fixture_dir, sizeof(fixture_dir), "%s/a?b#c%%20d e", fixture_top);
	store = fixture_open(&fixture_writer);
	store_close(store);
	ck_assert_int_gt(file_size(STORE_FILE), 0);
	snprintf(fixture_dir, sizeof(fixture_dir), "%s/missing/deeper", fixture_top);
	ck_assert_int_eq(open_code(&fixture_writer), -ENOENT);
}
END_TEST

/* --- queries beside a watcher and without one -------------------------------------------- */

START_TEST(test_reader)
{
	struct store *writer, *reader;

	ck_assert_int_eq(open_code(&fixture_reader), STORE_E_ABSENT);
	fixture_filled();
	reader = fixture_open(&fixture_reader); /* no watcher runs */
	ck_ok(store_snapshot_last_good(reader, NULL, NULL, &err));
	ck_assert_int_eq(put_event(reader, NULL), STORE_E_READ_ONLY);
	writer = fixture_open(&fixture_writer);
	ck_ok(put_event(writer, &err));
	ck_ok(store_snapshot_last_good(reader, NULL, NULL, &err));
	store_close(reader);
	reader = fixture_open(&fixture_reader); /* one does */
	ck_ok(store_begin(writer, &err));
	ck_ok(put_event(writer, &err));
	ck_ok(store_snapshot_last_good(reader, NULL, NULL, &err));
	ck_ok(store_commit(writer, &err));
	store_close(reader);
	store_close(writer);
}
END_TEST

static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(fixture_top, 65534, 65534), 0);
	ck_assert_int_eq(chown(fixture_dir, 65534, 65534), 0);
	if (access(fixture_path(STORE_FILE), F_OK) == 0)
		ck_assert_int_eq(chown(fixture_path(STORE_FILE), 65534, 65534), 0);
	ck_assert_int_eq(seteuid(65534), 0);
}

START_TEST(test_read_only_folder)
{
	struct store *reader;

	fixture_filled();
	become_nobody();
	ck_assert_int_eq(chmod(fixture_path(STORE_FILE), 0400), 0);
	ck_assert_int_eq(chmod(fixture_dir, 0500), 0);
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_READ_ONLY);
	ck_assert_int_eq(open_code(&fixture_watcher), STORE_E_READ_ONLY);
	reader = fixture_open(&fixture_reader);
	ck_ok(store_snapshot_last_good(reader, NULL, NULL, &err));
	store_close(reader);
	ck_assert_int_eq(chmod(fixture_dir, 0700), 0);
	if (geteuid() != getuid())
		ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

START_TEST(test_empty_read_only_folder)
{
	ck_assert_int_eq(mkdir(fixture_dir, 0500), 0);
	become_nobody();
	ck_assert_int_eq(open_code(&fixture_writer), STORE_E_READ_ONLY);
	ck_assert_int_eq(open_code(&fixture_reader), STORE_E_ABSENT);
	if (geteuid() != getuid())
		ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

/* --- no space ---------------------------------------------------------------------------- */

/* Writes until there is no room, then checks that nothing that was promised is gone. */
static int64_t fill(struct store *store, int *code)
{
	int64_t written = 0;

	for (*code = 0; written < 100000; written++) {
		*code = put_event(store, NULL);
		if (*code)
			break;
	}
	return written;
}

START_TEST(test_file_size_limit)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	struct rlimit limit;
	int64_t written;
	int code;

	fixture_filled();
	fixture_mail(&fw);
	store = fixture_open(&fixture_writer);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 400000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	written = fill(store, &code);
	ck_assert_int_eq(code, STORE_E_FULL);
	ck_assert_int_gt(written, 0);
	/* reading goes on */
	ck_ok(store_snapshot_last_good(store, NULL, NULL, &err));
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_ok(put_event(store, &err));
	fixture_put(store, &fw, NOW, true);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 500 + written + 1);
}
END_TEST

START_TEST(test_no_room_in_a_transaction)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	const struct store_sighting seen = fixture_seen(NOW, true);
	struct rlimit limit;
	int r;

	fixture_filled();
	store = fixture_open(&fixture_writer);
	for (unsigned i = 600; i < 3000; i++)
		fixture_ban_rule(&fw, i);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 300000;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	r = store_begin(store, NULL);
	if (r == 0)
		r = put_event(store, NULL);
	if (r == 0)
		r = store_snapshot_put(store, &fw, &seen, NULL, NULL);
	if (r == 0)
		r = store_commit(store, NULL);
	else
		store_rollback(store);
	ck_assert_int_eq(r, STORE_E_FULL);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 500);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM snapshot"), 1);
	ck_ok(put_event(store, &err));
	fixture_put(store, &fw, NOW, true);
}
END_TEST

/* A real full disk, where the process may mount one. */
START_TEST(test_full_disk)
{
	struct store *store;
	int64_t written;
	int code, fill_fd;
	char block[4096] = {0};

	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", fixture_dir, "tmpfs", 0, "size=1m,mode=0700") < 0)
		return;
	store = fixture_open(&fixture_writer);
	written = fill(store, &code);
	ck_assert_int_eq(code, STORE_E_FULL);
	ck_assert_int_gt(written, 0);
	store_close(store);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), written);
	/* and with no room from the beginning */
	unlink(fixture_path(STORE_FILE));
	unlink(fixture_path(STORE_FILE "-wal"));
	unlink(fixture_path(STORE_FILE "-shm"));
	fill_fd = open(fixture_path("ballast"), O_WRONLY | O_CREAT, 0600);
	while (write(fill_fd, block, sizeof(block)) > 0)
		;
	close(fill_fd);
	ck_assert_int_eq(open_code(&fixture_watcher), STORE_E_FULL);
	unlink(fixture_path("ballast"));
	ck_assert_int_eq(open_code(&fixture_watcher), 0);
	umount(fixture_dir);
}
END_TEST

/* --- writes and reads that fail, one after the other ------------------------------------- */

static struct {
	long countdown; /* the call at which it reaches 0 fails, and all after it if for_ever */
	bool for_ever, fired;
	int error;
} fault;

static bool is_to_fail(void)
{
	if (fault.countdown > 0 && --fault.countdown > 0)
		return false;
	if (fault.countdown < 0 || (fault.fired && !fault.for_ever))
		return false;
	fault.fired = true;
	errno = fault.error;
	return true;
}

static ssize_t write_with_faults(int fd, const void *data, size_t size, off_t at)
{
	return is_to_fail() ? -1 : pwrite(fd, data, size, at);
}

static ssize_t read_with_faults(int fd, void *data, size_t size, off_t at)
{
	return is_to_fail() ? -1 : pread(fd, data, size, at);
}

/* @names: of the call, NULL at the end; which of them SQLite uses depends on how it was built */
static void install_faults(const char *const *names, sqlite3_syscall_ptr with_faults)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	ck_assert_int_eq(sqlite3_initialize(), SQLITE_OK);
	fault.countdown = -1;
	for (; *names; names++)
		if (vfs->xGetSystemCall(vfs, *names))
			ck_assert_int_eq(vfs->xSetSystemCall(vfs, *names, with_faults), SQLITE_OK);
}

static const char *const writes[] = {"pwrite", "pwrite64", NULL};
static const char *const reads[] = {"pread", "pread64", NULL};

enum { DID_WIPE = 1, DID_STEP = 2, DID_SNAPSHOT = 4, DID_EVENT = 8, DID_ALL = 15 };

static unsigned do_everything(struct store *store, const struct firewall *fw, int expected)
{
	const struct store_wipe wipe = {.kind = WIPE_RELOAD, .at_us = NOW, .boot_id = BOOT};
	const struct store_step step = {.row = 0, .outcome = STORE_STEP_RESTORED};
	const struct store_sighting seen = fixture_seen(NOW, true);
	struct loss_row row = {.verdict = LOSS_LOST};
	const struct loss loss = {.rows = &row, .n = 1};
	unsigned done = 0;
	int64_t id = 0;
	int r[4] = {0};

	ck_ok(item_parse(&row.item, "public/service:imaps", &err));
	r[0] = store_wipe_begin(store, &wipe, &loss, &id, NULL);
	done |= r[0] == 0 ? DID_WIPE : 0;
	r[1] = id ? store_steps_put(store, id, &step, 1, NULL) : 1;
	done |= r[1] == 0 ? DID_STEP : 0;
	r[2] = store_snapshot_put(store, fw, &seen, NULL, NULL);
	done |= r[2] == 0 ? DID_SNAPSHOT : 0;
	r[3] = put_event(store, NULL);
	done |= r[3] == 0 ? DID_EVENT : 0;
	for (size_t i = 0; i < ARRAY_SIZE(r); i++)
		ck_assert_msg(r[i] == 0 || r[i] == expected || !id, "%zu: %d", i, r[i]);
	item_deinit(&row.item);
	return done;
}

/* Once or from then on, no space or a broken disk: what was promised is there, and no more. */
START_TEST(test_each_write_fails)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	int expected = _i & 1 ? -EIO : STORE_E_FULL;
	unsigned done = 0;
	long n;

	install_faults(writes, (sqlite3_syscall_ptr)write_with_faults);
	fixture_mail(&fw);
	fixture_filled();
	for (n = 1; n < 1000; n++) {
		struct store *store = fixture_open(&fixture_writer);
		int64_t before[4];
		static const char *const counts[] = {
		    "SELECT count(*) FROM wipe", "SELECT count(*) FROM restore_step",
		    "SELECT sum(times_seen) FROM snapshot", "SELECT count(*) FROM event"};

		for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
			before[i] = fixture_number(counts[i]);
		fault.fired = false;
		fault.for_ever = _i & 2;
		fault.error = _i & 1 ? EIO : ENOSPC;
		fault.countdown = n;
		done = do_everything(store, &fw, expected);
		store_close(store);
		fault.countdown = -1;
		store = fixture_open(&fixture_watcher);
		ck_assert_msg(!store_notice(store), "write %ld: %s", n, store_notice(store));
		ck_ok(store_snapshot_last_good(store, NULL, NULL, &err));
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
			ck_assert_msg(fixture_number(counts[i]) == before[i] + (done >> i & 1),
			              "write %ld: %s", n, counts[i]);
		store_close(store);
		if (!fault.fired)
			break;
	}
	ck_assert_uint_eq(done, DID_ALL);
	ck_assert_int_gt(n, 10);
	ck_assert_int_lt(n, 1000);
}
END_TEST

/* A disk that cannot be read for a moment is no damage: nothing is set aside. */
START_TEST(test_each_read_fails)
{
	long n;

	install_faults(reads, (sqlite3_syscall_ptr)read_with_faults);
	fixture_filled();
	for (n = 1; n < 1000; n++) {
		struct store *store = NULL;
		int r;

		fault.fired = false;
		fault.error = EIO;
		fault.countdown = n;
		r = store_open(&store, fixture_dir, &fixture_watcher, NULL);
		fault.countdown = -1;
		ck_assert_msg(r == 0 || r == -EIO, "read %ld: %d", n, r);
		if (r == 0)
			ck_assert_msg(!store_notice(store), "read %ld: %s", n, store_notice(store));
		store_close(store);
		store = fixture_open(&fixture_watcher);
		ck_assert_msg(!store_notice(store), "after read %ld: %s", n, store_notice(store));
		ck_ok(store_snapshot_last_good(store, NULL, NULL, &err));
		store_close(store);
		if (!fault.fired)
			break;
	}
	ck_assert_int_gt(n, 10);
	ck_assert_int_lt(n, 1000);
}
END_TEST

/* --- others ------------------------------------------------------------------------------ */

START_TEST(test_locked)
{
	const struct store_options impatient = {.create = true, .busy_ms = 50};
	struct store *store;
	int64_t begin;
	sqlite3 *other;

	fixture_filled();
	store = fixture_open(&impatient);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	begin = clock_monotonic_ms();
	ck_assert_int_eq(put_event(store, NULL), STORE_E_BUSY);
	ck_assert_int_lt(clock_monotonic_ms() - begin, 10000);
	ck_ok(store_snapshot_last_good(store, NULL, NULL, &err));
	ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	ck_ok(put_event(store, &err));
	sqlite3_close(other);
	store_close(store);
}
END_TEST

START_TEST(test_locked_while_it_is_made)
{
	const struct store_options impatient = {.create = true, .set_aside = true, .busy_ms = 50};
	sqlite3 *other;

	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(open_code(&impatient), STORE_E_BUSY);
	sqlite3_close(other);
	ck_assert_int_eq(open_code(&impatient), 0);
}
END_TEST

/* pkg's migrators read user_version before the transaction, and two of them collided. */
START_TEST(test_migrators_race)
{
	enum { RACERS = 6 };
	int gate[2], status;
	char byte;

	ck_assert_int_eq(pipe(gate), 0);
	for (unsigned i = 0; i < RACERS; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			struct store *store = NULL;
			int r;

			close(gate[1]);
			if (read(gate[0], &byte, 1) != 0)
				_exit(2);
			r = store_open(&store, fixture_dir, &fixture_watcher, NULL);
			if (r == 0 && !store_notice(store))
				r = put_event(store, NULL);
			store_close(store);
			_exit(r == 0 ? 0 : 1);
		}
	}
	close(gate[0]);
	close(gate[1]); /* go */
	for (unsigned i = 0; i < RACERS; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), 0);
	}
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), RACERS);
	ck_assert_int_eq(fixture_number("PRAGMA user_version"), store_n_migrations);
}
END_TEST

/* A store as the first release left it is brought up to date, and keeps what it has. */
START_TEST(test_migrates_from_the_first)
{
	struct store *store = NULL;
	sqlite3 *db;

	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, store_migrations[0].sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(
	        db,
	        "INSERT INTO event (at_us, kind, text) VALUES (1, 'start', 'old');"
	        "INSERT INTO ban (jail, address, family, time_us, bantime_s, failures,"
	        " count, restored, source) VALUES ('j', 'a', 'dns', 1, -1, 0, 0, 0, 'hook');"
	        "PRAGMA user_version = 1",
	        NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_eq(store_open(&store, fixture_dir, &fixture_reader, NULL), STORE_E_OLDER);
	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_null(store_notice(store));
	ck_assert_int_eq(put_event(store, NULL), 0);
	store_close(store);
	ck_assert_int_eq(fixture_number("PRAGMA user_version"), store_n_migrations);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 2);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
}
END_TEST

/* A rule with what an administrator, or an attacker, may write into its log prefix. */
#define RULE(prefix)                                                                               \
	"public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" log prefix=\"" prefix       \
	"\" accept"

/* What a store of schema 4 has in words, and the item that it is about: NULL where unsure. */
static const struct {
	const char *kind, *text, *item;
} old_events[] = {
    {"start", "the guard was started", NULL},
    {"snapshot", "of a kind that is none any more", NULL},
    {"released", "public/service:imap", "public/service:imap"},
    {"protected-again", "public/service:imap", "public/service:imap"},
    {"protected-again", "public/port:25/tcp was opened again and is protected again",
     "public/port:25/tcp"},
    {"expired", "ipset:friends/entry:192.0.2.1 ended with its timeout",
     "ipset:friends/entry:192.0.2.1"},
    {"intent-removed", "public/service:smtp was removed on purpose", "public/service:smtp"},
    {"intent-removed", "policy:in/service:smtp was removed on purpose by firewall-cmd (pid 7)",
     "policy:in/service:smtp"},
    {"intent-removed", "public/source:2001:db8::/32 is bound to work now",
     "public/source:2001:db8::/32"},
    {"intent-removed", RULE("x") " was removed on purpose", RULE("x")},
    {"intent-removed", RULE("a was removed on purpose by b") " was removed on purpose by c", NULL},
    {"intent-removed", RULE("a is bound to b") " was removed on purpose by c",
     RULE("a is bound to b")},
    {"intent-removed", RULE("a is bound to b") " was removed on purpose by c now", NULL},
    {"intent-removed", RULE("it's ' OR 1 --") " was removed on purpose by c",
     RULE("it's ' OR 1 --")},
    {"permanent-removed", "public/service:imap was taken out of the permanent configuration",
     "public/service:imap"},
    {"persist", "public/service:pop3 was made permanent", "public/service:pop3"},
    {"persist", "written to the permanent configuration: 3; failed: 0", NULL},
    {"breaker", "public/service:imaps was removed more than 6 times in 10 minutes, the last",
     "public/service:imaps"},
    {"breaker", "wiped more than 30 times in 10 minutes: restoring at a slower pace", NULL},
    {"ban-kept", "public/rule:rule accept went with an unban, and another jail still holds it",
     "public/rule:rule accept"},
    {"ban-taken-back",
     "public/rule:rule drop was taken away again: its ban ended while it was put back",
     "public/rule:rule drop"},
    {"at-risk", "in the runtime only (1): public/service:imap; mended by: x", NULL},
    {"released", "nonsense", NULL},
    {"released", "public/nonsense:imap", NULL},
    {"released", "/service:imap", NULL},
    {"released", "public/service:", NULL},
    {"expired", " ended with its timeout", NULL},
};

static void put_old_events(sqlite3 *db)
{
	char cut[512], sql[2048];

	for (size_t i = 0; i < ARRAY_SIZE(old_events); i++) {
		sqlite3_snprintf(sizeof(sql), sql,
		                 "INSERT INTO event (at_us, kind, text) VALUES (%d, %Q, %Q)",
		                 (int)i, old_events[i].kind, old_events[i].text);
		ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	/* the watcher cut it, and what is left of the rule holds the phrase */
	memset(cut, 'x', sizeof(cut));
	memcpy(cut, "public/rule:rule log prefix=\"a was removed on purpose by ", 55);
	cut[511] = '\0';
	sqlite3_snprintf(sizeof(sql), sql,
	                 "INSERT INTO event (at_us, kind, text) VALUES (99, 'intent-removed', %Q)",
	                 cut);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static int check_old_event(const struct store_history_row *row, void *userdata)
{
	size_t *n = userdata, i = (size_t)row->at_us;

	(*n)++;
	if (i == 99) {
		ck_assert_ptr_null(row->item);
		return 0;
	}
	ck_assert_str_eq(row->kind, old_events[i].kind);
	ck_assert_str_eq(row->text, old_events[i].text);
	if (old_events[i].item)
		ck_assert_pstr_eq(row->item, old_events[i].item);
	else
		ck_assert_msg(!row->item, "%s: %s", row->text, row->item);
	return 0;
}

START_TEST(test_old_events_get_their_item)
{
	static const struct store_history_query all = {0};
	_cleanup_store_ struct store *store = NULL;
	sqlite3 *db;
	size_t n = 0;

	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(sqlite3_exec(db, store_migrations[i].sql, NULL, NULL, NULL),
		                 SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
	                              "INSERT INTO item VALUES (7, 'public', 'service', 'imap');"
	                              "PRAGMA user_version = 4",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	put_old_events(db);
	sqlite3_close(db);
	store = fixture_open(&fixture_watcher);
	ck_ok(store_history(store, &all, check_old_event, &n, &err));
	ck_assert_uint_eq(n, ARRAY_SIZE(old_events) + 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event WHERE item_id = 7"), 3);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
END_TEST

START_TEST(test_old_events_get_their_jail)
{
	_cleanup_store_ struct store *store = NULL;
	sqlite3 *db;

	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_int_eq(sqlite3_exec(db, store_migrations[i].sql, NULL, NULL, NULL),
		                 SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db,
	                 "INSERT INTO event (at_us, kind, text) VALUES"
	                 " (1, 'jail-start', 'jail dovecot'), (2, 'jail-stop', 'jail a jail'),"
	                 " (3, 'jail-start', 'jail '), (4, 'persist', 'jail imap');"
	                 "PRAGMA user_version = 8",
	                 NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	store = fixture_open(&fixture_watcher);
	ck_assert_int_eq(fixture_number("SELECT sum(at_us) FROM event WHERE jail IS NOT NULL"), 3);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event WHERE jail = 'dovecot'"), 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event WHERE jail = 'a jail'"), 1);
}
END_TEST

START_TEST(test_killed_while_writing)
{
	int acknowledged[2];
	int64_t promised = 0;
	struct store *store;
	char bytes[256];
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(acknowledged), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(acknowledged[0]);
		store = fixture_open(&fixture_writer);
		for (;;)
			if (put_event(store, NULL) || write(acknowledged[1], "x", 1) != 1)
				_exit(1);
	}
	close(acknowledged[1]);
	while (promised < 20 + 7 * _i && (n = read(acknowledged[0], bytes, 1)) > 0)
		promised += n;
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	while ((n = read(acknowledged[0], bytes, sizeof(bytes))) > 0)
		promised += n;
	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_null(store_notice(store));
	ck_ok(put_event(store, &err));
	store_close(store);
	/* one more may have been committed and not acknowledged */
	ck_assert_int_ge(fixture_number("SELECT count(*) FROM event"), promised + 1);
	ck_assert_int_le(fixture_number("SELECT count(*) FROM event"), promised + 2);
}
END_TEST

/* --- damage
 * --------------------------------------------------------------------------- */

static void overwrite(const char *name, int64_t at, int64_t length)
{
	int fd = open(fixture_path(name), O_WRONLY);

	ck_assert_int_ge(fd, 0);
	for (int64_t i = 0; i < length; i++)
		ck_assert_int_eq(pwrite(fd, "\xa5", 1, at + i), 1);
	close(fd);
}

static void damage_header(void)
{
	overwrite(STORE_FILE, 0, 100);
}
static void damage_first_page(void)
{
	overwrite(STORE_FILE, 100, 3000);
}
static void damage_middle(void)
{
	overwrite(STORE_FILE, 3 * 4096, file_size(STORE_FILE) / 2);
}
static void damage_truncate(void)
{
	ck_assert_int_eq(truncate(fixture_path(STORE_FILE), file_size(STORE_FILE) / 2), 0);
}
static void damage_to_text(void)
{
	ck_assert_int_eq(truncate(fixture_path(STORE_FILE), 0), 0);
	overwrite(STORE_FILE, 0, 5000);
}
static void damage_by_another_database(void)
{
	unlink(fixture_path(STORE_FILE));
	exec_raw("CREATE TABLE boot (x); INSERT INTO boot VALUES (1)");
}
static void damage_missing_table(void)
{
	exec_raw("DROP TABLE restore_step");
}

/* A bit that flipped where SQLite cannot see it. */
static void damage_content(void)
{
	exec_raw("UPDATE item SET value = replace(value, '198.18.0.7\"', '203.0.113.7\"')");
}

static const struct {
	void (*damage)(void);
	bool seen_by_all; /* and not only by who checks every page */
} damages[] = {
    {damage_header, true},        {damage_first_page, true}, {damage_middle, false},
    {damage_truncate, false},     {damage_to_text, true},    {damage_by_another_database, true},
    {damage_missing_table, true}, {damage_content, false},
};

static int64_t aside_size(void)
{
	struct stat st = {0};
	glob_t found;

	if (glob(fixture_path(STORE_FILE ".corrupt-*Z"), 0, NULL, &found) != 0)
		return -1;
	ck_assert_uint_eq(found.gl_pathc, 1);
	ck_assert_int_eq(stat(found.gl_pathv[0], &st), 0);
	globfree(&found);
	return st.st_size;
}

START_TEST(test_damaged_file_is_set_aside)
{
	struct err why = ERR_NULL;
	struct store *store = NULL;
	int64_t size;

	fixture_filled();
	damages[_i].damage();
	size = file_size(STORE_FILE);
	if (damages[_i].seen_by_all) {
		ck_assert_int_eq(store_open(&store, fixture_dir, &fixture_writer, &why),
		                 STORE_E_CORRUPT);
		ck_assert_ptr_null(store);
		ck_assert_ptr_nonnull(strstr(why.text, STORE_FILE));
	}
	ck_assert_int_eq(aside_size(), -1);
	ck_assert_int_eq(file_size(STORE_FILE), size);

	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_nonnull(store_notice(store));
	ck_assert_ptr_nonnull(strstr(store_notice(store), ".corrupt-"));
	ck_assert_int_eq(aside_size(), size);
	ck_assert_int_eq(store_snapshot_last_good(store, NULL, NULL, NULL), STORE_E_NOT_FOUND);
	ck_ok(put_event(store, &err));
	store_close(store);
	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_null(store_notice(store));
	store_close(store);
}
END_TEST

/* A log that was left behind belongs to the damaged file and goes with it. */
START_TEST(test_log_goes_with_the_damaged_file)
{
	struct store *store;
	pid_t pid;
	glob_t found;

	fixture_filled();
	pid = fork();
	if (pid == 0) { /* dies without closing: the log stays */
		store = fixture_open(&fixture_writer);
		_exit(put_event(store, NULL));
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_gt(file_size(STORE_FILE "-wal"), 0);
	overwrite(STORE_FILE, 4096, file_size(STORE_FILE) - 4096);
	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_nonnull(store_notice(store));
	store_close(store);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 0);
	ck_assert_int_eq(glob(fixture_path(STORE_FILE ".corrupt-*-wal"), 0, NULL, &found), 0);
	globfree(&found);
}
END_TEST

static int ignore_row(const struct store_history_row *row, void *userdata)
{
	return row && userdata ? 1 : 0;
}

START_TEST(test_damage_while_it_is_open)
{
	const struct store_history_query all = {0};
	struct store *store;

	fixture_filled();
	store = fixture_open(&fixture_reader);
	overwrite(STORE_FILE, 4096, file_size(STORE_FILE) - 4096);
	ck_assert_int_eq(store_history(store, &all, ignore_row, NULL, NULL), STORE_E_CORRUPT);
	store_close(store);
}
END_TEST

/* A wrong state is not handed out, and the next watcher begins anew. */
START_TEST(test_damaged_snapshot)
{
	struct store *store;

	fixture_filled();
	store = fixture_open(&fixture_writer);
	damage_content();
	ck_assert_int_eq(store_snapshot_last_good(store, NULL, NULL, NULL), STORE_E_CORRUPT);
	store_close(store);
	store = fixture_open(&fixture_watcher);
	ck_assert_ptr_nonnull(store_notice(store));
	ck_assert_int_eq(store_snapshot_last_good(store, NULL, NULL, NULL), STORE_E_NOT_FOUND);
	store_close(store);
}
END_TEST

START_TEST(test_newer_schema_is_not_touched)
{
	static const struct store_options *const all[] = {&fixture_writer, &fixture_watcher,
	                                                  &fixture_reader};
	struct err err = ERR_NULL;
	struct store *store = NULL;

	fixture_filled();
	exec_raw("PRAGMA user_version = 99");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		ck_assert_int_eq(store_open(&store, fixture_dir, all[i], &err), STORE_E_NEWER);
		ck_assert_ptr_nonnull(strstr(err.text, "newer"));
	}
	ck_assert_int_eq(fixture_number("PRAGMA user_version"), 99);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event"), 500);
	ck_assert_int_eq(aside_size(), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store-faults");
	TCase *tests = tcase_create("store-faults");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
	tcase_add_loop_test(tests, test_modes_do_not_depend_on_umask, 0, 2);
	tcase_add_test(tests, test_links_are_refused);
	tcase_add_test(tests, test_folder_of_others_is_refused);
	tcase_add_test(tests, test_odd_folder_names);
	tcase_add_test(tests, test_reader);
	tcase_add_test(tests, test_read_only_folder);
	tcase_add_test(tests, test_empty_read_only_folder);
	tcase_add_test(tests, test_file_size_limit);
	tcase_add_test(tests, test_no_room_in_a_transaction);
	tcase_add_test(tests, test_full_disk);
	tcase_add_loop_test(tests, test_each_write_fails, 0, 4);
	tcase_add_test(tests, test_each_read_fails);
	tcase_add_test(tests, test_locked);
	tcase_add_test(tests, test_locked_while_it_is_made);
	tcase_add_loop_test(tests, test_migrators_race, 0, 10);
	tcase_add_test(tests, test_migrates_from_the_first);
	tcase_add_test(tests, test_old_events_get_their_item);
	tcase_add_test(tests, test_old_events_get_their_jail);
	tcase_add_loop_test(tests, test_killed_while_writing, 0, 5);
	tcase_add_loop_test(tests, test_damaged_file_is_set_aside, 0, ARRAY_SIZE(damages));
	tcase_add_test(tests, test_log_goes_with_the_damaged_file);
	tcase_add_test(tests, test_damage_while_it_is_open);
	tcase_add_test(tests, test_damaged_snapshot);
	tcase_add_test(tests, test_newer_schema_is_not_touched);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
