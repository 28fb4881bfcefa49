// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/elements.h"

#include <string.h>

#define RULES "zones policies"

/* Mirrors PARSER_REQUIRED_ELEMENT_ATTRS and _OPTIONAL_ of core/io/, 0.9 to 2.5. */
static const struct {
	const char *folders, *element;
	const char *needs; /* and says so */
	const char *takes; /* and ends in a KeyError without */
	const char *may;
	bool newer; /* than 0.9 */
} known[] = {
    {"zones", "zone", .may = "name immutable target version"},
    {"zones", "zone", .may = "ingress-priority egress-priority", .newer = true},
    {"zones", "interface", .needs = "name"},
    {"zones", .element = "forward"},
    {"zones", .element = "icmp-block-inversion"},
    {"zones", "masquerade", .may = "enabled"},
    {"policies", "policy", .needs = "target", .may = "version priority"},
    {"policies", .element = "masquerade"},
    {"policies", "ingress-zone", .needs = "name"},
    {"policies", "egress-zone", .needs = "name"},
    {"policies", "disable", .newer = true},
    {RULES, "service", .needs = "name"},
    {RULES, "port", .needs = "port protocol"},
    {RULES, "source-port", .needs = "port protocol"},
    {RULES, "forward-port", .needs = "port protocol", .may = "to-port to-addr"},
    {RULES, "protocol", .needs = "value"},
    {RULES, "icmp-block", .needs = "name"},
    {RULES, "icmp-type", .needs = "name"},
    {RULES, "rule", .may = "family priority"},
    {RULES, "source", .may = "address mac invert family ipset"},
    {RULES, "destination", .needs = "address" /* before 1.0 */, .may = "invert"},
    {RULES, "destination", .may = "ipset", .newer = true},
    {RULES, "log", .may = "prefix level"},
    {RULES, "nflog", .may = "group prefix queue-size", .newer = true},
    {RULES, .element = "audit"},
    {RULES, .element = "accept"},
    {RULES, "reject", .may = "type"},
    {RULES, .element = "drop"},
    {RULES, "mark", .needs = "set"},
    {RULES, "limit", .needs = "value"},
    {RULES, "limit", .may = "burst", .newer = true},
    {RULES, "tcp-mss-clamp", .may = "value", .newer = true},
    {"services", "service", .may = "name version"},
    {"services", "port", .takes = "port protocol"},
    {"services", "source-port", .takes = "port protocol"},
    {"services", "protocol", .takes = "value"},
    {"services", "module", .takes = "name"},
    {"services", "helper", .takes = "name"},
    {"services", "include", .takes = "service"},
    {"services icmptypes", "destination", .may = "ipv4 ipv6"},
    {"ipsets", "ipset", .needs = "type", .may = "version"},
    {"ipsets", "option", .needs = "name", .may = "value"},
    {"ipsets", .element = "entry"},
    {"icmptypes", "icmptype", .may = "name version"},
    {"helpers", "helper", .needs = "module", .may = "name version family"},
    {"helpers", "port", .takes = "port protocol"},
};

/** elements_lists() - is it one of the words of @list? NULL: an empty list */
bool elements_lists(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at && *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		if (length == n && strncmp(at, word, n) == 0)
			return true;
		at += length;
	}
	return false;
}

static bool is_row(size_t i, const char *folder, const char *element)
{
	return strcmp(known[i].element, element) == 0 && elements_lists(known[i].folders, folder);
}

/**
 * elements_knows() - may such a thing be in a file of @folder?
 * @attribute: NULL: the element is asked for
 * @newer:     for a firewalld later than 0.9, too
 */
bool elements_knows(const char *folder, const char *element, const char *attribute, bool newer)
{
	if (!attribute && (strcmp(element, "short") == 0 || strcmp(element, "description") == 0))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (is_row(i, folder, element) && (newer || !known[i].newer) &&
		    (!attribute || elements_lists(known[i].needs, attribute) ||
		     elements_lists(known[i].takes, attribute) ||
		     elements_lists(known[i].may, attribute)))
			return true;
	return false;
}

/** elements_needs() - does firewalld say so when @attribute is not there? */
bool elements_needs(const char *folder, const char *element, const char *attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (is_row(i, folder, element) && elements_lists(known[i].needs, attribute))
			return true;
	return false;
}

/** elements_takes() - does firewalld say its name, and nothing else, when it is not there? */
bool elements_takes(const char *folder, const char *element, const char *attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (is_row(i, folder, element) && elements_lists(known[i].takes, attribute))
			return true;
	return false;
}
