// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/model/check.h"
#include "guard/base/cidr.h"
#include "guard/base/mime.h"
#include "guard/base/text.h"

/* A configuration is written by hand. */
#define CONFIG_SIZE_MAX (256 * 1024)
#define CONFIG_LIST_MAX 1024

/* What the store calls its file, whatever folder it is in. */
#define CONFIG_STORE_FILE "guard.db"

enum config_type {
	CONFIG_BOOL,
	CONFIG_UINT,
	CONFIG_RESTORE_BANS,
	CONFIG_PATH,
	CONFIG_ADDRESS,
	CONFIG_ZONES,
	CONFIG_SERVICES,
	CONFIG_ITEMS,
	CONFIG_RANGES,
	CONFIG_PATHS,
	CONFIG_CHECKS,
	CONFIG_NAMES, /* of services, no ports */
};

struct config_row {
	struct config_option option;
	enum config_type type;
	size_t offset;
	unsigned min, max, standard;
};

#define AT(member) offsetof(struct config, member)

static const struct config_row rows[] = {
    {.option = {"guard", "zones", "list of zones", "", NULL,
                "Zones to watch. Empty: all active zones, the default zone, and every zone that "
                "carries a mail or web service."},
     .type = CONFIG_ZONES,
     .offset = AT(scope.zones)},
    {.option = {"guard", "services", "list of services and PORT/PROTOCOL", "", NULL,
                "What to protect in the watched zones. Empty: every service and port."},
     .type = CONFIG_SERVICES,
     .offset = AT(scope.services)},
    {.option = {"guard", "require", "list of items", "", NULL,
                "Items (ZONE/KIND:VALUE) that must be open whatever happened, even when somebody "
                "removed them on purpose."},
     .type = CONFIG_ITEMS,
     .offset = AT(scope.require)},
    {.option = {"guard", "restore", "yes|no", "yes", NULL,
                "Restore what a wipe took. With \"no\" the watcher tells and changes nothing."},
     .type = CONFIG_BOOL,
     .offset = AT(restore),
     .standard = 1},
    {.option = {"guard", "restore-bans", "safe|all|none", "safe", NULL,
                "Which lost bans come back: all, all but those that cover a legitimate client "
                "range (safe), or none."},
     .type = CONFIG_RESTORE_BANS,
     .offset = AT(restore_bans)},
    {.option = {"guard", "close-gap", "yes|no", "yes", NULL,
                "Whether the bans that a wipe took are held in an nftables table of the guard's "
                "own until their rules are back."},
     .type = CONFIG_BOOL,
     .offset = AT(close_gap),
     .standard = 1},
    {.option = {"guard", "persist", "yes|no", "no", NULL,
                "Write protected items that are open in the runtime alone to the permanent "
                "configuration, too."},
     .type = CONFIG_BOOL,
     .offset = AT(persist),
     .standard = 0},
    {.option = {"guard", "settle-ms", "number", "200", "ms",
                "How long firewalld must have been quiet before a snapshot is taken for good."},
     .type = CONFIG_UINT,
     .offset = AT(settle_ms),
     .min = 0,
     .max = 60000,
     .standard = 200},
    {.option = {"guard", "keep-days", "number", "90", "days",
                "How long history, bans and snapshots are kept."},
     .type = CONFIG_UINT,
     .offset = AT(keep_days),
     .min = 1,
     .max = 36500,
     .standard = 90},
    {.option = {"guard", "audit-s", "number", "30", "s",
                "How often firewalld is asked whether what is protected is still there, for wipes "
                "that it told nobody of. Each twentieth time everything is compared. 0: never."},
     .type = CONFIG_UINT,
     .offset = AT(audit_s),
     .min = 0,
     .max = 86400,
     .standard = 30},
    {.option = {"clients", "ranges", "list of addresses and prefixes", "", NULL,
                "Where legitimate clients come from."},
     .type = CONFIG_RANGES,
     .offset = AT(client_ranges)},
    {.option = {"clients", "ranges-files", "list of files", "", NULL,
                "Files with more of them: one address or prefix a line, # begins a comment."},
     .type = CONFIG_PATHS,
     .offset = AT(ranges_files)},
    {.option = {"clients", "use-fail2ban-ignoreip", "yes|no", "yes", NULL,
                "Take the addresses that fail2ban ignores for legitimate clients, too."},
     .type = CONFIG_BOOL,
     .offset = AT(use_fail2ban_ignoreip),
     .standard = 1},
    {.option = {"clients", "learn-logs", "list of files", "", NULL,
                "Mail logs to learn the addresses of successful logins from."},
     .type = CONFIG_PATHS,
     .offset = AT(learn_logs)},
    {.option = {"clients", "learn-days", "number", "30", "days", "How far back logins count."},
     .type = CONFIG_UINT,
     .offset = AT(learn_days),
     .min = 1,
     .max = 3650,
     .standard = 30},
    {.option =
         {"fail2ban", "database", "file", "", NULL,
          "fail2ban's database. Empty: asked from the running fail2ban, else the distribution's."},
     .type = CONFIG_PATH,
     .offset = AT(fail2ban_database)},
    {.option = {"fail2ban", "socket", "file", "", NULL,
                "fail2ban's socket. Empty: the distribution's."},
     .type = CONFIG_PATH,
     .offset = AT(fail2ban_socket)},
    {.option = {"fail2ban", "pidfile", "file", "", NULL,
                "fail2ban's PID file. Empty: the distribution's."},
     .type = CONFIG_PATH,
     .offset = AT(fail2ban_pidfile)},
    {.option = {"check", "skip", "list of checks", "", NULL,
                "Checks that `check` does not make unless it is asked for them by name."},
     .type = CONFIG_CHECKS,
     .offset = AT(check_skip)},
    {.option = {"check", "services", "list of services", "", NULL,
                "Services that each zone of mail is expected to have. Empty: smtp, smtps, "
                "smtp-submission, imap, imaps and pop3s."},
     .type = CONFIG_NAMES,
     .offset = AT(check_services)},
    {.option = {"report", "mail-to", "mail address", "", NULL,
                "Whom `report --mail` and reload-guard-report.timer send the report to."},
     .type = CONFIG_ADDRESS,
     .offset = AT(mail_to)},
    {.option = {"report", "mail-from", "mail address", "", NULL,
                "Whom it is from. Empty: root, to which the mailer adds its domain."},
     .type = CONFIG_ADDRESS,
     .offset = AT(mail_from)},
    {.option = {"report", "quiet", "yes|no", "no", NULL,
                "Send nothing when nothing happened and nothing was found."},
     .type = CONFIG_BOOL,
     .offset = AT(report_quiet),
     .standard = 0},
    {.option = {"report", "sendmail", "file", "", NULL, "The mailer. Empty: /usr/sbin/sendmail."},
     .type = CONFIG_PATH,
     .offset = AT(sendmail)},
    {.option = {"store", "path", "file", "", NULL,
                "The store. Empty: guard.db in the state directory."},
     .type = CONFIG_PATH,
     .offset = AT(store_path)},
};

