// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/spool.h"
#include "tests/unit/store-fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char spool[320];

static void setup(void)
{
	fixture_setup();
	snprintf(spool, sizeof(spool), "%s/" SPOOL_DIR, fixture_dir);
}

static struct store_ban_event ban_event(enum store_ban_event_kind kind, const char *address,
                                        int64_t at_us)
{
	return (struct store_ban_event){.kind = kind,
	                                .at_us = at_us,
	                                .ban = {.jail = "imap",
	                                        .address = address,
	                                        .time_us = at_us,
	                                        .bantime_s = 600,
	                                        .failures = 5,
	                                        .count = 2,
	                                        .restored = true,
	                                        .source = "hook"}};
}

static void write_event(enum store_ban_event_kind kind, const char *address, int64_t at_us)
{
	const struct store_ban_event event = ban_event(kind, address, at_us);

	ck_ok(spool_write(spool, &event, &err));
}

static size_t count_names(const char *suffix)
{
	DIR *list = opendir(spool);
	struct dirent *entry;
	size_t n = 0;

	while (list && (entry = readdir(list))) {
		size_t length = strlen(entry->d_name), tail = strlen(suffix);

		n += entry->d_name[0] != '.' && length >= tail &&
		     strcmp(entry->d_name + length - tail, suffix) == 0;
	}
	if (list)
		closedir(list);
	return n;
}

static void plant(const char *name, const char *text, size_t length)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", spool, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
	close(fd);
}

static int see(const struct store_ban *ban, void *userdata)
{
	*(struct store_ban *)userdata = *ban;
	ck_assert_str_eq(ban->jail, "imap");
	ck_assert_str_eq(ban->address, "192.0.2.1");
	ck_assert_str_eq(ban->source, "hook");
	return 0;
}

START_TEST(test_event_comes_through)
{
	const struct store_ban_query all = {.active_at_us = NOW};
	struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	struct store_ban seen = {0};
	struct spool_result result;
	struct store *store;
	struct stat st;

	umask(_i ? 0777 : 0);
	event.ban.rule = "rule family=\"ipv4\" source address=\"192.0.2.1\" reject \\ \xc3\xa9";
	ck_assert(!spool_pending(spool));
	ck_ok(spool_write(spool, &event, &err)); /* the state directory is not there yet */
	ck_assert(spool_pending(spool));
	ck_assert_int_eq(stat(spool, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_int_eq(stat(fixture_dir, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	store = fixture_open(&fixture_writer);
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 1);
	ck_assert_uint_eq(result.bad, 0);
	ck_assert(!result.more);
	ck_assert(!spool_pending(spool));
	ck_ok(store_bans(store, &all, see, &seen, &err));
	ck_assert_int_eq(seen.time_us, NOW);
	ck_assert_int_eq(seen.bantime_s, 600);
	ck_assert_int_eq(seen.failures, 5);
	ck_assert_int_eq(seen.count, 2);
	ck_assert(seen.restored);
	ck_assert_int_eq(fixture_number("SELECT rule LIKE '%reject \\ é' FROM ban"), 1);
	store_close(store);
}
END_TEST

START_TEST(test_order_is_kept)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;

	for (unsigned i = 0; i < 20; i++) {
		write_event(STORE_BAN_BAN, "192.0.2.1", NOW + 2 * i * SECOND);
		write_event(STORE_BAN_UNBAN, "192.0.2.1", NOW + 2 * i * SECOND + 1);
	}
	write_event(STORE_BAN_BAN, "192.0.2.1", NOW + 100 * SECOND);
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 41);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us = time_us + 1"),
	                 20);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us IS NULL"), 1);
}
END_TEST

START_TEST(test_limit)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;

	for (unsigned i = 0; i < 5; i++)
		write_event(STORE_BAN_BAN, "192.0.2.1", NOW + i);
	ck_ok(spool_drain(spool, store, 3, &result, &err));
	ck_assert_uint_eq(result.applied, 3);
	ck_assert(result.more);
	ck_ok(spool_drain(spool, store, 3, &result, &err));
	ck_assert_uint_eq(result.applied, 2);
	ck_assert(!result.more);
	ck_ok(spool_drain(spool, store, 3, &result, &err));
	ck_assert_uint_eq(result.applied, 0);
}
END_TEST

#define EVENT(jail, address, rest)                                                                 \
	"{\"version\":1,\"event\":\"ban\",\"at_us\":1,\"jail\":" jail ",\"address\":" address      \
	",\"time_us\":1,\"bantime_s\":1,\"failures\":1,\"count\":1,\"restored\":false,"            \
	"\"source\":\"hook\"" rest "}"

