/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/base/cidr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define KEY_BITS    128
#define MAPPED_BITS 96

static const uint8_t mapped[MAPPED_BITS / 8] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool key_is_mapped(const uint8_t *key)
{
	return memcmp(key, mapped, sizeof(mapped)) == 0;
}

/* The byte of a mask of @bits leading ones. */
static uint8_t mask_byte(unsigned bits, unsigned index)
{
	if (bits >= (index + 1) * 8)
		return 0xff;
	if (bits <= index * 8)
		return 0;
	return (uint8_t)(0xff << (8 - bits % 8));
}

/* A contiguous netmask to its length; anything else is refused. */
static bool netmask_bits(const uint8_t mask[4], unsigned *bits)
{
	for (unsigned n = 0; n <= 32; n++) {
		unsigned i = 0;

		while (i < 4 && mask[i] == mask_byte(n, i))
			i++;
		if (i == 4) {
			*bits = n;
			return true;
		}
	}
	return false;
}

static bool parse_length(const char *text, unsigned max, unsigned *bits)
{
	unsigned value = 0;

	if (!*text || strlen(text) > 3 || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned)(*text - '0');
	}
	*bits = value;
	return value <= max;
}

static bool parse_ipv4(struct cidr *cidr, const char *address, const char *length, unsigned flags)
{
	uint8_t mask[4];
	unsigned bits = 32;

	memcpy(cidr->key, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, address, cidr->key + sizeof(mapped)) != 1)
		return false;
	if (length && (flags & CIDR_NETMASK) && strchr(length, '.')) {
		if (inet_pton(AF_INET, length, mask) != 1 || !netmask_bits(mask, &bits))
			return false;
	} else if (length && !parse_length(length, 32, &bits)) {
		return false;
	}
	cidr->family = CIDR_IPV4;
	cidr->prefix = (uint8_t)bits;
	return true;
}

static bool parse_ipv6(struct cidr *cidr, const char *address, const char *length)
{
	unsigned bits = KEY_BITS;

	if (inet_pton(AF_INET6, address, cidr->key) != 1)
		return false;
	if (length && !parse_length(length, KEY_BITS, &bits))
		return false;
	return cidr_from_key(cidr, cidr->key, bits) == 0;
}

/**
 * cidr_parse() - read an address or prefix
 * @out:   receives it; untouched on failure
 * @text:  borrowed; the whole of it must be the address or prefix
 * @flags: CIDR_*
 * @err:   optional
 *
 * Strict: no blanks, brackets, scope, leading zeros in IPv4 or in the length,
 * since inet_aton() would take 010 for 8 and a person would not.
 *
 * Return: 0; CIDR_E_SYNTAX.
 */
int cidr_parse(struct cidr *out, const char *text, unsigned flags, struct err *err)
{
	char address[CIDR_TEXT_LENGTH];
	struct cidr cidr = CIDR_NULL;
	size_t length = strnlen(text, sizeof(address));
	char *slash;
	bool ok;

	if (length == sizeof(address))
		return err_set(err, CIDR_E_SYNTAX, "not an address or prefix: '%.60s...'", text);
	memcpy(address, text, length + 1);
	slash = strchr(address, '/');
	if (slash && (flags & CIDR_ADDRESS_ONLY))
		return err_set(err, CIDR_E_SYNTAX, "not an address, a prefix: '%s'", text);
	if (slash)
		*slash++ = '\0';
	ok = strchr(address, ':') ? parse_ipv6(&cidr, address, slash)
	                          : parse_ipv4(&cidr, address, slash, flags);
	if (!ok)
		return err_set(err, CIDR_E_SYNTAX, "not an address or prefix: '%s'", text);
	if (!(flags & CIDR_KEEP_HOST_BITS))
		cidr_first(&cidr, cidr.key);
	*out = cidr;
	return 0;
}

/**
 * cidr_from_key() - a prefix from its place in the space of keys
 * @out:  receives it; untouched on failure
 * @key:  16 bytes, network order; may be @out->key
 * @bits: length of the prefix as counted in 128 bits, see cidr_bits()
 *
 * Return: 0; -EINVAL when @bits is above 128.
 */
int cidr_from_key(struct cidr *out, const uint8_t key[CIDR_KEY_LENGTH], unsigned bits)
{
	bool ipv4;

	if (bits > KEY_BITS)
		return -EINVAL;
	ipv4 = bits >= MAPPED_BITS && key_is_mapped(key);
	memmove(out->key, key, CIDR_KEY_LENGTH);
	out->family = ipv4 ? CIDR_IPV4 : CIDR_IPV6;
	out->prefix = (uint8_t)(ipv4 ? bits - MAPPED_BITS : bits);
	return 0;
}