static const char *const bool_words[] = {"yes", "no", "true", "false", "on", "off", "1", "0"};
static const char *const bans_words[] = {
    [CONFIG_RESTORE_BANS_SAFE] = "safe",
    [CONFIG_RESTORE_BANS_ALL] = "all",
    [CONFIG_RESTORE_BANS_NONE] = "none",
};

static void *field(struct config *config, const struct config_row *row)
{
	return (char *)config + row->offset;
}

static const void *const_field(const struct config *config, const struct config_row *row)
{
	return (const char *)config + row->offset;
}

/** config_init() - every key at its default */
void config_init(struct config *config)
{
	*config = CONFIG_NULL;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type == CONFIG_BOOL)
			*(bool *)field(config, &rows[i]) = rows[i].standard != 0;
		else if (rows[i].type == CONFIG_UINT)
			*(unsigned *)field(config, &rows[i]) = rows[i].standard;
	}
	config->restore_bans = CONFIG_RESTORE_BANS_SAFE;
}

/** config_deinit() - free all of it; may be called twice */
void config_deinit(struct config *config)
{
	scope_deinit(&config->scope);
	strv_deinit(&config->check_skip);
	strv_deinit(&config->check_services);
	strv_deinit(&config->client_ranges);
	strv_deinit(&config->ranges_files);
	strv_deinit(&config->learn_logs);
	free(config->fail2ban_database);
	free(config->fail2ban_socket);
	free(config->fail2ban_pidfile);
	free(config->mail_to);
	free(config->mail_from);
	free(config->sendmail);
	free(config->store_path);
	*config = CONFIG_NULL;
}

