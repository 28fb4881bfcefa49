// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "tests/unit/unit.h"

#define END "<F2B_END_COMMAND>"
/* (0, 'pong'), ['SHUTDOWN'], and (0, ['a']) without its end, as Python writes them. */
#define PONG     "\x80\x05\x95\x0b\0\0\0\0\0\0\0K\0\x8c\x04pong\x94\x86\x94." END
#define SHUTDOWN "\x80\x05\x95\x0f\0\0\0\0\0\0\0]\x94\x8c\x08SHUTDOWN\x94\x61." END
#define CUT      "\x80\x05\x95\x0b\0\0\0\0\0\0\0K\0]\x94\x8c\x01" END

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
	char rest[64];
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
	shutdown(fd, SHUT_WR);
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	close(fd);
	return NULL;
}

static int look(int timeout_ms, enum fail2ban_state *state)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	struct fail2ban_options options = {
	    .socket = path,
	    .pidfile = "/nonexistent/pid",
	    .database = "/nonexistent/database",
	    .timeout_ms = timeout_ms,
	};
	struct err err = ERR_NULL;
	int r = fail2ban_read_wait(&tickets, state, &options, &err);

	ck_assert(r == 0 || err.text[0]);
	return r;
}

static const struct {
	const char *answer;
	size_t length;
	enum fail2ban_state state;
} rows[] = {
    {"nonsense" END, sizeof("nonsense" END) - 1, FAIL2BAN_UNREACHABLE},
    {"pong", 4, FAIL2BAN_UNREACHABLE}, /* hung up in the middle */
    {"", 0, FAIL2BAN_UNREACHABLE},
    {CUT, sizeof(CUT) - 1, FAIL2BAN_UNREACHABLE}, /* an end where it does not end */
    {SHUTDOWN, sizeof(SHUTDOWN) - 1, FAIL2BAN_STOPPING},
    {PONG, sizeof(PONG) - 1, FAIL2BAN_RUNNING}, /* an answer, to another question */
};

/* What is no answer leaves the tickets unknown, never empty. */
START_TEST(understands)
{
	struct server server = {.answer = rows[_i].answer, .length = rows[_i].length};
	enum fail2ban_state state;

	server.fd = listen_there();
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, &server), 0);
	ck_assert_int_eq(look(5000, &state), FAIL2BAN_E_UNKNOWN);
	ck_assert_int_eq(state, rows[_i].state);
	pthread_join(server.thread, NULL);
	ck_assert_str_eq(server.request, "(Vstatus\nl." END);
	close(server.fd);
	remove_folder();
}
END_TEST

/* Endless bytes that never end an answer must not be waited for, nor collected, for ever. */
START_TEST(bounds_the_answer)
{
	static char endless[1 << 20];
	struct server server = {.answer = endless, .length = sizeof(endless)};
	enum fail2ban_state state;

	memset(endless, 'x', sizeof(endless));
	server.fd = listen_there();
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, &server), 0);
	ck_assert_int_eq(look(5000, &state), FAIL2BAN_E_UNKNOWN);
	ck_assert_int_eq(state, FAIL2BAN_UNREACHABLE);
	pthread_join(server.thread, NULL);
	close(server.fd);
	remove_folder();
}
END_TEST

START_TEST(waits_for_a_bounded_time)
{
	int fd = listen_there(); /* nobody accepts */
	enum fail2ban_state state;

	/* at the third the backlog is full: connect() itself has to wait */
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(look(50, &state), FAIL2BAN_E_UNKNOWN);
		ck_assert_int_eq(state, FAIL2BAN_UNREACHABLE);
	}
	close(fd);
	/* as kill -9 leaves it */
	ck_assert_int_eq(look(50, &state), FAIL2BAN_E_UNKNOWN);
	ck_assert_int_eq(state, FAIL2BAN_CRASHED);
	remove_folder();
	ck_assert_int_eq(look(50, &state), FAIL2BAN_E_UNKNOWN);
	ck_assert_int_eq(state, FAIL2BAN_STOPPED);
}
END_TEST

START_TEST(refuses_long_paths)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	struct fail2ban_options options = {0};
	enum fail2ban_state state;
	struct err err = ERR_NULL;
	char endless[512];

	memset(endless, '/', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	options.socket = endless;
	ck_assert_int_eq(fail2ban_read_wait(&tickets, &state, &options, &err), FAIL2BAN_E_UNKNOWN);
	ck_assert_int_eq(state, FAIL2BAN_UNKNOWN);
	ck_assert_str_eq(fail2ban_state_name(FAIL2BAN_UNKNOWN), "unknown");
}
END_TEST

static char told[16]; /* who was, one letter each */

static void on_state(enum fail2ban_state from, enum fail2ban_state to, void *userdata)
{
	ck_assert(from != to);
	strncat(told, userdata, 1);
}

static void on_change(void *userdata)
{
	(void)userdata;
}

static void await(struct loop *loop, struct fail2ban *fail2ban, enum fail2ban_state state)
{
	for (int tries = 0; tries < 500 && fail2ban_state(fail2ban) != state; tries++)
		ck_assert_int_eq(loop_run_until(loop, clock_monotonic_ms() + 10, NULL),
		                 LOOP_E_DEADLINE);
	ck_assert_int_eq(fail2ban_state(fail2ban), state);
}

/* Each of them, in the order in which they came, and none that has left. */
START_TEST(tells_its_followers)
{
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_fail2ban_ struct fail2ban *fail2ban = NULL;
	struct fail2ban_follower one = {.on_state = on_state, .userdata = (char[]){"1"}},
	                         two = {.on_state = on_state,
	                                .on_change = on_change,
	                                .userdata = (char[]){"2"}};
	struct fail2ban_options options = {
	    .socket = path, .pidfile = "/nonexistent/pid", .database = "/nonexistent/database"};
	char away[80];

	close(listen_there()); /* as kill -9 leaves it; and it is not there at first */
	snprintf(away, sizeof(away), "%s.away", path);
	ck_assert_int_eq(rename(path, away), 0);
	ck_assert_int_eq(loop_new(&loop), 0);
	ck_assert_int_eq(fail2ban_new(&fail2ban, loop, &options), 0);
	fail2ban_follow(fail2ban, &one);
	fail2ban_follow(fail2ban, &two);
	await(loop, fail2ban, FAIL2BAN_STOPPED);
	ck_assert_str_eq(told, "12");
	fail2ban_unfollow(fail2ban, &one);
	fail2ban_unfollow(fail2ban, &one);
	ck_assert_int_eq(rename(away, path), 0);
	await(loop, fail2ban, FAIL2BAN_CRASHED);
	ck_assert_str_eq(told, "122");
	/* of one that does not run nothing is known, and now is when it may begin */
	ck_assert_int_le(clock_monotonic_us() - fail2ban_began_us(fail2ban), 1000000);
	remove_folder();
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
	tcase_add_test(tcase, tells_its_followers);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
