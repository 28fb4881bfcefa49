// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/fail2ban-reply.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t length;
	int result;
} replies[] = {
    {BYTES("\x80\x05K\0\x8c\x04pong\x86."), 0},
    {BYTES("\x80\x05K\0N\x86."), 0}, /* `get dbfile` of one that has no database */
    {BYTES("\x80\x05K\x01\x8c\x01x\x86."), FAIL2BAN_REPLY_E_REFUSED},
    {BYTES("\x80\x05]\x8c\x08SHUTDOWNa."), FAIL2BAN_REPLY_E_SHUTDOWN},
    {BYTES("\x80\x05\x8c\x05"
           "ERROR."),
     FAIL2BAN_REPLY_E_MALFORMED},
    {BYTES("\x80\x05K\0\x8c\x04po"), FAIL2BAN_REPLY_E_TRUNCATED},
    {BYTES("\x80\x05K\0\x85."), FAIL2BAN_REPLY_E_MALFORMED},
    {BYTES("\x80\x05K\0NN\x87."), FAIL2BAN_REPLY_E_MALFORMED},
    {BYTES("\x80\x05NN\x86."), FAIL2BAN_REPLY_E_MALFORMED},
    {BYTES("\x80\x05](K\0Ne."), FAIL2BAN_REPLY_E_MALFORMED},
    {BYTES("nonsense"), FAIL2BAN_REPLY_E_MALFORMED},
};

START_TEST(tells_answers_apart)
{
	_cleanup_fail2ban_reply_ struct fail2ban_reply reply = FAIL2BAN_REPLY_NULL;
	struct err err = ERR_NULL;

	ck_assert_int_eq(fail2ban_reply_read(&reply, replies[_i].bytes, replies[_i].length, &err),
	                 replies[_i].result);
	ck_assert(replies[_i].result == 0 || err.text[0]);
}
END_TEST

/* What `status` answers, with @number of jails and their list. */
static int read_jails(struct strv *out, const char *number, const char *list)
{
	_cleanup_fail2ban_reply_ struct fail2ban_reply reply = FAIL2BAN_REPLY_NULL;
	char bytes[256];
	int n = snprintf(bytes, sizeof(bytes),
	                 "%c%c(K%c](X%c%c%c%cNumber of jail%s\x86X%c%c%c%cJail list%s\x86"
	                 "et.",
	                 0x80, 5, 0, 14, 0, 0, 0, number, 9, 0, 0, 0, list);

	ck_assert_int_eq(fail2ban_reply_read(&reply, bytes, (size_t)n, NULL), 0);
	return fail2ban_reply_jails(out, &reply, NULL);
}

static const struct {
	const char *number, *list;
	int result;
	size_t n;
} jails[] = {
    {"K\x02",
     "\x8c\x0d"
     "dovecot, sshd",
     0, 2},
    {"K\x01",
     "\x8c\x04"
     "sshd",
     0, 1},
    {"K\x02",
     "\x8c\x04"
     "sshd",
     FAIL2BAN_REPLY_E_MALFORMED, 0},
    /* a jail may be called "a, b" */
    {"K\x01",
     "\x8c\x04"
     "a, b",
     FAIL2BAN_REPLY_E_MALFORMED, 0},
    {"N",
     "\x8c\x04"
     "sshd",
     FAIL2BAN_REPLY_E_MALFORMED, 0},
    {"K\x01", "N", FAIL2BAN_REPLY_E_MALFORMED, 0},
};

START_TEST(reads_jails)
{
	_cleanup_strv_ struct strv names = STRV_NULL;

	ck_assert_int_eq(read_jails(&names, jails[_i].number, jails[_i].list), jails[_i].result);
	if (jails[_i].result == 0)
		ck_assert_uint_eq(names.n, jails[_i].n);
}
END_TEST

static const struct {
	const char *line, *address;
	int64_t from_s, until_s, bantime_s;
} bans[] = {
    {"192.0.2.11 \t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21", "192.0.2.11", 1795290381,
     1795293981, 3600},
    {"2001:db8::/64 \t2026-11-21 19:46:21 + -1 = 9999-12-31 23:59:59", "2001:db8::/64", 1795290381,
     0, -1},
    {"a b \t2024-02-29 00:00:00 + 0 = 2024-02-29 00:00:00", "a b", 1709164800, 1709164800, 0},
    {"1970 \t1970-01-01 00:00:00 + 1 = 1970-01-01 00:00:01", "1970", 0, 1, 1},
    /* whoever chooses what is banned may choose a line like this one */
    {"192.0.2.1 \t2026-11-21 19:46:21 + 1 = 2026-11-21 19:46:22\n"
     "x \t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21",
     "192.0.2.1 \t2026-11-21 19:46:21 + 1 = 2026-11-21 19:46:22\nx", 1795290381, 1795293981, 3600},
    {"192.0.2.11", NULL, 0, 0, 0},
    {"", NULL, 0, 0, 0},
    {" \t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x\t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 + 36OO = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 +  = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 + - = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 + 99999999999999999999999 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 + 9223372036854775807 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-13-21 19:46:21 + 3600 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-02-29 19:46:21 + 3600 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 24:46:21 + 3600 = 2026-11-21 20:46:21", NULL, 0, 0, 0},
    {"x \t2026-11-21 19:46:21 + 3600 = 2026-11-21 20:46:21 ", NULL, 0, 0, 0},
};

START_TEST(reads_bans)
{
	struct fail2ban_reply_ban ban;
	int r = fail2ban_reply_ban_line(&ban, bans[_i].line, strlen(bans[_i].line));

	ck_assert_int_eq(r, bans[_i].address ? 0 : FAIL2BAN_REPLY_E_MALFORMED);
	if (r != 0)
		return;
	ck_assert_uint_eq(ban.length, strlen(bans[_i].address));
	ck_assert(memcmp(ban.address, bans[_i].address, ban.length) == 0);
	ck_assert_int_eq(ban.from_s, bans[_i].from_s);
	ck_assert_int_eq(ban.until_s, bans[_i].until_s);
	ck_assert_int_eq(ban.bantime_s, bans[_i].bantime_s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fail2ban_reply");
	TCase *tcase = tcase_create("fail2ban_reply");

	tcase_add_loop_test(tcase, tells_answers_apart, 0, ARRAY_SIZE(replies));
	tcase_add_loop_test(tcase, reads_jails, 0, ARRAY_SIZE(jails));
	tcase_add_loop_test(tcase, reads_bans, 0, ARRAY_SIZE(bans));
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
