// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/cli/hook-event.c guard/system/store/spool-write.c
/* Whatever fail2ban passes on: what the hook writes, the spool takes, and nothing is set aside. */
#include "guard/cli/hook-event.h"

#include "guard/system/store/spool.h"

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 300;

/* What it says to people must be one line that a terminal bears; it is read back here. */
static void check_said(const char *said)
{
	size_t length = strlen(said);

	for (size_t i = 0; i + 1 < length; i++)
		FUZZ_CHECK((unsigned char)said[i] >= ' ' ? said[i] != 0x7f : said[i] == '\n');
	FUZZ_CHECK(length == 0 || said[length - 1] == '\n');
}

static void tell(const char *state, const char *word, const char *const values[HOOK_N_OPTIONS])
{
	_cleanup_free_ char *said = NULL;
	size_t length = 0;
	FILE *people = stderr, *memory = open_memstream(&said, &length);

	FUZZ_CHECK(memory);
	stderr = memory;
	hook_event_tell(state, word, values);
	stderr = people;
	fclose(memory);
	check_said(said);
}

/* The lines: the word, then the options in their order; an empty line is an empty value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);
	struct store *store = fuzz_store();
	const char *values[HOOK_N_OPTIONS] = {0};
	_cleanup_free_ char *spool = NULL;
	struct spool_result result;
	char *rest = text, *word = strsep(&rest, "\n");

	for (unsigned i = 0; i < HOOK_N_OPTIONS; i++)
		values[i] = strsep(&rest, "\n");
	tell(fuzz_path("state"), word, values);
	FUZZ_CHECK(xasprintf(&spool, "%s/" SPOOL_DIR, fuzz_path("state")) >= 0);
	FUZZ_CHECK(spool_drain(spool, store, 0, &result, NULL) == 0);
	FUZZ_CHECK(result.bad == 0 && result.applied <= 1 && !spool_pending(spool));
	return 0;
}
