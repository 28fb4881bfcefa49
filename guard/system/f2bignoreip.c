// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/f2bignoreip.h"

#include <errno.h>
#include <string.h>

#include "guard/system/clock.h"
#include "guard/system/f2bsocket.h"
#include "guard/system/fail2ban.h"

struct f2bignoreip {
	struct f2bsocket *socket;
	f2bignoreip_fn fn;
	void *userdata;
	struct strv jails;
	size_t n_asked; /* of the jails */
	bool listed;    /* the jails are known */
	struct strv words;
};

static int ask(struct f2bignoreip *asking)
{
	const char *words[] = {"get", NULL, "ignoreip"};

	if (!asking->listed)
		return f2bsocket_ask(asking->socket, (const char *const[]){"status"}, 1);
	words[1] = asking->jails.strings[asking->n_asked++];
	return f2bsocket_ask(asking->socket, words, ARRAY_SIZE(words));
}

static void finish(struct f2bignoreip *asking, int r, const struct err *err)
{
	struct err own = ERR_NULL;

	if (r == -ENOENT || r == -ENOTDIR || r == -ECONNREFUSED || r == F2BREPLY_E_SHUTDOWN)
		r = F2BIGNOREIP_E_ABSENT;
	else if (r > 0)
		r = -EBADMSG;
	if (r < 0 && (!err || !err->text[0]))
		err_set(&own, r, "%s", strerror(-r));
	asking->fn(r, r == 0 ? &asking->words : NULL, own.text[0] ? &own : err, asking->userdata);
}

static int take(struct f2bignoreip *asking, int result, const struct f2breply *reply)
{
	struct err why = ERR_NULL;

	/* a jail that was stopped meanwhile ignores nobody */
	if (asking->listed && result == F2BREPLY_E_REFUSED)
		return 0;
	if (result != 0)
		return result;
	if (asking->listed)
		return f2breply_texts(&asking->words, reply);
	asking->listed = true;
	return f2breply_jails(&asking->jails, reply, &why);
}

static void on_answer(int result, const struct f2breply *reply, const struct err *err,
                      void *userdata)
{
	struct f2bignoreip *asking = userdata;
	int r = take(asking, result, reply);

	if (r == 0 && asking->n_asked < asking->jails.n) {
		r = ask(asking);
		if (r == 0)
			return;
	}
	finish(asking, r, err);
}

/**
 * f2bignoreip_new() - ask
 * @out:         written on success alone; release with f2bignoreip_free()
 * @socket_path: borrowed; NULL: the default
 * @timeout_ms:  for each question
 *
 * Return: 0; negative errno.
 */
int f2bignoreip_new(struct f2bignoreip **out, struct loop *loop, const char *socket_path,
                    int timeout_ms, f2bignoreip_fn fn, void *userdata)
{
	_cleanup_(f2bignoreip_cleanup) struct f2bignoreip *asking = calloc(1, sizeof(*asking));
	int r;

	if (!asking)
		return -ENOMEM;
	asking->fn = fn;
	asking->userdata = userdata;
	r = f2bsocket_new(&asking->socket, loop,
	                  socket_path ? socket_path : FAIL2BAN_DEFAULT_SOCKET, timeout_ms,
	                  on_answer, asking);
	if (r == 0)
		r = ask(asking);
	if (r < 0)
		return r;
	*out = steal(asking);
	return 0;
}

/** f2bignoreip_free() - NULL is fine; an answer that has not come does not come any more */
void f2bignoreip_free(struct f2bignoreip *asking)
{
	if (!asking)
		return;
	f2bsocket_free(asking->socket);
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
 * f2bignoreip_wait() - ask, and wait for all of the answer
 * @out:        receives the words on success alone; the caller deinits it
 * @timeout_ms: for each question; all of it has three times as long
 *
 * Return: 0; F2BIGNOREIP_E_ABSENT; negative errno.
 */
int f2bignoreip_wait(struct strv *out, const char *socket_path, int timeout_ms, struct err *err)
{
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_(f2bignoreip_cleanup) struct f2bignoreip *asking = NULL;
	struct waiting waiting = {.out = out, .err = err};
	int code, r = loop_new(&loop);

	if (r < 0)
		return r;
	waiting.loop = loop;
	r = f2bignoreip_new(&asking, loop, socket_path, timeout_ms, on_waited, &waiting);
	if (r == 0)
		r = loop_run_until(loop, clock_monotonic_ms() + 3 * timeout_ms, &code);
	if (r == LOOP_E_DEADLINE)
		return err_set(err, -ETIMEDOUT, "no answer in time");
	return r < 0 ? r : waiting.result;
}
