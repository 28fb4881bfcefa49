// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-ignoreip.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban-socket.h"
#include "guard/system/fail2ban/fail2ban.h"

struct fail2ban_ignoreip {
	struct fail2ban_socket *socket;
	fail2ban_ignoreip_fn fn;
	void *userdata;
	struct strv jails;
	size_t n_asked; /* of the jails */
	bool listed;    /* the jails are known */
	struct strv words;
};

static int ask(struct fail2ban_ignoreip *asking)
{
	const char *words[] = {"get", NULL, "ignoreip"};

	if (!asking->listed)
		return fail2ban_socket_ask(asking->socket, (const char *const[]){"status"}, 1);
	words[1] = asking->jails.strings[asking->n_asked++];
	return fail2ban_socket_ask(asking->socket, words, ARRAY_SIZE(words));
}

static void finish(struct fail2ban_ignoreip *asking, int r, const struct err *err)
{
	struct err own = ERR_NULL;

	if (r == -ENOENT || r == -ENOTDIR || r == -ECONNREFUSED || r == FAIL2BAN_REPLY_E_SHUTDOWN)
		r = FAIL2BAN_IGNOREIP_E_ABSENT;
	else if (r > 0)
		r = -EBADMSG;
	if (r < 0 && (!err || !err->text[0]))
		err_set(&own, r, "%s", strerror(-r));
	asking->fn(r, r == 0 ? &asking->words : NULL, own.text[0] ? &own : err, asking->userdata);
}

static int take(struct fail2ban_ignoreip *asking, int result, const struct fail2ban_reply *reply)
{
	struct err why = ERR_NULL;

	/* a jail that was stopped meanwhile ignores nobody */
	if (asking->listed && result == FAIL2BAN_REPLY_E_REFUSED)
		return 0;
	if (result != 0)
		return result;
	if (asking->listed)
		return fail2ban_reply_texts(&asking->words, reply);
	asking->listed = true;
	return fail2ban_reply_jails(&asking->jails, reply, &why);
}

static void on_answer(int result, const struct fail2ban_reply *reply, const struct err *err,
                      void *userdata)
{
	struct fail2ban_ignoreip *asking = userdata;
	int r = take(asking, result, reply);

	if (r == 0 && asking->n_asked < asking->jails.n) {
		r = ask(asking);
		if (r == 0)
			return;
	}
	finish(asking, r, err);
}

/**
 * fail2ban_ignoreip_new() - ask
 * @out:         written on success alone; release with fail2ban_ignoreip_free()
 * @socket_path: borrowed; NULL: the default
 * @timeout_ms:  for each question
 *
 * Return: 0; negative errno.
 */
int fail2ban_ignoreip_new(struct fail2ban_ignoreip **out, struct loop *loop,
                          const char *socket_path, int timeout_ms, fail2ban_ignoreip_fn fn,
                          void *userdata)
{
	_cleanup_(fail2ban_ignoreip_cleanup) struct fail2ban_ignoreip *asking =
	    calloc(1, sizeof(*asking));
	int r;

	if (!asking)
		return -ENOMEM;
	asking->fn = fn;
	asking->userdata = userdata;
	r = fail2ban_socket_new(&asking->socket, loop,
	                        socket_path ? socket_path : FAIL2BAN_DEFAULT_SOCKET, timeout_ms,
	                        on_answer, asking);
	if (r == 0)
		r = ask(asking);
	if (r < 0)
		return r;
	*out = steal(asking);
	return 0;
}

/** fail2ban_ignoreip_free() - NULL is fine; an answer that has not come does not come any more */
void fail2ban_ignoreip_free(struct fail2ban_ignoreip *asking)
{
	if (!asking)
		return;
	fail2ban_socket_free(asking->socket);
	strv_deinit(&asking->jails);
	strv_deinit(&asking->words);
	free(asking);
}

struct waiting {
	struct loop *loop;
	struct strv *out;
	struct err *err;
	int result;
};

static void on_waited(int result, const struct strv *words, const struct err *err, void *userdata)
{
	struct waiting *waiting = userdata;

	waiting->result = result;
	if (result == 0)
		waiting->result = strv_copy(waiting->out, words);
	else if (err && waiting->err)
		*waiting->err = *err;
	loop_exit(waiting->loop, 0);
}

/**
 * fail2ban_ignoreip_wait() - ask, and wait for all of the answer
 * @out:        receives the words on success alone; the caller deinits it
 * @timeout_ms: for each question; all of it has three times as long
 *
 * Return: 0; FAIL2BAN_IGNOREIP_E_ABSENT; negative errno.
 */
int fail2ban_ignoreip_wait(struct strv *out, const char *socket_path, int timeout_ms,
                           struct err *err)
{
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_(fail2ban_ignoreip_cleanup) struct fail2ban_ignoreip *asking = NULL;
	struct waiting waiting = {.out = out, .err = err};
	int code, r = loop_new(&loop);

	if (r < 0)
		return r;
	waiting.loop = loop;
	r = fail2ban_ignoreip_new(&asking, loop, socket_path, timeout_ms, on_waited, &waiting);
	if (r == 0)
		r = loop_run_until(loop, clock_monotonic_ms() + 3 * timeout_ms, &code);
	if (r == LOOP_E_DEADLINE)
		return err_set(err, -ETIMEDOUT, "no answer in time");
	return r < 0 ? r : waiting.result;
}
