// SPDX-License-Identifier: GPL-2.0-or-later
/* Dialogues as servers lead them: Postfix 3.7, Dovecot 2.3, and what else may answer. */
#include "guard/model/mail/dialogue.h"
#include "tests/unit/unit.h"

#include <string.h>

#define TURNS_MAX 12

static const struct dialogue_row {
	const char *what;
	enum dialogue_protocol protocol;
	bool secured;
	const char *server[TURNS_MAX]; /* "" : the TLS handshake succeeds here */
	const char *client;            /* all that it is to say */
	enum dialogue_step end;
	bool starttls;
} rows[] = {
    {"Postfix on 587",
     DIALOGUE_SMTP,
     false,
     {"220 mail.example.org ESMTP Postfix", "250-mail.example.org", "250-PIPELINING",
      "250-STARTTLS", "250 CHUNKING", "220 2.0.0 Ready to start TLS", "", "221 2.0.0 Bye"},
     "EHLO reload-guard.invalid\r\nSTARTTLS\r\nQUIT\r\n",
     DIALOGUE_DONE,
     true},
    {"Postfix on 465: STARTTLS is not asked for inside of TLS",
     DIALOGUE_SMTP,
     true,
     {"220-mail.example.org ESMTP", "220 welcome", "250-mail.example.org", "250 STARTTLS", "221 b"},
     "EHLO reload-guard.invalid\r\nQUIT\r\n",
     DIALOGUE_DONE,
     true},
    {"a server without STARTTLS; XSTARTTLS is another word",
     DIALOGUE_SMTP,
     false,
     {"220 mail ESMTP", "250-mail", "250 XSTARTTLS", "221 2.0.0 Bye"},
     "EHLO reload-guard.invalid\r\nQUIT\r\n",
     DIALOGUE_DONE,
     false},
    {"a server so old that it does not know EHLO",
     DIALOGUE_SMTP,
     false,
     {"220 mail", "500 what?", "221 bye"},
     "EHLO reload-guard.invalid\r\nQUIT\r\n",
     DIALOGUE_DONE,
     false},
    {"postscreen or a block list",
     DIALOGUE_SMTP,
     false,
     {"554 5.7.1 go away"},
     "",
     DIALOGUE_BAD,
     false},
    {"STARTTLS without a certificate",
     DIALOGUE_SMTP,
     false,
     {"220 mail", "250 STARTTLS", "454 4.7.0 TLS not available due to local problem"},
     "EHLO reload-guard.invalid\r\nSTARTTLS\r\n",
     DIALOGUE_BAD,
     true},
    {"an SSH server on the port",
     DIALOGUE_SMTP,
     false,
     {"SSH-2.0-OpenSSH_9.2"},
     "",
     DIALOGUE_BAD,
     false},
    {"digits and no more", DIALOGUE_SMTP, false, {"220x"}, "", DIALOGUE_BAD, false},
    {"an empty line", DIALOGUE_SMTP, false, {"."}, "", DIALOGUE_BAD, false},
    {"Dovecot on 143",
     DIALOGUE_IMAP,
     false,
     {"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot ready.",
      "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED", "a OK Pre-login capabilities listed.",
      "b OK Begin TLS negotiation now.", "", "* BYE Logging out", "c OK Logout completed."},
     "a CAPABILITY\r\nb STARTTLS\r\nc LOGOUT\r\n",
     DIALOGUE_DONE,
     true},
    {"Dovecot on 993",
     DIALOGUE_IMAP,
     true,
     {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Dovecot ready.", "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
      "a OK done", "* BYE Logging out", "c OK Logout completed."},
     "a CAPABILITY\r\nc LOGOUT\r\n",
     DIALOGUE_DONE,
     false},
    {"too many connections",
     DIALOGUE_IMAP,
     false,
     {"* BYE too many connections"},
     "",
     DIALOGUE_BAD,
     false},
    {"a BYE in the middle",
     DIALOGUE_IMAP,
     false,
     {"* OK hello", "* BYE Disconnected for inactivity."},
     "a CAPABILITY\r\nc LOGOUT\r\n",
     DIALOGUE_SEND,
     false},
    {"IMAP asked, SMTP answers", DIALOGUE_IMAP, false, {"220 mail ESMTP"}, "", DIALOGUE_BAD, false},
    {"Dovecot on 110",
     DIALOGUE_POP3,
     false,
     {"+OK Dovecot ready.", "+OK", "CAPA", "TOP", "STLS", "SASL", ".", "+OK Begin TLS", "",
      "+OK Logging out"},
     "CAPA\r\nSTLS\r\nQUIT\r\n",
     DIALOGUE_DONE,
     true},
    {"no CAPA",
     DIALOGUE_POP3,
     true,
     {"+OK", "-ERR unknown", "+OK bye"},
     "CAPA\r\nQUIT\r\n",
     DIALOGUE_DONE,
     false},
    {"maintenance", DIALOGUE_POP3, false, {"-ERR [SYS/TEMP] later"}, "", DIALOGUE_BAD, false},
    {"a web server",
     DIALOGUE_HTTP,
     false,
     {"HTTP/1.1 301 Moved"},
     "HEAD / HTTP/1.0\r\n\r\n",
     DIALOGUE_DONE,
     false},
    {"no web server",
     DIALOGUE_HTTP,
     false,
     {"220 ftp"},
     "HEAD / HTTP/1.0\r\n\r\n",
     DIALOGUE_BAD,
     false},
    {"an unknown port", DIALOGUE_NONE, false, {NULL}, "", DIALOGUE_DONE, false},
};

START_TEST(talks)
{
	const struct dialogue_row *row = &rows[_i];
	struct dialogue dialogue;
	char said[512] = "";
	enum dialogue_step step = dialogue_begin(&dialogue, row->protocol, row->secured);

	for (size_t turn = 0; turn < TURNS_MAX; turn++) {
		if (step == DIALOGUE_SEND)
			strcat(said, dialogue.output);
		if (step == DIALOGUE_DONE || step == DIALOGUE_BAD || !row->server[turn])
			break;
		ck_assert_msg((step == DIALOGUE_TLS) == (row->server[turn][0] == '\0'),
		              "%s: TLS at another place, turn %zu", row->what, turn);
		step = row->server[turn][0] ? dialogue_line(&dialogue, row->server[turn])
		                            : dialogue_secured(&dialogue);
	}
	ck_assert_msg(step == row->end, "%s: ends with %d, %s", row->what, step, dialogue.reason);
	ck_assert_str_eq(said, row->client);
	ck_assert_int_eq(dialogue.starttls, row->starttls);
	ck_assert_int_eq(dialogue.reason[0] != '\0', row->end == DIALOGUE_BAD);
}
END_TEST

START_TEST(an_answer_without_an_end)
{
	struct dialogue dialogue;
	enum dialogue_step step = dialogue_begin(&dialogue, DIALOGUE_SMTP, false);
	char line[600];
	unsigned n = 0;

	memset(line, '5', 3);
	memset(line + 3, '-', sizeof(line) - 4);
	line[sizeof(line) - 1] = '\0';
	while ((step = dialogue_line(&dialogue, line)) == DIALOGUE_WAIT)
		ck_assert_uint_lt(++n, 1000);
	ck_assert_int_eq(step, DIALOGUE_BAD);
	ck_assert_uint_lt(strlen(dialogue.greeting), sizeof(dialogue.greeting));
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("dialogue");
	TCase *tcase = tcase_create("dialogue");

	tcase_add_loop_test(tcase, talks, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, an_answer_without_an_end);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
