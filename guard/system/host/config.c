// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/config-internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/cidr.h"
#include "guard/base/mime.h"
#include "guard/base/text.h"
#include "guard/model/ban/coverage.h"

/* A configuration is written by hand. */
#define LIST_MAX 1024

struct config_row;

/* Where a value goes, and what it is judged by. */
struct config_value {
	void *field;
	const struct config_row *row;
	const struct config_known *known;
};

struct config_type {
	const char *separators; /* of the words of a list; NULL: one value, on one line */
	/* A value, or one word of a list. Return: 0; CONFIG_E_INVALID; -ENOMEM */
	int (*parse)(const struct config_value *value, const char *text, struct err *err);
	int (*format)(char **out, const void *field);
	void (*free)(void *field);          /* NULL: it owns nothing */
	size_t (*count)(const void *field); /* of a list */
};

struct config_row {
	struct config_option option;
	const struct config_type *type;
	size_t offset;
	unsigned min, max;
};

/* --- one value --------------------------------------------------------------------------- */

static int invalid(struct err *err, const char *word, const char *what)
{
	return err_set(err, CONFIG_E_INVALID, "\"%.100s\" is not %s", word, what);
}

static int invalid_word(struct err *err, const char *word, const char *what,
                        const char *const *words, size_t n)
{
	const char *nearest = text_nearest(word, words, n);

	return err_set(err, CONFIG_E_INVALID, "\"%.100s\" is not %s%s%s%s", word, what,
	               nearest ? "; did you mean \"" : "", nearest ? nearest : "",
	               nearest ? "\"?" : "");
}

static int parse_bool(const struct config_value *value, const char *text, struct err *err)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off", "1", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(text, words[i]) == 0) {
			*(bool *)value->field = i % 2 == 0;
			return 0;
		}
	}
	return invalid_word(err, text, "yes or no", words, 2);
}

static int format_bool(char **out, const void *field)
{
	return xasprintf(out, "%s", *(const bool *)field ? "yes" : "no");
}

static int parse_number(const struct config_value *value, const char *text, struct err *err)
{
	const struct config_option *option = &value->row->option;
	unsigned long number;
	char what[96];

	if (parse_uint(text, value->row->max, &number) && number >= value->row->min) {
		*(unsigned *)value->field = (unsigned)number;
		return 0;
	}
	snprintf(what, sizeof(what), "a number from %u to %u%s%s", value->row->min, value->row->max,
	         option->unit ? ", in " : "", option->unit ? option->unit : "");
	return invalid(err, text, what);
}

static int format_number(char **out, const void *field)
{
	return xasprintf(out, "%u", *(const unsigned *)field);
}

static const char *const bans_words[] = {
    [CONFIG_RESTORE_BANS_SAFE] = "safe",
    [CONFIG_RESTORE_BANS_ALL] = "all",
    [CONFIG_RESTORE_BANS_NONE] = "none",
};

static int parse_bans(const struct config_value *value, const char *text, struct err *err)
{
	for (unsigned i = 0; i < ARRAY_SIZE(bans_words); i++) {
		if (strcmp(text, bans_words[i]) == 0) {
			*(enum config_restore_bans *)value->field = (enum config_restore_bans)i;
			return 0;
		}
	}
	return invalid_word(err, text, "safe, all or none", bans_words, ARRAY_SIZE(bans_words));
}

static int format_bans(char **out, const void *field)
{
	return xasprintf(out, "%s", bans_words[*(const enum config_restore_bans *)field]);
}

