/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard/system/firewalld/firewalld-answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/shell.h"
#include "guard/system/firewalld/firewalld-message.h"
#include "guard/system/host/busdict.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/iptables.h"

/* --- going through a dictionary ----------------------------------------------------------- */

typedef int (*setting_fn)(const char *key, DBusMessageIter *value, void *userdata);

static int each_setting(DBusMessage *message, setting_fn fn, void *userdata)
{
	DBusMessageIter iter, value;
	struct busdict dict;
	const char *key;
	int r = 0;

	if (!dbus_message_has_signature(message, "a{sv}") ||
	    !dbus_message_iter_init(message, &iter) || !busdict_begin(&dict, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	while (r == 0 && busdict_next(&dict, &key, &value))
		r = fn(key, &value, userdata);
	return r;
}

static int take_int(DBusMessageIter *value, int *out)
{
	dbus_int32_t number;

	if (dbus_message_iter_get_arg_type(value) != DBUS_TYPE_INT32)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_get_basic(value, &number);
	*out = number;
	return 0;
}

static int take_bool(DBusMessageIter *value, bool *out)
{
	dbus_bool_t on;

	if (dbus_message_iter_get_arg_type(value) != DBUS_TYPE_BOOLEAN)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_get_basic(value, &on);
	*out = on;
	return 0;
}

static int take_strings(DBusMessageIter *value, struct strv *out)
{
	DBusMessageIter element;
	int r = 0;

	if (dbus_message_iter_get_arg_type(value) != DBUS_TYPE_ARRAY ||
	    dbus_message_iter_get_element_type(value) != DBUS_TYPE_STRING)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	for (dbus_message_iter_recurse(value, &element);
	     r == 0 && dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		const char *string;

		dbus_message_iter_get_basic(&element, &string);
		r = strv_add(out, string);
	}
	return r;
}

/* --- zones and policies ------------------------------------------------------------------- */

struct zone_context {
	struct ruleset *ruleset;
	struct ruleset_zone *zone;
};

/* Names of ports that the model does not know: what this system says of them. */
static bool port_of_name(const char *name, const char *protocol, unsigned *out)
{
	const struct servent *entry = getservbyname(name, protocol);

	if (entry)
		*out = ntohs((uint16_t)entry->s_port);
	return entry != NULL;
}

static void resolve_port(struct ruleset_rule *rule)
{
	if (rule->rule.port && rule->port_last == 0 &&
	    port_of_name(rule->rule.port, rule->rule.protocol, &rule->port_first))
		rule->port_last = rule->port_first;
}

/* NAME/PROTOCOL of a name that the model does not know becomes NUMBER/PROTOCOL. */
static int add_port(struct strv *ports, const char *value)
{
	_cleanup_free_ char *name = strdup(value), *number = NULL;
	char *slash = name ? strchr(name, '/') : NULL;
	unsigned first, last;

	if (!name)
		return -ENOMEM;
	if (slash)
		*slash++ = '\0';
	if (!slash || services_port_range(name, &first, &last) ||
	    !port_of_name(name, slash, &first))
		return strv_add(ports, value);
	if (xasprintf(&number, "%u/%s", first, slash) < 0)
		return -ENOMEM;
	return strv_add_take(ports, steal(number));
}

static int resolve_ports(struct strv *ports)
{
	struct strv resolved = STRV_NULL;
	int r = 0;

	for (size_t i = 0; i < ports->n && r == 0; i++)
		r = add_port(&resolved, ports->strings[i]);
	if (r == 0) {
		strv_deinit(ports);
		*ports = resolved;
	} else {
		strv_deinit(&resolved);
	}
	return r;
}

static int take_rule(struct zone_context *context, const char *text)
{
	struct ruleset_zone *zone = context->zone;
	struct err err = ERR_NULL;
	int r = ruleset_add_rule(zone, text, &err);

	if (r > 0) {
		ruleset_skip(context->ruleset, zone->name, err.text);
		return 0;
	}
	if (r == 0) {
		resolve_port(&zone->rules[zone->n_rules - 1]);
		/* Of a zone they come in no order (core/fw_zone.py, list_rules: a set). */
		zone->rules[zone->n_rules - 1].in_order = zone->is_policy;
	}
	return r;
}

static int take_entry(enum item_kind kind, const char *value, void *userdata)
{
	struct zone_context *context = userdata;

	return kind == ITEM_RULE ? take_rule(context, value)
	                         : ruleset_add_value(context->zone, kind, value);
}

static int take_target(struct ruleset_zone *zone, DBusMessageIter *value)
{
	const char *target;

	if (dbus_message_iter_get_arg_type(value) != DBUS_TYPE_STRING)
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_get_basic(value, &target);
	/* Some releases let their own placeholder through: core/base.py. */
	if (strcmp(target, "{chain}_{zone}") == 0)
		target = "default";
	return target_parse(target, &zone->target) ? 0 : FIREWALLD_MESSAGE_E_MALFORMED;
}

/* What of a zone is no item. */
static int take_scalar(const char *key, DBusMessageIter *value, void *userdata)
{
	struct zone_context *context = userdata;
	struct ruleset_zone *zone = context->zone;

	if (strcmp(key, "target") == 0)
		return take_target(zone, value);
	if (strcmp(key, "priority") == 0)
		return take_int(value, &zone->priority);
	/* 2.0 brought it, and sorts by it; it is told always. */
	if (strcmp(key, "ingress_priority") == 0) {
		context->ruleset->dispatch = RULESET_DISPATCH_2;
		return take_int(value, &zone->ingress_priority);
	}
	if (strcmp(key, "egress_priority") == 0)
		return take_int(value, &zone->egress_priority);
	if (strcmp(key, "ingress_zones") == 0)
		return take_strings(value, &zone->ingress_zones);
	if (strcmp(key, "egress_zones") == 0)
		return take_strings(value, &zone->egress_zones);
	if (strcmp(key, "icmp_block_inversion") == 0)
		return take_bool(value, &zone->icmp_block_inversion);
	return 0;
}

static int take_disable(const char *key, DBusMessageIter *value, void *userdata)
{
	return strcmp(key, "disable") == 0 ? take_bool(value, userdata) : 0;
}

/**
 * firewalld_answers_zone() - a zone or policy of the runtime
 * @message: the answer to getZoneSettings2 or getPolicySettings
 * @ruleset: gets it added, unless it is disabled
 * @zone:    NAME, or policy:NAME
 *
 * 2.4 and later list policies that are there to be enabled some day (gateway-…) like all others.
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED, with a part of it added maybe; -ENOMEM.
 */
int firewalld_answers_zone(DBusMessage *message, struct ruleset *ruleset, const char *zone)
{
	struct zone_context context = {.ruleset = ruleset};
	const char *policy = item_policy_name(zone);
	bool disabled = false;
	int r = each_setting(message, take_disable, &disabled);

	if (r != 0 || disabled)
		return r;
	r = policy ? ruleset_add_policy(ruleset, policy, &context.zone)
	           : ruleset_add_zone(ruleset, zone, &context.zone);
	if (r == 0)
		r = each_setting(message, take_scalar, &context);
	return r == 0 ? firewalld_message_zone(message, take_entry, &context) : r;
}

/**
 * firewalld_answers_resolve() - the ports of zones and policies by their numbers
 *
 * When the items are made: they have what firewalld has, in the runtime as in what is permanent.
 *
 * Return: 0; -ENOMEM.
 */
int firewalld_answers_resolve(struct ruleset *ruleset)
{
	int r = 0;

	for (size_t i = 0; i < ruleset->n_zones && r == 0; i++) {
		r = resolve_ports(&ruleset->zones[i].ports);
		if (r == 0)
			r = resolve_ports(&ruleset->zones[i].source_ports);
	}
	return r;
}

static int hold(enum item_kind kind, const char *value, void *userdata)
{
	return ruleset_hold(userdata, kind, value);
}

/**
 * firewalld_answers_permanent() - what is permanent in a zone or policy
 * @message: the answer to getSettings2 or getSettings
 * @ruleset: gets it added, unless it is disabled
 * @zone:    NAME, or policy:NAME
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_permanent(DBusMessage *message, struct ruleset *ruleset, const char *zone)
{
	struct ruleset_held *held;
	bool disabled = false;
	int r = each_setting(message, take_disable, &disabled);

	if (r != 0 || disabled)
		return r;
	r = ruleset_add_held(ruleset, zone, true, &held);
	return r == 0 ? firewalld_message_zone(message, hold, held) : r;
}

/* A part of a combined zone is called ZONE/PART; the length of ZONE, 0: it is none. */
static size_t combined_length(const struct ruleset_held *held)
{
	const char *slash = strchr(held->zone, '/');

	if (!held->permanent || !slash || item_policy_name(held->zone) ||
	    item_ipset_name(held->zone) || item_direct_family(held->zone))
		return 0;
	return (size_t)(slash - held->zone);
}

static struct ruleset_held *find_held(struct ruleset *ruleset, const char *zone)
{
	for (size_t i = 0; i < ruleset->n_held; i++)
		if (ruleset->held[i].permanent && strcmp(ruleset->held[i].zone, zone) == 0)
			return &ruleset->held[i];
	return NULL;
}

/* Is there a part of this zone before this one? Then what is of the zone is already its parts'. */
static bool is_begun(const struct ruleset *ruleset, size_t at, size_t length)
{
	for (size_t i = 0; i < at; i++)
		if (combined_length(&ruleset->held[i]) == length &&
		    strncmp(ruleset->held[i].zone, ruleset->held[at].zone, length) == 0)
			return true;
	return false;
}

static int give_to_zone(struct ruleset *ruleset, size_t at, size_t length)
{
	_cleanup_free_ char *zone = strndup(ruleset->held[at].zone, length);
	bool begun = is_begun(ruleset, at, length);
	struct ruleset_held *whole;
	int r = zone ? 0 : -ENOMEM;

	/* another list may be made, and all of them move */
	if (r == 0 && !find_held(ruleset, zone))
		r = ruleset_add_held(ruleset, zone, true, &whole);
	if (r < 0)
		return r;
	whole = find_held(ruleset, zone);
	if (!begun)
		strv_deinit(&whole->items);
	for (size_t i = 0; i < ruleset->held[at].items.n && r == 0; i++)
		r = strv_add(&whole->items, ruleset->held[at].items.strings[i]);
	return r;
}

/**
 * firewalld_answers_combine() - make one zone of the parts that stand in a folder of its name
 *
 * /etc/firewalld/zones/public/10-mail.xml is "public/10-mail" in the permanent configuration;
 * the runtime has one zone public, of all such parts and of nothing else: a file public.xml,
 * shipped or of the administrator's, does not count (core/fw.py, _start_copy_config_to_runtime).
 *
 * Return: 0; -ENOMEM.
 */
int firewalld_answers_combine(struct ruleset *ruleset)
{
	size_t n = ruleset->n_held;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		size_t length = combined_length(&ruleset->held[i]);

		if (length)
			r = give_to_zone(ruleset, i, length);
	}
	for (size_t i = 0; i < n && r == 0; i++)
		if (combined_length(&ruleset->held[i]))
			strv_deinit(&ruleset->held[i].items);
	return r;
}

/* --- services ----------------------------------------------------------------------------- */

static int take_destinations(DBusMessageIter *value, struct ruleset_service *service)
{
	const char *family, *address;
	DBusMessageIter text;
	struct busdict dict;

	if (!busdict_begin(&dict, value))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	while (busdict_next(&dict, &family, &text)) {
		char **to =
		    strcmp(family, "ipv6") == 0 ? &service->destination6 : &service->destination4;

		if (dbus_message_iter_get_arg_type(&text) != DBUS_TYPE_STRING)
			return FIREWALLD_MESSAGE_E_MALFORMED;
		dbus_message_iter_get_basic(&text, &address);
		free(*to);
		*to = strdup(address);
		if (!*to)
			return -ENOMEM;
	}
	return 0;
}

static int take_service_setting(const char *key, DBusMessageIter *value, void *userdata)
{
	struct ruleset_service *service = userdata;

	if (strcmp(key, "helpers") == 0)
		return take_strings(value, &service->helpers);
	if (strcmp(key, "destination") == 0)
		return take_destinations(value, service);
	return 0;
}

/**
 * firewalld_answers_service() - what a service consists of
 * @message: the answer to getServiceSettings2
 * @ruleset: gets it added
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_service(DBusMessage *message, struct ruleset *ruleset, const char *name)
{
	struct ruleset_service *service;
	int r = ruleset_add_service(ruleset, name, &service);

	if (r == 0)
		r = firewalld_message_service(message, &service->ports, &service->protocols,
		                              &service->source_ports, &service->includes);
	if (r == 0)
		r = resolve_ports(&service->ports);
	if (r == 0)
		r = resolve_ports(&service->source_ports);
	return r == 0 ? each_setting(message, take_service_setting, service) : r;
}

/* --- ipsets ------------------------------------------------------------------------------- */

static int take_options(DBusMessageIter *value, bool *ipv6, bool *timed)
{
	const char *key, *text;
	DBusMessageIter option;
	struct busdict dict;

	if (!busdict_begin(&dict, value))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	while (busdict_next(&dict, &key, &option)) {
		dbus_message_iter_get_basic(&option, &text);
		*ipv6 = *ipv6 || (strcmp(key, "family") == 0 && strcmp(text, "inet6") == 0);
		*timed = *timed || (strcmp(key, "timeout") == 0 && strcmp(text, "0") != 0);
	}
	return 0;
}

struct entry {
	const char *text;
	struct cidr cidr;
	size_t at;
};

static int by_address(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;
	int r = cidr_cmp(&one->cidr, &two->cidr);

	return r != 0 ? r : one->at < two->at ? -1 : 1;
}

/* In the order of the addresses: there may be very many, and each is put behind the last. */
static int take_ipset_entries(DBusMessageIter *value, struct ruleset *ruleset,
                              struct ruleset_ipset *ipset)
{
	_cleanup_strv_ struct strv entries = STRV_NULL;
	_cleanup_free_ struct entry *sorted = NULL;
	int r = take_strings(value, &entries);

	if (r == 0)
		sorted = calloc(entries.n + 1, sizeof(*sorted));
	if (!sorted)
		return r == 0 ? -ENOMEM : r;
	for (size_t i = 0; i < entries.n; i++) {
		sorted[i] = (struct entry){.text = entries.strings[i], .at = i};
		if (cidr_parse(&sorted[i].cidr, sorted[i].text, 0, NULL) != 0)
			sorted[i].cidr = CIDR_NULL;
	}
	qsort(sorted, entries.n, sizeof(*sorted), by_address);
	for (size_t i = 0; i < entries.n && r == 0; i++) {
		struct err err = ERR_NULL;

		r = ruleset_add_entry(ipset, sorted[i].text, &err);
		if (r <= 0)
			continue;
		ruleset_skip(ruleset, ipset->name, err.text);
		ipset->known = false;
		r = 0;
	}
	return r;
}

/**
 * firewalld_answers_ipset() - an ipset with its entries
 * @message: the answer to getIPSetSettings
 * @ruleset: gets it added; entries of an ipset with a timeout nobody tells
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_ipset(DBusMessage *message, struct ruleset *ruleset, const char *name)
{
	DBusMessageIter iter, field;
	struct ruleset_ipset *ipset;
	const char *type;
	bool ipv6 = false, timed = false;
	int r;

	/* version, name, description, type, options, entries */
	if (!dbus_message_has_signature(message, "(ssssa{ss}as)") ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	dbus_message_iter_recurse(&iter, &field);
	for (unsigned i = 0; i < 3; i++)
		dbus_message_iter_next(&field);
	dbus_message_iter_get_basic(&field, &type);
	dbus_message_iter_next(&field);
	r = take_options(&field, &ipv6, &timed);
	if (r == 0)
		r = ruleset_add_ipset(ruleset, name, type, ipv6, &ipset);
	if (r != 0)
		return r;
	ipset->timed = timed;
	ipset->known = !timed;
	dbus_message_iter_next(&field);
	return take_ipset_entries(&field, ruleset, ipset);
}

/**
 * firewalld_answers_permanent_ipset() - the permanent entries of an ipset
 * @message: the answer to getEntries of its object
 * @zone:    ipset:NAME
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_permanent_ipset(DBusMessage *message, struct ruleset *ruleset,
                                      const char *zone)
{
	_cleanup_strv_ struct strv entries = STRV_NULL;
	struct ruleset_held *held;
	int r = firewalld_message_list(message, DBUS_TYPE_STRING, &entries);

	if (r == 0)
		r = ruleset_add_held(ruleset, zone, true, &held);
	for (size_t i = 0; i < entries.n && r == 0; i++)
		r = ruleset_hold(held, ITEM_ENTRY, entries.strings[i]);
	return r;
}

/* --- direct rules ------------------------------------------------------------------------- */

struct holding {
	struct ruleset *ruleset;
	bool permanent;
};

static int hold_direct(enum item_kind kind, const char *zone, const char *value, void *userdata)
{
	const struct holding *holding = userdata;
	struct ruleset_held *held;
	int r = ruleset_add_held(holding->ruleset, zone, holding->permanent, &held);

	return r == 0 ? ruleset_hold(held, kind, value) : r;
}

/**
 * firewalld_answers_direct() - what the direct interface holds, as it is
 * @message: the answer to getAllChains, to getAllRules, or to getSettings of the permanent one
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_direct(DBusMessage *message, struct ruleset *ruleset, bool permanent)
{
	struct holding holding = {ruleset, permanent};

	return firewalld_message_direct(message, hold_direct, &holding);
}

struct direct_rule {
	const char *family, *table, *chain;
	dbus_int32_t priority;
	struct strv words;
	size_t at;
};

struct directs {
	struct direct_rule *rules;
	size_t n;
	size_t capacity;
};

static void directs_deinit(struct directs *directs)
{
	for (size_t i = 0; i < directs->n; i++)
		strv_deinit(&directs->rules[i].words);
	free(directs->rules);
}

static int by_priority(const void *a, const void *b)
{
	const struct direct_rule *one = a, *two = b;

	if (one->priority != two->priority)
		return one->priority < two->priority ? -1 : 1;
	return one->at < two->at ? -1 : 1;
}

static int take_direct(DBusMessageIter *element, struct directs *directs)
{
	DBusMessageIter field;
	struct direct_rule *rule;
	int r = grow(&directs->rules, &directs->capacity, directs->n + 1, sizeof(*directs->rules));

	if (r < 0)
		return r;
	rule = &directs->rules[directs->n];
	*rule = (struct direct_rule){.at = directs->n};
	directs->n++;
	dbus_message_iter_recurse(element, &field);
	dbus_message_iter_get_basic(&field, &rule->family);
	dbus_message_iter_next(&field);
	dbus_message_iter_get_basic(&field, &rule->table);
	dbus_message_iter_next(&field);
	dbus_message_iter_get_basic(&field, &rule->chain);
	dbus_message_iter_next(&field);
	dbus_message_iter_get_basic(&field, &rule->priority);
	dbus_message_iter_next(&field);
	return take_strings(&field, &rule->words);
}

static void add_words(struct builder *command, const struct strv *words)
{
	for (size_t i = 0; i < words->n; i++)
		shell_addf(command, " %s", words->strings[i]);
}

static int add_direct(struct ruleset *ruleset, const struct direct_rule *rule)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *command = NULL;

	shell_addf(&text, RULESET_DIRECT_REMOVAL " %s %s %s %d", rule->family, rule->table,
	           rule->chain, (int)rule->priority);
	add_words(&text, &rule->words);
	if (builder_take(&text, &command) < 0)
		return -ENOMEM;
	return iptables_add_direct(ruleset, rule->family, rule->table, rule->chain, &rule->words,
	                           command);
}

/**
 * firewalld_answers_direct_rules() - firewalld's direct rules
 * @message: the answer to getAllRules of the direct interface
 * @ruleset: gets them added, those of bridges left out
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_direct_rules(DBusMessage *message, struct ruleset *ruleset)
{
	_cleanup_(directs_deinit) struct directs directs = {0};
	DBusMessageIter iter, element;
	int r = 0;

	if (!dbus_message_has_signature(message, "a(sssias)") ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	for (dbus_message_iter_recurse(&iter, &element);
	     r == 0 && dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element))
		r = take_direct(&element, &directs);
	if (directs.n > 1)
		qsort(directs.rules, directs.n, sizeof(*directs.rules), by_priority);
	for (size_t i = 0; i < directs.n && r == 0; i++) {
		const struct direct_rule *rule = &directs.rules[i];

		if (strcmp(rule->family, "eb") != 0)
			r = add_direct(ruleset, rule);
	}
	return r;
}

/* -A CHAIN or -I CHAIN [NUMBER], in table -t TABLE: the chain and what is left. */
static bool split_passthrough(const struct strv *words, const char **table, const char **chain,
                              struct strv *rest)
{
	*table = "filter";
	*chain = NULL;
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->strings[i];
		bool last = i + 1 >= words->n;
		unsigned long number;

		if ((strcmp(word, "-t") == 0 || strcmp(word, "--table") == 0) && !last) {
			*table = words->strings[++i];
		} else if ((strcmp(word, "-A") == 0 || strcmp(word, "-I") == 0 ||
		            strcmp(word, "--append") == 0 || strcmp(word, "--insert") == 0) &&
		           !last) {
			*chain = words->strings[++i];
			if (i + 1 < words->n && parse_uint(words->strings[i + 1], 65535, &number))
				i++;
		} else if (strv_add(rest, word) < 0) {
			return false;
		}
	}
	return *chain != NULL;
}