static const struct {
	const char *text;
	size_t applied;
} hostile_rows[] = {
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":null"), 1},
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":\"accept\""), 1},
    {EVENT("\"imap\"", "\"192.0.2.1\"", ""), 0},                          /* a key is missing */
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":null,\"x\":1"), 0},    /* one too many */
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":null,\"rule\":1"), 0}, /* twice */
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":{}"), 0},
    {EVENT("\"imap\"", "\"192.0.2.1\\u0000x\"", ",\"rule\":null"), 0},
    {EVENT("\"imap\"", "\"192.0.2.1\\n\"", ",\"rule\":null"), 0},
    {EVENT("\"imap\"", "null", ",\"rule\":null"), 0},
    {EVENT("null", "\"192.0.2.1\"", ",\"rule\":null"), 0},
    {EVENT("7", "\"192.0.2.1\"", ",\"rule\":null"), 0},
    {EVENT("\"\xff\"", "\"192.0.2.1\"", ",\"rule\":null"), 0},
    {"", 0},
    {"{", 0},
    {"[]", 0},
    {"null", 0},
    {"{\"version\":2}", 0},
    {EVENT("\"imap\"", "\"192.0.2.1\"", ",\"rule\":null") "x", 0},
};

START_TEST(test_hostile_files)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;

	write_event(STORE_BAN_BAN, "192.0.2.9", NOW);
	plant("000-first.json", hostile_rows[_i].text, strlen(hostile_rows[_i].text));
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 1 + hostile_rows[_i].applied);
	ck_assert_uint_eq(result.bad, 1 - hostile_rows[_i].applied);
	ck_assert_uint_eq(count_names(".bad"), result.bad);
	ck_assert(!spool_pending(spool));
	ck_assert_uint_eq((size_t)fixture_number("SELECT count(*) FROM ban"), result.applied);
}
END_TEST

START_TEST(test_hostile_names)
{
	static char big[SPOOL_SIZE_MAX + 2];
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	const char *good = hostile_rows[0].text;
	struct spool_result result;
	char path[600], long_name[200];

	write_event(STORE_BAN_BAN, "192.0.2.9", NOW);
	memset(big, ' ', sizeof(big));
	memcpy(big, good, strlen(good));
	plant("1-big.json", big, sizeof(big));
	plant(".hidden.json", good, strlen(good));
	plant("no-event", good, strlen(good));
	snprintf(long_name, sizeof(long_name), "%0100d.json", 7);
	plant(long_name, good, strlen(good));
	snprintf(path, sizeof(path), "%s/2-link.json", spool);
	ck_assert_int_eq(symlink("no-event", path), 0);
	snprintf(path, sizeof(path), "%s/3-fifo.json", spool);
	ck_assert_int_eq(mkfifo(path, 0600), 0); /* must not block either */
	snprintf(path, sizeof(path), "%s/4-folder.json", spool);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 1);
	ck_assert_uint_eq(result.bad, 4);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
}
END_TEST

/* Log lines come in any encoding, and what cannot be true is not written at all. */
START_TEST(test_what_is_written)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	struct spool_result result;

	event.ban.rule = "latin1 \xe9";
	ck_ok(spool_write(spool, &event, &err));
	event.ban.address = "a\nb";
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EINVAL);
	event.ban.address = NULL;
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EINVAL);
	event.kind = STORE_BAN_STOP;
	event.ban.rule = NULL;
	event.at_us = NOW + 1;
	ck_ok(spool_write(spool, &event, &err));
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 2);
	ck_assert_int_eq(fixture_number("SELECT rule = 'latin1 ?' FROM ban"), 1);
	ck_assert_int_eq(fixture_number("SELECT ended_how = 'stop' FROM ban"), 1);
}
END_TEST

START_TEST(test_locked_store_keeps_files)
{
	const struct store_options impatient = {.create = true, .busy_ms = 20};
	_cleanup_store_ struct store *store = fixture_open(&impatient);
	struct spool_result result;
	sqlite3 *other;

	write_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(spool_drain(spool, store, 0, &result, NULL), SPOOL_E_STORE);
	ck_assert_int_eq(result.store_code, STORE_E_BUSY);
	ck_assert(spool_pending(spool));
	sqlite3_close(other);
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.applied, 1);
}
END_TEST

START_TEST(test_no_space)
{
	const struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	write_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 50;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(spool_write(spool, &event, NULL), SPOOL_E_FULL);
	ck_assert_uint_eq(count_names(""), 1); /* and nothing half written */
}
END_TEST