/* An empty text is as good as none. */
static int set_text(const struct config_value *value, const char *text)
{
	char **field = value->field;
	char *copy = NULL;

	if (text[0] && !(copy = strdup(text)))
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int check_path(const char *text, struct err *err)
{
	if (text[0] != '/')
		return invalid(err, text, "an absolute path");
	return strlen(text) < 4096 ? 0 : invalid(err, text, "a path: it is too long");
}

static int parse_path(const struct config_value *value, const char *text, struct err *err)
{
	int r = text[0] ? check_path(text, err) : 0;

	return r != 0 ? r : set_text(value, text);
}

static int parse_address(const struct config_value *value, const char *text, struct err *err)
{
	if (text[0] && !mime_is_address(text))
		return invalid(err, text, "a mail address, such as admin@example.org");
	return set_text(value, text);
}

static int format_text(char **out, const void *field)
{
	const char *text = *(const char *const *)field;

	return xasprintf(out, "%s", text ? text : "");
}

static void free_text(void *field)
{
	char **text = field;

	free(*text);
	*text = NULL;
}

/* --- one word of a list ------------------------------------------------------------------ */

static int add(const struct config_value *value, const char *word)
{
	struct strv *list = value->field;

	return strv_add_once(list, word);
}

/* The names that firewalld takes: letters, digits and a few signs. */
static bool is_name(const char *word, size_t max)
{
	size_t length = strlen(word);

	return length > 0 && length <= max &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
	           length;
}

static int parse_zone(const struct config_value *value, const char *word, struct err *err)
{
	const char *policy = item_policy_name(word);

	if (strlen(word) > ITEM_ZONE_MAX || !is_name(policy ? policy : word, ITEM_ZONE_MAX))
		return invalid(err, word, "the name of a zone");
	return add(value, word);
}

static int parse_port(const struct config_value *value, const char *word, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = item_init(&item, "any", ITEM_PORT, word, NULL);

	if (r > 0)
		return invalid(err, word, "PORT/PROTOCOL, such as 465/tcp or 60000-61000/udp");
	/* In normal form, as items have it: 0465/tcp is 465/tcp. */
	return r < 0 ? r : add(value, item.value);
}

static int parse_opening(const struct config_value *value, const char *word, struct err *err)
{
	if (strchr(word, '/'))
		return parse_port(value, word, err);
	if (!is_name(word, 128) || strspn(word, "0123456789-") == strlen(word))
		return invalid(err, word,
		               "the name of a service, nor PORT/PROTOCOL such as 465/tcp");
	return add(value, word);
}

static int parse_service(const struct config_value *value, const char *word, struct err *err)
{
	return is_name(word, 128) ? add(value, word) : invalid(err, word, "the name of a service");
}

static int parse_check(const struct config_value *value, const char *word, struct err *err)
{
	const struct config_known *known = value->known;

	if (!is_name(word, 64))
		return invalid(err, word, "a check; see: reload-guard check --list");
	for (size_t i = 0; known && i < known->n_checks; i++)
		if (strcmp(known->checks[i], word) == 0)
			return add(value, word);
	if (!known)
		return add(value, word);
	if (text_nearest(word, known->checks, known->n_checks))
		return invalid_word(err, word, "a check", known->checks, known->n_checks);
	return invalid(err, word, "a check; see: reload-guard check --list");
}

static int parse_range(const struct config_value *value, const char *word, struct err *err)
{
	char text[CIDR_TEXT_LENGTH];
	struct cidr cidr;
	int r = cidr_parse(&cidr, word, 0, NULL);

	if (r > 0)
		return invalid(err, word,
		               "an address or a prefix, such as 192.0.2.0/24 or 2001:db8::/32");
	if (r < 0)
		return r;
	if (coverage_check_range(&cidr, err) != 0)
		return CONFIG_E_INVALID;
	cidr_format(&cidr, text);
	return add(value, text);
}

static int parse_file(const struct config_value *value, const char *word, struct err *err)
{
	int r = check_path(word, err);

	return r != 0 ? r : add(value, word);
}

static int format_list(char **out, const void *field)
{
	const struct strv *words = field;
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

static void free_list(void *field)
{
	strv_deinit(field);
}

static size_t count_list(const void *field)
{
	return ((const struct strv *)field)->n;
}

static int parse_item(const struct config_value *value, const char *word, struct err *err)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = item_parse(&item, word, err);

	if (r == ITEM_E_SYNTAX)
		return CONFIG_E_INVALID;
	return r < 0 ? r : scope_require(value->field, &item);
}

static int format_items(char **out, const void *field)
{
	_cleanup_strv_ struct strv words = STRV_NULL;
	const struct scope *scope = field;

	for (size_t i = 0; i < scope->n_require; i++) {
		char *word;
		int r = item_format(&word, &scope->require[i]);

		if (r == 0)
			r = strv_add_take(&words, word);
		if (r < 0)
			return r;
	}
	return format_list(out, &words);
}

static void free_items(void *field)
{
	struct scope *scope = field;

	for (size_t i = 0; i < scope->n_require; i++)
		item_deinit(&scope->require[i]);
	free(scope->require);
	scope->require = NULL;
	scope->n_require = 0;
}

static size_t count_items(const void *field)
{
	return ((const struct scope *)field)->n_require;
}

/* --- the types --------------------------------------------------------------------------- */

#define BLANKS " ,\t"
#define COMMAS "," /* what stands between them holds blanks */
#define LIST   .format = format_list, .free = free_list, .count = count_list
#define TEXT   .format = format_text, .free = free_text

static const struct config_type type_bool = {.parse = parse_bool, .format = format_bool};
static const struct config_type type_number = {.parse = parse_number, .format = format_number};
static const struct config_type type_bans = {.parse = parse_bans, .format = format_bans};
static const struct config_type type_path = {.parse = parse_path, TEXT};
static const struct config_type type_address = {.parse = parse_address, TEXT};
static const struct config_type type_zones = {BLANKS, parse_zone, LIST};
static const struct config_type type_openings = {BLANKS, parse_opening, LIST};
static const struct config_type type_services = {BLANKS, parse_service, LIST};
static const struct config_type type_checks = {BLANKS, parse_check, LIST};
static const struct config_type type_ranges = {BLANKS, parse_range, LIST};
static const struct config_type type_files = {COMMAS, parse_file, LIST};
static const struct config_type type_items = {COMMAS, parse_item, .format = format_items,
                                              .free = free_items, .count = count_items};

/* --- the keys ---------------------------------------------------------------------------- */

#define AT(member) offsetof(struct config, member)

static const struct config_row rows[] = {
    {.option = {"guard", "zones", "", "public", NULL,
                "Zones to watch, separated by blanks or commas. Default: all active zones, the "
                "default zone, and those with a mail or web service."},
     .type = &type_zones,
     .offset = AT(scope.zones)},
    {.option = {"guard", "services", "",
                "smtp smtps smtp-submission imap imaps pop3s http https 4190/tcp", NULL,
                "What to protect in these zones: services and PORT/PROTOCOL. Default: every "
                "service and every port."},
     .type = &type_openings,
     .offset = AT(scope.services)},
    {.option =
         {"guard", "require", "", "public/service:imaps, public/port:465/tcp", NULL,
          "Items that are always restored, even when somebody removed them on purpose. Written "
          "ZONE/KIND:VALUE, separated by commas, or one per line with further lines indented."},
     .type = &type_items,
     .offset = AT(scope)},
    {.option = {"guard", "restore", "yes", NULL, NULL,
                "Restore what a reload, a restart or a reboot dropped: yes or no (report only)."},
     .type = &type_bool,
     .offset = AT(restore)},
    {.option =
         {"guard", "repair", "yes", NULL, NULL,
          "Bring firewalld back when it is broken itself: have it reload, or else be "
          "restarted, when its rules or some of them were taken out of the kernel or a reload "
          "of it broke off half way: yes or no (only say what to type)."},
     .type = &type_bool,
     .offset = AT(repair)},
    {.option = {"guard", "restore-bans", "safe", NULL, NULL,
                "Which bans to restore that a reload dropped and fail2ban still holds: safe (all "
                "but those that cover a legitimate client range), all, or none."},
     .type = &type_bans,
     .offset = AT(restore_bans)},
    {.option = {"guard", "close-gap", "yes", NULL, NULL,
                "Restoring bans takes firewalld some 25 ms each. Block the banned until then with "
                "a temporary nftables table (inet reload_guard): yes or no."},
     .type = &type_bool,
     .offset = AT(close_gap)},
    {.option = {"guard", "persist", "no", NULL, NULL,
                "Write what is runtime only to the permanent configuration at once: no or yes. "
                "With no, do it by hand: reload-guard persist."},
     .type = &type_bool,
     .offset = AT(persist)},
    {.option = {"guard", "settle-ms", "200", NULL, "ms",
                "How long, in milliseconds, firewalld must have been quiet before its state is "
                "stored. A restore does not wait for it."},
     .type = &type_number,
     .offset = AT(settle_ms),
     .min = 0,
     .max = 60000},
    {.option = {"guard", "keep-days", "90", NULL, "days", "How many days to keep the history."},
     .type = &type_number,
     .offset = AT(keep_days),
     .min = 1,
     .max = 36500},
    {.option = {"guard", "audit-s", "30", NULL, "s",
                "How often, in seconds, to ask firewalld whether one protected item is still "
                "there, to find losses that firewalld did not announce; every twentieth time "
                "everything is compared. 0: never."},
     .type = &type_number,
     .offset = AT(audit_s),
     .min = 0,
     .max = 86400},
    {.option =
         {"clients", "ranges", "", "192.0.2.0/24 2001:db8::/32", NULL,
          "Where legitimate clients come from: addresses and CIDRs. The log warns of a rule or ban "
          "that blocks some of them when it is made. Add more with \"reload-guard clients add\"."},
     .type = &type_ranges,
     .offset = AT(client_ranges)},
    {.option = {"clients", "ranges-files", "", "/etc/reload-guard/offices", NULL,
                "Files with more ranges, separated by commas: one address or prefix per line. Text "
                "after a # is the note of that range."},
     .type = &type_files,
     .offset = AT(ranges_files)},
    {.option = {"clients", "use-fail2ban-ignoreip", "yes", NULL, NULL,
                "Count fail2ban's ignoreip as legitimate clients too: yes or no."},
     .type = &type_bool,
     .offset = AT(use_fail2ban_ignoreip)},
    {.option = {"clients", "learn-logs", "", "/var/log/mail.log", NULL,
                "Mail logs of Dovecot and Postfix, separated by commas, from which the watcher "
                "learns where successful logins come from."},
     .type = &type_files,
     .offset = AT(learn_logs)},
    {.option = {"clients", "learn-days", "30", NULL, "days", "How many days a login counts."},
     .type = &type_number,
     .offset = AT(learn_days),
     .min = 1,
     .max = 3650},
    {.option = {"fail2ban", "database", "", "/var/lib/fail2ban/fail2ban.sqlite3", NULL,
                "fail2ban's database, from which the watcher imports bans; it is only read. "
                "Default: the one that the running fail2ban names, else the distribution's."},
     .type = &type_path,
     .offset = AT(fail2ban_database)},
    {.option = {"fail2ban", "socket", "", "/run/fail2ban/fail2ban.sock", NULL,
                "fail2ban's socket. Default: the distribution's path."},
     .type = &type_path,
     .offset = AT(fail2ban_socket)},
    {.option = {"fail2ban", "pidfile", "", "/run/fail2ban/fail2ban.pid", NULL,
                "fail2ban's PID file. Default: the distribution's path."},
     .type = &type_path,
     .offset = AT(fail2ban_pidfile)},
    {.option = {"check", "skip", "", "raw-ports", NULL,
                "Checks that \"reload-guard check\" skips unless --only names them; see "
                "\"reload-guard check --list\"."},
     .type = &type_checks,
     .offset = AT(check_skip)},
    {.option = {"check", "services", "", "smtp smtps smtp-submission imap imaps pop3s", NULL,
                "Services that every zone with mail clients should have. Default: smtp, smtps, "
                "smtp-submission, imap, imaps and pop3s."},
     .type = &type_services,
     .offset = AT(check_services)},
    {.option = {"report", "mail-to", "", "postmaster@example.org", NULL,
                "Recipient of \"reload-guard report --mail\", which reload-guard-report.timer runs "
                "once a week. Without a recipient no report is sent."},
     .type = &type_address,
     .offset = AT(mail_to)},
    {.option = {"report", "mail-from", "", "reload-guard@example.org", NULL,
                "Sender of the report. Default: root, to which the mailer adds its domain."},
     .type = &type_address,
     .offset = AT(mail_from)},
    {.option = {"report", "quiet", "no", NULL, NULL,
                "Send no report when nothing happened and nothing was found: yes or no."},
     .type = &type_bool,
     .offset = AT(report_quiet)},
    {.option = {"report", "sendmail", "", "/usr/sbin/sendmail", NULL,
                "The mailer, called with -t -oi. Default: /usr/sbin/sendmail."},
     .type = &type_path,
     .offset = AT(sendmail)},
    {.option =
         {"store", "path", "", CONFIG_DEFAULT_STATE_DIR "/" CONFIG_STORE_FILE, NULL,
          "Database of the guard: snapshots, reloads, losses, restores, bans. The file must be "
          "named " CONFIG_STORE_FILE
          ", and nobody but root may write to its directory; another place than the default needs "
          "ReadWritePaths= in a drop-in of reload-guard.service. Default: " CONFIG_DEFAULT_STATE_DIR
          "/" CONFIG_STORE_FILE "."},
     .type = &type_path,
     .offset = AT(store_path)},
};

/** config_n_options() - how many keys there are */
size_t config_n_options(void)
{
	return ARRAY_SIZE(rows);
}

/** config_option() - one key as people are told about it; @index below config_n_options() */
const struct config_option *config_option(size_t index)
{
	return &rows[index].option;
}

/** config_find() - the place of a key; config_n_options() when there is none */
size_t config_find(const char *section, const char *key)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(rows) && (strcmp(rows[i].option.section, section) != 0 ||
	                                strcmp(rows[i].option.key, key) != 0))
		i++;
	return i;
}

