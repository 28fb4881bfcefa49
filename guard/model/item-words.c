// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/item-words.h"

#include "guard/base/builder.h"

#include <errno.h>
#include <string.h>

/* So many items are named in a line, and so many in a command. */
#define NAMED_MAX 6

/** item_words_deinit() - the items stay whose they are */
void item_words_deinit(struct item_words *gathered)
{
	free(gathered->items);
}

/** item_words_add() - @item is borrowed for as long as @gathered lives; Return: 0 or -ENOMEM */
int item_words_add(struct item_words *gathered, const struct item *item)
{
	int r = grow(&gathered->items, &gathered->capacity, gathered->n + 1, sizeof(struct item *));

	if (r == 0)
		gathered->items[gathered->n++] = item;
	return r;
}

/** item_words_all() - all of @fw; Return: 0 or -ENOMEM */
int item_words_all(struct item_words *gathered, const struct firewall *fw)
{
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		r = item_words_add(gathered, &fw->entries[i].item);
	return r;
}

/** item_words_names() - Return: the first few and how many more; the caller frees it; NULL without
 * memory */
char *item_words_names(const struct item_words *gathered)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	size_t named = gathered->n < NAMED_MAX ? gathered->n : NAMED_MAX;
	char *out;

	for (size_t i = 0; i < named; i++) {
		_cleanup_free_ char *name = NULL;

		if (item_format(&name, gathered->items[i]) < 0)
			return NULL;
		builder_addf(&text, "%s%.200s", i ? ", " : "", name);
	}
	if (gathered->n > named)
		builder_addf(&text, " and %zu more", gathered->n - named);
	return builder_take(&text, &out) < 0 ? NULL : out;
}

/** item_words_command() - Return: the firewall-cmd lines for as many as are named; the same
 * @anew: as for items_permanent_commands() */
char *item_words_command(const struct item_words *gathered, const struct strv *anew)
{
	size_t n = gathered->n < NAMED_MAX ? gathered->n : NAMED_MAX;
	_cleanup_free_ char *command = NULL;
	char *text;

	if (items_permanent_commands(&command, gathered->items, n, anew) < 0 ||
	    xasprintf(&text, "%s%s", command, gathered->n > n ? " …" : "") < 0)
		return NULL;
	return text;
}

static int by_importance(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;

	return item_restore_cmp(*x, *y);
}

/** item_words_sort() - the most important first */
void item_words_sort(struct item_words *gathered)
{
	if (gathered->n)
		qsort(gathered->items, gathered->n, sizeof(*gathered->items), by_importance);
}
