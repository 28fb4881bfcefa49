/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text - making strangers' bytes fit to be shown, and guessing what was meant
 *
 * Names and values come from configuration files, from the bus and from
 * fail2ban, so they may hold anything. What is shown to a person or written to
 * a log goes through text_escape(): no control characters, no broken UTF-8, no
 * characters that turn the writing direction.
 */
#ifndef GUARD_BASE_TEXT_H
#define GUARD_BASE_TEXT_H

#include "guard/base/util.h"

/*
 * In the format of a line for people: a command (shell.h) in the midst of prose. These two
 * bytes go before and behind it, and are never shown.
 */
#define TEXT_COMMAND_BEGIN "\x0e"
#define TEXT_COMMAND_END   "\x0f"
#define TEXT_COMMAND       TEXT_COMMAND_BEGIN "%s" TEXT_COMMAND_END

/* RFC 1035, in the form that people write */
#define TEXT_HOST_MAX 253

size_t text_escape(char *out, size_t size, const char *in);
int text_escape_new(char **out, const char *in) _must_check_;
size_t text_width(const char *text);
const char *text_plural(unsigned long long n);
bool text_is_clean(const char *text);
void text_drop_marks(char *text);
char *text_trim(char *text);
bool text_is_same(const char *a, const char *b);
bool text_has_suffix(const char *text, const char *suffix);
bool text_is_host_name(const char *text);
bool text_is_utf8(const char *text, size_t length);
size_t text_distance(const char *a, const char *b);
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

#endif