/** config_n_options() - how many keys there are */
size_t config_n_options(void)
{
	return ARRAY_SIZE(rows);
}

/** config_option() - one key as the manual tells it; @index must be below config_n_options() */
struct config_option config_option(size_t index)
{
	return rows[index].option;
}

/* --- values ------------------------------------------------------------------------------ */

static int invalid(struct err *err, const char *word, const char *what)
{
	return err_set(err, CONFIG_E_INVALID, "\"%.100s\" is not %s", word, what);
}

static int invalid_word(struct err *err, const char *word, const char *what,
                        const char *const *words, size_t n)
{
	const char *nearest = text_nearest(word, words, n);
	int r = invalid(err, word, what);

	if (nearest && err) {
		size_t length = strlen(err->text);

		snprintf(err->text + length, sizeof(err->text) - length, "; did you mean \"%s\"?",
		         nearest);
	}
	return r;
}

static int set_bool(bool *out, const char *value, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(bool_words); i++) {
		if (strcmp(value, bool_words[i]) == 0) {
			*out = i % 2 == 0;
			return 0;
		}
	}
	return invalid_word(err, value, "yes or no", bool_words, 2);
}

static int set_uint(unsigned *out, const struct config_row *row, const char *value, struct err *err)
{
	unsigned long number;
	char what[96];

	if (parse_uint(value, row->max, &number) && number >= row->min) {
		*out = (unsigned)number;
		return 0;
	}
	snprintf(what, sizeof(what), "a number from %u to %u%s%s", row->min, row->max,
	         row->option.unit ? ", in " : "", row->option.unit ? row->option.unit : "");
	return invalid(err, value, what);
}

static int set_restore_bans(enum config_restore_bans *out, const char *value, struct err *err)
{
	for (unsigned i = 0; i < ARRAY_SIZE(bans_words); i++) {
		if (strcmp(value, bans_words[i]) == 0) {
			*out = (enum config_restore_bans)i;
			return 0;
		}
	}
	return invalid_word(err, value, "safe, all or none", bans_words, ARRAY_SIZE(bans_words));
}

static int check_path(const char *value, struct err *err)
{
	if (value[0] != '/')
		return invalid(err, value, "an absolute path");
	if (strlen(value) >= 4096)
		return invalid(err, value, "a path: it is too long");
	return 0;
}

