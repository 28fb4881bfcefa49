// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/base/mime.c
/* Nobody who names the host, a zone or an address gets a line of his own into a mail's head. */
#include "guard/base/mime.h"

#include <nettle/base64.h>

#include "tests/fuzz/fuzz.h"

static const char *const heads[] = {
    "From: ",           "To: ",           "Subject: ",     "Date: ", "Message-ID: <",
    "Auto-Submitted: ", "MIME-Version: ", "Content-Type: "};

/* Where the head ends: the lines are those above, in their order, and as short as mail has it. */
static const char *check_head(const char *mail)
{
	for (size_t i = 0; *mail != '\n'; i++) {
		FUZZ_CHECK(i < ARRAY_SIZE(heads) && strncmp(mail, heads[i], strlen(heads[i])) == 0);
		do {
			size_t length = strcspn(mail, "\n");

			FUZZ_CHECK(length < 998);
			for (size_t j = 0; j < length; j++)
				FUZZ_CHECK(mail[j] >= ' ' && mail[j] <= '~');
			mail += length + 1;
		} while (*mail == ' ');
	}
	return mail;
}

/* What was sent is what is read. */
static void check_part(const char *part, const char *body)
{
	const char *end = strstr(part, "\n--");
	_cleanup_free_ uint8_t *out = malloc(BASE64_DECODE_LENGTH((size_t)(end - part)) + 1);
	struct base64_decode_ctx context;
	size_t length = 0;

	base64_decode_init(&context);
	FUZZ_CHECK(out && end);
	FUZZ_CHECK(base64_decode_update(&context, &length, out, (size_t)(end - part), part) == 1);
	FUZZ_CHECK(base64_decode_final(&context) == 1);
	FUZZ_CHECK(length == strlen(body) && memcmp(out, body, length) == 0);
}

/* The lines: from, to, subject, host; the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size), *mail = NULL;
	char *rest = text, *from = strsep(&rest, "\n"), *to = strsep(&rest, "\n");
	char *subject = strsep(&rest, "\n"), *host = strsep(&rest, "\n");
	const struct mime_message message = {.from = from,
	                                     .to = to ? to : "root",
	                                     .subject = subject ? subject : "",
	                                     .id = "1.2",
	                                     .host = host ? host : "mx",
	                                     .date_us = INT64_C(1795305600000000),
	                                     .text = rest ? rest : "",
	                                     .html = "<p>"};
	const char *part;

	if (mime_format(&mail, &message) != 0)
		return 0;
	part = strstr(check_head(mail), "base64\n\n");
	FUZZ_CHECK(part);
	check_part(part + strlen("base64\n"), message.text);
	return 0;
}
