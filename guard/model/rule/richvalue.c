/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/rule/richvalue.h"

#include <arpa/inet.h>
#include <string.h>

#define NUMBER_MAX      INT64_C(1000000000000000) /* larger ones stop here */
#define RATE_LENGTH_MAX 300 /* to firewalld, 10000 through a larger one is 0 */
#define PORT_MAX        65535

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of a digit, 99 for what is none. */
static unsigned digit_value(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return 99;
}

/* A stretch of a text, so that parts need no copies. */
struct span {
	const char *s;
	size_t n;
};

static struct span span_strip(const char *s, size_t n)
{
	while (n && s[0] == ' ') {
		s++;
		n--;
	}
	while (n && s[n - 1] == ' ')
		n--;
	return (struct span){s, n};
}

/* Digits of @base, single underscores between them. */
static bool span_digits(struct span t, unsigned base, int64_t *out)
{
	int64_t value = 0;

	if (t.n == 0 || t.s[0] == '_' || t.s[t.n - 1] == '_')
		return false;
	for (size_t i = 0; i < t.n; i++) {
		unsigned digit = digit_value(t.s[i]);

		if (t.s[i] == '_' && t.s[i - 1] != '_')
			continue;
		if (digit >= base)
			return false;
		if (value < NUMBER_MAX)
			value = value * base + digit;
	}
	*out = value;
	return true;
}

/* What int(text, 0) takes in front: 0x, 0o, 0b; a decimal number has no leading zero. */
static bool span_based_digits(struct span t, int64_t *out)
{
	unsigned base = 10;

	if (t.n > 1 && t.s[0] == '0') {
		char c = (char)(t.s[1] | 0x20);

		base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
	}
	if (base == 10)
		return span_digits(t, 10, out) && (t.s[0] != '0' || *out == 0);
	t = (struct span){t.s + 2, t.n - 2};
	if (t.n && t.s[0] == '_')
		t = (struct span){t.s + 1, t.n - 1};
	return span_digits(t, base, out);
}

static bool span_int(struct span t, bool based, int64_t *out)
{
	bool negative = false, ok;

	t = span_strip(t.s, t.n);
	if (t.n && (t.s[0] == '+' || t.s[0] == '-')) {
		negative = t.s[0] == '-';
		t = (struct span){t.s + 1, t.n - 1};
	}
	ok = based ? span_based_digits(t, out) : span_digits(t, 10, out);
	if (ok && negative)
		*out = -*out;
	return ok;
}

static struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

/**
 * richvalue_int() - a number as Python's int() takes it
 * @out: receives it; what is out of all reason is only known to be large
 */
bool richvalue_int(const char *text, int64_t *out)
{
	return span_int(span_of(text), false, out);
}

static bool span_uint(struct span t, int64_t max)
{
	int64_t value;

	return span_int(t, true, &value) && value >= 0 && value <= max;
}

/** richvalue_uint() - checkUINT16, checkUINT32: a number from 0 to @max, 0x… too */
bool richvalue_uint(const char *text, int64_t max)
{
	return span_uint(span_of(text), max);
}

/** richvalue_mark() - MARK or MARK/MASK */
bool richvalue_mark(const char *text)
{
	const char *slash = strchr(text, '/');

	if (!slash)
		return richvalue_uint(text, UINT32_MAX);
	if (strchr(slash + 1, '/'))
		return false;
	return span_uint((struct span){text, (size_t)(slash - text)}, UINT32_MAX) &&
	       richvalue_uint(slash + 1, UINT32_MAX);
}

/* The form of a name in /etc/services or /etc/protocols: a letter in it, no "--" and no end in '-'.
 */
static bool span_is_name(struct span t, const char *marks)
{
	bool letter = false;

	for (size_t i = 0; i < t.n; i++) {
		if (is_letter(t.s[i]))
			letter = true;
		else if (!is_digit(t.s[i]) && (i == 0 || !strchr(marks, t.s[i])))
			return false;
		if (t.s[i] == '-' && (i + 1 == t.n || t.s[i + 1] == '-'))
			return false;
	}
	return letter;
}

/* getPortID(): a number up to 65535 or a name. */
static bool span_is_port(struct span t)
{
	int64_t value;

	t = span_strip(t.s, t.n);
	if (span_int(t, false, &value))
		return value >= 0 && value <= PORT_MAX;
	return span_is_name(t, "-_.+");
}

/**
 * richvalue_port() - check_port(): a port or a range of ports
 *
 * Names may have dashes in them, so firewalld tries each dash as the one
 * between the ends of a range. It refuses what can be read in two ways, but
 * what can has the form of one long name. "25-" counts as 25 to it.
 */
bool richvalue_port(const char *text)
{
	size_t length = strlen(text);

	if (span_is_port((struct span){text, length}))
		return true;
	for (size_t i = length; i-- > 0;) {
		struct span low = {text, i}, high = {text + i + 1, length - i - 1};

		if (text[i] != '-' || !span_is_port(low))
			continue;
		if (high.n == 0 || span_is_port(high))
			return true;
	}
	return false;
}

