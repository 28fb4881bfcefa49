/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/ban/denial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/rule/richrule.h"

static const struct {
	unsigned port;
	const char *name; /* as rules of fail2ban have it; NULL: none */
} mail_ports[] = {
    {25, "smtp"},   {465, "smtps"},  {465, "submissions"}, {587, "submission"},
    {110, "pop3"},  {143, "imap"},   {143, "imap2"},       {993, "imaps"},
    {995, "pop3s"}, {4190, "sieve"}, {80, "http"},         {443, "https"},
};

/**
 * denial_is_mail_port() - whether clients of mail (or webmail) come to it
 * @ports: borrowed; a number, a range or a name, as rules have it
 */
bool denial_is_mail_port(const char *ports, const char *protocol)
{
	char value[64], found[8];
	unsigned first, last;

	if (!ports || !protocol || strcmp(protocol, "tcp") != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(mail_ports); i++)
		if (strcmp(ports, mail_ports[i].name) == 0)
			return true;
	/* fail2ban's word for all of them; items have no port 0 */
	if (strncmp(ports, "0-", 2) == 0)
		return true;
	if (snprintf(value, sizeof(value), "%s/%s", ports, protocol) >= (int)sizeof(value) ||
	    !item_port_parse(value, &first, &last, found))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(mail_ports); i++)
		if (first <= mail_ports[i].port && mail_ports[i].port <= last)
			return true;
	return false;
}

static bool is_mail_service(const char *name)
{
	struct item item = {.zone = (char[]){"-"}, .kind = ITEM_SERVICE};
	char value[ITEM_OPENED_MAX];
	enum item_class class;

	if (!name || strlen(name) >= sizeof(value))
		return false;
	strcpy(value, name);
	item.value = value;
	class = item_class(&item);
	return class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB;
}

static bool is_about_mail(const struct richrule *rule)
{
	switch (rule->element) {
	case RICHRULE_ELEMENT_NONE:
		return true;
	case RICHRULE_ELEMENT_PROTOCOL:
		return rule->value && strcmp(rule->value, "tcp") == 0;
	case RICHRULE_ELEMENT_SERVICE:
		return is_mail_service(rule->value);
	case RICHRULE_ELEMENT_PORT:
		return denial_is_mail_port(rule->port, rule->protocol);
	case RICHRULE_ELEMENT_ICMP_BLOCK:
	case RICHRULE_ELEMENT_ICMP_TYPE:
	case RICHRULE_ELEMENT_MASQUERADE:
	case RICHRULE_ELEMENT_FORWARD_PORT:
	case RICHRULE_ELEMENT_SOURCE_PORT:
	case RICHRULE_ELEMENT_TCP_MSS_CLAMP:
		break;
	}
	return false;
}

/**
 * denial_of_mail() - whether a rule denies mail or web ports to a source
 * @item:   borrowed; anything but a rule denies nothing
 * @source: receives it
 */
bool denial_of_mail(const struct item *item, struct cidr *source)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;

	if (item->kind != ITEM_RULE || richrule_parse(&rule, item->value, NULL) != 0)
		return false;
	return richrule_is_deny(&rule) && is_about_mail(&rule) && !rule.source.invert &&
	       richrule_source_cidr(&rule, source);
}

/* --- all of them --------------------------------------------------------------------------- */

static int by_cidr(const void *a, const void *b)
{
	return cidr_cmp(a, b);
}

/**
 * denial_count() - how many sources are denied that cut off some clients
 * @out:     receives the number; a ban has a rule for each of its ports, and counts once
 * @fw:      borrowed; its runtime counts
 * @clients: borrowed; sorted
 *
 * Return: 0 or -ENOMEM.
 */
int denial_count(size_t *out, const struct firewall *fw, const struct coverage_ranges *clients)
{
	_cleanup_free_ struct cidr *sources = NULL;
	size_t n = 0, capacity = 0, distinct = 0;

	for (size_t i = 0; i < fw->n && clients->n > 0; i++) {
		struct cidr source;

		if (!(fw->entries[i].flags & FIREWALL_RUNTIME) ||
		    !denial_of_mail(&fw->entries[i].item, &source) ||
		    coverage_ranges_ask(clients, &source, NULL) == COVERAGE_NONE)
			continue;
		if (grow(&sources, &capacity, n + 1, sizeof(*sources)) < 0)
			return -ENOMEM;
		sources[n++] = source;
	}
	if (n > 1)
		qsort(sources, n, sizeof(*sources), by_cidr);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || cidr_cmp(&sources[i - 1], &sources[i]) != 0;
	*out = distinct;
	return 0;
}
