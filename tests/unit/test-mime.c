// SPDX-License-Identifier: GPL-2.0-or-later
/* What a mail reader makes of whole messages is tested in the lab; here is what it cannot show. */
#include "guard/base/mime.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *address;
	bool valid;
} addresses[] = {
    {"admin@example.org", true},
    {"root", true},
    {"o'brien+mail=1@mail.example.org", true},
    {"", false},
    {"-oQ/tmp", false},
    {"-t@example.org", false},
    {"@example.org", false},
    {"admin@", false},
    {"a@b@c", false},
    {"a b@example.org", false},
    {"a@example.org\nBcc: b@example.org", false},
    {"a@example.org,b@example.org", false},
    {"<a@example.org>", false},
    {"\"a b\"@example.org", false},
    {"ä@example.org", false},
};

START_TEST(tells_addresses)
{
	ck_assert_int_eq(mime_is_address(addresses[_i].address), addresses[_i].valid);
}
END_TEST

START_TEST(refuses_what_is_too_long)
{
	char address[MIME_ADDRESS_MAX + 2];

	memset(address, 'a', sizeof(address) - 1);
	address[sizeof(address) - 1] = '\0';
	ck_assert(!mime_is_address(address));
	address[MIME_ADDRESS_MAX] = '\0';
	ck_assert(mime_is_address(address));
}
END_TEST

static char *format(const char *subject, int64_t date_us)
{
	struct mime_message message = {
	    .from = "root",
	    .to = "admin@example.org",
	    .subject = subject,
	    .id = "1.2.reload-guard",
	    .host = "mail",
	    .date_us = date_us,
	    .text = "text",
	    .html = "<p>",
	};
	char *out = NULL;

	ck_assert_int_eq(mime_format(&out, &message), 0);
	return out;
}

static const struct {
	int64_t date_us;
	const char *line;
} dates[] = {
    {0, "Date: Thu, 01 Jan 1970 00:00:00 +0000\n"},
    {INT64_C(1795306170) * 1000000 + 9570, "Date: Sun, 22 Nov 2026 00:09:30 +0000\n"},
    {INT64_C(951782399) * 1000000, "Date: Mon, 28 Feb 2000 23:59:59 +0000\n"},
    {INT64_C(951782400) * 1000000, "Date: Tue, 29 Feb 2000 00:00:00 +0000\n"},
};

START_TEST(writes_dates)
{
	_cleanup_free_ char *message = format("subject", dates[_i].date_us);

	ck_assert_ptr_nonnull(strstr(message, dates[_i].line));
}
END_TEST

START_TEST(no_subject_makes_a_header)
{
	_cleanup_free_ char *message = format("a\nBcc: everybody@example.org", 0);

	ck_assert_ptr_null(strstr(message, "Bcc"));
	ck_assert_ptr_nonnull(strstr(message, "Subject: =?UTF-8?B?"));
}
END_TEST

/* Each encoded word stands for itself: none may end within a character (RFC 2047, 5). */
START_TEST(long_subjects_are_folded_between_characters)
{
	char subject[301] = "";
	_cleanup_free_ char *message = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < 100; i++)
		strcat(subject, "\xe2\x82\xac");
	message = format(subject, 0);
	for (char *at = message; (at = strstr(at, "=?UTF-8?B?")) != NULL; n++) {
		char *end = strstr(at, "?=");

		ck_assert_ptr_nonnull(end);
		ck_assert_uint_le((size_t)(end + 2 - at), 75);
		/* whole characters of three bytes are whole groups of four letters, unpadded */
		ck_assert_uint_eq((size_t)(end - at - 10) % 4, 0);
		ck_assert_int_ne(end[-1], '=');
		at = end;
	}
	ck_assert_uint_ge(n, 300 / 39);
}
END_TEST

START_TEST(refuses_foreign_addresses_and_hosts)
{
	struct mime_message message = {.from = "root",
	                               .to = "a b",
	                               .subject = "",
	                               .id = "1",
	                               .host = "mail",
	                               .text = "",
	                               .html = ""};
	char *out = NULL;

	ck_assert_int_eq(mime_format(&out, &message), -EINVAL);
	message.to = "root";
	message.host = "mail>\nBcc: a@example.org";
	ck_assert_int_eq(mime_format(&out, &message), -EINVAL);
	ck_assert_ptr_null(out);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("mime");
	TCase *tcase = tcase_create("mime");

	tcase_add_loop_test(tcase, tells_addresses, 0, ARRAY_SIZE(addresses));
	tcase_add_test(tcase, refuses_what_is_too_long);
	tcase_add_loop_test(tcase, writes_dates, 0, ARRAY_SIZE(dates));
	tcase_add_test(tcase, no_subject_makes_a_header);
	tcase_add_test(tcase, long_subjects_are_folded_between_characters);
	tcase_add_test(tcase, refuses_foreign_addresses_and_hosts);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
