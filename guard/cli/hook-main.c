// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reload-guard-hook - `reload-guard hook EVENT` as a program of its own, for fail2ban's action
 *
 * It runs for each ban, so it links the C library alone. It takes the same line, and its exit
 * status is 0 whatever happens.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "guard/cli/hook-event.h"

enum { VALUE_STATE = 1000, VALUE_OTHER };

static void fill(struct option *longs)
{
	size_t n = 0;

	for (; n < HOOK_N_OPTIONS; n++)
		longs[n] = (struct option){hook_event_options[n], required_argument, NULL, (int)n};
	longs[n++] = (struct option){"state", required_argument, NULL, VALUE_STATE};
	/* what goes before the word, and changes nothing here */
	longs[n++] = (struct option){"config", required_argument, NULL, VALUE_OTHER};
	longs[n++] = (struct option){"quiet", no_argument, NULL, VALUE_OTHER};
	longs[n] = (struct option){"verbose", no_argument, NULL, VALUE_OTHER};
}

/* The one word after "hook"; NULL: there is none, or there are more. */
static const char *word_of(char **words)
{
	if (*words && strcmp(*words, "hook") == 0)
		words++;
	return *words && !words[1] ? *words : NULL;
}

int main(int argc, char **argv)
{
	struct option longs[HOOK_N_OPTIONS + 5] = {0};
	const char *values[HOOK_N_OPTIONS] = {0}, *state_dir = NULL;
	int value;

	fill(longs);
	opterr = 0;
	while ((value = getopt_long(argc, argv, ":c:qv", longs, NULL)) != -1) {
		if (value == '?' || value == ':') {
			hook_event_say("the option %.64s is unknown, or needs a value",
			               argv[optind - 1]);
			return 0;
		}
		if (value == VALUE_STATE)
			state_dir = optarg;
		else if (value < HOOK_N_OPTIONS)
			values[value] = optarg;
	}
	hook_event_tell(state_dir, word_of(argv + optind), values);
	return 0;
}
