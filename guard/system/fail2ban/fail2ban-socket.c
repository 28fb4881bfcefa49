// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define END              "<F2B_END_COMMAND>"
#define END_LENGTH       (sizeof(END) - 1)
#define CONNECT_AGAIN_MS 10
#define ROOM             65536
#define READS_AT_ONCE    64
#define UNFINISHED_MAX   64

struct fail2ban_socket {
	struct loop *loop;
	struct sockaddr_un address;
	int timeout_ms;
	fail2ban_socket_fn fn;
	void *userdata;
	int fd;
	int64_t pid;
	bool connected, asking;
	struct loop_source *io, *deadline, *again;
	char *question; /* owned; with its end */
	size_t question_length, sent;
	char *answer; /* owned */
	size_t length, capacity;
	unsigned n_unfinished; /* ends seen in the middle of an answer */
};

static void hang_up(struct fail2ban_socket *s)
{
	loop_remove(s->io);
	s->io = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->connected = false;
}

static void stop_asking(struct fail2ban_socket *s)
{
	s->asking = false;
	loop_timer_stop(s->deadline);
	loop_timer_stop(s->again);
	if (s->io)
		loop_io_set_events(s->io, 0);
}

/* The last thing that is done with the socket in a callback: @fn may free it. */
static void answer(struct fail2ban_socket *s, int result, const struct fail2ban_reply *reply,
                   const struct err *err)
{
	stop_asking(s);
	if (result < 0)
		hang_up(s);
	s->fn(result, reply, err, s->userdata);
}

static void failed(struct fail2ban_socket *s, int r, const char *what)
{
	struct err err = ERR_NULL;

	err_set(&err, r, "%s: %s", s->address.sun_path, what ? what : strerror(-r));
	answer(s, r, NULL, &err);
}

/* --- the answer -------------------------------------------------------------------------- */

static bool ends_here(const struct fail2ban_socket *s)
{
	return s->length >= END_LENGTH &&
	       memcmp(s->answer + s->length - END_LENGTH, END, END_LENGTH) == 0;
}

/* Return: true when that was an answer, be it a bad one, and the socket may be gone. */
static bool understand(struct fail2ban_socket *s)
{
	_cleanup_fail2ban_reply_ struct fail2ban_reply reply = FAIL2BAN_REPLY_NULL;
	_cleanup_free_ char *bytes = NULL;
	struct err err = ERR_NULL;
	int r;

	if (!ends_here(s))
		return false;
	r = fail2ban_reply_read(&reply, s->answer, s->length - END_LENGTH, &err);
	/* somebody got the end mark into a value */
	if (r == FAIL2BAN_REPLY_E_TRUNCATED && ++s->n_unfinished < UNFINISHED_MAX)
		return false;
	if (r == FAIL2BAN_REPLY_E_TRUNCATED || r == FAIL2BAN_REPLY_E_MALFORMED) {
		err_prefix(&err, r, "%s: not understood", s->address.sun_path);
		r = -EBADMSG;
	}
	bytes = steal(s->answer); /* the reply's strings lie in it */
	s->capacity = s->length = 0;
	answer(s, r, r == 0 ? &reply : NULL, &err);
	return true;
}

/* Return: bytes read; 0: none now; negative: the socket may be gone. */
static ssize_t receive(struct fail2ban_socket *s)
{
	ssize_t n;

	if (s->length + ROOM > FAIL2BAN_SOCKET_ANSWER_MAX) {
		failed(s, -EBADMSG, "endless answer");
		return -1;
	}
	if (grow(&s->answer, &s->capacity, s->length + ROOM, 1) < 0) {
		failed(s, -ENOMEM, NULL);
		return -1;
	}
	n = recv(s->fd, s->answer + s->length, ROOM, MSG_DONTWAIT);
	if (n > 0)
		s->length += (size_t)n;
	else if (n == 0)
		failed(s, -EPIPE, "hung up");
	else if (errno != EAGAIN && errno != EINTR)
		failed(s, -errno, NULL);
	else
		return 0;
	return n > 0 ? n : -1;
}

static void receive_some(struct fail2ban_socket *s)
{
	for (unsigned i = 0; i < READS_AT_ONCE; i++) {
		ssize_t n = receive(s);

		if (n < 0)
			return;
		/* an end is looked for when there is no more for now, not at each piece */
		if (n < ROOM) {
			(void)understand(s);
			return;
		}
	}
}