static int set_path(char **out, const char *value, struct err *err)
{
	char *copy;
	int r;

	if (value[0] == '\0')
		return 0;
	r = check_path(value, err);
	if (r != 0)
		return r;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

static int set_address(char **out, const char *value, struct err *err)
{
	char *copy;

	if (value[0] == '\0')
		return 0;
	if (!mime_is_address(value))
		return invalid(err, value, "a mail address, such as admin@example.org");
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

/* The names that firewalld takes: letters, digits and a few signs, which differ. */
static bool is_name(const char *word, size_t max, const char *signs)
{
	size_t length = strlen(word);

	if (length == 0 || length > max)
		return false;
	for (; *word; word++)
		if (!((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z') ||
		      (*word >= '0' && *word <= '9') || strchr(signs, *word)))
			return false;
	return true;
}

static int add_zone(struct config *config, const char *word, struct err *err)
{
	const char *policy = item_policy_name(word);

	if (strlen(word) > ITEM_ZONE_MAX || !is_name(policy ? policy : word, ITEM_ZONE_MAX, "_-"))
		return invalid(err, word, "the name of a zone");
	return strv_contains(&config->scope.zones, word) ? 0 : strv_add(&config->scope.zones, word);
}

static int add_check(struct config *config, const char *word, struct err *err)
{
	const char *nearest = check_nearest(word);
	enum check_id id;

	if (check_parse(&id, word) != 0)
		return err_set(err, CONFIG_E_INVALID, "\"%.64s\" is not a check%s%s%s", word,
		               nearest ? "; did you mean \"" : "; see: reload-guard check --list",
		               nearest ? nearest : "", nearest ? "\"?" : "");
	return strv_contains(&config->check_skip, word) ? 0 : strv_add(&config->check_skip, word);
}

static int add_service(struct config *config, const char *word, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct strv *services = &config->scope.services;

	if (strchr(word, '/')) {
		/* In normal form, as items have it: 0465/tcp is 465/tcp. */
		int r = item_init(&item, "any", ITEM_PORT, word, NULL);

		if (r < 0)
			return r;
		if (r > 0)
			return invalid(err, word,
			               "PORT/PROTOCOL, such as 465/tcp or 60000-61000/udp");
		word = item.value;
	} else if (!is_name(word, 128, "_-") || strspn(word, "0123456789-") == strlen(word)) {
		return invalid(err, word,
		               "the name of a service, nor PORT/PROTOCOL such as 465/tcp");
	}
	return strv_contains(services, word) ? 0 : strv_add(services, word);
}

static int add_expected(struct config *config, const char *word, struct err *err)
{
	if (!is_name(word, 128, "_-"))
		return invalid(err, word, "the name of a service");
	return strv_contains(&config->check_services, word)
	           ? 0
	           : strv_add(&config->check_services, word);
}

static int add_item(struct config *config, const char *word, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = item_parse(&item, word, err);

	if (r == ITEM_E_SYNTAX)
		return CONFIG_E_INVALID;
	return r < 0 ? r : scope_require(&config->scope, &item);
}

static int add_range(struct config *config, const char *word, struct err *err)
{
	struct cidr cidr;
	char text[CIDR_TEXT_LENGTH];
	int r = cidr_parse(&cidr, word, 0, NULL);

	if (r < 0)
		return r;
	if (r > 0)
		return invalid(err, word,
		               "an address or a prefix, such as 192.0.2.0/24 or 2001:db8::/32");
	cidr_format(&cidr, text);
	return strv_contains(&config->client_ranges, text) ? 0
	                                                   : strv_add(&config->client_ranges, text);
}

static int add_ranges_file(struct config *config, const char *word, struct err *err)
{
	int r = check_path(word, err);

	return r != 0 ? r : strv_add(&config->ranges_files, word);
}

static int add_log(struct config *config, const char *word, struct err *err)
{
	int r = check_path(word, err);

	if (r != 0 || strv_contains(&config->learn_logs, word))
		return r;
	return strv_add(&config->learn_logs, word);
}

static char *trim(char *word)
{
	size_t length;

	word += strspn(word, " \t");
	length = strlen(word);
	while (length > 0 && (word[length - 1] == ' ' || word[length - 1] == '\t'))
		word[--length] = '\0';
	return word;
}

static int add_words(struct config *config, const char *value, const char *separators,
                     int (*add)(struct config *, const char *, struct err *), struct err *err)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	int r = strv_split(&words, value, separators);

	for (size_t i = 0; i < words.n && r == 0; i++) {
		char *word = trim(words.strings[i]);

		if (*word)
			r = add(config, word, err);
	}
	return r;
}

static bool is_list(const struct config_row *row)
{
	return row->type >= CONFIG_ZONES;
}

static int set_value(struct config *config, const struct config_row *row, const char *value,
                     struct err *err)
{
	switch (row->type) {
	case CONFIG_BOOL:
		return set_bool(field(config, row), value, err);
	case CONFIG_UINT:
		return set_uint(field(config, row), row, value, err);
	case CONFIG_RESTORE_BANS:
		return set_restore_bans(field(config, row), value, err);
	case CONFIG_PATH:
		return set_path(field(config, row), value, err);
	case CONFIG_ADDRESS:
		return set_address(field(config, row), value, err);
	case CONFIG_ZONES:
		return add_words(config, value, " ,\t", add_zone, err);
	case CONFIG_SERVICES:
		return add_words(config, value, " ,\t", add_service, err);
	case CONFIG_ITEMS:
		/* Values of rules hold blanks. */
		return add_words(config, value, ",", add_item, err);
	case CONFIG_CHECKS:
		return add_words(config, value, " ,\t", add_check, err);
	case CONFIG_NAMES:
		return add_words(config, value, " ,\t", add_expected, err);
	case CONFIG_RANGES:
		return add_words(config, value, " ,\t", add_range, err);
	case CONFIG_PATHS:
		return add_words(config, value, ",",
		                 row->offset == AT(learn_logs) ? add_log : add_ranges_file, err);
	}
	return -EINVAL;
}

/* --- the file ---------------------------------------------------------------------------- */

struct reader {
	struct config *config;
	const char *name;
	const char *at; /* what is not read yet */
	const char *end;
	unsigned line;                    /* the one that was read last */
	bool continuation;                /* it began with a blank */
	unsigned given[ARRAY_SIZE(rows)]; /* the line of each key */
	unsigned failed_line;
	int result; /* the first failure */
	struct err err;
};

/* The first failure is kept, with its place in front. */
static int fail(struct reader *reader, int r)
{
	if (reader->result != 0)
		return 0;
	if (r == -ENOMEM)
		err_set(&reader->err, r, "out of memory");
	err_prefix(&reader->err, r, "%s:%u", reader->name, reader->line);
	reader->result = r;
	reader->failed_line = reader->line;
	return 0;
}

static size_t section_names(const char *out[ARRAY_SIZE(rows)])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (n == 0 || strcmp(out[n - 1], rows[i].option.section) != 0)
			out[n++] = rows[i].option.section;
	return n;
}

static void check_section(struct reader *reader, const char *section)
{
	const char *names[ARRAY_SIZE(rows)] = {NULL}, *nearest;
	size_t n = section_names(names);

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], section) == 0)
			return;
	nearest = text_nearest(section, names, n);
	fail(reader,
	     err_set(&reader->err, CONFIG_E_INVALID, "unknown section [%.100s]; %s%s%s", section,
	             nearest ? "did you mean ["
	                     : "there are [guard], [clients], [fail2ban] and "
	                       "[store",
	             nearest ? nearest : "", nearest ? "]?" : "]"));
}

