// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of items as messages have them: their names, and the strings that they are made of. */
#include "guard/system/firewalld/firewalld-message-internal.h"

#include "guard/system/firewalld/portname.h"

#include <string.h>

/**
 * firewalld_message_member() - what firewalld calls a kind: add*, remove*, *Added, *Removed
 * @kind: of a zone or an ipset
 */
const char *firewalld_message_member(enum item_kind kind)
{
	static const char *const members[ITEM_N_KINDS] = {
	    [ITEM_INTERFACE] = "Interface",
	    [ITEM_SOURCE] = "Source",
	    [ITEM_SERVICE] = "Service",
	    [ITEM_PORT] = "Port",
	    [ITEM_SOURCE_PORT] = "SourcePort",
	    [ITEM_PROTOCOL] = "Protocol",
	    [ITEM_FORWARD_PORT] = "ForwardPort",
	    [ITEM_MASQUERADE] = "Masquerade",
	    [ITEM_FORWARD] = "Forward", /* which firewalld has in no call or signal */
	    [ITEM_ICMP_BLOCK] = "IcmpBlock",
	    [ITEM_RULE] = "RichRule",
	    [ITEM_ENTRY] = "Entry",
	};

	return members[kind];
}

/** firewalld_message_has_timeout() - is it added with one? */
bool firewalld_message_has_timeout(enum item_kind kind)
{
	return kind != ITEM_INTERFACE && kind != ITEM_SOURCE && kind != ITEM_FORWARD &&
	       kind < ITEM_ENTRY;
}

/** firewalld_message_n_parts() - of how many strings does a message make a value of that kind? */
size_t firewalld_message_n_parts(enum item_kind kind)
{
	switch (kind) {
	case ITEM_MASQUERADE:
	case ITEM_FORWARD:
		return 0;
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
		return 2;
	case ITEM_FORWARD_PORT:
		return 4;
	case ITEM_INTERFACE:
	case ITEM_SOURCE:
	case ITEM_SERVICE:
	case ITEM_PROTOCOL:
	case ITEM_ICMP_BLOCK:
	case ITEM_RULE:
	case ITEM_ENTRY:
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
	case ITEM_N_KINDS:
		break;
	}
	return 1;
}

/* Takes apart port=80:proto=tcp:toport=8080:toaddr=ADDRESS, in place; ADDRESS may hold colons. */
static bool split_forward_port(char *value, const char *parts[FIREWALLD_MESSAGE_PARTS])
{
	static const char *const keys[FIREWALLD_MESSAGE_PARTS] = {
	    "port=", "proto=", "toport=", "toaddr="};

	for (size_t i = 0; i < FIREWALLD_MESSAGE_PARTS; i++) {
		char *colon;

		parts[i] = "";
		if (!value || strncmp(value, keys[i], strlen(keys[i])) != 0)
			continue;
		parts[i] = value + strlen(keys[i]);
		if (i == FIREWALLD_MESSAGE_PARTS - 1)
			return true;
		colon = strchr(value, ':');
		if (colon)
			*colon++ = '\0';
		value = colon;
	}
	return !value && *parts[0] && *parts[1];
}

/**
 * firewalld_message_split() - take a value apart
 * @value: of an item of that kind; cut in place
 * @parts: receives its strings, which are in @value
 *
 * Return: false when it is not of that kind.
 */
bool firewalld_message_split(enum item_kind kind, char *value,
                             const char *parts[FIREWALLD_MESSAGE_PARTS])
{
	char *slash;

	parts[0] = value;
	if (kind == ITEM_FORWARD_PORT)
		return split_forward_port(value, parts);
	if (firewalld_message_n_parts(kind) != 2)
		return true;
	slash = strchr(value, '/');
	if (!slash)
		return false;
	*slash = '\0';
	parts[1] = slash + 1;
	return true;
}

/**
 * firewalld_message_join() - put a value together, as firewalld has it, whoever typed it
 * @out: the caller frees it
 *
 * Signals and lists of policies carry names of ports.
 *
 * Return: 0; -ENOMEM.
 */
int firewalld_message_join(char **out, enum item_kind kind,
                           const char *const parts[FIREWALLD_MESSAGE_PARTS])
{
	char port[PORTNAME_SIZE], to_port[PORTNAME_SIZE];

	switch (kind) {
	case ITEM_PORT:
	case ITEM_SOURCE_PORT:
		return xasprintf(out, "%s/%s", portname_settle(port, parts[0]), parts[1]);
	case ITEM_FORWARD_PORT:
		return xasprintf(out, "port=%s:proto=%s:toport=%s:toaddr=%s",
		                 portname_settle(port, parts[0]), parts[1],
		                 portname_settle(to_port, parts[2]), parts[3]);
	case ITEM_MASQUERADE:
	case ITEM_FORWARD:
		return xasprintf(out, "yes");
	case ITEM_INTERFACE:
	case ITEM_SOURCE:
	case ITEM_SERVICE:
	case ITEM_PROTOCOL:
	case ITEM_ICMP_BLOCK:
	case ITEM_RULE:
	case ITEM_ENTRY:
	case ITEM_CHAIN:
	case ITEM_DIRECT_RULE:
	case ITEM_N_KINDS:
		break;
	}
	return xasprintf(out, "%s", parts[0]);
}
