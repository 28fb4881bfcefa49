// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/directxml.h"

#include "guard/model/rule/direct.h"
#include "guard/system/firewalld/xmlline.h"
#include "guard/system/host/file.h"
#include "guard/system/kernel/foreigntables.h"
#include "guard/system/kernel/xtables.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define PATH     "/etc/firewalld/direct.xml"
#define FILE_MAX (1024 * 1024)

/* One rule or passthrough, in iptables' own words. */
struct rule {
	char *ipv, *table, *chain; /* owned; of a passthrough the last two are "" */
	char *args;                /* owned */
	unsigned long line;
};

struct directxml {
	const char *root;
	XML_Parser parser;
	struct strv chains; /* "IPV TABLE CHAIN", of those that it makes itself */
	struct strv made;   /* likewise, by a passthrough */
	struct rule *rules; /* owned */
	size_t n, capacity;
	struct rule now; /* inside of one, where its ipv is set */
	size_t length;   /* of the args of that */
	bool failed;     /* no memory */
};

static void rule_deinit(struct rule *rule)
{
	free(rule->ipv);
	free(rule->table);
	free(rule->chain);
	free(rule->args);
	*rule = (struct rule){0};
}

static void directxml_deinit(struct directxml *xml)
{
	for (size_t i = 0; i < xml->n; i++)
		rule_deinit(&xml->rules[i]);
	free(xml->rules);
	rule_deinit(&xml->now);
	strv_deinit(&xml->chains);
	strv_deinit(&xml->made);
}

/* --- the file ----------------------------------------------------------------------------- */

static const char *attribute(const XML_Char *const *attributes, const char *name)
{
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1];
	return "";
}

static void add_chain(struct directxml *xml, struct strv *chains, const char *ipv,
                      const char *table, const char *chain)
{
	char *name = NULL;

	if (xasprintf(&name, "%s %s %s", ipv, table, chain) < 0 || strv_add_take(chains, name) < 0)
		xml->failed = true;
}

/* Of a bridge ebtables makes what it likes. */
static bool is_known(const char *ipv)
{
	return strcmp(ipv, "ipv4") == 0 || strcmp(ipv, "ipv6") == 0;
}

static void begin_rule(struct directxml *xml, const XML_Char *const *attributes)
{
	rule_deinit(&xml->now);
	xml->length = 0;
	if (!is_known(attribute(attributes, "ipv")))
		return;
	xml->now.ipv = strdup(attribute(attributes, "ipv"));
	xml->now.table = strdup(attribute(attributes, "table"));
	xml->now.chain = strdup(attribute(attributes, "chain"));
	xml->now.args = calloc(1, DIRECT_TEXT_MAX);
	xml->now.line = xmlline(xml->parser);
	xml->failed |= !xml->now.ipv || !xml->now.table || !xml->now.chain || !xml->now.args;
}

static void on_start(void *userdata, const XML_Char *name, const XML_Char **attributes)
{
	struct directxml *xml = userdata;

	if (strcmp(name, "chain") == 0)
		add_chain(xml, &xml->chains, attribute(attributes, "ipv"),
		          attribute(attributes, "table"), attribute(attributes, "chain"));
	else if (strcmp(name, "rule") == 0 || strcmp(name, "passthrough") == 0)
		begin_rule(xml, attributes);
}

static void on_text(void *userdata, const XML_Char *text, int n)
{
	struct directxml *xml = userdata;

	for (int i = 0; i < n && xml->now.args && xml->length + 1 < DIRECT_TEXT_MAX; i++)
		xml->now.args[xml->length++] = text[i] == '\n' || text[i] == '\t' ? ' ' : text[i];
}

static void on_end(void *userdata, const XML_Char *name)
{
	struct directxml *xml = userdata;

	if ((strcmp(name, "rule") != 0 && strcmp(name, "passthrough") != 0) || !xml->now.args ||
	    xml->failed)
		return;
	if (grow(&xml->rules, &xml->capacity, xml->n + 1, sizeof(*xml->rules)) < 0) {
		xml->failed = true;
		return;
	}
	xml->rules[xml->n++] = xml->now;
	xml->now = (struct rule){0};
}

/* No file of firewalld has any, and they could make much of little. */
static void on_doctype(void *userdata, const XML_Char *name _unused_,
                       const XML_Char *system _unused_, const XML_Char *public _unused_,
                       int has_internal _unused_)
{
	(void)XML_StopParser(((struct directxml *)userdata)->parser, XML_FALSE);
}

/* Return: 1; 0: there is none, or it is not read here; -ENOMEM. */
static int read_file(struct directxml *xml, const char *path)
{
	_cleanup_free_ char *bytes = malloc(FILE_MAX);
	bool whole;
	ssize_t n;

	if (!bytes)
		return -ENOMEM;
	n = file_read(bytes, FILE_MAX, path);
	if (n < 0 || n == FILE_MAX - 1)
		return 0;
	xml->parser = XML_ParserCreate(NULL);
	if (!xml->parser)
		return -ENOMEM;
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	whole = XML_Parse(xml->parser, bytes, (int)n, 1) == XML_STATUS_OK;
	XML_ParserFree(xml->parser);
	return xml->failed ? -ENOMEM : whole;
}

/* --- what a rule leads to ----------------------------------------------------------------- */

static const char *option(const struct direct *words, const char *letter, const char *name)
{
	const char *value = direct_option(words, letter);

	return value ? value : direct_option(words, name);
}