/* inih tells nothing of a section without keys, so headings are looked at here. */
static void look_at_heading(struct reader *reader, const char *line, size_t length)
{
	char section[128];
	const char *close = memchr(line, ']', length);

	if (length == 0 || line[0] != '[' || !close || (size_t)(close - line) > sizeof(section))
		return;
	memcpy(section, line + 1, (size_t)(close - line) - 1);
	section[close - line - 1] = '\0';
	check_section(reader, section);
}

/* fgets() over the text in memory; counts the lines. */
static char *read_line(char *out, int size, void *stream)
{
	struct reader *reader = stream;
	size_t left = (size_t)(reader->end - reader->at), length;
	const char *newline;

	if (left == 0 || reader->result != 0)
		return NULL;
	newline = memchr(reader->at, '\n', left);
	length = newline ? (size_t)(newline - reader->at) + 1 : left;
	reader->line++;
	reader->continuation = reader->at[0] == ' ' || reader->at[0] == '\t';
	if (size < 2 || length > (size_t)size - 1) {
		fail(reader, err_set(&reader->err, CONFIG_E_INVALID,
		                     "the line is longer than %d characters; continue a list on "
		                     "indented lines",
		                     size - 2));
		return NULL;
	}
	look_at_heading(reader, reader->at, length);
	memcpy(out, reader->at, length);
	out[length] = '\0';
	reader->at += length;
	return out;
}

static const struct config_row *find_row(const char *section, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].option.section, section) == 0 &&
		    strcmp(rows[i].option.key, key) == 0)
			return &rows[i];
	return NULL;
}

/* The key may be right and only stand in the wrong section: that is said first. */
static int unknown_key(struct reader *reader, const char *section, const char *key)
{
	const char *names[ARRAY_SIZE(rows)], *nearest;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].option.key, key) == 0)
			return fail(reader,
			            err_set(&reader->err, CONFIG_E_INVALID,
			                    "\"%.100s\" does not belong into [%s] but into [%s]",
			                    key, section, rows[i].option.section));
		if (strcmp(rows[i].option.section, section) == 0)
			names[n++] = rows[i].option.key;
	}
	nearest = text_nearest(key, names, n);
	if (nearest)
		err_set(&reader->err, 0, "unknown key \"%.100s\" in [%s]; did you mean \"%s\"?",
		        key, section, nearest);
	else
		err_set(&reader->err, 0, "unknown key \"%.100s\" in [%s]; see reload-guard.conf(5)",
		        key, section);
	return fail(reader, CONFIG_E_INVALID);
}

