/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/model/ban/denial.h"

#include "guard/model/mail/services.h"
#include "guard/model/rule/richrule.h"

#include <errno.h>
#include <string.h>

#define WANTED (SERVICES_MAIL | SERVICES_WEB)

static bool is_mail_service(const char *name)
{
	const struct service *service = name ? services_by_name(name) : NULL;

	return service && (service->purpose & WANTED);
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
		return services_stand_in(rule->port, rule->protocol, WANTED);
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
 *
 * Return: 1 or 0; -ENOMEM.
 */
int denial_of_mail(const struct item *item, struct cidr *source)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = item->kind == ITEM_RULE ? richrule_parse(&rule, item->value, NULL) : 1;

	if (r != 0)
		return r < 0 ? r : 0;
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
		int denies = fw->entries[i].flags & FIREWALL_RUNTIME
		                 ? denial_of_mail(&fw->entries[i].item, &source)
		                 : 0;

		if (denies < 0)
			return denies;
		if (denies == 0 || coverage_ranges_ask(clients, &source, NULL) == COVERAGE_NONE)
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
