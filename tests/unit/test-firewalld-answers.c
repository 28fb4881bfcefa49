// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/firewalld-answers.h"

#include <string.h>

#include "guard/model/packet/itemview.h"
#include "guard/system/firewalld/firewalld-message.h"

#include "tests/unit/unit.h"

/* --- messages ----------------------------------------------------------------------------- */

struct dict {
	DBusMessage *message;
	DBusMessageIter iter, array;
};

static struct dict dict_begin(void)
{
	struct dict dict = {.message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN)};

	return dict;
}

static void dict_open(struct dict *dict)
{
	dbus_message_iter_init_append(dict->message, &dict->iter);
	ck_assert(
	    dbus_message_iter_open_container(&dict->iter, DBUS_TYPE_ARRAY, "{sv}", &dict->array));
}

static void dict_close(struct dict *dict)
{
	ck_assert(dbus_message_iter_close_container(&dict->iter, &dict->array));
}

static void dict_basic(struct dict *dict, const char *key, int type, const void *value)
{
	const char signature[] = {(char)type, '\0'};
	DBusMessageIter pair, variant;

	ck_assert(
	    dbus_message_iter_open_container(&dict->array, DBUS_TYPE_DICT_ENTRY, NULL, &pair));
	ck_assert(dbus_message_iter_append_basic(&pair, DBUS_TYPE_STRING, &key));
	ck_assert(dbus_message_iter_open_container(&pair, DBUS_TYPE_VARIANT, signature, &variant));
	ck_assert(dbus_message_iter_append_basic(&variant, type, value));
	ck_assert(dbus_message_iter_close_container(&pair, &variant));
	ck_assert(dbus_message_iter_close_container(&dict->array, &pair));
}

static void dict_string(struct dict *dict, const char *key, const char *value)
{
	dict_basic(dict, key, DBUS_TYPE_STRING, &value);
}

static void append_strings(DBusMessageIter *to, const char *words)
{
	_cleanup_strv_ struct strv list = STRV_NULL;
	DBusMessageIter array;

	ck_assert_int_eq(strv_split(&list, words, "|"), 0);
	ck_assert(dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "s", &array));
	for (size_t i = 0; i < list.n; i++)
		ck_assert(
		    dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, &list.strings[i]));
	ck_assert(dbus_message_iter_close_container(to, &array));
}

static void dict_strings(struct dict *dict, const char *key, const char *words)
{
	DBusMessageIter pair, variant;

	ck_assert(
	    dbus_message_iter_open_container(&dict->array, DBUS_TYPE_DICT_ENTRY, NULL, &pair));
	ck_assert(dbus_message_iter_append_basic(&pair, DBUS_TYPE_STRING, &key));
	ck_assert(dbus_message_iter_open_container(&pair, DBUS_TYPE_VARIANT, "as", &variant));
	append_strings(&variant, words);
	ck_assert(dbus_message_iter_close_container(&pair, &variant));
	ck_assert(dbus_message_iter_close_container(&dict->array, &pair));
}

/* --- tests -------------------------------------------------------------------------------- */

START_TEST(takes_a_zone)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	const struct ruleset_zone *zone;
	struct dict dict = dict_begin();
	dbus_int32_t priority = -3;
	dbus_bool_t on = TRUE;

	dict_open(&dict);
	dict_string(&dict, "target", "%%REJECT%%");
	dict_basic(&dict, "ingress_priority", DBUS_TYPE_INT32, &priority);
	dict_basic(&dict, "icmp_block_inversion", DBUS_TYPE_BOOLEAN, &on);
	dict_strings(&dict, "sources", "192.0.2.0/24|ipset:friends");
	dict_strings(&dict, "services", "imaps");
	dict_strings(&dict, "rules_str",
	             "rule family=\"ipv4\" source address=\"192.0.2.1\" drop|not a rule");
	dict_string(&dict, "something_new", "is none of ours");
	dict_close(&dict);
	ck_assert_int_eq(firewalld_answers_zone(dict.message, &ruleset, "office"), 0);
	dbus_message_unref(dict.message);
	zone = ruleset_zone(&ruleset, "office");
	ck_assert_ptr_nonnull(zone);
	ck_assert_int_eq((int)zone->target, TARGET_REJECT);
	ck_assert_int_eq(zone->ingress_priority, -3);
	ck_assert(zone->icmp_block_inversion);
	ck_assert_uint_eq(zone->sources.n, 2);
	ck_assert_uint_eq(zone->n_rules, 1);
	ck_assert(!zone->rules[0].in_order);
	/* what is not understood is told, not forgotten */
	ck_assert_uint_eq(ruleset.n_skipped, 1);
	ck_assert_ptr_nonnull(strstr(ruleset.skipped, "office"));
}
END_TEST

