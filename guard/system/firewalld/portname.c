/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/firewalld/portname.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/mail/services.h"

/* Longer names than any in /etc/services, twice. */
#define TEXT_MAX 128

/* The table knows mail's also on a machine that has no /etc/services. */
static bool find_port(const char *text, unsigned long *out)
{
	const struct servent *entry;
	unsigned first, last;

	if (parse_uint(text, 65535, out))
		return true;
	if (text[strspn(text, "0123456789")] == '\0')
		return false;
	entry = getservbyname(text, NULL);
	if (entry)
		*out = ntohs((uint16_t)entry->s_port);
	else if (services_port_range(text, &first, &last) && first == last)
		*out = first;
	else
		return false;
	return true;
}

/* Both halves of a text, of which the second begins behind a dash. */
static bool find_both(const char *text, const char *dash, unsigned long *low, unsigned long *high)
{
	char first[TEXT_MAX];

	memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	return find_port(first, low) && find_port(dash + 1, high);
}

static bool find_range(const char *text, unsigned long *low, unsigned long *high)
{
	unsigned found = 0;

	if (find_port(text, low)) {
		*high = *low;
		return true;
	}
	/* a name may hold dashes, too: only one way of reading it is a range */
	for (const char *dash = strchr(text, '-'); dash; dash = strchr(dash + 1, '-')) {
		unsigned long first, last;

		if (!find_both(text, dash, &first, &last))
			continue;
		*low = first < last ? first : last;
		*high = first < last ? last : first;
		found++;
	}
	return found == 1;
}

/**
 * portname_range() - PORT or FIRST-LAST in numbers, the lower one first, as firewalld has it
 * @out:  written on success alone
 * @text: numbers, or names of /etc/services, in any order
 *
 * Return: whether firewalld would understand it.
 */
bool portname_range(char out[PORTNAME_SIZE], const char *text)
{
	unsigned long low, high;

	if (strlen(text) >= TEXT_MAX || !find_range(text, &low, &high))
		return false;
	if (low == high)
		snprintf(out, PORTNAME_SIZE, "%lu", low);
	else
		snprintf(out, PORTNAME_SIZE, "%lu-%lu", low, high);
	return true;
}

/** portname_settle() - the same, or @text as it is where that is not understood; borrowed */
const char *portname_settle(char out[PORTNAME_SIZE], const char *text)
{
	return portname_range(out, text) ? out : text;
}
