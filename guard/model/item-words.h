/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * item-words - many items in one line, so that a hundred of them are no flood
 */
#ifndef GUARD_MODEL_ITEM_WORDS_H
#define GUARD_MODEL_ITEM_WORDS_H

#include "guard/model/firewall.h"

struct item_words {
	const struct item **items; /* borrowed, in an array of our own */
	size_t n, capacity;
};
#define ITEM_WORDS_NULL      ((struct item_words){0})
#define _cleanup_item_words_ _cleanup_(item_words_deinit)

void item_words_deinit(struct item_words *gathered);
int item_words_add(struct item_words *gathered, const struct item *item) _must_check_;
int item_words_all(struct item_words *gathered, const struct firewall *fw) _must_check_;
void item_words_sort(struct item_words *gathered);
char *item_words_names(const struct item_words *gathered) _must_check_;
char *item_words_command(const struct item_words *gathered, const struct strv *anew) _must_check_;

#endif