static int on_value(void *user, const char *section, const char *key, const char *value)
{
	struct reader *reader = user;
	const struct config_row *row;
	int r;

	if (reader->result != 0)
		return 0;
	if (section[0] == '\0')
		return fail(reader, err_set(&reader->err, CONFIG_E_INVALID,
		                            "a key before the first [section]"));
	row = find_row(section, key);
	if (!row) {
		check_section(reader, section);
		return unknown_key(reader, section, key);
	}
	if (reader->continuation ? !is_list(row) : reader->given[row - rows] != 0) {
		if (reader->continuation)
			err_set(&reader->err, 0, "\"%s\" takes one value, on one line", key);
		else
			err_set(&reader->err, 0, "\"%s\" is given twice, first in line %u", key,
			        reader->given[row - rows]);
		return fail(reader, CONFIG_E_INVALID);
	}
	if (!reader->continuation)
		reader->given[row - rows] = reader->line;
	r = set_value(reader->config, row, value ? value : "", &reader->err);
	if (r != 0) {
		err_prefix(&reader->err, r, "%s", key);
		return fail(reader, r);
	}
	return 1;
}

/* What single values cannot tell. */
static int check_together(const struct config *config, const char *name, struct err *err)
{
	const struct strv *lists[] = {&config->scope.zones, &config->scope.services,
	                              &config->client_ranges, &config->ranges_files,
	                              &config->learn_logs};

	const char *file = config->store_path ? strrchr(config->store_path, '/') : NULL;

	if (file && strcmp(file, "/" CONFIG_STORE_FILE) != 0)
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: [store] path = %.100s: the file must be named " CONFIG_STORE_FILE, name,
		    config->store_path);
	if (!config->restore && config->persist)
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: \"restore = no\" changes nothing in firewalld, so \"persist = yes\" "
		    "cannot be had with it",
		    name);
	if (!config->restore && config->scope.n_require > 0)
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: \"restore = no\" changes nothing in firewalld, so \"require\" cannot "
		    "be had with it",
		    name);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (lists[i]->n > CONFIG_LIST_MAX)
			return err_set(err, CONFIG_E_INVALID, "%s: more than %d values in one list",
			               name, CONFIG_LIST_MAX);
	return 0;
}

static int check_bytes(const char *name, const char *text, size_t length, struct err *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		line += c == '\n';
		if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
			return err_set(
			    err, CONFIG_E_INVALID,
			    "%s:%u: a control character (byte 0x%02x): this is no text file", name,
			    line, (unsigned)c);
	}
	if (!text_is_utf8(text, length))
		return err_set(err, CONFIG_E_INVALID, "%s: this is not UTF-8", name);
	return 0;
}

/**
 * config_parse() - a configuration from memory
 * @out:  written on success alone; the caller deinits it
 * @name: what to call it in errors
 * @text: borrowed, @length bytes
 *
 * Return: 0; CONFIG_E_INVALID, with the place in @err; negative errno.
 */
int config_parse(struct config *out, const char *name, const char *text, size_t length,
                 struct err *err)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	struct reader reader = {.config = &config, .name = name, .at = text, .end = text + length};
	int r = check_bytes(name, text, length, err);

	if (r != 0)
		return r;
	config_init(&config);
	r = ini_parse_stream(read_line, &reader, on_value, &reader);
	/* inih goes on after a line that it does not understand: the first one counts. */
	if (reader.result != 0 && (r <= 0 || (unsigned)r >= reader.failed_line)) {
		err_set(err, 0, "%s", reader.err.text);
		return reader.result;
	}
	if (r < 0)
		return err_set(err, -ENOMEM, "%s: out of memory", name);
	if (r > 0)
		return err_set(err, CONFIG_E_INVALID,
		               "%s:%d: neither a [section] nor \"key = value\" nor a # comment",
		               name, r);
	r = check_together(&config, name, err);
	if (r != 0)
		return r;
	*out = config;
	config = CONFIG_NULL;
	return 0;
}

