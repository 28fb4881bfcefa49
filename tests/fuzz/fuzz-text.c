// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/base/text.c guard/base/shell.c
/* Strangers' bytes, shown: one line that a terminal bears, and a word that a shell reads as it is.
 */
#include "guard/base/shell.h"
#include "guard/base/text.h"
#include "guard/model/rule/direct.h"

#include "tests/fuzz/fuzz.h"

static void check_shown(const char *text)
{
	FUZZ_CHECK(text_is_utf8(text, strlen(text)));
	fuzz_check_shown(text);
}

/* Cut to a size, it is still well-formed, and no longer than that. */
static void check_cut(const char *text, size_t size)
{
	char out[64] = "";

	text_escape(out, size % sizeof(out) + 1, text);
	FUZZ_CHECK(strlen(out) <= size % sizeof(out));
	check_shown(out);
}

static void check_word(const char *text)
{
	_cleanup_free_ char *command = NULL;
	_cleanup_direct_ struct direct direct = DIRECT_NULL;
	struct builder builder = BUILDER_NULL;

	FUZZ_CHECK(shell_printf(&command, "firewall-cmd %s", text) == 0);
	for (const char *c = command; *c; c++) /* newlines at a word's end are left, in quotes */
		FUZZ_CHECK((unsigned char)*c >= ' ' ? *c != 0x7f : *c == '\n');
	builder_add(&builder, "filter ");
	shell_quote(&builder, text);
	free(command);
	FUZZ_CHECK(builder_take(&builder, &command) == 0);
	if (direct_parse(&direct, true, command) == 0)
		FUZZ_CHECK(strcmp(direct.chain, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = {"public", "dmz", "imaps", ""};
	_cleanup_free_ char *text = fuzz_string(data, size), *shown = NULL;
	size_t distance;

	FUZZ_CHECK(text_escape_new(&shown, text) == 0);
	check_shown(shown);
	FUZZ_CHECK(text_width(shown) <= strlen(shown));
	if (text_is_clean(text))
		check_shown(text);
	check_cut(text, size);
	check_word(text);
	distance = text_distance(text, text);
	FUZZ_CHECK(distance == 0 || (distance == SIZE_MAX && strlen(text) > 32)); /* too long */
	(void)text_nearest(text, words, ARRAY_SIZE(words));
	return 0;
}