/**
 * cidr_from_bytes() - an address, or a prefix of it, as the kernel has it
 * @out:    receives it; untouched on failure
 * @bytes:  borrowed; 4 of IPv4 or 16 of IPv6, network order
 * @prefix: its length, at most 8 * @n
 *
 * Return: 0; -EINVAL.
 */
int cidr_from_bytes(struct cidr *out, const void *bytes, size_t n, unsigned prefix)
{
	uint8_t key[CIDR_KEY_LENGTH];

	if ((n != 4 && n != CIDR_KEY_LENGTH) || prefix > n * 8)
		return -EINVAL;
	memcpy(key, mapped, sizeof(mapped));
	memcpy(key + CIDR_KEY_LENGTH - n, bytes, n);
	return cidr_from_key(out, key, prefix + (n == 4 ? MAPPED_BITS : 0));
}

/**
 * cidr_format() - the one way to write it
 * @cidr: borrowed
 * @out:  receives the text; the length is left out of a single address
 *
 * Host bits, if kept, are written.
 */
void cidr_format(const struct cidr *cidr, char out[CIDR_TEXT_LENGTH])
{
	char digits[3];
	unsigned rest = cidr->prefix;
	size_t n = 0, end;

	if (cidr->family == CIDR_IPV4)
		(void)inet_ntop(AF_INET, cidr->key + sizeof(mapped), out, CIDR_TEXT_LENGTH);
	else
		(void)inet_ntop(AF_INET6, cidr->key, out, CIDR_TEXT_LENGTH);
	if (cidr_is_address(cidr))
		return;
	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	end = strlen(out);
	out[end++] = '/';
	while (n)
		out[end++] = digits[--n];
	out[end] = '\0';
}

/** cidr_bits() - the length of the prefix as counted in the 128 bits of a key */
unsigned cidr_bits(const struct cidr *cidr)
{
	return cidr->family == CIDR_IPV4 ? cidr->prefix + MAPPED_BITS : cidr->prefix;
}

/** cidr_is_address() - whether it is one address only */
bool cidr_is_address(const struct cidr *cidr)
{
	return cidr_bits(cidr) == KEY_BITS;
}

/** cidr_first() - the lowest key of the prefix; @key may be the key of @cidr */
void cidr_first(const struct cidr *cidr, uint8_t key[CIDR_KEY_LENGTH])
{
	for (unsigned i = 0; i < CIDR_KEY_LENGTH; i++)
		key[i] = cidr->key[i] & mask_byte(cidr_bits(cidr), i);
}

/** cidr_last() - the highest key of the prefix; @key may be the key of @cidr */
void cidr_last(const struct cidr *cidr, uint8_t key[CIDR_KEY_LENGTH])
{
	for (unsigned i = 0; i < CIDR_KEY_LENGTH; i++)
		key[i] = cidr->key[i] | (uint8_t)~mask_byte(cidr_bits(cidr), i);
}

static int first_cmp(const struct cidr *a, const struct cidr *b)
{
	uint8_t x[CIDR_KEY_LENGTH], y[CIDR_KEY_LENGTH];

	cidr_first(a, x);
	cidr_first(b, y);
	return memcmp(x, y, sizeof(x));
}

/**
 * cidr_cmp() - a total order: by first key, wider before narrower
 *
 * Kept host bits come last, so that a sorted list has each prefix before what
 * it contains.
 *
 * Return: below, equal to or above 0.
 */
int cidr_cmp(const struct cidr *a, const struct cidr *b)
{
	int r = first_cmp(a, b);

	if (r)
		return r;
	if (cidr_bits(a) != cidr_bits(b))
		return cidr_bits(a) < cidr_bits(b) ? -1 : 1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->key, b->key, sizeof(a->key));
}

/** cidr_contains() - whether all of @inner lies in @outer; a prefix contains itself */
bool cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
	struct cidr widened = *inner;

	if (outer->family != inner->family || outer->prefix > inner->prefix)
		return false;
	widened.prefix = outer->prefix;
	return first_cmp(outer, &widened) == 0;
}

/** cidr_key_step() - to the next key or the one before; false when that leaves the space of keys */
bool cidr_key_step(uint8_t key[CIDR_KEY_LENGTH], int step)
{
	for (int i = CIDR_KEY_LENGTH - 1; i >= 0; i--) {
		key[i] = (uint8_t)(key[i] + step);
		if (key[i] != (step > 0 ? 0 : 0xff))
			return true;
	}
	return false;
}
