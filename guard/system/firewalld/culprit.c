// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/culprit.h"

#include "guard/base/builder.h"
#include "guard/base/text.h"
#include "guard/system/firewalld/directxml.h"
#include "guard/system/firewalld/elements.h"
#include "guard/system/firewalld/xmlline.h"
#include "guard/system/firewalld/zoneparts.h"
#include "guard/system/host/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX   128
#define FILE_MAX   (1024 * 1024) /* what is longer is an ipset of bans */
#define PLACES_MAX 4

/* Where firewalld looks, the administrator's first (firewalld: config/__init__.py). */
static const char *const dirs[] = {"/etc/firewalld", "/usr/lib/firewalld"};

/* What firewalld calls their objects before their names. */
static const struct {
	const char *folder, *owner;
} folders[] = {
    {"zones", "Zone '"}, {"policies", "Policy '"}, {"services", "Service '"},
    {"ipsets", NULL},    {"icmptypes", NULL},      {"helpers", NULL},
};

/* Where that stands which it does not take; behind any other code it may be anywhere. */
static const struct {
	const char *code, *elements /* NULL: any */, *attributes;
} values[] = {
    {"INVALID_SERVICE: ", "service include", "name service"},
    {"INVALID_ZONE: ", "ingress-zone egress-zone", "name"},
    {"INVALID_INTERFACE: ", "interface", "name"},
    {"INVALID_ICMPTYPE: ", "icmp-block icmp-type", "name"},
    {"INVALID_HELPER: ", "helper", "name"},
    {"INVALID_MODULE: ", "helper", "module"},
    {"INVALID_TARGET: ", "zone policy", "target"},
    {"INVALID_TYPE: ", "ipset", "type"},
    {"INVALID_OPTION: Unknown option ", "option", "name"},
    {"INVALID_OPTION: ", "", NULL}, /* one that others have, too */
    {"INVALID_VALUE: ", "option", "value"},
    {"INVALID_IPSET: ", "source destination option", "ipset name"},
    {"INVALID_PORT: ", NULL, "port to-port"},
    {"INVALID_PROTOCOL: ", NULL, "protocol value"},
    {"INVALID_ADDR: ", NULL, "address to-addr ipv4 ipv6"},
    {"INVALID_IPV: ", NULL, "family"},
    {"INVALID_FAMILY: ", NULL, "family value"},
    {"INVALID_NAME: ", "", NULL}, /* of a file */
};

enum wrong {
	WRONG_XML,       /* it is none */
	WRONG_LACKS,     /* element has no attribute of that name */
	WRONG_TAKES,     /* some element has none */
	WRONG_ATTRIBUTE, /* element has one */
	WRONG_ELEMENT,   /* it is there */
	WRONG_VALUE,     /* value stands there */
};

struct culprit {
	enum wrong wrong;
	char element[WORD_MAX], attribute[WORD_MAX], value[WORD_MAX];
	const char *elements, *attributes; /* of the value; NULL: any */
	bool newer;                        /* firewalld knows what 0.9 does not */
	char owners[2][WORD_MAX];          /* of whose files it is; "": nobody knows */
	const char *folder;                /* theirs; NULL: any */
	const char *root;
	struct builder places;
	size_t n;
};

/* One file. */
struct file {
	struct culprit *culprit;
	XML_Parser parser;
	const char *folder;
	unsigned long line; /* of the first that is it; 0: none */
};

/* --- what firewalld says ------------------------------------------------------------------ */

/* From the quote at @from to the next. */
static const char *take_quoted(char out[WORD_MAX], const char *from)
{
	const char *end = strchr(from, '\'');

	snprintf(out, WORD_MAX, "%.*s", end ? (int)(end - from) : 0, from);
	return end ? end + 1 : from + strlen(from);
}

static bool ends_with(const char *words, const char *at, const char *end)
{
	size_t n = strlen(end);

	return (size_t)(at - words) >= n && strncmp(at - n, end, n) == 0;
}