/* The words of one; Return: 0; 1: they are not read here; -ENOMEM. */
static int parse(struct direct *out, const struct rule *rule)
{
	_cleanup_free_ char *text = NULL;
	int r = xasprintf(&text, "%s %s 0 %s", *rule->table ? rule->table : "filter",
	                  *rule->chain ? rule->chain : "-", rule->args);

	return r < 0 ? r : direct_parse(out, false, text);
}

static const char *table_of(const struct rule *rule, const struct direct *words)
{
	const char *table = *rule->table ? rule->table : option(words, "-t", "--table");

	return table ? table : "filter";
}

/* firewalld loads its chains, its rules and then what is passed through. */
static int note_made(struct directxml *xml)
{
	for (size_t i = 0; i < xml->n && !xml->failed; i++) {
		_cleanup_direct_ struct direct words = DIRECT_NULL;
		const char *made;
		int r = *xml->rules[i].table ? 1 : parse(&words, &xml->rules[i]);

		if (r < 0)
			return r;
		made = r == 0 ? option(&words, "-N", "--new-chain") : NULL;
		if (made)
			add_chain(xml, &xml->made, xml->rules[i].ipv,
			          table_of(&xml->rules[i], &words), made);
	}
	return xml->failed ? -ENOMEM : 0;
}

static bool is_builtin(const char *name)
{
	static const char *const names[] = {"INPUT",      "OUTPUT",      "FORWARD",
	                                    "PREROUTING", "POSTROUTING", "ACCEPT",
	                                    "DROP",       "RETURN",      "QUEUE"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Return: 1 or 0; -ENOMEM. */
static int is_made(const struct directxml *xml, const struct rule *rule, const char *table,
                   const char *name)
{
	_cleanup_free_ char *key = NULL;

	if (xasprintf(&key, "%s %s %s", rule->ipv, table, name) < 0)
		return -ENOMEM;
	return strv_contains(&xml->chains, key) ||
	       (!*rule->table && strv_contains(&xml->made, key));
}

static size_t count_files(const char *root, const char *pattern, const char *name)
{
	_cleanup_free_ char *path = NULL;
	glob_t found = {0};
	size_t n;

	if (xasprintf(&path, "%s%s/xtables/lib*_%s.so", root, pattern, name) < 0)
		return 0;
	n = glob(path, GLOB_NOSORT, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	return n;
}

/* A target of iptables' own is a file; where there is none for REJECT they are somewhere else. */
static bool is_target(const char *root, const char *name)
{
	static const char *const folders[] = {"/usr/lib*", "/usr/lib/*", "/lib*", "/lib/*"};
	bool known = false;

	if (strpbrk(name, "/*?[\\"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (count_files(root, folders[i], name) > 0)
			return true;
		known |= count_files(root, folders[i], "REJECT") > 0;
	}
	return !known;
}

/* Return: whether it may be there; -ENOMEM. */
static int is_there(const struct directxml *xml, const struct rule *rule, const char *table,
                    const char *name)
{
	const bool ipv6 = strcmp(rule->ipv, "ipv6") == 0;
	int r = is_builtin(name) ? 1 : is_made(xml, rule, table, name);

	if (r != 0 || *xml->root)
		return r;
	return xtables_has_legacy(ipv6) || foreigntables_have(ipv6, table, name);
}

/* Return: 0, with words in @out where it will be refused; -ENOMEM. */
static int look_at(char **out, const struct directxml *xml, const struct rule *rule)
{
	_cleanup_direct_ struct direct words = DIRECT_NULL;
	const char *to, *chain = rule->chain, *table;
	int r = parse(&words, rule);

	if (r != 0)
		return r < 0 ? r : 0;
	table = table_of(rule, &words);
	to = option(&words, "-j", "--jump");
	if (!to)
		to = option(&words, "-g", "--goto");
	if (*chain && (r = is_there(xml, rule, table, chain)) <= 0)
		return r < 0 ? r
		             : xasprintf(out, "%s line %lu: a rule in chain %s, which is not there",
		                         PATH, rule->line, chain);
	if (!to || is_target(xml->root, to))
		return 0;
	r = is_there(xml, rule, table, to);
	if (r != 0)
		return r < 0 ? r : 0;
	return xasprintf(out,
	                 "%s line %lu: a rule leads to %s, which is no chain of %s's and no target "
	                 "of iptables",
	                 PATH, rule->line, to, table);
}

/**
 * directxml_broken() - the first rule of direct.xml that a reload and a start fail over
 * @out:  "/etc/firewalld/direct.xml line N: why"; NULL when there is none; written on success
 *        alone; the caller frees it
 * @root: before /etc and /usr, for tests; "": none, and the kernel's chains count
 *
 * Return: 0 or -ENOMEM.
 */
int directxml_broken(char **out, const char *root)
{
	_cleanup_(directxml_deinit) struct directxml xml = {.root = root};
	_cleanup_free_ char *path = NULL, *found = NULL;
	int r = xasprintf(&path, "%s" PATH, root);

	if (r == 0)
		r = read_file(&xml, path);
	if (r == 0)
		*out = NULL;
	if (r <= 0)
		return r;
	r = note_made(&xml);
	for (size_t i = 0; i < xml.n && r == 0 && !found; i++)
		r = look_at(&found, &xml, &xml.rules[i]);
	if (r == 0)
		*out = steal(found);
	return r;
}