/* Whoever can write the file decides what the guard opens: it must be root's, or ours. */
static int check_file(const char *path, const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_set(err, CONFIG_E_INVALID, "%s: not a regular file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(err, CONFIG_E_INVALID,
		               "%s: belongs to user %u, who could change what the guard opens; "
		               "chown root it",
		               path, (unsigned)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, CONFIG_E_INVALID,
		               "%s: others may write to it (mode %04o); chmod go-w it", path,
		               (unsigned)st->st_mode & 07777u);
	if (st->st_size > CONFIG_SIZE_MAX)
		return err_set(err, CONFIG_E_INVALID, "%s: larger than %d bytes", path,
		               CONFIG_SIZE_MAX);
	return 0;
}

static int read_all(int fd, const char *path, char **out, size_t *length, struct err *err)
{
	_cleanup_free_ char *text = malloc(CONFIG_SIZE_MAX + 1);
	size_t n = 0;

	if (!text)
		return -ENOMEM;
	while (n < CONFIG_SIZE_MAX + 1) {
		ssize_t got = read(fd, text + n, CONFIG_SIZE_MAX + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, -errno, "%s: %s", path, strerror(errno));
		if (got == 0)
			break;
		n += (size_t)got;
	}
	if (n > CONFIG_SIZE_MAX)
		return err_set(err, CONFIG_E_INVALID, "%s: larger than %d bytes", path,
		               CONFIG_SIZE_MAX);
	*out = steal(text);
	*length = n;
	return 0;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/**
 * config_load() - a configuration from its file
 * @out:      written on success alone; the caller deinits it
 * @path:     borrowed; a symbolic link is refused, since its target is somebody else's word
 * @required: false: a file that is not there means the defaults
 *
 * Return: 0; CONFIG_E_INVALID, with the place in @err; negative errno, -ENOENT
 * for a required file that is missing.
 */
int config_load(struct config *out, const char *path, bool required, struct err *err)
{
	_cleanup_(close_fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	struct stat st;
	int r;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !required) {
		config_init(out);
		return 0;
	}
	if (fd < 0 && errno == ELOOP)
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: a symbolic link, which is not followed; name the file itself with -c",
		    path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = check_file(path, &st, err);
	if (r == 0)
		r = read_all(fd, path, &text, &length, err);
	return r != 0 ? r : config_parse(out, path, text, length, err);
}

/* --- back to text ------------------------------------------------------------------------ */

static int join(char **out, const struct strv *words)
{
	size_t size = 1;
	char *text, *at;

	for (size_t i = 0; i < words->n; i++)
		size += strlen(words->strings[i]) + 2;
	at = text = malloc(size);
	if (!text)
		return -ENOMEM;
	*at = '\0';
	for (size_t i = 0; i < words->n; i++)
		at += sprintf(at, "%s%s", i > 0 ? ", " : "", words->strings[i]);
	*out = text;
	return 0;
}

static int join_items(char **out, const struct scope *scope)
{
	_cleanup_strv_ struct strv words = STRV_NULL;

	for (size_t i = 0; i < scope->n_require; i++) {
		char *word;
		int r = item_format(&word, &scope->require[i]);

		if (r == 0)
			r = strv_add_take(&words, word);
		if (r < 0)
			return r;
	}
	return join(out, &words);
}

/**
 * config_format() - a key's value as it would stand in the file
 * @out:   the caller frees it
 * @index: as for config_option()
 *
 * Return: 0 or -ENOMEM.
 */
int config_format(char **out, const struct config *config, size_t index)
{
	const struct config_row *row = &rows[index];
	const void *value = const_field(config, row);
	const char *path;

	switch (row->type) {
	case CONFIG_BOOL:
		return xasprintf(out, "%s", *(const bool *)value ? "yes" : "no");
	case CONFIG_UINT:
		return xasprintf(out, "%u", *(const unsigned *)value);
	case CONFIG_RESTORE_BANS:
		return xasprintf(out, "%s", bans_words[config->restore_bans]);
	case CONFIG_PATH:
	case CONFIG_ADDRESS:
		path = *(const char *const *)value;
		return xasprintf(out, "%s", path ? path : "");
	case CONFIG_ITEMS:
		return join_items(out, &config->scope);
	case CONFIG_ZONES:
	case CONFIG_SERVICES:
	case CONFIG_RANGES:
	case CONFIG_PATHS:
	case CONFIG_CHECKS:
	case CONFIG_NAMES:
		return join(out, value);
	}
	return -EINVAL;
}
