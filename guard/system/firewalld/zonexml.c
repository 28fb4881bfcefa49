// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/zonexml.h"

#include "guard/model/portspace.h"
#include "guard/system/firewalld/portname.h"
#include "guard/system/firewalld/xmlline.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 16
#define RULE_MAX  ITEM_VALUE_MAX

/* The parts of a rule in the order of firewalld's rich language, whatever theirs is in the file. */
enum part {
	PART_HEAD,
	PART_SOURCE,
	PART_DESTINATION,
	PART_ELEMENT,
	PART_LOG,
	PART_AUDIT,
	PART_ACTION,
	N_PARTS,
};

struct rule {
	char text[N_PARTS][RULE_MAX];
	enum part last; /* what a limit belongs to */
	bool accepts;
	bool unknown; /* not to be written as a rich rule */
};

struct zonexml {
	XML_Parser parser;
	struct firewall *out;
	const char *zone;
	const char *root; /* the name that the outermost element has to have */
	unsigned depth;
	struct rule *rule; /* owned; inside of one */
	char entry[ITEM_VALUE_MAX];
	size_t entry_n;
	bool in_entry;
	int result;
	struct err *err;
};

/* --- attributes -------------------------------------------------------------------------- */

static const char *attribute(const XML_Char *const *attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1];
	return NULL;
}

static void stop(struct zonexml *xml, int result)
{
	if (xml->result == 0)
		xml->result = result;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

static void refuse(struct zonexml *xml, int result, const char *why, const char *name)
{
	if (xml->result == 0)
		(void)err_set(xml->err, result, "line %lu: %s <%.40s>", xmlline(xml->parser), why,
		              name);
	stop(xml, result);
}

/* --- items ------------------------------------------------------------------------------- */

static void put_item(struct zonexml *xml, enum item_kind kind, const char *value)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r = item_init(&item, xml->zone, kind, value, NULL);

	if (r > 0)
		return; /* firewalld may know what it is */
	if (r == 0)
		r = firewall_put(xml->out, &item, &entry);
	if (r == 0)
		entry->flags = FIREWALL_PERMANENT;
	else
		stop(xml, r);
}

static void put_joined(struct zonexml *xml, enum item_kind kind, const char *before,
                       const char *value, const char *after)
{
	char text[ITEM_VALUE_MAX], port[PORTNAME_SIZE];
	bool is_port = kind == ITEM_PORT || kind == ITEM_SOURCE_PORT;
	int n = snprintf(text, sizeof(text), "%s%s%s%s", before,
	                 is_port ? portname_settle(port, value) : value, *after ? "/" : "", after);

	if (n > 0 && (size_t)n < sizeof(text))
		put_item(xml, kind, text);
}

static void put_forward(struct zonexml *xml, const XML_Char *const *attributes)
{
	const char *port = attribute(attributes, "port");
	const char *protocol = attribute(attributes, "protocol");
	const char *to_port = attribute(attributes, "to-port");
	const char *to_address = attribute(attributes, "to-addr");
	char value[ITEM_VALUE_MAX], from[PORTNAME_SIZE], to[PORTNAME_SIZE];
	int n;

	if (!port || !protocol)
		return;
	n = snprintf(value, sizeof(value), "port=%s:proto=%s:toport=%s:toaddr=%s",
	             portname_settle(from, port), protocol,
	             portname_settle(to, to_port ? to_port : ""), to_address ? to_address : "");
	if (n > 0 && (size_t)n < sizeof(value))
		put_item(xml, ITEM_FORWARD_PORT, value);
}

static const struct {
	const char *element;
	enum item_kind kind;
	const char *before; /* the value of the first attribute */
	const char *first;
	const char *second; /* follows after a slash; NULL: there is none */
} simple[] = {
    {"service", ITEM_SERVICE, "", "name", NULL},
    {"port", ITEM_PORT, "", "port", "protocol"},
    {"source-port", ITEM_SOURCE_PORT, "", "port", "protocol"},
    {"protocol", ITEM_PROTOCOL, "", "value", NULL},
    {"icmp-block", ITEM_ICMP_BLOCK, "", "name", NULL},
    {"interface", ITEM_INTERFACE, "", "name", NULL},
    {"source", ITEM_SOURCE, "", "address", NULL},
    {"source", ITEM_SOURCE, ITEM_IPSET_PREFIX, "ipset", NULL},
};

