// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/loginline.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* A place that is an hour ahead of UTC. */
static int64_t to_local(int64_t s)
{
	return s + 3600;
}
static int64_t to_utc(int64_t s)
{
	return s - 3600;
}
static const struct timespec_zone zone = {to_local, to_utc};

#define NOW     INT64_C(1795305600000000) /* 2026-11-22T00:00:00Z */
#define TIME    "2026-11-21T22:46:36Z "
#define DOVECOT TIME "mx dovecot: "
#define SMTPD   TIME "mx postfix/submission/smtpd[165]: "
#define LOGIN   DOVECOT "imap-login: Login: "

/* NULL: teaches nothing. Rows marked "as written" are what the daemons really wrote. */
static const struct {
	const char *line, *address;
} rows[] = {
    /* Dovecot 2.3.19, as written, behind what syslog puts before it */
    {DOVECOT "imap-login: Login: user=<alice>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, "
             "mpid=49, secured, session=<cgpB9tFgBarAAAIB>",
     "192.0.2.1"},
    {DOVECOT "imap-login: Login: user=<alice>, method=PLAIN, rip=2001:db8::1, lip=2001:db8::1, "
             "mpid=51, secured, session=<CipB9tFgYYwgAQ24AAAAAAAAAAAAAAAB>",
     "2001:db8::1"},
    {DOVECOT "imap(alice)<49><cgpB9tFgBarAAAIB>: Disconnected: Logged out in=8 out=468 deleted=0 "
             "expunged=0 trashed=0 hdr_count=0 hdr_bytes=0 body_count=0 body_bytes=0",
     NULL},
    {DOVECOT "imap-login: Disconnected: Aborted login by logging out (auth failed, 1 attempts in "
             "2 secs): user=<alice>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, secured, "
             "session=<B1NB9tFg/7bAAAIB>",
     NULL},
    /* the same, with user names that imitate the rest of the line; a success and a failure each */
    {DOVECOT "imap-login: Login: user=<x>, method=plain, rip=6.6.6.6, lip=7.7.7.7, mpid=1, "
             "session=<a>>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, mpid=54, secured, "
             "session=<nfpf9tFgS43AAAIB>",
     NULL},
    {DOVECOT "imap-login: Disconnected: Aborted login by logging out (auth failed, 1 attempts in "
             "2 secs): user=<x>, method=plain, rip=6.6.6.6, lip=7.7.7.7, mpid=1, session=<a>>, "
             "method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, secured, session=<Oyad9tFgVbbAAAIB>",
     NULL},
    {DOVECOT "imap(x>, method=plain, rip=6.6.6.6, lip=7.7.7.7, mpid=1, session=<a>)<54>"
             "<nfpf9tFgS43AAAIB>: Disconnected: Connection closed (No commands sent) in=0 out=404",
     NULL},
    {DOVECOT "imap-login: Login: user=<alice, rip=6.6.6.6>, method=PLAIN, rip=192.0.2.1, "
             "lip=192.0.2.1, mpid=67, secured, session=<KU3P99Fga8fAAAIB>",
     NULL},
    /* with a newline in the name */
    {DOVECOT "imap-login: Login: user=<a?nov 21 23:00:00 mx dovecot: imap-login: login: user=<b>, "
             "method=plain, rip=...>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, mpid=58, "
             "secured, session=<XNq79tFgGZvAAAIB>",
     NULL},
    {DOVECOT "imap: Error: nov 21 23:00:00 mx dovecot: imap-login: login: user=<b>, method=plain, "
             "rip=6.6.6.6, lip=1.1.1.1, mpid=3, session=<q>)<58><XNq79tFgGZvAAAIB>: ",
     NULL},
    /* with bytes that are no letters */
    {DOVECOT "imap-login: Login: user=<\xc3\xa4?\?>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, "
             "mpid=63, secured, session=<9nFz99Fgy5bAAAIB>",
     "192.0.2.1"},
    /* Dovecot 2.4.1, as written */
    {DOVECOT "imap-login: Logged in: user=<alice>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, "
             "mpid=3101, secured, session=<tiXTDNJg95LAAAIB>",
     "192.0.2.1"},
    {DOVECOT "imap-login: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) "
             "(auth_failed): user=<alice>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, secured, "
             "session=<JnHTDNJgY+TAAAIB>",
     NULL},
    {DOVECOT "imap-login: Logged in: user=<x>, method=plain, rip=6.6.6.6, lip=7.7.7.7, mpid=1, "
             "session=<a>>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, mpid=3106, secured, "
             "session=<sHHqDNJgRYnAAAIB>",
     NULL},
    {DOVECOT "imap-login: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) "
             "(auth_failed): user=<x>, method=plain, rip=6.6.6.6, lip=7.7.7.7, mpid=1, "
             "session=<a>>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.1, secured, "
             "session=<cZknDdJgNcLAAAIB>",
     NULL},
    {DOVECOT "imap(a nov 21 23:00:00 mx dovecot: imap-login: login: user=<b>, method=plain, "
             "rip=6.6.6.6, lip=1.1.1.1, mpid=3, session=<q>)<3110><FEFGDdJgg5XAAAIB>: "
             "Disconnected: Connection closed (No commands sent) in=0 out=452",
     NULL},
    /* what other settings make of it */
    {LOGIN "user=<a@example.org>, method=CRAM-MD5, rip=203.0.113.9, lip=192.0.2.1, mpid=7, TLS, "
           "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits), session=<a/B+9=>",
     "203.0.113.9"},
    {LOGIN "user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {LOGIN "user=<a>, rip=::ffff:203.0.113.9, lip=::ffff:192.0.2.1", "203.0.113.9"},
    {DOVECOT "pop3-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {DOVECOT "managesieve-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {DOVECOT "submission-login: Logged in: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {TIME "mx dovecot[812]: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    /* not an address, not in its place, or more than one */
    {LOGIN "user=<a>, method=PLAIN, lip=192.0.2.1", NULL},
    {LOGIN "user=<a>, rip=203.0.113.0/24", NULL},
    {LOGIN "user=<a>, rip=203.0.113.9, rip=203.0.113.9", NULL},
    {LOGIN "user=<a>, rip=203.0.113", NULL},
    {LOGIN "user=<a>, rip=", NULL},
    {LOGIN "user=<a>, rip=203.0.113.9 ", NULL},
    {LOGIN "user=<>, rip=203.0.113.9", NULL},
    {LOGIN "rip=203.0.113.9, user=<a>", NULL},
    {LOGIN "user=<a>,rip=203.0.113.9", NULL},
    {LOGIN "user=<a rip=203.0.113.9", NULL},
    {LOGIN "user=<a> rip=203.0.113.9", NULL},
    {LOGIN "user=<a b>, rip=203.0.113.9", NULL},
    {LOGIN "user=<a=b>, rip=203.0.113.9", NULL},
    {LOGIN "user=<a,b>, rip=203.0.113.9", NULL},
    {LOGIN "user=<a<b>, rip=203.0.113.9", NULL},
    {LOGIN "user=<a>, x=rip=203.0.113.9, rip=203.0.113.9", NULL},
    {DOVECOT "imap-login: Login: Login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT "imap-login: login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT "imap-login: Info: Login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT "-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT "auth: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT " imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {DOVECOT "imap-login: Logged out: user=<a>, rip=203.0.113.9", NULL},

    /* Postfix 3.7, as written, successes and failures */
    {SMTPD "22E3B5AD: client=unknown[192.0.2.1], sasl_method=PLAIN, sasl_username=alice",
     "192.0.2.1"},
    {TIME "mx postfix/smtpd[170]: 242BF5AF: client=unknown[2001:db8::1], sasl_method=PLAIN, "
          "sasl_username=alice",
     "2001:db8::1"},
    {SMTPD "warning: unknown[192.0.2.1]: SASL PLAIN authentication failed: (reason unavailable), "
           "sasl_username=alice",
     NULL},
    {SMTPD "connect from unknown[192.0.2.1]", NULL},
    {SMTPD "disconnect from unknown[192.0.2.1] ehlo=1 auth=1 mail=1 rcpt=1 quit=1 commands=5",
     NULL},
    /* with a user name, a HELO that imitate one */
    {SMTPD "2659B5B0: client=unknown[192.0.2.1], sasl_method=PLAIN, sasl_username=x, "
           "client=evil[6.6.6.6], sasl_method=plain, sasl_username=y",
     "192.0.2.1"},
    {SMTPD "277DD5B1: client=unknown[192.0.2.1], sasl_method=PLAIN, sasl_username=a?nb",
     "192.0.2.1"},
    {SMTPD "warning: unknown[192.0.2.1]: SASL PLAIN authentication failed: (reason unavailable), "
           "sasl_username=x, client=evil[6.6.6.6], sasl_method=plain, sasl_username=y",
     NULL},
    {SMTPD "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 <alice@localhost>: Recipient "
           "address rejected: Access denied; from=<a@localhost> to=<alice@localhost> proto=ESMTP "
           "helo=<0A1B2C3D4E:?client=e[6.6.6.6],?sasl_method=PLAIN,?sasl_username=x>",
     NULL},
    /* what other settings make of it */
    {SMTPD "4bXyZ01kQrz2: client=mail.example.org[203.0.113.9]:41234, sasl_method=LOGIN, "
           "sasl_username=a, sasl_sender=b",
     "203.0.113.9"},
    {TIME "mx postfix-out/smtps/smtpd[1]: 22E3B5AD: client=a[203.0.113.9], sasl_method=PLAIN, "
          "sasl_username=a",
     "203.0.113.9"},
    {TIME "mx postfix/smtpd: 22E3B5AD: client=a[203.0.113.9], sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    /* no login, or another daemon's line */
    {SMTPD "22E3B5AD: client=unknown[192.0.2.1]", NULL},
    {SMTPD "22E3B5AD: client=unknown[unknown], sasl_method=PLAIN, sasl_username=a", NULL},
    {SMTPD "22E3B5AD: client=a b[192.0.2.1], sasl_method=PLAIN, sasl_username=a", NULL},
    {SMTPD "22E3B5AD: client=a[6.6.6.6][192.0.2.1], sasl_method=PLAIN, sasl_username=a", NULL},
    {SMTPD "22E3B5AD: client=a[192.0.2.1], sasl_method=PLAIN, sasl_username=", NULL},
    {SMTPD "warning: client=a[192.0.2.1], sasl_method=PLAIN, sasl_username=a", NULL},
    {TIME "mx postfix/cleanup[1]: 22E3B5AD: client=a[192.0.2.1], sasl_method=PLAIN, "
          "sasl_username=a",
     NULL},
    {TIME "mx xpostfix/smtpd[1]: 22E3B5AD: client=a[192.0.2.1], sasl_method=PLAIN, "
          "sasl_username=a",
     NULL},
    {TIME "mx postfixsmtpd[1]: 22E3B5AD: client=a[192.0.2.1], sasl_method=PLAIN, sasl_username=a",
     NULL},

    /* the head of the line */
    {"Nov 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"Nov  1 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"Nov 21 23:46:36.123456 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"2026-11-21T23:46:36.123456+01:00 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"2026-11-21T23:46:36+0100 mx dovecot[1]: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Sat 2026-11-21 23:46:36 CET mx dovecot[1]: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"1795301196.500000 mx dovecot[1]: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"<22>1 2026-11-21T22:46:36Z mx dovecot 57 - - imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"<22>1 2026-11-21T22:46:36Z mx postfix/smtpd 57 ID47 - \xef\xbb\xbf"
     "22E3B5AD: client=a[203.0.113.9], sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    {"<22>Nov 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    /* as Dovecot writes it into a file of its own */
    {"Nov 21 23:46:36 imap-login: Info: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"Nov 21 23:46:36 imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    /* another program that says the words, and what is no head */
    {"", NULL},
    {"\n", NULL},
    {"imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {" Nov 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 mx sshd[1]: Invalid user dovecot: imap-login: Login: user=<a>, "
     "rip=203.0.113.9 from 192.0.2.1",
     NULL},
    {"Nov 21 23:46:36 mx sshd[1]: dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 mx web: Nov 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},
    {"Nov 21 23:46:36 mx dovecot : imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 mx dovecot[x]: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 mx dovecot-x: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 31 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 25:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nox 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"2026-13-21T23:46:36Z mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"<22>1 2026-11-21T22:46:36Z mx sshd 57 - - dovecot: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},
    {"<22>1 2026-11-21T22:46:36Z mx web 57 - [x@1 dovecot 57 - - imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},

/*
 * A log of Dovecot's own, with log_timestamp as people set it; the first as in CASES of
 * public configurations, "%Y-%m-%d %H:%M:%S ", the others as strftime(3) has them
 */
#define OWN                                                                                        \
	"imap-login: Info: Login: user=<a>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, "        \
	"mpid=7, TLS, session=<x>"
    {"2026-11-21 23:46:36 " OWN, "203.0.113.9"},
    {"2026-11-21T23:46:36+0100 " OWN, "203.0.113.9"},
    {"2026/11/21 23:46:36 " OWN, "203.0.113.9"},
    {"21.11.2026 23:46:36 " OWN, "203.0.113.9"},
    {"21.11. 23:46:36 " OWN, "203.0.113.9"},
    {"11/21/26 23:46:36 " OWN, "203.0.113.9"},
    {"Sat Nov 21 23:46:36 2026 " OWN, "203.0.113.9"},
    {"Nov 21 11:46:36 PM " OWN, "203.0.113.9"},
    {"[2026-11-21 23:46:36 CET] " OWN, "203.0.113.9"},
    {"21/Nov/2026:23:46:36 +0100 " OWN, "203.0.113.9"},
    {"20261121-234636 " OWN, "203.0.113.9"},
    {"1795301196 " OWN, "203.0.113.9"},
    {"23:46:36 " OWN, "203.0.113.9"},
    {OWN, "203.0.113.9"}, /* log_timestamp = "" */
    /* multilog's, as in fail2ban's samples of Dovecot, alone and before Dovecot's own */
    {"@400000006a20cf96077a9e94 " OWN, "203.0.113.9"},
    {"@400000006a20cf96077a9e94 Nov 21 23:46:36 " OWN, "203.0.113.9"},
    /* all login processes of Dovecot, 2.3 and 2.4 */
    {"2026-11-21 23:46:36 pop3-login: Info: Logged in: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"2026-11-21 23:46:36 submission-login: Info: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"2026-11-21 23:46:36 managesieve-login: Info: Logged in: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    /* what else stands in such a log, and what strangers put there */
    {"2026-11-21 23:46:36 imap-login: Info: Aborted login (auth failed, 1 attempts): user=<a>, "
     "method=CRAM-MD5, rip=203.0.113.9, lip=192.0.2.1, TLS",
     NULL},
    {"@400000004c91b044077a9e94 imap-login: Info: Aborted login (auth failed, 1 attempts): "
     "user=<martin@example.org>, method=CRAM-MD5, rip=203.0.113.9, lip=192.0.2.1, TLS",
     NULL},
    {"2026-11-21 23:46:36 imap-login: Info: Login aborted: Logged out (auth failed, 1 attempts in "
     "2 secs) (auth_failed): user=<a>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1",
     NULL},
    {"2026-11-21 23:46:36 auth: Info: pam(x imap-login: Info: Login: user=<a>, "
     "rip=203.0.113.9,192.0.2.1): unknown user",
     NULL},
    {"2026-11-21 23:46:36 auth: Info: passwd-file(23:46:36 " OWN ",192.0.2.1): unknown user", NULL},
    {"2026-11-21 23:46:36 imap(21 " OWN ")<54><nfpf9tFgS43AAAIB>: Info: Disconnected", NULL},
    {"2026-11-21 23:46:36 x " OWN, NULL},
    {"2026-11-21 23:46:36 auth: " OWN, NULL},
    {"2026-11-21 23:46:36 2026-11-21 23:46:36 " OWN, NULL},
    {"2026-11-21 " OWN, NULL},
    {"2026-11-31 23:46:36 " OWN, NULL},
    {"2026-11-21 23:46:61 " OWN, NULL},
    {"13/13/2026 23:46:36 " OWN, NULL},
    {"@400000006a20cf96077a9e9 " OWN, NULL},
    {"@c00000006a20cf96077a9e94 " OWN, NULL},
    {"23:46 AM " OWN, NULL},
    {"Nov Nov 21 23:46:36 " OWN, NULL},
    {"Nov 21 23:46:36 CET+0100 " OWN, NULL},
    {"23:46:36 21-11-2026 " OWN, "203.0.113.9"},
    {"23:46:36+0100 21-11-2026 " OWN, "203.0.113.9"},
    {"2026-11-21 23:46:36 imap-login: Error: Login: user=<a>, rip=203.0.113.9", NULL},
    {"2026-11-21 23:46:36 imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"2026-11-21 23:46:36 imap-login: Info: Login: user=<x>, rip=6.6.6.6, session=<a>>, "
     "rip=1.1.1.1",
     NULL},

    /* syslog's heads, in other templates of rsyslog and syslog-ng */
    {"2026-11-21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"2026 Nov 21 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Nov 21 2026 23:46:36 mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Nov 21 23:46:36 UTC dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    /* busybox syslogd ("%s %.64s %s %s", and without a host with -S), OpenWrt's logread */
    {"Nov 21 23:46:36 mx mail.info dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Nov 21 23:46:36 dovecot[57]: imap-login: Login: user=<a>, rip=203.0.113.9", "203.0.113.9"},
    {"Sat Nov 21 23:46:36 2026 mail.info dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Sat Nov 21 23:46:36 2026 mail.info postfix/smtpd[17]: 22E3B5AD: client=a[203.0.113.9], "
     "sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    /* FreeBSD's syslogd -v and -vv, usr.sbin/syslogd/syslogd.c, fprintlog_bsd() */
    {"Nov 21 23:46:36 <2.6> mx dovecot[57]: imap-login: Login: user=<a>, rip=203.0.113.9",
     "203.0.113.9"},
    {"Nov 21 23:46:36 <mail.info> mx postfix/smtpd[17]: 22E3B5AD: client=a[203.0.113.9], "
     "sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    /* journalctl -o with-unit: the unit in the place of the program */
    {"Sat 2026-11-21 23:46:36 CET mx dovecot.service[57]: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     "203.0.113.9"},
    {"Sat 2026-11-21 23:46:36 CET mx postfix@-.service[17]: 22E3B5AD: client=a[203.0.113.9], "
     "sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    {"Sat 2026-11-21 23:46:36 CET mx postfix.service[17]: NOQUEUE: client=a[203.0.113.9], "
     "sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    /* another program's, and heads that are none */
    {"Nov 21 23:46:36 mx auth.info sshd[1]: dovecot: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},
    {"Nov 21 23:46:36 mx web: mail.info dovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
     NULL},
    {"Nov 21 23:46:36 mx mail.info mail.info dovecot: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},
    {"Nov 21 23:46:36 mx mail. dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 <mail.info mx dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"mail.info dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Nov 21 23:46:36 mx.example x dovecot: imap-login: Login: user=<a>, rip=203.0.113.9", NULL},
    {"Sat 2026-11-21 23:46:36 CET mx user@1000.service[17]: imap-login: Login: user=<a>, "
     "rip=203.0.113.9",
     NULL},
    {"Sat 2026-11-21 23:46:36 CET mx postfixx.service[17]: 22E3B5AD: client=a[203.0.113.9], "
     "sasl_method=PLAIN, sasl_username=a",
     NULL},

    /*
     * A proxy or a director: who has logged in there is known by rip, which is the
     * client's. Dovecot to 2.3.11, src/login-common/client-common-auth.c: "proxy(%s): started
     * proxying to %s:%u", "/destuser", " (master %s)"; a sample of such a log
     */
    {DOVECOT "pop3-login: proxy(a@example.org): started proxying to 10.98.98.232:111: "
             "user=<a@example.org>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS",
     "203.0.113.9"},
    {DOVECOT "imap-login: proxy(a): started proxying to 2001:db8::5:143/b (master m): user=<a>, "
             "method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, secured, session=<GKEBFAwQMgDBAgFf>",
     "203.0.113.9"},
    /* later: "Started proxying to <%s>", " (<%s>)", " from %s", " as user %s", " (master %s)" */
    {"2026-11-21 23:46:36 imap-login: Info: proxy(a,10.0.0.2:143): Started proxying to <10.0.0.2> "
     "(<backend.example.org>) from 10.0.0.1 as user b (master m) (0.012 secs, 2 reconnects): "
     "user=<a>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS, session=<x>",
     "203.0.113.9"},
    {DOVECOT "submission-login: proxy(a,10.0.0.2:587): Started proxying to <10.0.0.2> (0.012 "
             "secs): user=<a>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS",
     "203.0.113.9"},
    /* nobody has logged in, or the session is over */
    {DOVECOT "imap-login: proxy(a): disconnecting 203.0.113.9 (Disconnected by client): user=<a>, "
             "method=PLAIN, rip=203.0.113.9, lip=192.0.2.1",
     NULL},
    {DOVECOT
     "imap-login: proxy(a,10.0.0.2:143): Login failed to 10.0.0.2:143: [AUTHENTICATIONFAILED]"
     " Started proxying to <10.0.0.2>: user=<a>, method=PLAIN, rip=203.0.113.9",
     NULL},
    {DOVECOT "imap-login: Error: proxy(a): started proxying to 10.0.0.2:143: user=<a>, "
             "rip=203.0.113.9",
     NULL},
    {DOVECOT "imap-login: Disconnected: proxy(a): started proxying to 10.0.0.2:143: user=<a>, "
             "rip=203.0.113.9",
     NULL},
    {DOVECOT "imap-login: proxy(a): started proxying to 10.0.0.2:143", NULL},
    {DOVECOT "imap-login: proxy(a): started proxying to 10.0.0.2:143: user=<a>, lip=192.0.2.1",
     NULL},
    /* with names that imitate the rest, and with one in the place of the other address */
    {DOVECOT "imap-login: proxy(x): started proxying to h:1: user=<y>, rip=6.6.6.6, z=<): started "
             "proxying to 10.0.0.2:143: user=<x>, method=PLAIN, rip=203.0.113.9",
     NULL},
    {DOVECOT "imap-login: proxy(x): started proxying to h:1: user=<y>, rip=6.6.6.6): Login failed",
     NULL},
    {DOVECOT "imap-login: proxy(a): started proxying to h, rip=6.6.6.6:143: user=<a>, method=PLAIN,"
             " rip=203.0.113.9",
     NULL},
    {DOVECOT
     "imap-login: proxy(x): started proxying to ,10.0.0.2:143): Login failed to 10.0.0.2:143:"
     " user=<x): started proxying to >, method=PLAIN, rip=6.6.6.6",
     NULL},
    {DOVECOT
     "imap-login: proxy(x): started proxying to ,10.0.0.2:143): Login failed to 10.0.0.2:143:"
     " user=<y>, method=PLAIN, rip=6.6.6.6",
     NULL},
    {DOVECOT
     "imap-login: proxy(a): started proxying to 10.0.0.2:143/x: user=<a>, rip=6.6.6.6, z=<: "
     "user=<a>, method=PLAIN, lip=192.0.2.1",
     NULL},
    {DOVECOT "imap-login: proxy(a b): started proxying to 10.0.0.2:143: user=<a>, rip=203.0.113.9",
     NULL},
    {DOVECOT "imap-login: proxy(a): started proxying to 10.0.0.2:143: rip=203.0.113.9, user=<a>",
     NULL},
    {LOGIN "user=<a>, method=PLAIN, lip=203.0.113.9, rip=192.0.2.1, mpid=7", "192.0.2.1"},
    {LOGIN "user=<a>, method=PLAIN, lip=203.0.113.9, xrip=192.0.2.1, mpid=7", NULL},
    {LOGIN "user=<a>, method=PLAIN, lip=192.0.2.1 rip=203.0.113.9, mpid=7", NULL},
    {LOGIN "user=<a>, rip=203.0.113.9, real_rip=10.0.0.1", NULL},
    {LOGIN "user=<a>, session=<x, rip=6.6.6.6>, lip=192.0.2.1", NULL},
    {LOGIN "user=<a>, session=<x>, rip=6.6.6.6>", NULL},
    /* who is let in without a name has not logged in */
    {LOGIN "user=<anonymous>, method=ANONYMOUS, rip=203.0.113.9, lip=192.0.2.1", NULL},
    {SMTPD "22E3B5AD: client=unknown[203.0.113.9], sasl_method=anonymous, sasl_username=anonymous",
     NULL},

    /*
     * Postfix, src/smtpd/smtpd_sasl_proto.c: "NOQUEUE" before a filter that takes the mail
     * over (smtpd_proxy_filter); behind haproxy or XCLIENT the client is the one that they
     * name, and what XFORWARD tells stands behind the user
     */
    {SMTPD "NOQUEUE: client=mail.example.org[203.0.113.9], sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    {SMTPD "22E3B5AD: client=unknown[203.0.113.9], sasl_method=PLAIN, sasl_username=a, "
           "orig_queue_id=3pJjg82Vycz1JBJG, orig_client=evil[6.6.6.6]",
     "203.0.113.9"},
    {SMTPD "22E3B5AD: client=unknown[::ffff:203.0.113.9], sasl_method=PLAIN, sasl_username=a",
     "203.0.113.9"},
    {TIME "mx postfix/submissions/smtpd[1]: 22E3B5AD: client=a[203.0.113.9], sasl_method=PLAIN, "
          "sasl_username=a",
     "203.0.113.9"},
    {SMTPD
     "032F62C229B: client=localhost[127.0.0.1], orig_client=evil[6.6.6.6], sasl_method=PLAIN, "
     "sasl_username=a",
     NULL},
    {SMTPD "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 <client=e[6.6.6.6], "
           "sasl_method=PLAIN, sasl_username=a>: Relay access denied",
     NULL},
    {SMTPD "NOQUEUE: client=unknown[192.0.2.1]", NULL},
    {SMTPD "NOQUEUE: filter: RCPT from unknown[192.0.2.1]: client=e[6.6.6.6], sasl_method=PLAIN, "
           "sasl_username=a",
     NULL},
};

START_TEST(reads)
{
	struct loginline login;
	char text[CIDR_TEXT_LENGTH] = "";
	size_t length = strlen(rows[_i].line);
	/* of exactly its length, so that a sanitizer sees who reads further */
	char *copy = malloc(length + 1);
	bool taught;

	memcpy(copy, rows[_i].line, length);
	copy = realloc(copy, length ? length : 1);
	taught = loginline_parse(&login, copy, length, NOW, &zone) == LOGINLINE_LOGIN;
	free(copy);
	ck_assert_msg(taught == (rows[_i].address != NULL), "%s", rows[_i].line);
	if (!taught)
		return;
	cidr_format(&login.address, text);
	ck_assert_str_eq(text, rows[_i].address);
}
END_TEST

/* login_log_format_elements without rip=: of a login from nowhere nothing is learned, and it is
 * neither strange nor, for what a name may hold, one from somewhere. */
static const struct {
	const char *line;
	enum loginline_kind kind;
} places[] = {
    {LOGIN "user=<a>, method=PLAIN, lip=192.0.2.1, TLS, session=<x>", LOGINLINE_NOWHERE},
    {LOGIN "user=<a>", LOGINLINE_NOWHERE},
    {LOGIN "a", LOGINLINE_NOWHERE},
    {DOVECOT "imap-login: Logged in: user=<a>, method=PLAIN", LOGINLINE_NOWHERE},
    {"2026-11-21 23:46:36 imap-login: Info: Login: user=<a>, method=PLAIN", LOGINLINE_NOWHERE},
    {DOVECOT "imap-login: proxy(a,10.0.0.2:143): Started proxying to <10.0.0.2>: user=<a>",
     LOGINLINE_NOWHERE},
    {LOGIN "user=<rip=203.0.113.9>", LOGINLINE_OTHER},
    {LOGIN "user=<a>, rip=", LOGINLINE_OTHER},
    {LOGIN "user=<a>, method=ANONYMOUS", LOGINLINE_OTHER},
    {DOVECOT "imap-login: Disconnected: user=<a>", LOGINLINE_OTHER},
    {LOGIN "user=<a>, rip=203.0.113.9", LOGINLINE_LOGIN},
};

START_TEST(knows_logins_from_nowhere)
{
	struct loginline login;

	ck_assert_int_eq(
	    (int)loginline_parse(&login, places[_i].line, strlen(places[_i].line), NOW, &zone),
	    (int)places[_i].kind);
}
END_TEST

START_TEST(refuses_bytes)
{
	static const char nul[] = LOGIN "user=<a\0b>, rip=203.0.113.9";
	char huge[9000];
	struct loginline login;

	ck_assert_int_eq(loginline_parse(&login, nul, sizeof(nul) - 1, NOW, &zone),
	                 LOGINLINE_STRANGE);
	memset(huge, 'a', sizeof(huge));
	memcpy(huge, LOGIN "user=<", strlen(LOGIN "user=<"));
	memcpy(huge + sizeof(huge) - 18, ">, rip=203.0.113.9", 18);
	ck_assert_int_eq(loginline_parse(&login, huge, sizeof(huge), NOW, &zone),
	                 LOGINLINE_STRANGE);
}
END_TEST

static const struct {
	const char *head;
	const char *now; /* ISO */
	const char *at;
} times[] = {
    {"Nov 21 23:46:36 mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"Nov 21 23:46:36.25 mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.250000Z"},
    {"2026-11-21T23:46:36+01:00 mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"2026-11-21T23:46:36-0500 mx ", "2026-11-22T12:00:00Z", "2026-11-22T04:46:36.000000Z"},
    {"Sat 2026-11-21 23:46:36 CET mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"1795301196.5 mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.500000Z"},
    {"2026-11-21 23:46:36 mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"11:46:36 PM mx ", "2026-11-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"12:46:36 AM mx ", "2026-11-22T00:00:00Z", "2026-11-21T23:46:36.000000Z"},
    {"23:46:36 mx ", "2026-11-21T22:50:00Z", "2026-11-21T22:46:36.000000Z"},
    {"Sat Nov 21 23:46:36 2026 mx ", "2026-12-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"21-Nov-26 23:46:36 UTC mx ", "2026-12-22T00:00:00Z", "2026-11-21T23:46:36.000000Z"},
    {"20261121234636 mx ", "2026-12-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    {"261121 234636 mx ", "2026-12-22T00:00:00Z", "2026-11-21T22:46:36.000000Z"},
    /* sample of fail2ban's, with its time */
    {"@400000004c91b044077a9e94 mx ", "2026-11-22T00:00:00Z", "2010-09-16T05:50:50.125476Z"},
    /* one of 3 April and 4 March: the one that is not to come, and the later one */
    {"03/04/2026 12:00:00 mx ", "2026-03-05T00:00:00Z", "2026-03-04T11:00:00.000000Z"},
    {"03/04/2026 12:00:00 mx ", "2026-04-05T00:00:00Z", "2026-04-03T11:00:00.000000Z"},
    {"03/04/26 12:00:00 mx ", "2026-04-05T00:00:00Z", "2026-04-03T11:00:00.000000Z"},
    {"03.04.2026 12:00:00 mx ", "2027-04-05T00:00:00Z", "2026-04-03T11:00:00.000000Z"},
    {"03.04. 12:00:00 mx ", "2026-03-05T00:00:00Z", "2025-04-03T11:00:00.000000Z"},
    /* the year before, and one in which there was such a day */
    {"Dec 31 23:46:36 mx ", "2026-01-02T00:00:00Z", "2025-12-31T22:46:36.000000Z"},
    {"Feb 29 12:00:00 mx ", "2027-01-02T00:00:00Z", "2024-02-29T11:00:00.000000Z"},
    /* a clock that is ahead */
    {"Jan  2 12:00:00 mx ", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000000Z"},
    {"2030-01-02T12:00:00Z mx ", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000000Z"},
};

START_TEST(tells_when)
{
	char line[256], text[TIMESPEC_TEXT_MAX];
	struct loginline login;
	int64_t now_us;

	ck_assert_int_eq(timespec_parse(&now_us, times[_i].now, 0, &zone, false, NULL), 0);
	snprintf(line, sizeof(line), "%sdovecot: imap-login: Login: user=<a>, rip=203.0.113.9",
	         times[_i].head);
	ck_assert_int_eq(loginline_parse(&login, line, strlen(line), now_us, &zone),
	                 LOGINLINE_LOGIN);
	timespec_format_iso(login.at_us, text);
	ck_assert_str_eq(text, times[_i].at);
}
END_TEST

static const struct {
	const char *address, *range;
} ranges[] = {
    {"203.0.113.9", "203.0.113.9"},
    {"10.1.2.3", "10.1.2.3"},
    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
    {"fd00::1", "fd00::/64"},
    {"127.0.0.1", NULL},
    {"::1", NULL},
    {"::", NULL},
    {"0.0.0.0", NULL},
    {"169.254.3.4", NULL},
    {"fe80::1", NULL},
    {"ff02::1", NULL},
    {"224.0.0.1", NULL},
    {"255.255.255.255", NULL},
};

START_TEST(teaches_ranges)
{
	struct cidr address, range;
	char text[CIDR_TEXT_LENGTH];

	ck_assert_int_eq(cidr_parse(&address, ranges[_i].address, 0, NULL), 0);
	ck_assert_int_eq(loginline_range(&address, &range), ranges[_i].range != NULL);
	if (!ranges[_i].range)
		return;
	cidr_format(&range, text);
	ck_assert_str_eq(text, ranges[_i].range);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("loginline");
	TCase *tcase = tcase_create("loginline");

	tcase_add_loop_test(tcase, reads, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, refuses_bytes);
	tcase_add_loop_test(tcase, knows_logins_from_nowhere, 0, ARRAY_SIZE(places));
	tcase_add_loop_test(tcase, tells_when, 0, ARRAY_SIZE(times));
	tcase_add_loop_test(tcase, teaches_ranges, 0, ARRAY_SIZE(ranges));
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