static void take_name(struct culprit *culprit, const char *words, const char *at, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (folders[i].owner && !culprit->folder &&
		    ends_with(words, at, folders[i].owner)) {
			snprintf(culprit->owners[0], WORD_MAX, "%s", name);
			culprit->folder = folders[i].folder;
			return;
		}
	snprintf(ends_with(words, at, "bound to zone '") ? culprit->owners[1] : culprit->value,
	         WORD_MAX, "%s", name);
}

/* Return: what is behind the code. */
static const char *take_code(struct culprit *culprit, const char *words)
{
	const char *at = NULL, *end;

	for (size_t i = 0; i < ARRAY_SIZE(values) && !at; i++)
		if ((at = strstr(words, values[i].code))) {
			culprit->elements = values[i].elements;
			culprit->attributes = values[i].attributes;
		}
	if (!at)
		at = strstr(words, "INVALID_");
	end = at ? strstr(at, ": ") : NULL;
	return end ? end + 2 : "";
}

static bool understand_names(struct culprit *culprit, const char *words)
{
	const char *said = take_code(culprit, words);
	const char *end = strstr(words, " not "); /* from what it could be */
	char name[WORD_MAX];

	culprit->wrong = WRONG_VALUE;
	if (!strpbrk(said, " '")) /* "INVALID_TARGET: FOO" */
		snprintf(culprit->value, WORD_MAX, "%s", said);
	for (const char *at = strchr(words, '\''); at && (!end || at < end);
	     at = strchr(at, '\'')) {
		const char *from = at + 1;

		at = take_quoted(name, from);
		take_name(culprit, words, from, name);
	}
	return *culprit->value != '\0';
}

/* All that Python says of a key that is not there. */
static bool take_key(struct culprit *culprit, const char *words)
{
	int n = 0;

	return sscanf(words, "'%127[a-z0-9-]'%n", culprit->attribute, &n) == 1 && n > 0 &&
	       !words[n];
}

/* "ELEMENT: Unexpected attribute NAME", before 1.0 behind "PARSE_ERROR: 'FILE': " */
static bool take_unexpected(struct culprit *culprit, const char *words)
{
	const char *end = strstr(words, ": Unexpected attribute "), *from = end;

	if (!end)
		return false;
	while (from > words && from[-1] != ' ')
		from--;
	snprintf(culprit->element, WORD_MAX, "%.*s", (int)(end - from), from);
	return sscanf(end, ": Unexpected attribute %127[^ ]", culprit->attribute) == 1;
}

static bool understand(struct culprit *culprit, const char *words)
{
	const char *at;

	if (strstr(words, "not a valid") && strstr(words, " file"))
		culprit->wrong = WRONG_XML;
	else if ((at = strstr(words, "Missing attribute ")) &&
	         sscanf(at, "Missing attribute %127[a-z_-] for %127[a-z_-]", culprit->attribute,
	                culprit->element) == 2)
		culprit->wrong = WRONG_LACKS;
	else if (take_unexpected(culprit, words))
		culprit->wrong = WRONG_ATTRIBUTE;
	else if ((at = strstr(words, "Unexpected element ")) &&
	         sscanf(at, "Unexpected element %*[']%127[^']", culprit->element) +
	                 sscanf(at, "Unexpected element %127[^' ]", culprit->element) >
	             0)
		culprit->wrong = WRONG_ELEMENT;
	else if (take_key(culprit, words))
		culprit->wrong = WRONG_TAKES;
	else
		return understand_names(culprit, words);
	return true;
}

/* --- one file ----------------------------------------------------------------------------- */

static bool has_attribute(const XML_Char **attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return true;
	return false;
}

static bool has_value(const struct culprit *culprit, const char *element,
                      const XML_Char **attributes)
{
	if (culprit->elements && !elements_lists(culprit->elements, element))
		return false;
	for (size_t i = 0; attributes[i]; i += 2)
		if ((!culprit->attributes || elements_lists(culprit->attributes, attributes[i])) &&
		    strcmp(attributes[i + 1], culprit->value) == 0)
			return true;
	return false;
}

/* Return: whether it has no attribute of that name, and firewalld stumbles over that. */
static bool lacks(const struct culprit *culprit, const char *folder, const char *element,
                  const XML_Char **attributes)
{
	return !has_attribute(attributes, culprit->attribute) &&
	       (culprit->wrong == WRONG_LACKS
	            ? elements_needs(folder, element, culprit->attribute)
	            : elements_takes(folder, element, culprit->attribute));
}