/* 2.4 and later list disabled policies like all others: gateway-… come with it. */
static const struct {
	const char *zone;
	int disable; /* -1: the key is not there */
	size_t n_policies, n_permanent;
} disabled[] = {
    {"policy:gateway-lan-to-wan", 1, 0, 0},
    {"policy:gateway-lan-to-wan", 0, 1, 1},
    {"policy:mail-in", -1, 1, 1},
};

START_TEST(a_disabled_policy_does_not_count)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	struct dict dict = dict_begin();
	dbus_bool_t on = disabled[_i].disable > 0;

	dict_open(&dict);
	dict_strings(&dict, "services", "imaps");
	dict_strings(&dict, "ingress_zones", "ANY");
	dict_strings(&dict, "egress_zones", "HOST");
	if (disabled[_i].disable >= 0)
		dict_basic(&dict, "disable", DBUS_TYPE_BOOLEAN, &on);
	dict_close(&dict);
	ck_assert_int_eq(firewalld_answers_zone(dict.message, &ruleset, disabled[_i].zone), 0);
	ck_assert_int_eq(firewalld_answers_permanent(dict.message, &ruleset, disabled[_i].zone), 0);
	dbus_message_unref(dict.message);
	ck_assert_uint_eq(ruleset.n_zones, disabled[_i].n_policies);
	ck_assert_uint_eq(ruleset.n_held, disabled[_i].n_permanent);
	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	ck_assert_uint_eq(view.firewall.n, disabled[_i].n_policies);
	ck_assert_uint_eq(view.firewall.zones.n, disabled[_i].n_policies);
}
END_TEST

/* What 2.x tells of its zones is how it finds them. */
START_TEST(knows_the_order_by_what_a_zone_has)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	dbus_int32_t priority = -3, none = 0;

	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"office", "public", "zoo"};
		struct dict dict = dict_begin();

		dict_open(&dict);
		dict_string(&dict, "target", "default");
		if (i > 0)
			dict_basic(&dict, "ingress_priority", DBUS_TYPE_INT32,
			           i == 2 ? &priority : &none);
		dict_close(&dict);
		ck_assert_int_eq(firewalld_answers_zone(dict.message, &ruleset, names[i]), 0);
		dbus_message_unref(dict.message);
		ck_assert_int_eq((int)ruleset.dispatch,
		                 i == 0 ? RULESET_DISPATCH_1 : RULESET_DISPATCH_2);
	}
	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	ck_assert(view.firewall.by_priority);
	ck_assert_uint_eq(view.firewall.n_traits, 1);
	ck_assert_str_eq(view.firewall.traits[0].zone, "zoo");
	ck_assert_int_eq(view.firewall.traits[0].ingress, -3);
}
END_TEST

static const struct {
	const char *key, *string;
	int type;
} wrong[] = {
    {"target", "PERHAPS", DBUS_TYPE_STRING},
    {"target", NULL, DBUS_TYPE_INT32},
    {"priority", "1", DBUS_TYPE_STRING},
    {"ingress_priority", "1", DBUS_TYPE_STRING},
    {"icmp_block_inversion", "yes", DBUS_TYPE_STRING},
    {"forward", NULL, DBUS_TYPE_INT32},
    {"ingress_zones", "ANY", DBUS_TYPE_STRING},
    {"disable", "yes", DBUS_TYPE_STRING},
    {"sources", "192.0.2.1", DBUS_TYPE_STRING},
    {"ports", NULL, DBUS_TYPE_INT32},
};

START_TEST(refuses_other_types)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	struct dict dict = dict_begin();
	dbus_int32_t number = 1;

	dict_open(&dict);
	if (wrong[_i].string)
		dict_string(&dict, wrong[_i].key, wrong[_i].string);
	else
		dict_basic(&dict, wrong[_i].key, DBUS_TYPE_INT32, &number);
	dict_close(&dict);
	ck_assert_int_eq(firewalld_answers_zone(dict.message, &ruleset, "office"),
	                 FIREWALLD_MESSAGE_E_MALFORMED);
	dbus_message_unref(dict.message);
}
END_TEST