/** richvalue_protocol() - checkProtocol(): a number up to 255 or a name */
bool richvalue_protocol(const char *text)
{
	int64_t value;

	if (richvalue_int(text, &value))
		return value >= 0 && value <= 255;
	return span_is_name(span_of(text), "-_.+/");
}

/** richvalue_mac() - check_mac() */
bool richvalue_mac(const char *text)
{
	if (strlen(text) != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		if (i % 3 == 2 ? text[i] != ':' : digit_value(text[i]) > 15)
			return false;
	}
	return true;
}

/** richvalue_mss() - checkTcpMssClamp(): pmtu, None, or 536 and more */
bool richvalue_mss(const char *text)
{
	int64_t value;

	if (strcmp(text, "pmtu") == 0 || strcmp(text, "None") == 0)
		return true;
	for (const char *s = text; *s; s++)
		if (!is_digit(*s))
			return false;
	return richvalue_int(text, &value) && value >= 536;
}

/** richvalue_limit() - RATE/UNIT with the unit as one letter; 1/d is too slow for iptables */
bool richvalue_limit(const char *text)
{
	const char *slash = strchr(text, '/');
	int64_t rate;

	if (!slash || slash[1] == '\0' || slash[2] != '\0' || !strchr("smhd", slash[1]))
		return false;
	if (slash - text > RATE_LENGTH_MAX ||
	    !span_int((struct span){text, (size_t)(slash - text)}, false, &rate))
		return false;
	return rate > 1 || (rate == 1 && slash[1] != 'd');
}

/* firewalld takes any dotted quad as a mask; only one of leading ones makes a prefix. */
static bool dotted_mask(const char *text, uint8_t *length)
{
	uint8_t mask[4];
	uint32_t bits;

	if (inet_pton(AF_INET, text, mask) != 1)
		return false;
	bits = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 | (uint32_t)mask[2] << 8 | mask[3];
	*length = UINT8_MAX;
	for (uint8_t n = 0; n <= 32; n++)
		if (bits == (n ? ~UINT32_C(0) << (32 - n) : 0))
			*length = n;
	return true;
}

static bool prefix_length(const char *text, bool ipv6, uint8_t *length)
{
	int64_t value;

	if (!ipv6 && strchr(text, '.'))
		return dotted_mask(text, length);
	if (!richvalue_int(text, &value) || value < 0 || value > (ipv6 ? 128 : 32))
		return false;
	*length = (uint8_t)value;
	return true;
}

/* The address alone; firewalld takes [2001:db8::1], and any number of these brackets. */
static bool parse_address(struct span t, bool ipv6, uint8_t key[CIDR_KEY_LENGTH])
{
	char address[INET6_ADDRSTRLEN];

	while (ipv6 && t.n && (t.s[0] == '[' || t.s[0] == ']'))
		t = (struct span){t.s + 1, t.n - 1};
	while (ipv6 && t.n && (t.s[t.n - 1] == '[' || t.s[t.n - 1] == ']'))
		t.n--;
	if (t.n >= sizeof(address))
		return false;
	memcpy(address, t.s, t.n);
	address[t.n] = '\0';
	return inet_pton(ipv6 ? AF_INET6 : AF_INET, address, ipv6 ? key : key + 12) == 1;
}

/**
 * richvalue_prefix() - checkIPnMask(), checkIP6nMask(): an address or prefix of one family
 * @out: may be NULL; receives it with its host bits cleared, CIDR_NULL with a
 *       prefix of UINT8_MAX when it is none to count with (a mask with holes in
 *       it, an IPv4 address mapped into IPv6)
 */
bool richvalue_prefix(const char *text, bool ipv6, struct cidr *out)
{
	const char *slash = strchr(text, '/');
	struct cidr cidr = {.key = {[10] = 0xff, [11] = 0xff}};
	struct span address = {text, slash ? (size_t)(slash - text) : strlen(text)};
	uint8_t length = ipv6 ? 128 : 32;

	if (!parse_address(address, ipv6, cidr.key))
		return false;
	if (slash && !prefix_length(slash + 1, ipv6, &length))
		return false;
	if (!out)
		return true;
	*out = CIDR_NULL;
	if (length == UINT8_MAX ||
	    cidr_from_key(&cidr, cidr.key, ipv6 ? length : length + 96u) != 0 ||
	    cidr.family != (ipv6 ? CIDR_IPV6 : CIDR_IPV4)) {
		out->prefix = UINT8_MAX;
		return true;
	}
	cidr_first(&cidr, cidr.key);
	*out = cidr;
	return true;
}

/** richvalue_address() - an address without a prefix length */
bool richvalue_address(const char *text, bool ipv6)
{
	return !strchr(text, '/') && richvalue_prefix(text, ipv6, NULL);
}

/** richvalue_length() - the length of a text in characters, as Python's len() counts */
size_t richvalue_length(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			n++;
	return n;
}