static bool is_it(const struct culprit *culprit, const char *folder, const char *name,
                  const XML_Char **attributes)
{
	bool same = strcmp(name, culprit->element) == 0;

	switch (culprit->wrong) {
	case WRONG_LACKS:
		return same && lacks(culprit, folder, name, attributes);
	case WRONG_TAKES:
		return lacks(culprit, folder, name, attributes);
	case WRONG_ATTRIBUTE:
		return same && has_attribute(attributes, culprit->attribute) &&
		       !elements_knows(folder, name, culprit->attribute, culprit->newer);
	case WRONG_ELEMENT:
		return same && !elements_knows(folder, name, NULL, culprit->newer);
	case WRONG_VALUE:
		return has_value(culprit, name, attributes);
	case WRONG_XML:
		break;
	}
	return false;
}

static void on_start(void *userdata, const XML_Char *name, const XML_Char **attributes)
{
	struct file *file = userdata;

	if (!file->line && is_it(file->culprit, file->folder, name, attributes))
		file->line = xmlline(file->parser);
}

/* Entities could make much of little; no file of firewalld has any. */
static void on_doctype(void *userdata, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int has_internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	(void)XML_StopParser(((struct file *)userdata)->parser, XML_FALSE);
}

/* Return: the line; 0: it is not in this file. */
static unsigned long search(struct culprit *culprit, XML_Parser parser, const char *folder,
                            const char *bytes, size_t n)
{
	struct file file = {.culprit = culprit, .parser = parser, .folder = folder};
	bool is_xml;

	XML_SetUserData(parser, &file);
	XML_SetElementHandler(parser, on_start, NULL);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	is_xml = XML_Parse(parser, bytes, (int)n, 1) == XML_STATUS_OK;
	if (culprit->wrong != WRONG_XML)
		return file.line;
	return is_xml || XML_GetErrorCode(parser) == XML_ERROR_ABORTED ? 0 : xmlline(parser);
}

static int look_at(struct culprit *culprit, const char *folder, const char *path)
{
	_cleanup_free_ char *bytes = malloc(FILE_MAX);
	XML_Parser parser;
	unsigned long line;
	ssize_t n;

	if (!bytes)
		return -ENOMEM;
	n = file_read(bytes, FILE_MAX, path);
	if (n < 0 || n == FILE_MAX - 1)
		return 0;
	parser = XML_ParserCreate(NULL);
	if (!parser)
		return -ENOMEM;
	line = search(culprit, parser, folder, bytes, (size_t)n);
	XML_ParserFree(parser);
	if (line && culprit->n++ < PLACES_MAX) {
		if (culprit->n > 1)
			builder_add(&culprit->places, ", ");
		builder_addf(&culprit->places, "%s line %lu", path + strlen(culprit->root), line);
	}
	return 0;
}

/* --- all of them -------------------------------------------------------------------------- */

/* @name: public.xml, or public/10-mail.xml, a part of public */
static bool is_owned_by(const char *name, const char *owner)
{
	size_t n = strlen(owner);

	return *owner && strncmp(name, owner, n) == 0 && (name[n] == '/' || name[n] == '.');
}

static bool is_wanted(const struct culprit *culprit, const char *folder, const char *name)
{
	if (!culprit->folder)
		return true;
	return strcmp(culprit->folder, folder) == 0 &&
	       (is_owned_by(name, culprit->owners[0]) || is_owned_by(name, culprit->owners[1]));
}

/* The administrator's counts instead of it; whether a file is XML is asked of both. */
static bool is_hidden(const struct culprit *culprit, size_t dir, const char *folder,
                      const char *name)
{
	_cleanup_free_ char *own = NULL;

	return dir > 0 && culprit->wrong == WRONG_VALUE &&
	       xasprintf(&own, "%s%s/%s/%s", culprit->root, dirs[0], folder, name) >= 0 &&
	       access(own, F_OK) == 0;
}

static int look_into(struct culprit *culprit, size_t dir, const char *folder, const char *below);

