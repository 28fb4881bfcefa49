// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/model/mail/dialogue.c
/* Whatever a server says, the dialogue ends, and nothing but the fixed words is sent. */
#include "guard/model/mail/dialogue.h"

#include "tests/fuzz/fuzz.h"

struct talk {
	struct dialogue dialogue;
	unsigned n_sent, n_starttls;
};

static enum dialogue_step follow(struct talk *talk, enum dialogue_step step)
{
	struct dialogue *dialogue = &talk->dialogue;

	if (step == DIALOGUE_SEND) {
		FUZZ_CHECK(dialogue->output && ++talk->n_sent <= 4);
		FUZZ_CHECK(strlen(dialogue->output) > 2 &&
		           strcmp(dialogue->output + strlen(dialogue->output) - 2, "\r\n") == 0);
		if (strstr(dialogue->output, "STARTTLS") || strstr(dialogue->output, "STLS"))
			FUZZ_CHECK(dialogue->starttls && !dialogue->secured &&
			           ++talk->n_starttls == 1);
	}
	FUZZ_CHECK((step == DIALOGUE_BAD) == (dialogue->reason[0] != '\0'));
	FUZZ_CHECK(strlen(dialogue->greeting) < DIALOGUE_TEXT_MAX);
	FUZZ_CHECK(dialogue->n_lines <= DIALOGUE_LINES_MAX + 1);
	if (step == DIALOGUE_TLS) {
		FUZZ_CHECK(!dialogue->secured && talk->n_starttls == 1);
		return follow(talk, dialogue_secured(dialogue));
	}
	return step;
}

static void speak(const char *said, enum dialogue_protocol protocol, bool secured)
{
	_cleanup_free_ char *text = strdup(said);
	char *rest = text;
	struct talk talk = {0};
	enum dialogue_step step = follow(&talk, dialogue_begin(&talk.dialogue, protocol, secured));

	FUZZ_CHECK(text && (protocol != DIALOGUE_NONE || step == DIALOGUE_DONE));
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (step == DIALOGUE_DONE || step == DIALOGUE_BAD)
			break;
		step = follow(&talk, dialogue_line(&talk.dialogue, line));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_string(data, size);

	for (unsigned i = 0; i < 2 * (DIALOGUE_HTTP + 1); i++)
		speak(text, (enum dialogue_protocol)(i / 2), i % 2);
	return 0;
}
