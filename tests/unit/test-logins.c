// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/logins.h"

#include "tests/unit/store-fixture.h"

#define ADDRESSES 3001 /* prime, so that steps of it come to each */
#define ROUNDS    5

static struct journal journal;

static void login(struct logins *learned, unsigned address, unsigned second)
{
	char line[256];
	int length = snprintf(line, sizeof(line),
	                      "2026-11-21T20:34:%02u+00:00 mx dovecot: imap-login: Login: "
	                      "user=<u>, method=PLAIN, rip=10.0.%u.%u, lip=192.0.2.1, mpid=1, "
	                      "TLS, session=<x>",
	                      second, address >> 8, address & 255);

	ck_assert_int_eq(
	    logins_line(learned, &journal, line, (size_t)length, INT64_C(1795305600000000)), 0);
}

struct seen {
	size_t n;
	int64_t last_seen_us;
};

static int look(const struct store_client_range *range, void *userdata)
{
	struct seen *seen = userdata;

	ck_assert_str_eq(range->source, "learned");
	ck_assert_int_eq(range->count, ROUNDS);
	if (!seen->n++)
		seen->last_seen_us = range->last_seen_us;
	ck_assert_int_eq(range->last_seen_us, seen->last_seen_us);
	return 0;
}

/* Each range once, with the number of its logins and the time of the latest. */
START_TEST(gathers_each_range_once)
{
	_cleanup_store_ struct store *store = NULL;
	struct logins learned = LOGINS_NULL;
	struct seen seen = {0};

	ck_ok(store_open(&store, fixture_dir, &fixture_writer, &err));
	for (unsigned i = 0; i < ROUNDS * ADDRESSES; i++)
		login(&learned, i * 1009 % ADDRESSES, 50 - i / ADDRESSES);
	ck_assert_uint_eq(learned.n_logins, ROUNDS * ADDRESSES);
	ck_ok(store_begin(store, &err));
	ck_ok(logins_put(&learned, store, &err));
	ck_ok(store_commit(store, &err));
	ck_assert_uint_eq(learned.n, ADDRESSES);
	for (size_t i = 1; i < learned.n; i++)
		ck_assert_int_lt(cidr_cmp(&learned.ranges[i - 1].cidr, &learned.ranges[i].cidr), 0);
	ck_ok(store_client_range_list(store, look, &seen, &err));
	ck_assert_uint_eq(seen.n, ADDRESSES);
	logins_clear(&learned);
	login(&learned, 1, 1);
	ck_assert_uint_eq(learned.n, 1);
	logins_deinit(&learned);
}
END_TEST

/* Behind a gateway is everybody: it is no client. */
START_TEST(gateways_teach_nothing)
{
	_cleanup_rangeset_ struct rangeset nobodys = RANGESET_NULL;
	struct logins learned = {.nobodys = &nobodys};
	struct cidr cidr;

	ck_assert_int_eq(cidr_parse(&cidr, "10.0.1.0/25", 0, NULL), 0);
	ck_assert_int_eq(rangeset_add(&nobodys, &cidr), 0);
	login(&learned, 256 + 1, 1);
	ck_assert_uint_eq(learned.n, 0);
	login(&learned, 256 + 129, 1);
	ck_assert_uint_eq(learned.n, 1);
	ck_assert_uint_eq(learned.n_logins, 1);
	logins_deinit(&learned);
}
END_TEST

/* What nobody known has written is told from what teaches nothing. */
START_TEST(knows_who_speaks)
{
	static const char *const lines[] = {
	    "2026-11-21 22:46:36 imap-login: Info: Disconnected (no auth attempts): rip=10.0.0.1",
	    "Nov 21 22:46:36 mx postfix/smtpd[1]: connect from unknown[10.0.0.1]",
	    "Nov 21 22:46:36 mx dovecot: master: Warning: Killed with signal 15",
	    "Nov 21 22:46:36 mx sshd[1]: Invalid user dovecot: imap-login: Login: from 10.0.0.1",
	    "2026-11-21 at 22:46:36 imap-login: Info: Login: user=<a>, rip=10.0.0.1",
	};
	struct logins learned = LOGINS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_int_eq(logins_line(&learned, &journal, lines[i], strlen(lines[i]),
		                             INT64_C(1795305600000000)),
		                 0);
	ck_assert_uint_eq(learned.n_lines, ARRAY_SIZE(lines));
	ck_assert_uint_eq(learned.n_known, 3);
	ck_assert_uint_eq(learned.n_logins, 0);
	logins_deinit(&learned);
}
END_TEST

#define ENTRY(program)                                                                             \
	"__CURSOR=s=0639;i=4ece7;b=6c7c\n__REALTIME_TIMESTAMP=1795301196500000\nPRIORITY=6\n"      \
	"SYSLOG_IDENTIFIER=" program "\n"
#define SAYS(what) "MESSAGE=imap-login: " what ", method=PLAIN, rip=10.0.0.1, lip=192.0.2.1"
#define TEXT(s)                                                                                    \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}