/* @below: "", or "NAME/" of a zone that is put together from the files in there */
static int look_for(struct culprit *culprit, size_t dir, const char *folder, const char *below,
                    const char *entry)
{
	_cleanup_free_ char *name = NULL, *path = NULL, *under = NULL;

	if (xasprintf(&name, "%s%s", below, entry) < 0 ||
	    xasprintf(&path, "%s%s/%s/%s", culprit->root, dirs[dir], folder, name) < 0 ||
	    xasprintf(&under, "%s/", name) < 0)
		return -ENOMEM;
	if (!text_has_suffix(entry, ".xml"))
		return !*below && *entry != '.' && strcmp(folder, "zones") == 0
		           ? look_into(culprit, dir, folder, under)
		           : 0;
	return is_wanted(culprit, folder, name) && !is_hidden(culprit, dir, folder, name)
	           ? look_at(culprit, folder, path)
	           : 0;
}

static int look_into(struct culprit *culprit, size_t dir, const char *folder, const char *below)
{
	_cleanup_free_ char *path = NULL;
	struct dirent **entries;
	int n, r = 0;

	if (xasprintf(&path, "%s%s/%s/%s", culprit->root, dirs[dir], folder, below) < 0)
		return -ENOMEM;
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = look_for(culprit, dir, folder, below, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return r;
}

static int look_everywhere(struct culprit *culprit)
{
	int r = 0;

	for (size_t dir = 0; dir < ARRAY_SIZE(dirs); dir++)
		for (size_t i = 0; i < ARRAY_SIZE(folders) && r == 0; i++)
			r = look_into(culprit, dir, folders[i].folder, "");
	return r;
}

/* @out: "PATH line N", several with commas; NULL: nobody can tell. */
static int find(char **out, const char *words, const char *root)
{
	struct culprit culprit = {.root = root, .newer = true, .places = BUILDER_NULL};
	int r = 0;

	*out = NULL;
	if (!understand(&culprit, words))
		return 0;
	r = look_everywhere(&culprit);
	if (r == 0 && culprit.n == 0) { /* then it is an older one */
		culprit.newer = false;
		r = look_everywhere(&culprit);
	}
	if (r == 0 && culprit.n > 0)
		r = builder_take(&culprit.places, out);
	builder_deinit(&culprit.places);
	return r;
}

/**
 * culprit_name() - what firewalld says is wrong, and the files and lines that it means
 * @out:   "WORDS (PATH line N, PATH line N)"; WORDS alone: nobody can tell. The caller frees it
 * @words: firewalld's
 * @root:  before /etc and /usr; "": none
 *
 * Return: 0 or -ENOMEM.
 */
int culprit_name(char **out, const char *words, const char *root)
{
	_cleanup_free_ char *where = NULL;
	int r = find(&where, words, root);

	/* iptables says what, and of which lines of its own */
	if (r == 0 && !where && strstr(words, "Direct: "))
		r = directxml_broken(&where, root);
	if (r < 0)
		return r;
	return where ? xasprintf(out, "%s (%s)", words, where) : xasprintf(out, "%s", words);
}

/**
 * culprit_tell() - what is wrong with firewalld's files
 * @out:   receives it, NULL where nothing is; the caller frees it
 * @words: what firewalld's own check says; NULL: that all is well
 * @where: receives where that is; may be NULL
 *
 * Of the parts of a zone that check says nothing (2.3), or not which file it is (2.5); of direct
 * rules never what iptables makes of them.
 *
 * Return: 0 or -ENOMEM.
 */
int culprit_tell(char **out, enum culprit_where *where, const char *words, const char *root)
{
	enum culprit_where place = words ? CULPRIT_CHECKED : CULPRIT_IN_ZONES;
	char *found = NULL;
	int r = zoneparts_broken(&found, root);

	if (r == 0 && !found && words) {
		r = culprit_name(&found, words, root);
	} else if (r == 0 && !found) {
		place = CULPRIT_IN_DIRECT;
		r = directxml_broken(&found, root);
	}
	if (r < 0)
		return r;
	if (where)
		*where = place;
	*out = found;
	return 0;
}
