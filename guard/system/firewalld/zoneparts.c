// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/zoneparts.h"

#include "guard/base/text.h"
#include "guard/system/firewalld/zonefile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ZONES "/etc/firewalld/zones"

/* What a chain's name leaves for a zone's (firewalld: functions.py, max_zone_name_len). */
#define NAME_MAX_CHARS 17

struct search {
	const char *root;
	char *found; /* owned; which file, and why */
};

/* Of UTF-8 firewalld takes letters; which, only Python knows. */
static bool is_for_names(char c)
{
	return isalnum((unsigned char)c) || ((unsigned char)c & 0x80) || c == '_' || c == '-';
}

static const char *first_bad(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_for_names(name[i]))
			return name + i;
	return NULL;
}

static size_t count_chars(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Mirrors check_name of core/io/zone.py. Return: whether it is one that firewalld takes. */
static bool check_name(const char *folder, const char *part, size_t length, struct err *err)
{
	const char *bad = first_bad(folder, strlen(folder));

	if (!bad)
		bad = first_bad(part, length);
	if (bad)
		return err_set(err, false, "'%c' is not allowed in the name of a zone or its part",
		               *bad);
	if (length == 0)
		return err_set(err, false, "it has no name");
	if (count_chars(folder) > NAME_MAX_CHARS)
		return err_set(err, false, "the name of zone %s is too long", folder);
	return true;
}

/* Return: whether firewalld has what it names. */
static bool check_item(const struct search *search, const struct item *item, bool is_part,
                       struct err *err)
{
	const char *set = item->kind == ITEM_SOURCE ? item_ipset_name(item->value) : NULL;

	if (set && !zonefile_exists("ipsets", set, search->root))
		return err_set(err, false, "there is no ipset '%s'", set);
	if (is_part && item->kind == ITEM_SERVICE &&
	    !zonefile_exists("services", item->value, search->root))
		return err_set(err, false, "there is no service '%s'", item->value);
	return true;
}

/* Return: whether firewalld loads it, as far as can be seen; -ENOMEM. */
static int check_content(const struct search *search, const char *path, const char *zone,
                         bool is_part, struct err *err)
{
	_cleanup_firewall_ struct firewall items = FIREWALL_NULL;
	int r = zonefile_read_path(&items, path, zone, err);

	if (r != 0)
		return r < 0 ? r : r != ZONEFILE_E_BROKEN || !is_part;
	for (size_t i = 0; i < items.n; i++)
		if (!check_item(search, &items.entries[i].item, is_part, err))
			return false;
	return true;
}

static int look_at_file(struct search *search, const char *path, const char *file, bool is_part)
{
	const char *zone = strrchr(path, '/') + 1;
	_cleanup_free_ char *full = NULL;
	struct err err = ERR_NULL;
	int r = true;

	if (xasprintf(&full, "%s/%s", path, file) < 0)
		return -ENOMEM;
	if (is_part)
		r = check_name(zone, file, strlen(file) - strlen(".xml"), &err);
	if (r > 0)
		r = check_content(search, full, zone, is_part, &err);
	if (r != 0)
		return r < 0 ? r : 0;
	return xasprintf(&search->found, "%s: %s", full + strlen(search->root), err.text) < 0
	           ? -ENOMEM
	           : 0;
}

static int walk(struct search *search, const char *path, unsigned depth);

/* Mirrors _loader_zones of core/fw.py: what ends in .xml is a file, and a folder may be in one. */
static int look_at(struct search *search, const char *path, const char *name, unsigned depth)
{
	_cleanup_free_ char *full = NULL;
	struct stat st;

	if (text_has_suffix(name, ".xml") || strcmp(name, ".xml") == 0)
		return look_at_file(search, path, name, depth > 0);
	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
		return 0;
	if (xasprintf(&full, "%s/%s", path, name) < 0)
		return -ENOMEM;
	if (depth == ZONEPARTS_DEPTH || stat(full, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return walk(search, full, depth + 1);
}

static int walk(struct search *search, const char *path, unsigned depth)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);
	int r = 0;

	for (int i = 0; i < n; i++) {
		if (r == 0 && !search->found)
			r = look_at(search, path, entries[i]->d_name, depth);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return r;
}

/**
 * zoneparts_broken() - the first file below zones/ that a reload breaks off over
 * @out:  "/etc/firewalld/zones/archive/public.3.xml: why"; NULL when there is none; written on
 *        success alone; the caller frees it
 * @root: as for zonefile_read()
 *
 * What cannot be read or is not understood counts as fine, and so does what firewalld's own check
 * sees in each generation: all but missing ipsets in a file that is no part.
 *
 * Return: 0 or -ENOMEM.
 */
int zoneparts_broken(char **out, const char *root)
{
	struct search search = {.root = root};
	_cleanup_free_ char *zones = NULL;
	int r = xasprintf(&zones, "%s" ZONES, root) < 0 ? -ENOMEM : 0;

	if (r == 0)
		r = walk(&search, zones, 0);
	if (r == 0)
		*out = search.found;
	else
		free(search.found);
	return r;
}
