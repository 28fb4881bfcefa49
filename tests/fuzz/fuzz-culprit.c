// SPDX-License-Identifier: GPL-2.0-or-later
// Parses: guard/system/firewalld/culprit.c guard/system/firewalld/directxml.c
// Parses: guard/system/firewalld/zoneparts.c guard/system/firewalld/zonefile.c
/* What firewalld says is wrong, and files that it may mean: a place in one of them, or none. */
#include "guard/system/firewalld/culprit.h"
#include "guard/system/firewalld/directxml.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/firewalld/zoneparts.h"

#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

const unsigned fuzz_runs_max = 1500;

#define ETC "etc/firewalld"

static const char *const files[] = {ETC "/zones/public.xml",  ETC "/zones/public/part.xml",
                                    ETC "/services/imap.xml", ETC "/ipsets/friends.xml",
                                    ETC "/direct.xml",        ETC "/firewalld.conf"};

/* Without and with what the file says: "/etc/firewalld/FILE line N" or "/etc/firewalld/FILE: WHY"
 */
static void check_place(const char *found)
{
	FUZZ_CHECK(strncmp(found, "/" ETC "/", strlen("/" ETC "/")) == 0);
	FUZZ_CHECK(strstr(found, ".xml: ") || strstr(found, ".xml line "));
}

static void look(const char *words, const char *root)
{
	_cleanup_free_ char *named = NULL, *told = NULL, *part = NULL, *direct = NULL, *zone = NULL;
	enum culprit_where where = CULPRIT_CHECKED;

	FUZZ_CHECK(culprit_name(&named, words, root) == 0);
	FUZZ_CHECK(strncmp(named, words, strlen(words)) == 0);
	if (named[strlen(words)])
		check_place(named + strlen(words) + 2);
	FUZZ_CHECK(zoneparts_broken(&part, root) == 0 && directxml_broken(&direct, root) == 0);
	FUZZ_CHECK(culprit_tell(&told, &where, NULL, root) == 0);
	FUZZ_CHECK((part || direct) == (told != NULL));
	FUZZ_CHECK(!told || (where == CULPRIT_IN_ZONES) == (part != NULL));
	if (told)
		check_place(told);
	if (zonefile_default_zone(&zone, root) == 0)
		FUZZ_CHECK(zone[0] && strlen(zone) <= ITEM_ZONE_MAX && !strpbrk(zone, " \t\r\n"));
}

/* The first line is firewalld's; the rest is each of the files. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const folders[] = {
	    "etc", ETC, ETC "/zones", ETC "/zones/public", ETC "/services", ETC "/ipsets"};
	_cleanup_free_ char *words = fuzz_string(data, size), *root = strdup(fuzz_path(""));
	const size_t first = strcspn(words, "\n"), rest = first < size ? first + 1 : size;

	FUZZ_CHECK(root);
	words[first] = '\0';
	root[strlen(root) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		mkdir(fuzz_path(folders[i]), 0700);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		fuzz_file(files[i], data + rest, size - rest);
	look(words, root);
	return 0;
}
