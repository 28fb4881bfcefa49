// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/store/spool.c guard/system/store/store-ban-event.c
/* One text, as a packet of the hook's socket (twice) and as a file of the spool. */
#include "guard/system/store/spool.h"

#include <sys/stat.h>

#include "guard/base/text.h"

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 300;

/* What is on record could have been told. */
static int check_ban(const struct store_ban *ban, void *userdata)
{
	size_t *n = userdata;

	++*n;
	FUZZ_CHECK(ban->jail[0] && strlen(ban->jail) <= STORE_JAIL_MAX && ban->time_us >= 0);
	FUZZ_CHECK(ban->address[0] && strlen(ban->address) <= STORE_ADDRESS_MAX);
	FUZZ_CHECK(text_is_utf8(ban->jail, strlen(ban->jail)) && text_is_clean(ban->address));
	FUZZ_CHECK(ban->failures >= 0 && ban->count >= 0 && ban->until_us >= 0);
	return 0;
}

static size_t count(struct store *store)
{
	const struct store_ban_query query = {.active_at_us = INT64_C(1795305600000000)};
	size_t n = 0;

	FUZZ_CHECK(store_bans(store, &query, check_ban, &n, NULL) == 0);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size), *spool = strdup(fuzz_path("spool"));
	struct spool_message messages[] = {{text, size, SPOOL_WAITS}, {text, size, SPOOL_WAITS}};
	struct store *store = fuzz_store();
	struct spool_result result;
	size_t n;

	FUZZ_CHECK(spool && size <= SPOOL_SIZE_MAX);
	FUZZ_CHECK(spool_take(spool, store, messages, 2, &result, NULL) == 0);
	FUZZ_CHECK(messages[0].fate == messages[1].fate && messages[0].fate != SPOOL_WAITS);
	n = count(store);
	mkdir(spool, 0700);
	fuzz_file("spool/1.json", data, size);
	FUZZ_CHECK(spool_drain(spool, store, 0, &result, NULL) == 0);
	FUZZ_CHECK(result.applied + result.bad == 1);
	if (messages[0].fate == SPOOL_TAKEN) /* an event counts once, whatever way it came */
		FUZZ_CHECK(result.applied == 1 && count(store) == n);
	remove(fuzz_path("spool/1.json.bad"));
	return 0;
}