START_TEST(refuses_other_signatures)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
	const char *text = "text";

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(firewalld_answers_zone(message, &ruleset, "z"),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_permanent(message, &ruleset, "policy:z"),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_service(message, &ruleset, "s"),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_ipset(message, &ruleset, "i"),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_permanent_ipset(message, &ruleset, "ipset:i"),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_direct(message, &ruleset, true),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_direct_rules(message, &ruleset),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert_int_eq(firewalld_answers_passthroughs(message, &ruleset),
		                 FIREWALLD_MESSAGE_E_MALFORMED);
		ck_assert(
		    dbus_message_append_args(message, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
	}
	dbus_message_unref(message);
}
END_TEST

START_TEST(takes_direct_rules_in_the_order_of_their_priorities)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
	static const struct {
		const char *family;
		dbus_int32_t priority;
		const char *words;
	} rules[] = {
	    {"ipv4", 5, "-j|DROP"}, {"ipv4", -1, "-s|192.0.2.1|-j|ACCEPT"}, {"eb", 0, "-j|DROP"}};
	DBusMessageIter iter, array, one;

	dbus_message_iter_init_append(message, &iter);
	ck_assert(dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "(sssias)", &array));
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const char *table = "filter", *chain = "INPUT";

		ck_assert(dbus_message_iter_open_container(&array, DBUS_TYPE_STRUCT, NULL, &one));
		ck_assert(dbus_message_iter_append_basic(&one, DBUS_TYPE_STRING, &rules[i].family));
		ck_assert(dbus_message_iter_append_basic(&one, DBUS_TYPE_STRING, &table));
		ck_assert(dbus_message_iter_append_basic(&one, DBUS_TYPE_STRING, &chain));
		ck_assert(
		    dbus_message_iter_append_basic(&one, DBUS_TYPE_INT32, &rules[i].priority));
		append_strings(&one, rules[i].words);
		ck_assert(dbus_message_iter_close_container(&array, &one));
	}
	ck_assert(dbus_message_iter_close_container(&iter, &array));
	ck_assert_int_eq(firewalld_answers_direct_rules(message, &ruleset), 0);
	dbus_message_unref(message);
	ck_assert_uint_eq(ruleset.n_chains, 1);
	ck_assert_uint_eq(ruleset.chains[0].n_steps, 2);
	ck_assert_str_eq(ruleset.chains[0].steps[0].text, "-s 192.0.2.1 -j ACCEPT");
	ck_assert_str_eq(ruleset.chains[0].steps[1].command,
	                 "--direct --remove-rule ipv4 filter INPUT 5 -j DROP");
}
END_TEST

static const struct {
	const char *object;
	const char *service;
} permanent_objects[] = {
    {"public", "ssh"},       {"policy:a", "imap"}, {"public/10-mail", "imaps"},
    {"work/20-web", "http"}, {"home", "smtp"},     {"public/20-web", "https"},
};

/* As firewalld#1353 and #1486 tell: the parts are all that there is of the zone. */
START_TEST(parts_of_a_combined_zone_are_the_zone)
{
	_cleanup_ruleset_ struct ruleset ruleset = RULESET_NULL;
	_cleanup_itemview_ struct itemview view = ITEMVIEW_NULL;
	static const char *const permanent[] = {"home/service:smtp", "policy:a/service:imap",
	                                        "public/service:https", "public/service:imaps",
	                                        "work/service:http"};

	for (size_t i = 0; i < ARRAY_SIZE(permanent_objects); i++) {
		struct ruleset_held *held;

		ck_assert_int_eq(
		    ruleset_add_held(&ruleset, permanent_objects[i].object, true, &held), 0);
		ck_assert_int_eq(ruleset_hold(held, ITEM_SERVICE, permanent_objects[i].service), 0);
	}
	ck_assert_int_eq(firewalld_answers_combine(&ruleset), 0);
	ck_assert_int_eq(itemview_of(&view, &ruleset), 0);
	ck_assert_uint_eq(view.n_skipped, 0);
	ck_assert_uint_eq(view.firewall.n, ARRAY_SIZE(permanent));
	for (size_t i = 0; i < view.firewall.n; i++) {
		_cleanup_free_ char *text = NULL;

		ck_assert_int_eq(item_format(&text, &view.firewall.entries[i].item), 0);
		ck_assert_str_eq(text, permanent[i]);
	}
}
END_TEST

/* --- the forwarding of a zone -------------------------------------------------------------- */

