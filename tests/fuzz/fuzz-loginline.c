// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/mail/loginline.c guard/model/mail/logtime.c guard/model/mail/journal.c
/*
 * The input as a line, and as what a stranger chose within lines of Dovecot and
 * Postfix: whatever it is, nobody but the client that logged in is learned.
 */
#include "guard/model/mail/loginline.h"

#include "guard/base/lines.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1795305600000000)

static int64_t same(int64_t s)
{
	return s;
}

#define AGAIN "\1"

static const struct {
	const char *before, *after; /* in which AGAIN stands for the same text once more */
	bool success; /* then the client, 192.0.2.1, may be learned; otherwise nobody */
} frames[] = {
    {"2026-11-21T22:46:36Z mx dovecot: imap-login: Login: user=<",
     ">, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1, mpid=49, TLS, session=<cgpB9tFgBar>", true},
    {"Nov 21 22:46:36 mx dovecot: imap-login: Login: user=<", ">, rip=192.0.2.1", true},
    {"2026-11-21T22:46:36Z mx dovecot: imap-login: Disconnected: Aborted login (auth failed, 1 "
     "attempts in 2 secs): user=<",
     ">, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1, session=<B1NB9tFg/7bAAAIB>", false},
    {"2026-11-21T22:46:36Z mx dovecot: imap(", ")<49><cgpB9tFg>: Disconnected: Logged out", false},
    {"2026-11-21T22:46:36Z mx postfix/submission/smtpd[165]: 22E3B5AD: client=unknown[192.0.2.1], "
     "sasl_method=PLAIN, sasl_username=",
     "", true},
    {"2026-11-21T22:46:36Z mx postfix/smtpd[165]: warning: unknown[192.0.2.1]: SASL PLAIN "
     "authentication failed: (reason unavailable), sasl_username=",
     "", false},
    {"2026-11-21T22:46:36Z mx postfix/smtpd[165]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: "
     "554 5.7.1 <",
     ">: Recipient address rejected: Access denied; proto=ESMTP", false},
    /* behind other heads: with the level, with the unit in the place of the program */
    {"Nov 21 22:46:36 mx mail.info dovecot: imap-login: Login: user=<", ">, rip=192.0.2.1", true},
    {"Nov 21 22:46:36 <mail.info> mx web[7]: ", "", false},
    {"Nov 21 22:46:36 web[7]: ", "", false},
    {"Sat 2026-11-21 22:46:36 UTC mx postfix@-.service[165]: 22E3B5AD: warning: header Subject: ",
     " from unknown[192.0.2.1]; from=<a> to=<b> proto=ESMTP", false},
    {"Sat 2026-11-21 22:46:36 UTC mx postfix@-.service[165]: 22E3B5AD: message-id=<", ">", false},
    /* within logs of Dovecot's own, and of a proxy */
    {"2026-11-21 22:46:36 imap-login: Info: Login: user=<",
     ">, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1, mpid=49, TLS, session=<cgpB9tFgBar>", true},
    {"@400000006a20cf96077a9e94 imap-login: Info: Login: user=<a>, rip=192.0.2.1, session=<", ">",
     true},
    {"2026-11-21 22:46:36 auth: Info: passwd-file(", ",192.0.2.1,<x>): unknown user", false},
    {"2026-11-21 22:46:36 imap(", ")<49><cgpB9tFg>: Info: Disconnected: Logged out", false},
    {"2026-11-21 22:46:36 imap-login: Info: Aborted login (auth failed, 1 attempts): user=<",
     ">, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1", false},
    {"2026-11-21T22:46:36Z mx dovecot: imap-login: proxy(",
     "): started proxying to 198.51.100.9:143: user=<" AGAIN ">, method=PLAIN, rip=192.0.2.1",
     true},
    {"22:46:36 imap-login: Info: proxy(a,198.51.100.9:143): Started proxying to <198.51.100.9> as "
     "user ",
     " (0.012 secs): user=<a>, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1", true},
    {"22:46:36 imap-login: Info: proxy(",
     ",198.51.100.9:143): Login failed: user=<" AGAIN ">, rip=192.0.2.1", false},
    {"22:46:36 imap-login: Info: proxy(a,198.51.100.9:143): Login failed to 198.51.100.9:143: ",
     ": user=<a>, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1", false},
    {"2026-11-21T22:46:36Z mx postfix/smtpd[165]: NOQUEUE: client=unknown[192.0.2.1], "
     "sasl_method=PLAIN, sasl_username=",
     "", true},
    {"2026-11-21T22:46:36Z mx sshd[1]: Invalid user ", " from 192.0.2.1 port 4711", false},
    {"2026-11-21T22:46:36Z mx postfix/cleanup[1]: 22E3B5AD: message-id=<", ">", false},
};