START_TEST(test_bad_files_are_bounded)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;
	char name[40];

	write_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	for (unsigned i = 0; i < SPOOL_BAD_MAX + 20; i++) {
		snprintf(name, sizeof(name), "%05u.json", i);
		plant(name, "x", 1);
	}
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(result.bad, SPOOL_BAD_MAX + 20);
	ck_assert_uint_eq(count_names(".bad"), SPOOL_BAD_MAX);
	ck_assert_uint_eq(count_names(".json"), 0);
}
END_TEST

START_TEST(test_folder_of_others)
{
	const struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;

	ck_ok(spool_drain(spool, store, 0, &result, &err)); /* none there is an empty one */
	ck_assert_int_eq(mkdir(spool, 0700), 0);
	ck_assert_int_eq(chmod(spool, 0777), 0);
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EPERM);
	ck_assert_int_eq(spool_drain(spool, store, 0, &result, NULL), -EPERM);
	/* who may write to the state directory could put another spool there */
	ck_assert_int_eq(chmod(spool, 0700), 0);
	ck_assert_int_eq(chmod(fixture_dir, 0777), 0);
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EPERM);
	ck_assert_int_eq(spool_drain(spool, store, 0, &result, NULL), -EPERM);
	ck_assert_int_eq(rmdir(spool), 0);
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EPERM);
	ck_assert_int_eq(access(spool, F_OK), -1);
	ck_assert_int_eq(chmod(fixture_dir, 0700), 0);
	ck_assert_int_eq(symlink("/tmp", spool), 0);
	ck_assert_int_lt(spool_write(spool, &event, NULL), 0);
	ck_assert_int_lt(spool_drain(spool, store, 0, &result, NULL), 0);
}
END_TEST

static struct spool_message message_of(struct store_ban_event *event, const char *id, char *text)
{
	ssize_t length;

	event->id = id;
	length = spool_text(text, event, NULL);
	ck_assert_int_gt(length, 0);
	return (struct spool_message){.text = text, .length = (size_t)length};
}

/* Of a ban and its end the end stays the last, whichever of both came over the socket. */
START_TEST(test_messages_and_files_in_order)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_event ban = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	struct store_ban_event unban = ban_event(STORE_BAN_UNBAN, "192.0.2.1", NOW + 1);
	char text[SPOOL_SIZE_MAX];
	struct spool_message message = message_of(_i ? &ban : &unban, _i ? "1-a" : "2-b", text);
	struct spool_result result;

	ban.id = "1-a";
	unban.id = "2-b";
	ck_ok(spool_write(spool, _i ? &unban : &ban, &err));
	ck_ok(spool_take(spool, store, &message, 1, &result, &err));
	ck_assert_int_eq(message.fate, SPOOL_TAKEN);
	ck_assert_uint_eq(result.applied, 2);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us = time_us + 1"),
	                 1);
}
END_TEST

/* Told over the socket, and left as a file when nobody answered in time; at once, or long after. */
START_TEST(test_an_event_counts_once)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_event event = ban_event(STORE_BAN_START, NULL, NOW);
	struct store_ban_event unban = ban_event(STORE_BAN_UNBAN, "192.0.2.1", NOW + 1);
	struct store_ban_event ban = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	char text[2][SPOOL_SIZE_MAX];
	struct spool_message messages[] = {message_of(&event, "1-a", text[0]),
	                                   message_of(&ban, "1-b", text[1])};
	struct spool_result result;

	unban.id = "1-c";
	ck_ok(spool_write(spool, &event, &err));
	ck_ok(spool_write(spool, &ban, &err));
	ck_ok(spool_write(spool, &unban, &err));
	if (_i)
		ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_ok(spool_take(spool, store, messages, ARRAY_SIZE(messages), &result, &err));
	ck_assert_int_eq(messages[0].fate, SPOOL_TAKEN);
	ck_assert_int_eq(messages[1].fate, SPOOL_TAKEN);
	ck_assert(!spool_pending(spool));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM event WHERE kind = 'jail-start'"), 1);
	/* the ban does not begin again after its end */
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban WHERE ended_us = time_us + 1"),
	                 1);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM told"), 3);
}
END_TEST