/** config_is_list() - may further lines go on with it? */
bool config_is_list(size_t index)
{
	return rows[index].type->separators != NULL;
}

/* --- all of them ------------------------------------------------------------------------- */

static int set_list(const struct config_value *value, const char *text, struct err *err)
{
	const struct config_type *type = value->row->type;
	_cleanup_strv_ struct strv words = STRV_NULL;
	int r = strv_split(&words, text, type->separators);

	for (size_t i = 0; i < words.n && r != -ENOMEM; i++) {
		char *word = text_trim(words.strings[i]);
		int one = *word ? type->parse(value, word, r == 0 ? err : NULL) : 0;

		if (r == 0 || one == -ENOMEM)
			r = one;
		if (type->count(value->field) > LIST_MAX)
			return err_set(err, CONFIG_E_INVALID, "more than %d values", LIST_MAX);
	}
	return r;
}

/**
 * config_set() - a key's value as it stands in the file; a list grows by it
 * @index: as for config_option()
 * @err:   of the first wrong word of a list, which has all the others afterwards
 * @known: NULL: the words of others are not known
 *
 * Return: 0; CONFIG_E_INVALID; -ENOMEM.
 */
int config_set(struct config *config, size_t index, const struct config_known *known,
               const char *text, struct err *err)
{
	const struct config_row *row = &rows[index];
	struct config_value value = {(char *)config + row->offset, row, known};

	return row->type->separators ? set_list(&value, text, err)
	                             : row->type->parse(&value, text, err);
}

