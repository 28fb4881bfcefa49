// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/base/mime.h"

#include <errno.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/timespec.h"

#define LINE_BYTES 57 /* become 76 characters: RFC 2045, 6.8 */
/* No base64 has an underscore. */
#define BOUNDARY "=_reload-guard_part"
/* An encoded word may have 75 characters: RFC 2047, 2. */
#define WORD_BYTES 39

struct text {
	char *text; /* owned */
	size_t length, capacity;
	bool failed;
};

static void append_bytes(struct text *out, const char *bytes, size_t n)
{
	if (out->failed || grow(&out->text, &out->capacity, out->length + n + 1, 1) < 0) {
		out->failed = true;
		return;
	}
	memcpy(out->text + out->length, bytes, n);
	out->length += n;
	out->text[out->length] = '\0';
}

static void append(struct text *out, const char *text)
{
	append_bytes(out, text, strlen(text));
}

static void append_base64(struct text *out, const char *bytes, size_t n)
{
	char line[BASE64_ENCODE_RAW_LENGTH(LINE_BYTES)];

	base64_encode_raw(line, n, (const uint8_t *)bytes);
	append_bytes(out, line, BASE64_ENCODE_RAW_LENGTH(n));
}

static bool is_atom(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

/**
 * mime_is_address() - may it stand after "To:", and be handed to sendmail?
 *
 * A name of this machine (root), or local@domain without quotes and comments. It
 * must not begin with a dash, which would make an option of it.
 */
bool mime_is_address(const char *address)
{
	size_t length = strlen(address), n_at = 0;

	if (length == 0 || length > MIME_ADDRESS_MAX || address[0] == '-' || address[0] == '@' ||
	    address[length - 1] == '@')
		return false;
	for (const char *at = address; *at; at++) {
		n_at += *at == '@';
		if (*at != '@' && !is_atom(*at))
			return false;
	}
	return n_at <= 1;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* One that leaves its line in the head short enough: RFC 5322, 2.1.1. */
static bool is_name(const char *text)
{
	return strlen(text) <= MIME_ADDRESS_MAX && is_plain(text);
}

/* Where an encoded word may end: not within a character. */
static size_t word_length(const char *text)
{
	size_t n = strlen(text);

	if (n <= WORD_BYTES)
		return n;
	n = WORD_BYTES;
	while (n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void append_subject(struct text *out, const char *subject)
{
	append(out, "Subject: ");
	if (is_plain(subject) && strlen(subject) < 900) {
		append(out, subject);
	} else {
		for (bool first = true; *subject; first = false) {
			size_t n = word_length(subject);

			append(out, first ? "=?UTF-8?B?" : "\n =?UTF-8?B?");
			append_base64(out, subject, n);
			append(out, "?=");
			subject += n;
		}
	}
	append(out, "\n");
}

/* In English and UTC, whatever the locale: RFC 5322, 3.3. */
static void append_date(struct text *out, int64_t date_us)
{
	static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = date_us / (INT64_C(86400) * 1000000); /* the first was a Thursday */
	char iso[TIMESPEC_TEXT_MAX], line[64 + TIMESPEC_TEXT_MAX];
	unsigned month;

	timespec_format_iso(date_us, iso); /* 2026-11-21T20:34:05… */
	month = (unsigned)(iso[5] - '0') * 10 + (unsigned)(iso[6] - '0');
	if (date_us < 0 || month < 1 || month > 12) {
		out->failed = true;
		return;
	}
	snprintf(line, sizeof(line), "Date: %s, %.2s %s %.4s %.8s +0000\n", days[day % 7], iso + 8,
	         months[month - 1], iso, iso + 11);
	append(out, line);
}

static void append_part(struct text *out, const char *type, const char *body)
{
	size_t left = strlen(body);

	append(out, "--" BOUNDARY "\nContent-Type: ");
	append(out, type);
	append(out, "; charset=utf-8\nContent-Transfer-Encoding: base64\n\n");
	while (left > 0) {
		size_t n = left < LINE_BYTES ? left : LINE_BYTES;

		append_base64(out, body, n);
		append(out, "\n");
		body += n;
		left -= n;
	}
}

/**
 * mime_format() - the whole message
 * @out: owned by the caller; untouched on failure
 *
 * Return: 0; -EINVAL for an address, id or host that is none; -ENOMEM.
 */
int mime_format(char **out, const struct mime_message *message)
{
	struct text text = {0};

	if (!mime_is_address(message->from) || !mime_is_address(message->to) ||
	    !is_name(message->id) || !is_name(message->host))
		return -EINVAL;
	append(&text, "From: ");
	append(&text, message->from);
	append(&text, "\nTo: ");
	append(&text, message->to);
	append(&text, "\n");
	append_subject(&text, message->subject);
	append_date(&text, message->date_us);
	append(&text, "Message-ID: <");
	append(&text, message->id);
	append(&text, "@");
	append(&text, message->host);
	append(&text, ">\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n"
	              "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\n\n");
	append_part(&text, "text/plain", message->text);
	append_part(&text, "text/html", message->html);
	append(&text, "--" BOUNDARY "--\n");
	if (text.failed) {
		free(text.text);
		return -ENOMEM;
	}
	*out = text.text;
	return 0;
}
