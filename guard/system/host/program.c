// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/system/host/clock.h"

/* 0 at its end, 1 when there may be more, or negative errno. */
static int read_some(int fd, struct program_output *output, size_t max)
{
	ssize_t n;
	int r = grow(&output->text, &output->capacity, output->n + 65536, 1);

	if (r < 0)
		return r;
	if (output->n > max)
		return -EFBIG;
	n = read(fd, output->text + output->n, output->capacity - output->n - 1);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	output->n += (size_t)n;
	output->text[output->n] = '\0';
	return n > 0;
}

static int read_all(int fd, struct program_output *output, const struct program *program)
{
	int64_t deadline_ms = clock_monotonic_ms() + program->timeout_ms;
	int r = 1;

	while (r == 1) {
		struct pollfd waiting = {.fd = fd, .events = POLLIN};
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(&waiting, 1, (int)left_ms) > 0)
			r = read_some(fd, output, program->max);
	}
	return r;
}

static int spawn(pid_t *pid, int end, const struct program *program)
{
	static char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C.UTF-8";
	char *const environment[] = {search, locale, NULL};
	posix_spawn_file_actions_t actions;
	int r = -ENOENT;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, end, 1) != 0 ||
	    (program->errors
	         ? posix_spawn_file_actions_adddup2(&actions, end, 2)
	         : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)) != 0)
		r = -ENOMEM;
	for (size_t i = 0; program->places[i] && r == -ENOENT; i++)
		r = -posix_spawn(pid, program->places[i], &actions, NULL, program->arguments,
		                 environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

/**
 * program_read() - run a program and wait for its end
 * @out: receives what it printed and how it ended; the caller deinits it; untouched on failure
 *
 * Return: 0, whatever its status; -ENOENT: it is nowhere; -ETIMEDOUT and -EFBIG: it was ended;
 * other negative errno.
 */
int program_read(struct program_output *out, const struct program *program)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	int ends[2], status = 0, r;
	pid_t pid = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = spawn(&pid, ends[1], program);
	(void)close(ends[1]);
	if (r != 0) {
		(void)close(ends[0]);
		return r;
	}
	r = read_all(ends[0], &output, program);
	(void)close(ends[0]);
	if (r != 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r != 0)
		return r;
	output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	*out = output;
	output = PROGRAM_OUTPUT_NULL;
	return 0;
}

/** program_output_deinit() - free what was printed; may be called twice */
void program_output_deinit(struct program_output *output)
{
	free(output->text);
	*output = PROGRAM_OUTPUT_NULL;
}
