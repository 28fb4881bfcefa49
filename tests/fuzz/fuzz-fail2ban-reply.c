// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/ban/fail2ban-reply.c guard/base/pickle.c
#include "guard/model/ban/fail2ban-reply.h"
#include "guard/model/ban/jailaction.h"

#include "tests/fuzz/fuzz.h"

static void try_ban(const char *line, size_t length)
{
	struct fail2ban_reply_ban ban;

	if (fail2ban_reply_ban_line(&ban, line, length) != 0)
		return;
	FUZZ_CHECK(ban.address == line && ban.length > 0 && ban.length < length);
	FUZZ_CHECK(ban.bantime_s >= -1 && (ban.bantime_s >= 0 || ban.until_s == 0));
	FUZZ_CHECK(memcmp(line + ban.length, " \t", 2) == 0);
}

static void try_bans(const struct fail2ban_reply *reply)
{
	struct pickle_iterator iterator = pickle_iterate(&reply->pickle, reply->value);
	struct fail2ban_reply_ban ban;
	size_t value, n = 0, length;

	while (pickle_next(&iterator, &value)) {
		const char *line = pickle_string(&reply->pickle, value, &length);

		n++;
		FUZZ_CHECK(line ||
		           fail2ban_reply_ban(&ban, reply, value) == FAIL2BAN_REPLY_E_MALFORMED);
		if (line)
			try_ban(line, length);
	}
	FUZZ_CHECK(n == pickle_count(&reply->pickle, reply->value));
}

static void try_reply(const uint8_t *data, size_t size)
{
	_cleanup_fail2ban_reply_ struct fail2ban_reply reply = FAIL2BAN_REPLY_NULL;
	_cleanup_strv_ struct strv texts = STRV_NULL, jails = STRV_NULL;
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_NULL;
	int r = fail2ban_reply_read(&reply, data, size, &err);

	if (r != 0) {
		FUZZ_CHECK(r > 0 && err.text[0] && !reply.pickle.values);
		return;
	}
	try_bans(&reply);
	if (fail2ban_reply_text(&text, &reply) == 0 && text)
		FUZZ_CHECK(strlen(text) <= size + 24);
	FUZZ_CHECK(fail2ban_reply_texts(&texts, &reply) >= 0);
	if (fail2ban_reply_jails(&jails, &reply, &err) == 0)
		for (size_t i = 0; i < jails.n; i++)
			FUZZ_CHECK(!strstr(jails.strings[i], ", "));
}

/* What one question is written as is a text of a few characters, whatever is asked for. */
static void try_text(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size), *zone = NULL, *question = NULL;
	const char *const words[] = {"get", text};

	FUZZ_CHECK(jailaction_classify(text, text) < JAIL_ACTION_N_KINDS);
	FUZZ_CHECK(jailaction_zone(&zone, text) == 0);
	if (pickle_write_strings(&question, words, 2) == 0)
		for (const char *c = question; *c; c++)
			FUZZ_CHECK(*c == '\n' || (*c >= ' ' && *c < 0x7f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_reply(data, size);
	try_ban((const char *)data, size);
	try_text(data, size);
	return 0;
}