static void start_in_zone(struct zonexml *xml, const char *name, const XML_Char *const *attributes)
{
	for (size_t i = 0; i < ARRAY_SIZE(simple); i++) {
		const char *first = attribute(attributes, simple[i].first);
		const char *second =
		    simple[i].second ? attribute(attributes, simple[i].second) : "";

		if (strcmp(name, simple[i].element) == 0 && first && second)
			put_joined(xml, simple[i].kind, simple[i].before, first, second);
	}
	if (strcmp(name, "masquerade") == 0)
		put_item(xml, ITEM_MASQUERADE, "yes");
	else if (strcmp(name, "forward") == 0)
		put_item(xml, ITEM_FORWARD, "yes");
	else if (strcmp(name, "forward-port") == 0)
		put_forward(xml, attributes);
}

/* --- rules ------------------------------------------------------------------------------- */

static const struct {
	const char *element;
	enum part part;
	const char *attributes[4];
} rule_parts[] = {
    {"source", PART_SOURCE, {"address", "mac", "ipset"}},
    {"destination", PART_DESTINATION, {"address", "ipset"}},
    {"service", PART_ELEMENT, {"name"}},
    {"port", PART_ELEMENT, {"port", "protocol"}},
    {"protocol", PART_ELEMENT, {"value"}},
    {"icmp-block", PART_ELEMENT, {"name"}},
    {"icmp-type", PART_ELEMENT, {"name"}},
    {"masquerade", PART_ELEMENT, {NULL}},
    {"forward-port", PART_ELEMENT, {"port", "protocol", "to-port", "to-addr"}},
    {"source-port", PART_ELEMENT, {"port", "protocol"}},
    {"tcp-mss-clamp", PART_ELEMENT, {"value"}},
    {"log", PART_LOG, {"prefix", "level"}},
    {"nflog", PART_LOG, {"group", "prefix", "queue-size"}},
    {"audit", PART_AUDIT, {NULL}},
    {"accept", PART_ACTION, {NULL}},
    {"reject", PART_ACTION, {"type"}},
    {"drop", PART_ACTION, {NULL}},
    {"mark", PART_ACTION, {"set"}},
};

static void append(struct rule *rule, enum part part, const char *before, const char *value,
                   const char *after)
{
	char *text = rule->text[part];
	size_t used = strlen(text);
	int n = snprintf(text + used, RULE_MAX - used, "%s%s%s", before, value, after);

	if (n < 0 || (size_t)n >= RULE_MAX - used)
		rule->unknown = true;
}

static void append_attribute(struct rule *rule, enum part part, const char *name, const char *value)
{
	/* the rich language has no way to write a quote inside of quotes */
	if (strchr(value, '"')) {
		rule->unknown = true;
		return;
	}
	append(rule, part, " ", name, "=\"");
	append(rule, part, value, "\"", "");
}

static bool is_true(const char *value)
{
	return value && (strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0);
}

static void start_rule(struct zonexml *xml, const XML_Char *const *attributes)
{
	static const char *const names[] = {"priority", "family"};

	xml->rule = calloc(1, sizeof(*xml->rule));
	if (!xml->rule) {
		stop(xml, -ENOMEM);
		return;
	}
	append(xml->rule, PART_HEAD, "rule", "", "");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (attribute(attributes, names[i]))
			append_attribute(xml->rule, PART_HEAD, names[i],
			                 attribute(attributes, names[i]));
}

static void start_in_rule(struct rule *rule, const char *name, const XML_Char *const *attributes)
{
	size_t i = 0;

	if (strcmp(name, "limit") == 0) {
		append(rule, rule->last, " limit", "", "");
		append_attribute(rule, rule->last, "value",
		                 attribute(attributes, "value") ? attribute(attributes, "value")
		                                                : "");
		return;
	}
	while (i < ARRAY_SIZE(rule_parts) && strcmp(rule_parts[i].element, name) != 0)
		i++;
	if (i == ARRAY_SIZE(rule_parts) || rule->text[rule_parts[i].part][0]) {
		rule->unknown = true;
		return;
	}
	rule->last = rule_parts[i].part;
	rule->accepts |= strcmp(name, "accept") == 0;
	append(rule, rule->last, " ", name, "");
	if (is_true(attribute(attributes, "invert")))
		append(rule, rule->last, " NOT", "", "");
	for (size_t j = 0; j < ARRAY_SIZE(rule_parts[i].attributes); j++) {
		const char *wanted = rule_parts[i].attributes[j];
		const char *value = wanted ? attribute(attributes, wanted) : NULL;

		if (value)
			append_attribute(rule, rule->last, wanted, value);
	}
}

