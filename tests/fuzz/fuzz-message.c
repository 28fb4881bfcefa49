// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/firewalld-message.c guard/system/firewalld/firewalld-message-settings.c
// Parses: guard/system/firewalld/firewalld-message-parts.c guard/system/firewalld/firewalld-message-direct.c
/* What firewalld answers: items, which read as themselves, or nothing. */
#include "guard/system/firewalld/firewalld-message.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

const unsigned fuzz_runs_max = 3000;

static int take_direct(enum item_kind kind, const char *zone, const char *value, void *userdata)
{
	(void)userdata;
	fuzz_settle_item(kind, zone, value);
	return 0;
}

static int take(enum item_kind kind, const char *value, void *userdata)
{
	return take_direct(kind, "public", value, userdata);
}

static void take_values(DBusMessage *message)
{
	_cleanup_strv_ struct strv texts = STRV_NULL, paths = STRV_NULL, ports = STRV_NULL;
	_cleanup_strv_ struct strv protocols = STRV_NULL, from = STRV_NULL, includes = STRV_NULL;
	const char *text = NULL, *path = NULL, *inside = NULL;
	bool yes;

	FUZZ_CHECK(firewalld_message_string(message, DBUS_TYPE_STRING, &text) != 0 || text);
	FUZZ_CHECK(firewalld_message_string(message, DBUS_TYPE_OBJECT_PATH, &path) != 0 || path);
	FUZZ_CHECK(firewalld_message_variant_string(message, &inside) != 0 || inside);
	FUZZ_CHECK(firewalld_message_bool(message, &yes) >= 0);
	FUZZ_CHECK(firewalld_message_list(message, DBUS_TYPE_STRING, &texts) >= 0);
	FUZZ_CHECK(firewalld_message_list(message, DBUS_TYPE_OBJECT_PATH, &paths) >= 0);
	FUZZ_CHECK(firewalld_message_service(message, &ports, &protocols, &from, &includes) >= 0);
	FUZZ_CHECK(firewalld_message_error_text(message));
	(void)firewalld_message_has_code(message, "ALREADY_ENABLED");
}

/* A policy's list is written again with one item more or less, as libdbus takes it. */
static void change_policy(DBusMessage *message)
{
	for (int removes = 0; removes <= 1; removes++) {
		_cleanup_item_ struct item item = ITEM_NULL;
		_cleanup_(fuzz_message_cleanup) DBusMessage *call = NULL;
		bool done;

		FUZZ_CHECK(item_parse(&item, "policy:in/service:imaps", NULL) == 0);
		call =
		    firewalld_message_policy_change(":1.1", NULL, message, &item, removes, &done);
		FUZZ_CHECK(!call || !done);
		FUZZ_CHECK(!call || dbus_message_has_signature(call, "sa{sv}"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	_cleanup_(fuzz_message_cleanup) DBusMessage *message = fuzz_message(text);

	if (!message)
		return 0;
	take_values(message);
	change_policy(message);
	FUZZ_CHECK(firewalld_message_zone(message, take, NULL) >= 0);
	FUZZ_CHECK(firewalld_message_direct(message, take_direct, NULL) >= 0);
	return 0;
}
