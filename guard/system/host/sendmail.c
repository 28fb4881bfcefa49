// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/sendmail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guard/system/host/clock.h"

#define LOOK_MS 20

/*
 * Its input is one end of a socket pair: other than to a pipe, one can write to it
 * without a signal when nobody reads any more.
 */
static int start(pid_t *pid, int *input, const char *path, struct err *err)
{
	/* arrays, since posix_spawn() takes strings that could be written to */
	static char name[] = "sendmail", from_headers[] = "-t", dots[] = "-oi";
	static char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *arguments[] = {name, from_headers, dots, NULL};
	char *environment[] = {search, locale, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], r;

	if (access(path, X_OK) < 0)
		return err_set(err, SENDMAIL_E_ABSENT, "%s: %s", path, strerror(errno));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	r = -posix_spawn_file_actions_init(&actions);
	if (r == 0) {
		r = -posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
		if (r == 0)
			r = -posix_spawn(pid, path, &actions, NULL, arguments, environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[0]);
	if (r < 0) {
		close(ends[1]);
		return err_set(err, r, "%s: %s", path, strerror(-r));
	}
	*input = ends[1];
	return 0;
}

static int feed(int input, const char *message, int64_t deadline_ms)
{
	size_t left = strlen(message);

	while (left > 0) {
		struct pollfd wait = {.fd = input, .events = POLLOUT};
		int64_t time_ms = deadline_ms - clock_monotonic_ms();
		ssize_t n;

		if (time_ms <= 0 || poll(&wait, 1, (int)time_ms) == 0)
			return SENDMAIL_E_TIMEOUT;
		n = send(input, message, left, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EPIPE)
			return 0; /* how it ended says more */
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			message += n;
			left -= (size_t)n;
		}
	}
	return 0;
}

static int await_end(pid_t pid, int64_t deadline_ms, struct err *err)
{
	int status;

	for (;;) {
		struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			break;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (clock_monotonic_ms() >= deadline_ms)
			return SENDMAIL_E_TIMEOUT;
		nanosleep(&pause, NULL);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_set(err, SENDMAIL_E_REFUSED, "sendmail ended with %s %d",
	               WIFEXITED(status) ? "status" : "signal",
	               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

/**
 * sendmail_send() - hand over one message
 * @path:    of the program; it gets "-t -oi" and no argument of anybody's
 * @message: with all its headers; whom it goes to stands in them
 *
 * It is the mailer's from then on: what becomes of it is not known here.
 *
 * Return: 0; SENDMAIL_E_*; negative errno.
 */
int sendmail_send(const char *path, const char *message, int timeout_ms, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	pid_t pid = 0;
	int input = -1;
	int r = start(&pid, &input, path, err);

	if (r != 0)
		return r;
	r = feed(input, message, deadline_ms);
	close(input);
	if (r == 0)
		r = await_end(pid, deadline_ms, err);
	if (r == SENDMAIL_E_TIMEOUT || r < 0) {
		kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	if (r == SENDMAIL_E_TIMEOUT)
		return err_set(err, r, "%s: no end within %d s", path, timeout_ms / 1000);
	return r;
}