/* What journalctl -o export and -o json print; systemd.io/JOURNAL_EXPORT_FORMATS. */
static const struct {
	struct {
		const char *bytes;
		size_t length;
	} stream;
	unsigned n_logins;
} journals[] = {
    {TEXT(ENTRY("dovecot") SAYS("Login: user=<a>") "\n_PID=7\n\n"), 1},
    {TEXT(ENTRY("dovecot") SAYS("Login: user=<a>") "\n\n" ENTRY("dovecot")
              SAYS("Logged in: user=<b>") "\n\n"),
     2},
    {TEXT(ENTRY("postfix/smtps/smtpd") "MESSAGE=22E3B5AD: client=unknown[10.0.0.1], "
                                       "sasl_method=PLAIN, sasl_username=a\n\n"),
     1},
    {TEXT(ENTRY("dovecot") SAYS("Aborted login (auth failed, 1 attempts): user=<a>") "\n\n"), 0},
    /* another program, and what strangers had it say */
    {TEXT(ENTRY("sshd") SAYS("Login: user=<a>") "\n\n"), 0},
    {TEXT(ENTRY("sshd") "MESSAGE=Invalid user SYSLOG_IDENTIFIER=dovecot " SAYS(
         "Login: user=<a>") "\n\n"),
     0},
    /* twice is none */
    {TEXT(ENTRY("dovecot") SAYS("Login: user=<a>") "\n" SAYS("Login: user=<a>") "\n\n"), 0},
    {TEXT(ENTRY("sshd") "SYSLOG_IDENTIFIER=dovecot\n" SAYS("Login: user=<a>") "\n\n"), 0},
    /* nothing, before it ends */
    {TEXT(ENTRY("dovecot") SAYS("Login: user=<a>") "\n"), 0},
    /* a text with newlines in it, of 10 and of 20 bytes, and that imitates an entry */
    {TEXT(ENTRY("web") "MESSAGE\n\x0a\0\0\0\0\0\0\0"
                       "01234\n\n78\n\n\n" ENTRY("dovecot") SAYS("Login: user=<a>") "\n\n"),
     1},
    {TEXT(ENTRY("web") "MESSAGE\n\xff\0\0\0\0\0\0\0x\n\n" ENTRY("dovecot")
              SAYS("Login: user=<a>") "\n\n"),
     0},
    /* a length that is wrong: from there on nothing is known */
    {TEXT(ENTRY("web") "MESSAGE\n\x01\0\0\0\0\0\0\0abc\n\n" ENTRY("dovecot")
              SAYS("Login: user=<a>") "\n\n"),
     0},
    {TEXT(ENTRY("web") "MESSAGE\n\x01\0\0\0\0\0\0\x01\n\n" ENTRY("dovecot")
              SAYS("Login: user=<a>") "\n\n"),
     0},
    /* an export that does not begin with an entry */
    {TEXT("\n" ENTRY("dovecot") SAYS("Login: user=<a>") "\n\n"), 0},
    {TEXT("{\"__REALTIME_TIMESTAMP\":\"1795301196500000\",\"SYSLOG_IDENTIFIER\":\"dovecot\","
          "\"MESSAGE\":\"imap-login: Login: user=<a>, rip=10.0.0.1\",\"_PID\":\"7\"}\n"),
     1},
    {TEXT("{\"__REALTIME_TIMESTAMP\":\"1795301196500000\",\"SYSLOG_IDENTIFIER\":\"sshd\","
          "\"MESSAGE\":\"\\\",\\\"SYSLOG_IDENTIFIER\\\":\\\"dovecot\\\",imap-login: Login: "
          "user=<a>, "
          "rip=10.0.0.1\"}\n"),
     0},
    {TEXT("{\"__REALTIME_TIMESTAMP\":\"1795301196500000\",\"SYSLOG_IDENTIFIER\":\"sshd\","
          "\"SYSLOG_IDENTIFIER\":\"dovecot\",\"MESSAGE\":\"imap-login: Login: user=<a>, "
          "rip=10.0.0.1\"}\n"),
     0},
    {TEXT("{\"__REALTIME_TIMESTAMP\":\"soon\",\"SYSLOG_IDENTIFIER\":\"dovecot\","
          "\"MESSAGE\":\"imap-login: Login: user=<a>, rip=10.0.0.1\"}\n"),
     0},
    {TEXT("{\"__REALTIME_TIMESTAMP\":\"1795301196500000\",\"SYSLOG_IDENTIFIER\":[\"dovecot\","
          "\"x\"],\"MESSAGE\":\"imap-login: Login: user=<a>, rip=10.0.0.1\"}\n"),
     0},
};

struct stream {
	struct logins learned;
	struct journal journal;
	struct lines lines;
};

static void take_line(const char *line, size_t length, void *userdata)
{
	struct stream *stream = userdata;

	ck_assert_int_eq(logins_line(&stream->learned, &stream->journal, line, length,
	                             INT64_C(1795305600000000)),
	                 0);
}

START_TEST(reads_journals)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	lines_feed(&stream->lines, journals[_i].stream.bytes, journals[_i].stream.length, take_line,
	           stream);
	ck_assert_uint_eq(stream->learned.n_logins, journals[_i].n_logins);
	if (stream->learned.n)
		ck_assert_int_eq(stream->learned.ranges[0].last_seen_us, INT64_C(1795301196500000));
	logins_deinit(&stream->learned);
	free(stream);
}
END_TEST

/* Of a text with a length a line was too long to be read: what follows may be its rest. */
START_TEST(gives_up_an_export)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	static const char begin[] = ENTRY("web") "MESSAGE\n",
	                  end[] = "\n" ENTRY("dovecot") SAYS("Login: user=<a>") "\n\n";

	lines_feed(&stream->lines, begin, sizeof(begin) - 1, take_line, stream);
	journal_passed_over(&stream->journal);
	take_line("\x01\0\0\0\0\0\0\0x", 9, stream);
	lines_feed(&stream->lines, end, sizeof(end) - 1, take_line, stream);
	ck_assert_uint_eq(stream->learned.n_logins, 0);
	free(stream);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("logins");
	TCase *tcase = tcase_create("logins");

	tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
	tcase_add_test(tcase, gathers_each_range_once);
	tcase_add_test(tcase, gateways_teach_nothing);
	tcase_add_test(tcase, knows_who_speaks);
	tcase_add_loop_test(tcase, reads_journals, 0, ARRAY_SIZE(journals));
	tcase_add_test(tcase, gives_up_an_export);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