/** config_empty() - a list begins anew: what an earlier file said of it does not count */
void config_empty(struct config *config, size_t index)
{
	if (rows[index].type->separators)
		rows[index].type->free((char *)config + rows[index].offset);
}

/** config_set_origin() - which line of which file gave a key its value; Return: 0 or -ENOMEM */
int config_set_origin(struct config *config, size_t index, const char *file, unsigned line)
{
	char *origin = NULL;

	if (!config->origins)
		config->origins = calloc(ARRAY_SIZE(rows), sizeof(*config->origins));
	if (!config->origins || xasprintf(&origin, "%s:%u", file, line) < 0)
		return -ENOMEM;
	free(config->origins[index]);
	config->origins[index] = origin;
	return 0;
}

/** config_origin() - the same, as FILE:LINE; NULL: no file has the key */
const char *config_origin(const struct config *config, size_t index)
{
	return config->origins ? config->origins[index] : NULL;
}

/** config_init() - every key at its default */
void config_init(struct config *config)
{
	*config = CONFIG_NULL;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		/* None of the types that have a default which is not empty allocates. */
		int r = config_set(config, i, NULL, rows[i].option.standard, NULL);

		assert(r == 0);
		(void)r;
	}
}

/** config_deinit() - free all of it; may be called twice */
void config_deinit(struct config *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type->free)
			rows[i].type->free((char *)config + rows[i].offset);
		if (config->origins)
			free(config->origins[i]);
	}
	free(config->origins);
	*config = CONFIG_NULL;
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
	return rows[index].type->format(out, (const char *)config + rows[index].offset);
}
