// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/logger.h"
#include "guard/system/host/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static int64_t fake_now_us;

static int64_t fake_clock(void)
{
	return fake_now_us;
}

/* Everything that was written to the pipe so far. */
static const char *drain(int fd)
{
	static char text[65536];
	size_t length = 0;

	for (;;) {
		ssize_t n = read(fd, text + length, sizeof(text) - 1 - length);

		if (n <= 0)
			break;
		length += (size_t)n;
	}
	text[length] = '\0';
	return text;
}

static void open_journal(struct logger *logger, int fds[2], int verbosity)
{
	unsetenv("JOURNAL_STREAM");
	ck_assert_int_eq(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	logger_init(logger, fds[1], verbosity);
	logger->now_us = fake_clock;
	fake_now_us = 1000000;
}

START_TEST(writes_by_level)
{
	static const char *const expected[] = {
	    [0] = "reload-guard: error: e\nreload-guard: warning: w\n",
	    [1] = "reload-guard: error: e\nreload-guard: warning: w\nreload-guard: n\n"
	          "reload-guard: i\n",
	    [2] = "reload-guard: error: e\nreload-guard: warning: w\nreload-guard: n\n"
	          "reload-guard: i\nreload-guard: debug: d\n",
	};
	struct logger logger;
	int fds[2];

	open_journal(&logger, fds, _i - 1);
	logger_write(&logger, LOGGER_ERROR, "e");
	logger_write(&logger, LOGGER_WARNING, "w");
	logger_write(&logger, LOGGER_NOTICE, "n");
	logger_write(&logger, LOGGER_INFO, "i");
	logger_write(&logger, LOGGER_DEBUG, "d");
	ck_assert_str_eq(drain(fds[0]), expected[_i]);
}
END_TEST

START_TEST(speaks_to_journald)
{
	struct logger logger;
	struct stat st;
	char stream[64];
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
	ck_assert_int_eq(fstat(fds[1], &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	logger_init(&logger, fds[1], 0);
	logger_write(&logger, LOGGER_WARNING, "w");
	ck_assert_str_eq(drain(fds[0]), "<4>w\n");
	/* Inherited, but standard error goes elsewhere. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	logger_init(&logger, fds[1], 0);
	logger_write(&logger, LOGGER_WARNING, "w");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: warning: w\n");
}
END_TEST

START_TEST(cannot_be_forged)
{
	struct logger logger;
	char endless[LOGGER_LINE_MAX * 2];
	const char *text;
	int fds[2];

	open_journal(&logger, fds, 0);
	logger_write(&logger, LOGGER_INFO, "zone %s", "a\n<0>forged \x1b[2J");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: zone a\\x0a<0>forged \\x1b[2J\n");
	memset(endless, '\n', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	logger_write(&logger, LOGGER_INFO, "%s", endless);
	text = drain(fds[0]);
	ck_assert_uint_le(strlen(text), LOGGER_LINE_MAX + 64);
	ck_assert_str_eq(text + strlen(text) - 4, "...\n");
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

START_TEST(keeps_errno)
{
	struct logger logger;
	int fds[2];

	open_journal(&logger, fds, 0);
	close(fds[1]);
	errno = ENOSPC;
	logger_write(&logger, LOGGER_INFO, "%m");
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(holds_back_repeated_lines)
{
	struct logger logger;
	int fds[2];

	open_journal(&logger, fds, 0);
	for (int i = 0; i < 5; i++) {
		logger_write(&logger, LOGGER_WARNING, "bus away");
		logger_write(&logger, LOGGER_WARNING, "other"); /* alternating is repeating, too */
		fake_now_us += 1000;
	}
	ck_assert_str_eq(drain(fds[0]),
	                 "reload-guard: warning: bus away\nreload-guard: warning: other\n");
	fake_now_us += LOGGER_REPEAT_US;
	logger_write(&logger, LOGGER_WARNING, "bus away");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: warning: bus away\n"
	                                "reload-guard: (repeated 4 times before)\n");
	logger_flush(&logger);
	ck_assert_str_eq(drain(fds[0]), "reload-guard: (an earlier line was repeated 4 times)\n");
	/* The same words at another level are another line. */
	logger_write(&logger, LOGGER_ERROR, "bus away");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: error: bus away\n");
	/* Of another wipe or occasion each is told. */
	for (int64_t i = 1; i <= 4; i++) {
		const struct logger_fields fields = {.kind = LOGGER_KIND_RESTORED,
		                                     .wipe = i < 3 ? i : 0,
		                                     .occasion = i < 3 ? 0 : i};

		for (int j = 0; j < 2; j++)
			logger_write_about(&logger, LOGGER_INFO, &fields, "restored 1 of 1");
		ck_assert_str_eq(drain(fds[0]), "reload-guard: restored 1 of 1\n");
	}
	logger_flush(&logger);
	ck_assert_str_eq(drain(fds[0]), "reload-guard: (an earlier line was repeated 1 time)\n"
	                                "reload-guard: (an earlier line was repeated 1 time)\n"
	                                "reload-guard: (an earlier line was repeated 1 time)\n"
	                                "reload-guard: (an earlier line was repeated 1 time)\n");
	/* Many different lines do not stop, and none is lost. */
	for (int i = 0; i < 3 * LOGGER_N_RECENT; i++) {
		char expected[64];

		fake_now_us++;
		logger_write(&logger, LOGGER_INFO, "line %d", i);
		snprintf(expected, sizeof(expected), "reload-guard: line %d\n", i);
		ck_assert_str_eq(drain(fds[0]), expected);
	}
}
END_TEST

/* --- sd_notify: a real datagram socket --------------------------------------------------- */

static char folder[] = "/tmp/test-journal.XXXXXX";
static char socket_path[64];

static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, name);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
	                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) +
	                                  (name[0] != '@'))),
	                 0);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return fd;
}

