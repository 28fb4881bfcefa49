// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/host/config.c guard/system/host/config-file.c guard/model/scope.c
#include "guard/system/host/config.h"

#include <ctype.h>

#include "guard/base/builder.h"
#include "guard/base/text.h"

#include "tests/fuzz/fuzz.h"

#define NAME "guard.conf"

static const char *const checks[] = {"not-permanent", "refused-by-rule"};
static const struct config_known known = {checks, ARRAY_SIZE(checks)};

/* A mistake is told with its file, and its line unless the bytes or several keys are at fault. */
static void check_mistake(const char *text)
{
	const char *at = text + strlen(NAME ":");

	FUZZ_CHECK(strncmp(text, NAME ":", strlen(NAME ":")) == 0);
	FUZZ_CHECK(isdigit((unsigned char)*at) || strstr(at, "UTF-8") ||
	           strstr(at, "needs \"restore") || strstr(at, "must be named"));
}

/* What the configuration says, as somebody would write it. */
static char *write_down(const struct config *config)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	char *out = NULL;

	for (size_t i = 0; i < config_n_options(); i++) {
		const struct config_option *option = config_option(i);
		_cleanup_free_ char *value = NULL;

		if (!config_origin(config, i))
			continue;
		FUZZ_CHECK(config_format(&value, config, i) == 0);
		FUZZ_CHECK(text_is_utf8(value, strlen(value)));
		builder_addf(&text, "[%s]\n%s = %s\n", option->section, option->key, value);
	}
	FUZZ_CHECK(builder_take(&text, &out) == 0);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_config_ struct config config = CONFIG_NULL, again = CONFIG_NULL;
	_cleanup_free_ char *copy = fuzz_string(data, size), *form = NULL, *same = NULL;
	struct err err = ERR_NULL;
	int r = config_parse(&config, NAME, copy, size, &known, &err);

	FUZZ_CHECK(r == 0 || r == CONFIG_E_INVALID);
	if (r) {
		check_mistake(err.text);
		return 0;
	}
	form = write_down(&config);
	r = config_parse(&again, NAME, form, strlen(form), &known, &err);
	if (r != 0 && strstr(err.text, "the line is longer than"))
		return 0; /* a list that stood on several lines */
	FUZZ_CHECK(r == 0);
	same = write_down(&again);
	FUZZ_CHECK(strcmp(form, same) == 0);
	return 0;
}