static int add_passthrough(struct ruleset *ruleset, const char *family, const char *table,
                           const char *chain, const struct strv *words, const struct strv *rest)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *command = NULL;

	shell_addf(&text, "--direct --remove-passthrough %s", family);
	add_words(&text, words);
	if (builder_take(&text, &command) < 0)
		return -ENOMEM;
	return iptables_add_direct(ruleset, family, table, chain, rest, command);
}

/**
 * firewalld_answers_passthroughs() - what is passed through to iptables, as far as it adds rules
 * @message: the answer to getAllPassthroughs of the direct interface
 * @ruleset: gets them added, in the order of the answer
 *
 * Return: 0; FIREWALLD_MESSAGE_E_MALFORMED; -ENOMEM.
 */
int firewalld_answers_passthroughs(DBusMessage *message, struct ruleset *ruleset)
{
	DBusMessageIter iter, element, field;
	int r = 0;

	if (!dbus_message_has_signature(message, "a(sas)") ||
	    !dbus_message_iter_init(message, &iter))
		return FIREWALLD_MESSAGE_E_MALFORMED;
	for (dbus_message_iter_recurse(&iter, &element);
	     r == 0 && dbus_message_iter_get_arg_type(&element) != DBUS_TYPE_INVALID;
	     dbus_message_iter_next(&element)) {
		_cleanup_strv_ struct strv words = STRV_NULL, rest = STRV_NULL;
		const char *family, *table, *chain;

		dbus_message_iter_recurse(&element, &field);
		dbus_message_iter_get_basic(&field, &family);
		dbus_message_iter_next(&field);
		r = take_strings(&field, &words);
		if (r == 0 && strcmp(family, "eb") != 0 &&
		    split_passthrough(&words, &table, &chain, &rest))
			r = add_passthrough(ruleset, family, table, chain, &words, &rest);
	}
	return r;
}
