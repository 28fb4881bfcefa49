// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * richrule-filter - what the parser makes of rules, for the comparison with firewalld's own
 *
 * Reads rules from stdin, each ended by a NUL. Writes for each two answers,
 * each ended by a NUL: the form, then the canonical form; `=TEXT` for a rule
 * that is accepted, `!REASON` for one that is not.
 */
#include "guard/model/rule/richrule.h"

#include <stdio.h>

static void answer(int r, char *text, const struct err *err)
{
	if (r == 0)
		printf("=%s", text);
	else
		printf("!%s", err_text(err, r));
	putchar('\0');
	free(text);
}

static int format(char **out, const char *text, struct err *err)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = richrule_parse(&rule, text, err);

	return r ? r : richrule_format(out, &rule);
}

int main(void)
{
	_cleanup_free_ char *rule = NULL;
	size_t capacity = 0;

	while (getdelim(&rule, &capacity, '\0', stdin) > 0) {
		struct err err = ERR_NULL;
		char *text = NULL;
		int r = format(&text, rule, &err);

		answer(r, text, &err);
		text = NULL;
		err = ERR_NULL;
		r = richrule_canonical(&text, rule, &err);
		answer(r, text, &err);
	}
	return ferror(stdin) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
