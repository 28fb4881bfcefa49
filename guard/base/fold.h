/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fold - long texts in lines of so many columns
 *
 * What is folded has been escaped before (text.h). Words stay whole, so a line is longer where
 * one of them is.
 */
#ifndef GUARD_BASE_FOLD_H
#define GUARD_BASE_FOLD_H

#include "guard/base/util.h"

size_t fold_line(const char *text, size_t columns);
size_t fold_longest_word(const char *text);
size_t fold_hang(const char *text);
int fold_text(char **out, const char *text, size_t columns, size_t hang) _must_check_;

#endif