/* @other: one more setting; NULL: none */
static DBusMessage *settings_of(const char *member, const char *zone, const char *other, int type,
                                dbus_bool_t on, dbus_int32_t timeout_s)
{
	struct dict dict = {.message =
	                        strcmp(member, "ZoneUpdated") == 0
	                            ? dbus_message_new_signal("/", "a.b", member)
	                            : dbus_message_new_method_call(NULL, "/", "a.b", member)};

	ck_assert(
	    dbus_message_append_args(dict.message, DBUS_TYPE_STRING, &zone, DBUS_TYPE_INVALID));
	dict_open(&dict);
	if (type == DBUS_TYPE_BOOLEAN)
		dict_basic(&dict, "forward", type, &on);
	else if (type == DBUS_TYPE_STRING)
		dict_string(&dict, "forward", "yes");
	if (timeout_s >= 0)
		dict_basic(&dict, "timeout", DBUS_TYPE_INT32, &timeout_s);
	if (other)
		dict_strings(&dict, other, "imaps");
	dict_close(&dict);
	return dict.message;
}

static const struct {
	const char *member, *zone, *other;
	int type;
	bool on;
	int timeout_s; /* negative: not said, as before 2.4 */
	int result, change;
} forwards[] = {
    {"ZoneUpdated", "office", NULL, DBUS_TYPE_BOOLEAN, true, -1, 0, FIREWALLD_MESSAGE_ADDED},
    {"ZoneUpdated", "", NULL, DBUS_TYPE_BOOLEAN, false, -1, 0, FIREWALLD_MESSAGE_REMOVED},
    {"ZoneUpdated", "office", NULL, DBUS_TYPE_BOOLEAN, true, 0, 0, FIREWALLD_MESSAGE_ADDED},
    {"ZoneUpdated", "office", NULL, DBUS_TYPE_BOOLEAN, true, 60, 0, FIREWALLD_MESSAGE_ADDED},
    /* of all that is set, it may be what it was */
    {"ZoneUpdated", "office", "services", DBUS_TYPE_BOOLEAN, false, -1, FIREWALLD_MESSAGE_E_OTHER,
     0},
    {"ZoneUpdated", "office", NULL, DBUS_TYPE_STRING, false, -1, FIREWALLD_MESSAGE_E_OTHER, 0},
    {"ZoneUpdated", "office", NULL, DBUS_TYPE_INVALID, false, 60, FIREWALLD_MESSAGE_E_OTHER, 0},
    {"setZoneSettings2", "office", NULL, DBUS_TYPE_BOOLEAN, false, 0, 0, FIREWALLD_MESSAGE_REMOVED},
    {"setZoneSettings2", "office", NULL, DBUS_TYPE_BOOLEAN, true, 0, FIREWALLD_MESSAGE_E_OTHER, 0},
    {"setZoneSettings2", "office", "services", DBUS_TYPE_BOOLEAN, false, 0,
     FIREWALLD_MESSAGE_E_OTHER, 0},
};

START_TEST(knows_when_forwarding_alone_is_set)
{
	struct firewalld_message_item item = {0};
	bool is_signal = strcmp(forwards[_i].member, "ZoneUpdated") == 0;
	DBusMessage *message =
	    settings_of(forwards[_i].member, forwards[_i].zone, forwards[_i].other,
	                forwards[_i].type, forwards[_i].on, forwards[_i].timeout_s);

	ck_assert_int_eq(is_signal ? firewalld_message_item_signal(message, &item)
	                           : firewalld_message_removal_call(message, &item),
	                 forwards[_i].result);
	if (forwards[_i].result == 0) {
		ck_assert_int_eq((int)item.change, forwards[_i].change);
		ck_assert_int_eq((int)item.kind, ITEM_FORWARD);
		ck_assert_str_eq(item.zone, forwards[_i].zone);
		ck_assert_str_eq(item.value, "yes");
		ck_assert_int_eq(item.timeout_s,
		                 forwards[_i].timeout_s > 0 ? forwards[_i].timeout_s : 0);
	}
	free(item.value);
	dbus_message_unref(message);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("firewalld_answers");
	TCase *tc = tcase_create("firewalld_answers");

	tcase_add_test(tc, takes_a_zone);
	tcase_add_loop_test(tc, a_disabled_policy_does_not_count, 0, (int)ARRAY_SIZE(disabled));
	tcase_add_test(tc, knows_the_order_by_what_a_zone_has);
	tcase_add_loop_test(tc, refuses_other_types, 0, (int)ARRAY_SIZE(wrong));
	tcase_add_test(tc, refuses_other_signatures);
	tcase_add_test(tc, parts_of_a_combined_zone_are_the_zone);
	tcase_add_loop_test(tc, knows_when_forwarding_alone_is_set, 0, (int)ARRAY_SIZE(forwards));
	tcase_add_test(tc, takes_direct_rules_in_the_order_of_their_priorities);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return unit_run(suite());
}