static const char *receive(int fd)
{
	static char text[1024];
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (poll(&poll_fd, 1, 0) <= 0)
		return "";
	n = recv(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return text;
}

static void talk(const char *name)
{
	struct notify notifier;
	int fd = listen_at(name);
	char state[64];
	unsigned long long us;

	ck_assert_int_eq(notify_init(&notifier, NULL), 0);
	notify_ready(&notifier);
	ck_assert_str_eq(receive(fd), "READY=1");
	notify_status(&notifier, "guarding %d items\nREADY=1", 7);
	ck_assert_str_eq(receive(fd), "STATUS=guarding 7 items\\x0aREADY=1");
	notify_status(&notifier, "guarding %d items\nREADY=1", 7);
	ck_assert_str_eq(receive(fd), "");
	notify_watchdog(&notifier);
	ck_assert_str_eq(receive(fd), ""); /* nobody asked for it */
	notify_reloading(&notifier);
	snprintf(state, sizeof(state), "%s", receive(fd));
	ck_assert_int_eq(sscanf(state, "RELOADING=1\nMONOTONIC_USEC=%llu", &us), 1);
	notify_stopping(&notifier);
	ck_assert_str_eq(receive(fd), "STOPPING=1");
	notify_deinit(&notifier);
	notify_deinit(&notifier);
	close(fd);
}

START_TEST(notifies)
{
	char abstract[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(socket_path, sizeof(socket_path), "%s/notify", folder);
	talk(socket_path);
	unlink(socket_path);
	rmdir(folder);
	snprintf(abstract, sizeof(abstract), "@test-journal-%ld", (long)getpid());
	talk(abstract);
}
END_TEST

START_TEST(watchdog_is_for_us_alone)
{
	struct notify notifier;
	char name[64], pid[32];
	int fd;

	snprintf(name, sizeof(name), "@test-journal-%ld", (long)getpid());
	fd = listen_at(name);
	setenv("WATCHDOG_USEC", "3000000", 1);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	ck_assert_int_eq(notify_init(&notifier, NULL), 0);
	ck_assert_int_eq(notifier.watchdog_us, 3000000);
	notify_watchdog(&notifier);
	ck_assert_str_eq(receive(fd), "WATCHDOG=1");
	notify_deinit(&notifier);
	setenv("WATCHDOG_PID", "1", 1);
	ck_assert_int_eq(notify_init(&notifier, NULL), 0);
	ck_assert_int_eq(notifier.watchdog_us, 0);
	notify_deinit(&notifier);
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "-5", 1);
	ck_assert_int_eq(notify_init(&notifier, NULL), 0);
	ck_assert_int_eq(notifier.watchdog_us, 0);
	notify_deinit(&notifier);
	close(fd);
}
END_TEST

START_TEST(nobody_listens)
{
	struct notify notifier;
	struct err err = ERR_NULL;
	char endless[512];

	unsetenv("NOTIFY_SOCKET");
	ck_assert_int_eq(notify_init(&notifier, &err), 0);
	notify_ready(&notifier);
	notify_status(&notifier, "x");
	notify_deinit(&notifier);
	setenv("NOTIFY_SOCKET", "relative", 1);
	ck_assert_int_eq(notify_init(&notifier, &err), -EINVAL);
	notify_ready(&notifier);
	memset(endless, '/', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	setenv("NOTIFY_SOCKET", endless, 1);
	ck_assert_int_eq(notify_init(&notifier, &err), -EINVAL);
	setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
	ck_assert_int_eq(notify_init(&notifier, &err), 0);
	notify_ready(&notifier);
	notify_deinit(&notifier);
}
END_TEST

/* Where nobody reads fields, the line is all; the names of kinds are as sd_id128 has them. */
START_TEST(fields_are_for_journald)
{
	const struct logger_fields fields = {
	    .kind = LOGGER_KIND_LOST, .wipe = 17, .jail = "x\n<0>forged", .address = "192.0.2.1"};
	struct logger logger;
	int fds[2];

	open_journal(&logger, fds, 0);
	logger_write_about(&logger, LOGGER_WARNING, &fields, "%s", "lost\nall");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: warning: lost\\x0aall\n");
	logger_write_about(&logger, LOGGER_WARNING, NULL, "no fields");
	ck_assert_str_eq(drain(fds[0]), "reload-guard: warning: no fields\n");
	ck_assert_ptr_null(logger_message_id(LOGGER_KIND_NONE));
	for (unsigned i = LOGGER_KIND_LOST; i < LOGGER_N_KINDS; i++) {
		const char *id = logger_message_id((enum logger_kind)i);

		ck_assert_uint_eq(strspn(id, "0123456789abcdef"), 32);
		ck_assert_uint_eq(strlen(id), 32);
		for (unsigned k = LOGGER_KIND_LOST; k < i; k++)
			ck_assert_str_ne(id, logger_message_id((enum logger_kind)k));
	}
	close(fds[0]);
	close(fds[1]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");

	tcase_add_loop_test(tcase, writes_by_level, 0, 3);
	tcase_add_test(tcase, speaks_to_journald);
	tcase_add_test(tcase, cannot_be_forged);
	tcase_add_test(tcase, keeps_errno);
	tcase_add_test(tcase, fields_are_for_journald);
	tcase_add_test(tcase, holds_back_repeated_lines);
	tcase_add_test(tcase, notifies);
	tcase_add_test(tcase, watchdog_is_for_us_alone);
	tcase_add_test(tcase, nobody_listens);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