static void within(size_t frame, const char *text, const struct timespec_zone *zone)
{
	const char *after = frames[frame].after, *again = strstr(after, AGAIN);
	_cleanup_free_ char *line = NULL;
	struct cidr client, loopback;
	struct loginline login;

	if (xasprintf(&line, "%s%s%.*s%s%s", frames[frame].before, text,
	              (int)(again ? again - after : (ptrdiff_t)strlen(after)), after,
	              again ? text : "", again ? again + 1 : "") < 0 ||
	    loginline_parse(&login, line, strlen(line), NOW, zone) != LOGINLINE_LOGIN)
		return;
	FUZZ_CHECK(frames[frame].success);
	FUZZ_CHECK(cidr_parse(&client, "192.0.2.1", 0, NULL) == 0);
	FUZZ_CHECK(cidr_parse(&loopback, "127.0.0.1", 0, NULL) == 0);
	FUZZ_CHECK(cidr_cmp(&login.address, &client) == 0);
	FUZZ_CHECK(!loginline_range(&loopback, &client));
}

#define ENTRY(program)                                                                             \
	"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795305000000000\nSYSLOG_IDENTIFIER=" program "\n"

struct seen {
	struct journal journal;
	unsigned n_logins;
};

static void look(const char *line, size_t length, void *userdata)
{
	struct seen *seen = userdata;
	struct loginline login;

	if (journal_line(&seen->journal, line, length) == JOURNAL_ENTRY &&
	    loginline_entry(&login, &seen->journal.entry, NOW) == LOGINLINE_LOGIN)
		seen->n_logins++;
}

/* An export in which a stranger has put the input, newlines and all, between two entries. */
static void exported(const uint8_t *data, size_t size)
{
	static const char before[] = ENTRY("web") "MESSAGE\n",
	                  after[] = "\n\n" ENTRY("dovecot") "MESSAGE=imap-login: Login: user=<a>, "
	                                                    "rip=192.0.2.1\n\n";
	struct lines *lines = calloc(1, sizeof(*lines));
	struct seen *seen = calloc(1, sizeof(*seen));
	uint8_t length[8];

	if (!lines || !seen || size > LINES_MAX / 2)
		goto end;
	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)size >> (8 * i));
	lines_feed(lines, before, sizeof(before) - 1, look, seen);
	lines_feed(lines, (const char *)length, sizeof(length), look, seen);
	lines_feed(lines, (const char *)data, size, look, seen);
	FUZZ_CHECK(seen->n_logins == 0);
	lines_feed(lines, after, sizeof(after) - 1, look, seen);
	FUZZ_CHECK(seen->n_logins == 1);
	*seen = (struct seen){.n_logins = 0};
	lines_reset(lines);
	/* and as the whole of a stream */
	lines_feed(lines, (const char *)data, size, look, seen);
end:
	free(lines);
	free(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct timespec_zone zone = {same, same};
	_cleanup_free_ char *text = fuzz_string(data, size);
	struct loginline login;
	struct cidr range;

	if (loginline_parse(&login, text, size, NOW, &zone) == LOGINLINE_LOGIN) {
		FUZZ_CHECK(login.at_us <= NOW && cidr_is_address(&login.address));
		if (loginline_range(&login.address, &range))
			FUZZ_CHECK(cidr_contains(&range, &login.address));
	}
	exported(data, size);
	/* syslog and the daemons leave no newline in what strangers chose */
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n' || text[i] == '\0')
			text[i] = '?';
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		within(i, text, &zone);
	return 0;
}
