/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell - commands that are shown, to be typed or pasted into a shell
 *
 * A word that came from a stranger reaches the program as it is, whatever stands in
 * it, and nothing in it is obeyed: neither by the shell nor by the terminal on which
 * the command is shown. What is written here needs no more escaping.
 */
#ifndef GUARD_BASE_SHELL_H
#define GUARD_BASE_SHELL_H

#include "guard/base/builder.h"

void shell_quote(struct builder *builder, const char *word);
void shell_addf(struct builder *builder, const char *format, ...) _printf_(2, 3);
bool shell_is_plain(const char *word);
bool shell_next(struct builder *word, const char **command);
bool shell_is_separator(const char *word);
int shell_printf(char **out, const char *format, ...) _printf_(2, 3) _must_check_;

#endif
