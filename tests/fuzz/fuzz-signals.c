// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/firewalld-message-signal.c guard/system/firewalld/firewalld-message-direct.c
/* What anybody on the bus says or asks of an item: one that reads as itself, or nothing. */
#include "guard/system/firewalld/firewalld-message.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

const unsigned fuzz_runs_max = 3000;

static int take(enum item_kind kind, const char *value, void *userdata)
{
	(void)userdata;
	fuzz_settle_item(kind, "policy:in", value);
	return 0;
}

static void take_items(DBusMessage *message)
{
	static int (*const readers[])(DBusMessage *, struct firewalld_message_item *) = {
	    firewalld_message_item_signal, firewalld_message_direct_signal,
	    firewalld_message_removal_call};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		struct firewalld_message_item item = {0};

		if (readers[i](message, &item) != 0)
			continue;
		fuzz_settle_item(item.kind, item.zone[0] ? item.zone : "public", item.value);
		free(item.value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	_cleanup_(fuzz_message_cleanup) DBusMessage *message = fuzz_message(text);
	struct firewalld_message_binding binding;
	const char *policy = NULL;
	unsigned kinds = 0;
	int timeout_s = 0;

	if (!message || !dbus_message_get_member(message))
		return 0; /* an answer, which the bus hands to nobody as a signal or call */
	take_items(message);
	FUZZ_CHECK(firewalld_message_policy_signal(message, &policy, &kinds, &timeout_s, take,
	                                           NULL) != 0 ||
	           (policy && timeout_s >= 0));
	FUZZ_CHECK(firewalld_message_binding_call(message, &binding) != 0 ||
	           (binding.zone && binding.interface));
	return 0;
}