static void end_rule(struct zonexml *xml)
{
	_cleanup_free_ struct rule *rule = steal(xml->rule);
	char text[RULE_MAX] = "";
	size_t used = 0;

	if (!rule->accepts || rule->unknown)
		return;
	for (enum part part = 0; part < N_PARTS; part++) {
		size_t n = strlen(rule->text[part]);

		if (n >= sizeof(text) - used)
			return;
		memcpy(text + used, rule->text[part], n + 1);
		used += n;
	}
	put_item(xml, ITEM_RULE, text);
}

/* --- what expat tells -------------------------------------------------------------------- */

static void on_start(void *userdata, const XML_Char *name, const XML_Char **attributes)
{
	struct zonexml *xml = userdata;
	const XML_Char *const *pairs = (const XML_Char *const *)attributes;

	if (xml->result)
		return;
	if (++xml->depth > DEPTH_MAX)
		refuse(xml, ZONEXML_E_UNKNOWN, "nested too deeply:", name);
	else if (xml->depth == 1 && strcmp(name, xml->root) != 0)
		refuse(xml, ZONEXML_E_BROKEN, "another kind of file:", name);
	else if (xml->depth == 1)
		return;
	else if (xml->rule)
		start_in_rule(xml->rule, name, pairs);
	else if (strcmp(name, "rule") == 0)
		start_rule(xml, pairs);
	else if (strcmp(name, "entry") == 0) {
		xml->in_entry = true;
		xml->entry_n = 0;
	} else if (!item_ipset_name(xml->zone))
		start_in_zone(xml, name, pairs);
}

static void on_end(void *userdata, const XML_Char *name)
{
	struct zonexml *xml = userdata;

	if (xml->result)
		return;
	xml->depth--;
	if (strcmp(name, "rule") == 0 && xml->rule)
		end_rule(xml);
	if (strcmp(name, "entry") == 0 && xml->in_entry) {
		xml->entry[xml->entry_n] = '\0';
		xml->in_entry = false;
		put_item(xml, ITEM_ENTRY, xml->entry);
	}
}

static void on_text(void *userdata, const XML_Char *text, int n)
{
	struct zonexml *xml = userdata;

	for (int i = 0; xml->in_entry && i < n; i++)
		if (!strchr(" \t\r\n", text[i]) && xml->entry_n < sizeof(xml->entry) - 1)
			xml->entry[xml->entry_n++] = text[i];
}

/* Entities could make much of little; no file of firewalld has any. */
static void on_doctype(void *userdata, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int has_internal)
{
	(void)system;
	(void)public;
	(void)has_internal;
	refuse(userdata, ZONEXML_E_UNKNOWN, "has a document type:", name);
}

static int parse(struct zonexml *xml, const char *bytes, size_t n)
{
	enum XML_Error code;

	if (XML_Parse(xml->parser, bytes, (int)n, 1) == XML_STATUS_OK || xml->result)
		return xml->result;
	code = XML_GetErrorCode(xml->parser);
	if (code == XML_ERROR_NO_MEMORY)
		return -ENOMEM;
	return err_set(xml->err,
	               code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING
	                   ? ZONEXML_E_UNKNOWN
	                   : ZONEXML_E_BROKEN,
	               "line %lu: %s", xmlline(xml->parser), XML_ErrorString(code));
}

/**
 * zonexml_parse() - the items that a file of firewalld has
 * @out:   gets them added, with FIREWALL_PERMANENT; of no use after a failure
 * @zone:  a zone, or policy:NAME or ipset:NAME, which say what kind of file it is
 * @bytes: the whole file
 *
 * Mirrors core/io/zone.py, policy.py and ipset.py of firewalld.
 *
 * Return: 0; ZONEXML_E_BROKEN, ZONEXML_E_UNKNOWN with line and reason; -ENOMEM.
 */
int zonexml_parse(struct firewall *out, const char *zone, const char *bytes, size_t n,
                  struct err *err)
{
	struct zonexml xml = {
	    .out = out,
	    .zone = zone,
	    .root = item_policy_name(zone)  ? "policy"
	            : item_ipset_name(zone) ? "ipset"
	                                    : "zone",
	    .err = err,
	};
	int r;

	if (n > INT_MAX)
		return err_set(err, ZONEXML_E_UNKNOWN, "too long");
	xml.parser = XML_ParserCreate(NULL);
	if (!xml.parser)
		return -ENOMEM;
	XML_SetUserData(xml.parser, &xml);
	XML_SetElementHandler(xml.parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml.parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml.parser, on_doctype);
	r = parse(&xml, bytes, n);
	if (r == 0)
		r = portspace_settle(out);
	free(xml.rule);
	XML_ParserFree(xml.parser);
	return r;
}