START_TEST(test_messages_without_a_folder)
{
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	char text[SPOOL_SIZE_MAX], nameless[SPOOL_SIZE_MAX], hostile[] = "{\"version\":2}";
	struct spool_message messages[] = {
	    message_of(&event, "1-a", text),
	    {.text = hostile, .length = strlen(hostile)},
	    {.text = text, .length = 20}, /* cut off */
	    message_of(&event, NULL, nameless),
	};
	struct spool_result result;

	ck_assert(!spool_pending(spool));
	if (_i) { /* and with one that others may write to */
		ck_assert_int_eq(mkdir(spool, 0700), 0);
		ck_assert_int_eq(chmod(spool, 0777), 0);
	}
	ck_assert_int_eq(spool_take(spool, store, messages, 4, &result, NULL), _i ? -EPERM : 0);
	ck_assert_int_eq(messages[0].fate, SPOOL_TAKEN);
	for (size_t i = 1; i < 4; i++)
		ck_assert_int_eq(messages[i].fate, SPOOL_REFUSED);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
}
END_TEST

START_TEST(test_messages_of_a_locked_store)
{
	const struct store_options impatient = {.create = true, .busy_ms = 20};
	_cleanup_store_ struct store *store = fixture_open(&impatient);
	struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	char text[SPOOL_SIZE_MAX];
	struct spool_message message = message_of(&event, "1-a", text);
	struct spool_result result;
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(fixture_path(STORE_FILE), &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(spool_take(spool, store, &message, 1, &result, NULL), SPOOL_E_STORE);
	ck_assert_int_eq(message.fate, SPOOL_WAITS);
	sqlite3_close(other);
}
END_TEST

/* Where no watcher runs the next question takes it in, and makes the store for it. */
START_TEST(test_settle)
{
	spool_settle(spool, fixture_dir, 20);
	ck_assert_int_eq(access(fixture_path(STORE_FILE), F_OK), -1);
	write_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	spool_settle(spool, fixture_dir, 20);
	ck_assert(!spool_pending(spool));
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), 1);
}
END_TEST

static const char *const bad_ids[] = {
    "",   "x",   "1 2", "1/2",
    "..", "1\n", "A",   "00000000000000000000000000000000000000000000000000000000000000000"};

START_TEST(test_ids)
{
	struct store_ban_event event = ban_event(STORE_BAN_BAN, "192.0.2.1", NOW);
	char id[2][STORE_TOLD_MAX + 1];

	event.id = bad_ids[_i];
	ck_assert_int_eq(spool_write(spool, &event, NULL), -EINVAL);
	spool_event_id(id[0]);
	spool_event_id(id[1]);
	ck_assert_str_ne(id[0], id[1]);
	event.id = id[0];
	ck_ok(store_ban_event_check(&event, &err));
}
END_TEST

/* Many hooks at once while the watcher drains: each event arrives exactly once. */
START_TEST(test_writers_beside_a_drain)
{
	enum { WRITERS = 4, EVENTS = 40 };
	_cleanup_store_ struct store *store = fixture_open(&fixture_writer);
	struct spool_result result;
	size_t applied = 0;
	int status;

	for (int w = 0; w < WRITERS; w++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			for (int i = 0; i < EVENTS; i++)
				write_event(STORE_BAN_BAN, "192.0.2.1",
				            NOW + (w * 1000 + i) * SECOND);
			_exit(0);
		}
	}
	for (int w = 0; w < WRITERS; w++) {
		ck_ok(spool_drain(spool, store, 7, &result, &err));
		applied += result.applied;
		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_ok(spool_drain(spool, store, 0, &result, &err));
	ck_assert_uint_eq(applied + result.applied, WRITERS * EVENTS);
	ck_assert_uint_eq(result.bad, 0);
	ck_assert_int_eq(fixture_number("SELECT count(*) FROM ban"), WRITERS * EVENTS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spool");
	TCase *tests = tcase_create("spool");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, fixture_teardown);
	tcase_add_loop_test(tests, test_event_comes_through, 0, 2);
	tcase_add_test(tests, test_order_is_kept);
	tcase_add_test(tests, test_limit);
	tcase_add_loop_test(tests, test_hostile_files, 0, ARRAY_SIZE(hostile_rows));
	tcase_add_test(tests, test_hostile_names);
	tcase_add_test(tests, test_what_is_written);
	tcase_add_test(tests, test_locked_store_keeps_files);
	tcase_add_test(tests, test_no_space);
	tcase_add_test(tests, test_bad_files_are_bounded);
	tcase_add_test(tests, test_folder_of_others);
	tcase_add_loop_test(tests, test_messages_and_files_in_order, 0, 2);
	tcase_add_loop_test(tests, test_an_event_counts_once, 0, 2);
	tcase_add_loop_test(tests, test_messages_without_a_folder, 0, 2);
	tcase_add_test(tests, test_messages_of_a_locked_store);
	tcase_add_test(tests, test_settle);
	tcase_add_loop_test(tests, test_ids, 0, ARRAY_SIZE(bad_ids));
	tcase_add_test(tests, test_writers_beside_a_drain);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
