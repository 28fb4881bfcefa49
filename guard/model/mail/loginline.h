/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loginline - does a line of a log tell of a successful login, and from where?
 *
 * Dovecot's login processes (also of a proxy or a director) and Postfix's smtpd (SASL), in
 * the forms in which syslog daemons, journalctl and Dovecot itself write them, behind a time
 * of any form (logtime.h):
 *
 *   TIME mx dovecot: imap-login: Login: user=<…>, …, rip=192.0.2.1, …
 *   TIME mx dovecot: imap-login: proxy(…): started proxying to …: user=<…>, …, rip=192.0.2.1, …
 *   TIME mx postfix/smtpd[17]: 22E3B5AD: client=…[192.0.2.1], sasl_method=…, sasl_username=…
 *   <22>1 TIME mx dovecot 57 - - imap-login: Logged in: …
 *   TIME imap-login: Info: Login: …
 *
 * A log is full of what strangers have typed. So a line is read from its left, each
 * part in its place: the program is where syslog puts it, what it says begins with
 * the words of a success, and whatever comes before the address is of a form that no
 * stranger's text can have. A line that could be read in two ways teaches nothing.
 * That a user of this machine writes such a line with logger(1) cannot be seen here.
 */
#ifndef GUARD_MODEL_MAIL_LOGINLINE_H
#define GUARD_MODEL_MAIL_LOGINLINE_H

#include "guard/base/cidr.h"
#include "guard/base/timespec.h"
#include "guard/model/mail/journal.h"

struct loginline {
	struct cidr address; /* of the client */
	int64_t at_us;       /* when, as the line says; never after now */
};

enum loginline_kind {
	LOGINLINE_STRANGE, /* nobody is known to speak here */
	LOGINLINE_OTHER,   /* Dovecot's or Postfix's, and no login that can be understood */
	LOGINLINE_NOWHERE, /* a login that does not say from where: Dovecot was told so */
	LOGINLINE_LOGIN,
};

enum loginline_kind loginline_parse(struct loginline *out, const char *line, size_t length,
                                    int64_t now_us, const struct timespec_zone *zone) _must_check_;
enum loginline_kind loginline_entry(struct loginline *out, const struct journal_entry *entry,
                                    int64_t now_us) _must_check_;
bool loginline_range(const struct cidr *address, struct cidr *out) _must_check_;

#endif
