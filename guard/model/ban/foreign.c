// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/foreign.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

#include "guard/base/builder.h"

/* More of them are counted. */
#define NAMED_MAX 6

static void chain_deinit(struct foreign_chain *chain)
{
	free(chain->table);
	free(chain->name);
}

/** foreign_deinit() - free what it owns; the result is FOREIGN_NULL and usable */
void foreign_deinit(struct foreign *foreign)
{
	for (size_t i = 0; i < foreign->n; i++)
		chain_deinit(&foreign->chains[i]);
	free(foreign->chains);
	*foreign = FOREIGN_NULL;
}

static bool is_in_table(const struct foreign_chain *chain, uint8_t family, const char *table)
{
	return chain->family == family && strcmp(chain->table, table) == 0;
}

static struct foreign_chain *find(const struct foreign *foreign, uint8_t family, const char *table,
                                  const char *name)
{
	for (size_t i = 0; i < foreign->n; i++)
		if (is_in_table(&foreign->chains[i], family, table) &&
		    strcmp(foreign->chains[i].name, name) == 0)
			return &foreign->chains[i];
	return NULL;
}

/* The kernel tells the rules of one chain behind each other. */
static struct foreign_chain *last_or_find(const struct foreign *foreign, uint8_t family,
                                          const char *table, const char *name)
{
	struct foreign_chain *last = foreign->n ? &foreign->chains[foreign->n - 1] : NULL;

	return last && is_in_table(last, family, table) && strcmp(last->name, name) == 0
	           ? last
	           : find(foreign, family, table, name);
}

/** foreign_count() - how many rules that chain has there */
size_t foreign_count(const struct foreign *foreign, const struct foreign_chain *chain)
{
	const struct foreign_chain *has = find(foreign, chain->family, chain->table, chain->name);

	return has ? has->n : 0;
}

/** foreign_add() - @n rules more in a chain, which is made; Return: 0 or -ENOMEM */
int foreign_add(struct foreign *foreign, uint8_t family, const char *table, const char *name,
                size_t n)
{
	struct foreign_chain *chain = last_or_find(foreign, family, table, name);
	struct foreign_chain added = {
	    .family = family, .n = n, .owner = owner_of_chain(table, name)};

	if (chain) {
		chain->n += n;
		return 0;
	}
	added.table = strdup(table);
	added.name = strdup(name);
	if (!added.table || !added.name ||
	    grow(&foreign->chains, &foreign->capacity, foreign->n + 1, sizeof(added)) < 0) {
		chain_deinit(&added);
		return -ENOMEM;
	}
	foreign->chains[foreign->n++] = added;
	return 0;
}

/* Who makes his rules again by himself may need fewer by then: what is doubled goes, for one. */
static bool lacks(const struct foreign *now, const struct foreign_chain *had)
{
	size_t n = foreign_count(now, had);

	return owner_hears(had->owner) ? n == 0 : n < had->n;
}

/* What leads into a program's chains stands in a base chain of their table. */
static bool is_led_from(const struct foreign *foreign, const struct foreign_chain *chain)
{
	for (size_t i = 0; i < foreign->n; i++)
		if (is_in_table(&foreign->chains[i], chain->family, chain->table) &&
		    foreign->chains[i].owner)
			return true;
	return false;
}

static int add_missing(struct foreign *out, const struct foreign *before, const struct foreign *now,
                       bool owned)
{
	int r = 0;

	for (size_t i = 0; i < before->n && r == 0; i++) {
		const struct foreign_chain *had = &before->chains[i];

		if (lacks(now, had) && (had->owner != NULL) == owned &&
		    (owned || !is_led_from(out, had)) &&
		    !find(out, had->family, had->table, had->name))
			r = foreign_add(out, had->family, had->table, had->name, had->n);
	}
	return r;
}

/**
 * foreign_missing() - the chains that have fewer rules than they had, with how many they had
 * @out:    added to, where it has none of these yet
 * @shared: firewalld has rules of its own there: what nobody is known to own may be those
 *
 * A base chain stands for what nobody is known to own, and goes with a program's chains where
 * those are missing, too.
 *
 * Return: 0 or -ENOMEM.
 */
int foreign_missing(struct foreign *out, const struct foreign *before, const struct foreign *now,
                    bool shared)
{
	int r = add_missing(out, before, now, true);

	return r == 0 && !shared ? add_missing(out, before, now, false) : r;
}

static bool was_before(const struct foreign *foreign, size_t at, const struct owner *owner)
{
	for (size_t i = 0; i < at; i++)
		if (foreign->chains[i].owner == owner)
			return true;
	return false;
}

/**
 * foreign_next() - the owners of chains, each once; of fail2ban's jails others tell, by name
 * @at:    0 before the first
 * @owner: receives it; NULL: nobody who is known
 *
 * Return: false after the last one.
 */
bool foreign_next(const struct foreign *foreign, size_t *at, const struct owner **owner)
{
	while (*at < foreign->n) {
		const struct owner *next = foreign->chains[(*at)++].owner;

		if (was_before(foreign, *at - 1, next) || owner_is_fail2ban(next))
			continue;
		*owner = next;
		return true;
	}
	return false;
}

/** foreign_has() - chains of this owner? */
bool foreign_has(const struct foreign *foreign, const struct owner *owner)
{
	for (size_t i = 0; i < foreign->n; i++)
		if (foreign->chains[i].owner == owner)
			return true;
	return false;
}

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_IPV4 ? "ip" : family == NFPROTO_IPV6 ? "ip6" : "bridge";
}

/** foreign_list() - the chains of an owner, in words; *out is the caller's; 0 or -ENOMEM */
int foreign_list(char **out, const struct foreign *foreign, const struct owner *owner)
{
	_cleanup_builder_ struct builder words = BUILDER_NULL;
	size_t n = 0;

	for (size_t i = 0; i < foreign->n; i++) {
		const struct foreign_chain *chain = &foreign->chains[i];

		if (chain->owner != owner || n++ >= NAMED_MAX)
			continue;
		builder_join(&words, ", ", family_name(chain->family));
		builder_addf(&words, " %s %s", chain->table, chain->name);
	}
	if (n > NAMED_MAX)
		builder_addf(&words, " and %zu more", n - NAMED_MAX);
	return builder_take(&words, out);
}