static void send_some(struct fail2ban_socket *s)
{
	ssize_t n = send(s->fd, s->question + s->sent, s->question_length - s->sent,
	                 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		failed(s, -errno, NULL);
		return;
	}
	if (n > 0)
		s->sent += (size_t)n;
	loop_io_set_events(s->io, s->sent < s->question_length ? LOOP_WRITE : LOOP_READ);
}

static void on_io(int fd _unused_, unsigned events _unused_, void *userdata)
{
	struct fail2ban_socket *s = userdata;

	if (!s->asking)
		hang_up(s);
	else if (s->sent < s->question_length)
		send_some(s);
	else
		receive_some(s);
}

/* --- the connection ---------------------------------------------------------------------- */

/* As of the listening socket: who called listen(). */
static void ask_for_pid(struct fail2ban_socket *s)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	s->pid = 0;
	if (getsockopt(s->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.pid > 0)
		s->pid = peer.pid;
}

static int open_socket(struct fail2ban_socket *s)
{
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return s->fd < 0 ? -errno : 0;
}

/* Return: 0; -EAGAIN: the backlog is full; another negative errno. */
static int try_to_connect(struct fail2ban_socket *s)
{
	int r = s->fd < 0 ? open_socket(s) : 0;

	if (r < 0)
		return r;
	if (connect(s->fd, (const struct sockaddr *)&s->address, sizeof(s->address)) < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	r = loop_add_io(s->loop, &s->io, s->fd, LOOP_WRITE, on_io, s);
	if (r < 0)
		return r;
	s->connected = true;
	ask_for_pid(s);
	return 0;
}

static void on_again(void *userdata)
{
	struct fail2ban_socket *s = userdata;
	int r = 0;

	if (!s->connected)
		r = try_to_connect(s);
	else
		loop_io_set_events(s->io, LOOP_WRITE);
	if (r == -EAGAIN)
		loop_timer_set(s->again, CONNECT_AGAIN_MS);
	else if (r < 0)
		failed(s, r, NULL);
}

static void on_deadline(void *userdata)
{
	failed(userdata, -ETIMEDOUT, "no answer in time");
}

/**
 * fail2ban_socket_new() - get ready to ask; connects with the first question
 * @out:        written on success alone; release with fail2ban_socket_free()
 * @timeout_ms: for each question, with what it takes to connect
 * @fn:         called with each answer
 *
 * Return: 0; -ENAMETOOLONG; -ENOMEM.
 */
int fail2ban_socket_new(struct fail2ban_socket **out, struct loop *loop, const char *path,
                        int timeout_ms, fail2ban_socket_fn fn, void *userdata)
{
	_cleanup_(fail2ban_socket_cleanup) struct fail2ban_socket *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = -1;
	s->loop = loop;
	s->timeout_ms = timeout_ms;
	s->fn = fn;
	s->userdata = userdata;
	s->address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(s->address.sun_path))
		return -ENAMETOOLONG;
	strcpy(s->address.sun_path, path);
	r = loop_add_timer(loop, &s->deadline, on_deadline, s);
	if (r == 0)
		r = loop_add_timer(loop, &s->again, on_again, s);
	if (r < 0)
		return r;
	*out = steal(s);
	return 0;
}

/** fail2ban_socket_free() - hang up; a question under way is not answered any more */
void fail2ban_socket_free(struct fail2ban_socket *s)
{
	if (!s)
		return;
	hang_up(s);
	loop_remove(s->deadline);
	loop_remove(s->again);
	free(s->question);
	free(s->answer);
	free(s);
}

/**
 * fail2ban_socket_ask() - send a question; when the one before has been answered
 * @words: borrowed; {"get", "dovecot", "actions"}
 *
 * The callback comes from the loop, also when nobody is there to be asked.
 *
 * Return: 0; -EINVAL for words that are no UTF-8; -EBUSY; -ENOMEM.
 */
int fail2ban_socket_ask(struct fail2ban_socket *s, const char *const *words, size_t n)
{
	_cleanup_free_ char *pickle = NULL;
	char *question;
	int r = s->asking ? -EBUSY : pickle_write_strings(&pickle, words, n);

	if (r == 0)
		r = xasprintf(&question, "%s%s", pickle, END);
	if (r < 0)
		return r;
	free(s->question);
	s->question = question;
	s->question_length = strlen(question);
	s->sent = s->length = 0;
	s->n_unfinished = 0;
	s->asking = true;
	loop_timer_set(s->deadline, s->timeout_ms);
	loop_timer_set(s->again, 0);
	return 0;
}

/** fail2ban_socket_pid() - of the server that answered last; 0: not known */
int64_t fail2ban_socket_pid(const struct fail2ban_socket *s)
{
	return s->pid;
}
