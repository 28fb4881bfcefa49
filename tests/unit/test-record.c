// SPDX-License-Identifier: GPL-2.0-or-later
/* What the guard before this one has left is asked first, and nothing is put over it before. */
#include "guard/restore/record.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/store-fixture.h"

static struct logger logger;
static struct record *record;
static struct recollection before;

static void begin(void)
{
	ck_assert_int_eq(record_open(&record, fixture_dir, BOOT, &logger), 0);
}

static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(mkdir(fixture_dir, 0700), 0);
	logger_init(&logger, -1, 0);
	begin();
}

static void forget(void)
{
	recollection_deinit(&before);
	before = RECOLLECTION_NULL;
}

static void teardown(void)
{
	forget();
	record_close(record);
	fixture_teardown();
}

static int recall(void)
{
	forget();
	return record_recall(record, &before);
}

static bool put(const char *text)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(text);

	return record_snapshot(record, &fw, true);
}

static struct episode *wipe(void)
{
	struct episode *episode = record_episode_new(record, WIPE_RELOAD, NOW, "a reload");

	ck_assert_ptr_nonnull(episode);
	record_episode_begin(record, episode);
	return episode;
}

/* Whoever has it for himself. */
static sqlite3 *lock(void)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL),
	    SQLITE_OK);
	return db;
}

START_TEST(stores_nothing_before_it_has_asked)
{
	struct episode *episode;

	ck_assert(!put("public/service:ssh=r"));
	ck_assert_int_eq(recall(), STORE_E_NOT_FOUND);
	ck_assert(put("public/service:imaps=r"));
	record_close(steal(record));

	begin();
	ck_assert(!put("public/service:ssh=r"));
	episode = wipe();
	ck_assert_int_eq(episode->wipe_id, 0);
	ck_assert_int_eq(recall(), 0);
	ck_assert_uint_eq(before.wanted.n, 1);
	ck_assert_str_eq(before.wanted.entries[0].item.value, "imaps");
	ck_assert_uint_eq(before.unfinished.n, 0);
	record_episode_end_take(record, episode, STORE_WIPE_NOTHING_LOST);
	ck_assert(put("public/service:ssh=r"));
	ck_assert(record_retry(record));
	ck_assert_int_eq(recall(), 0);
	ck_assert_str_eq(before.wanted.entries[0].item.value, "ssh");
}
END_TEST

START_TEST(asks_when_the_store_comes_back)
{
	sqlite3 *other;

	ck_assert_int_eq(recall(), STORE_E_NOT_FOUND);
	ck_assert(put("public/service:imaps=r"));
	episode_free(wipe());
	record_close(steal(record));

	other = lock();
	begin();
	ck_assert_ptr_null(record_store(record));
	ck_assert_int_eq(recall(), STORE_E_BUSY);
	sqlite3_close(other);
	ck_assert(record_retry(record));
	ck_assert(!put("public/service:ssh=r"));
	ck_assert_int_eq(recall(), 0);
	ck_assert_str_eq(before.wanted.entries[0].item.value, "imaps");
	ck_assert_uint_eq(before.unfinished.n, 1);
	ck_assert(put("public/service:ssh=r"));
}
END_TEST

static bool unreadable;

static ssize_t read_with_fault(int fd, void *data, size_t size, off_t at)
{
	if (!unreadable)
		return pread(fd, data, size, at);
	errno = EIO;
	return -1;
}

static bool full;

static ssize_t write_with_fault(int fd, const void *data, size_t size, off_t at)
{
	if (!full)
		return pwrite(fd, data, size, at);
	errno = ENOSPC;
	return -1;
}

static size_t said(FILE *log, const char *what)
{
	char line[512];
	size_t n = 0;

	logger_flush(&logger);
	rewind(log);
	while (fgets(line, sizeof(line), log))
		n += strstr(line, what) != NULL;
	return n;
}

/* It can be opened, and not read: for as long as that lasts it is said once. */
START_TEST(says_once_that_it_cannot_be_read)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	FILE *log = tmpfile();
	sqlite3 *other;

	ck_assert_ptr_nonnull(log);
	ck_assert_int_eq(vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)read_with_fault),
	                 SQLITE_OK);
	ck_assert_int_eq(vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)read_with_fault),
	                 SQLITE_OK);
	ck_assert_int_eq(recall(), STORE_E_NOT_FOUND);
	ck_assert(put("public/service:imaps=r"));
	record_close(steal(record));
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	logger_init(&logger, fileno(log), 0);
	begin();
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(record_store(record));
		/* what it has read as it was opened counts no more */
		ck_assert_int_eq(sqlite3_exec(other, "UPDATE item SET id = id", NULL, NULL, NULL),
		                 SQLITE_OK);
		unreadable = true;
		ck_assert_int_eq(recall(), -EIO);
		ck_assert_ptr_null(record_store(record));
		unreadable = false;
		ck_assert(record_retry(record));
	}
	ck_assert_uint_eq(said(log, "what was meant before could not be read"), 1);
	ck_assert_uint_eq(said(log, "works again"), 0);

	sqlite3_close(other);
	ck_assert_int_eq(recall(), 0);
	ck_assert_str_eq(before.wanted.entries[0].item.value, "imaps");
	ck_assert_uint_eq(said(log, "works again"), 1);
	logger_init(&logger, -1, 0);
	fclose(log);
}
END_TEST

/* On a full disk what is in it can be read, and what is small finds a place. */
START_TEST(works_again_when_it_takes_what_it_could_not)
{
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	FILE *log = tmpfile();

	ck_assert_ptr_nonnull(log);
	ck_assert_int_eq(vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)write_with_fault),
	                 SQLITE_OK);
	ck_assert_int_eq(
	    vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)write_with_fault), SQLITE_OK);
	ck_assert_int_eq(recall(), STORE_E_NOT_FOUND);
	logger_init(&logger, fileno(log), 0);
	full = true;
	ck_assert(!put("public/service:imaps=r"));
	full = false;
	record_event(record, EVENT_STORE, NULL, "of no account");
	ck_assert_int_eq(record_released(record, &released), 0);
	ck_assert_uint_eq(said(log, "a snapshot could not be recorded"), 1);
	ck_assert_uint_eq(said(log, "works again"), 0);
	ck_assert(put("public/service:imaps=r"));
	ck_assert_uint_eq(said(log, "works again"), 1);

	/* and whatever it could not take, one that takes a snapshot takes that, too */
	full = true;
	record_event(record, EVENT_STORE, NULL, "of no account");
	full = false;
	ck_assert_int_ne(record_trouble(record, NULL), 0);
	ck_assert(put("public/service:imaps=r public/service:smtp=r"));
	ck_assert_int_eq(record_trouble(record, NULL), 0);
	logger_init(&logger, -1, 0);
	fclose(log);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, stores_nothing_before_it_has_asked);
	tcase_add_test(tcase, asks_when_the_store_comes_back);
	tcase_add_test(tcase, says_once_that_it_cannot_be_read);
	tcase_add_test(tcase, works_again_when_it_takes_what_it_could_not);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
