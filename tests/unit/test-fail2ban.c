// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* What fail2ban 1.0.2 answers to a ping: a pickle of (0, 'pong'), and its end. */
#define PONG "\x80\x05\x95\x0b\0\0\0\0\0\0\0K\0\x8c\x04pong\x94\x86\x94.<F2B_END_COMMAND>"

static char folder[] = "/tmp/test-fail2ban.XXXXXX";
static char path[64];

static int listen_there(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	strcpy(address.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

static void remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

struct server {
	int fd;
	const char *answer;
	size_t length;
	char request[64];
	pthread_t thread;
};

static void *serve(void *userdata)
{
	struct server *server = userdata;
	int fd = accept(server->fd, NULL, NULL);
	size_t n = 0;

	while (!strstr(server->request, "<F2B_END_COMMAND>") && n < sizeof(server->request) - 1) {
		ssize_t got = read(fd, server->request + n, sizeof(server->request) - 1 - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	/* in pieces, as a busy server would */
	for (size_t i = 0; i < server->length; i += 7)
		if (send(fd, server->answer + i, server->length - i < 7 ? server->length - i : 7,
		         MSG_NOSIGNAL) < 0)
			break;
	close(fd);
	return NULL;
}

static const struct {
	const char *answer;
	size_t length;
	enum fail2ban_state state;
} rows[] = {
    {PONG, sizeof(PONG) - 1, FAIL2BAN_RUNNING},
    {"nonsense<F2B_END_COMMAND>", 25, FAIL2BAN_UNREACHABLE},
    {"pong", 4, FAIL2BAN_UNREACHABLE}, /* hung up in the middle */
    {"", 0, FAIL2BAN_UNREACHABLE},
};

START_TEST(understands)
{
	struct server server = {.answer = rows[_i].answer, .length = rows[_i].length};

	server.fd = listen_there();
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, &server), 0);
	ck_assert_int_eq(fail2ban_ping(path, 5000), rows[_i].state);
	pthread_join(server.thread, NULL);
	ck_assert_str_eq(server.request, "(Vping\nl.<F2B_END_COMMAND>");
	close(server.fd);
	remove_folder();
}
END_TEST

/* Endless bytes that never end an answer must not be collected for ever. */
START_TEST(bounds_the_answer)
{
	static char endless[65536];
	struct server server = {.answer = endless, .length = sizeof(endless)};

	memset(endless, 'x', sizeof(endless));
	server.fd = listen_there();
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, &server), 0);
	ck_assert_int_eq(fail2ban_ping(path, 5000), FAIL2BAN_UNREACHABLE);
	pthread_join(server.thread, NULL);
	close(server.fd);
	remove_folder();
}
END_TEST

START_TEST(waits_for_a_bounded_time)
{
	int fd = listen_there(); /* nobody accepts */

	ck_assert_int_eq(fail2ban_ping(path, 50), FAIL2BAN_UNREACHABLE);
	/* the backlog is full now: connect() itself has to wait */
	ck_assert_int_eq(fail2ban_ping(path, 50), FAIL2BAN_UNREACHABLE);
	ck_assert_int_eq(fail2ban_ping(path, 50), FAIL2BAN_UNREACHABLE);
	close(fd);
	/* as kill -9 leaves it */
	ck_assert_int_eq(fail2ban_ping(path, 50), FAIL2BAN_STOPPED);
	remove_folder();
	ck_assert_int_eq(fail2ban_ping(path, 50), FAIL2BAN_STOPPED);
}
END_TEST

START_TEST(refuses_long_paths)
{
	char endless[512];

	memset(endless, '/', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	ck_assert_int_eq(fail2ban_ping(endless, 50), FAIL2BAN_UNKNOWN);
	ck_assert_str_eq(fail2ban_state_name(FAIL2BAN_UNKNOWN), "unknown");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fail2ban");
	TCase *tcase = tcase_create("fail2ban");

	tcase_add_loop_test(tcase, understands, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, bounds_the_answer);
	tcase_add_test(tcase, waits_for_a_bounded_time);
	tcase_add_test(tcase, refuses_long_paths);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
