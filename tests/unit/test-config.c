// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* What the checks are called is for others to say. */
static const char *const checks[] = {"raw-ports", "ban-zone", "lost"};
static const struct config_known known = {checks, ARRAY_SIZE(checks)};

/* What is refused, and a part of what must be said about it. */
static const struct {
	const char *text;
	const char *says;
} bad_rows[] = {
    {"[gaurd]\n", "x.conf:1: unknown section [gaurd]; did you mean [guard]?"},
    {"[plugh-xyzzy]\nzones = a\n", "x.conf:1: unknown section [plugh-xyzzy]; known are "
                                   "[guard], [clients], [fail2ban], [check], [report] and [store]"},
    {"[nonsense]\n", "x.conf:1: unknown section [nonsense]; known are [guard], [clients], "
                     "[fail2ban], [check], [report] and [store]"},
    {"zones = public\n", "x.conf:1: a key stands before the first [section]"},
    {"[guard]\n\n# a comment\nzone = public\n",
     "x.conf:4: unknown key \"zone\" in [guard]; did you mean \"zones\"?"},
    {"[guard]\nranges = 192.0.2.0/24\n",
     "x.conf:2: \"ranges\" belongs in [clients], not in [guard]"},
    {"[guard]\nqwertz = 1\n", "unknown key \"qwertz\" in [guard]; see"},
    {"[guard]\nrestore = maybe\n", "x.conf:2: restore: \"maybe\" is not yes or no"},
    {"[guard]\nrestore = yse\n", "did you mean \"yes\"?"},
    {"[guard]\nrestore =\n", "restore: \"\" is not yes or no"},
    {"[guard]\nrestore-bans = sane\n", "did you mean \"safe\"?"},
    {"[guard]\nkeep-days = 0\n", "\"0\" is not a number from 1 to 36500, in days"},
    {"[guard]\nkeep-days = 18446744073709551617\n", "is not a number from 1"},
    {"[guard]\nkeep-days = -1\n", "is not a number from 1"},
    {"[guard]\nkeep-days = 9 # days\n", "is not a number from 1"},
    {"[guard]\nsettle-ms = 60001\n", "is not a number from 0 to 60000, in ms"},
    {"[guard]\nkeep-days = 9\nkeep-days = 8\n",
     "x.conf:3: \"keep-days\" is given twice, first in line 2"},
    {"[guard]\nkeep-days = 9\n  8\n", "x.conf:3: \"keep-days\" takes one value, on one line"},
    {"[guard]\nzones = pub/lic\n", "\"pub/lic\" is not the name of a zone"},
    {"[guard]\nzones = policy:\n", "\"policy:\" is not the name of a zone"},
    {"[guard]\nzones = home:x\n", "\"home:x\" is not the name of a zone"},
    {"[guard]\nzones = public\n  home\n  w\xc3\xb6rk\n", "x.conf:4: zones: \"w\xc3\xb6rk\" is not"},
    {"[guard]\nservices = imaps 465\n", "\"465\" is not the name of a service, nor PORT"},
    {"[guard]\nservices = 465/tpc\n", "\"465/tpc\" is not PORT/PROTOCOL"},
    {"[guard]\nservices = 70000/tcp\n", "is not PORT/PROTOCOL"},
    {"[guard]\nservices = ../../etc/passwd\n", "is not PORT/PROTOCOL"},
    {"[guard]\nrequire = imaps\n", "x.conf:2: require: "},
    {"[guard]\nrequire = public/service:imaps, public/srevice:imap\n", "x.conf:2: require: "},
    {"[guard]\nrestore = no\nrequire = public/service:imaps\n",
     "\"require\" needs \"restore = yes\""},
    {"[guard]\nrestore = no\npersist = yes\n", "\"persist = yes\" needs"},
    {"[clients]\nranges = 192.0.2.0/33\n", "\"192.0.2.0/33\" is not an address or a prefix"},
    {"[clients]\nranges = 192.0.2\n", "is not an address or a prefix"},
    {"[clients]\nranges = 192.0.2.0/24 0.0.0.0/0\n",
     "x.conf:2: ranges: 0.0.0.0/0 is too wide for a range of clients"},
    {"[clients]\nranges = 2000::/3\n", "2000::/3 is too wide for a range of clients"},
    {"[clients]\nranges-files = offices\n", "\"offices\" is not an absolute path"},
    {"[clients]\nlearn-logs = mail.log\n", "\"mail.log\" is not an absolute path"},
    {"[check]\nskip = raw-porta\n", "\"raw-porta\" is not a check; did you mean \"raw-ports\"?"},
    {"[check]\nskip = qwertz\n", "\"qwertz\" is not a check; see: reload-guard check --list"},
    {"[check]\nskip = ../x\n", "\"../x\" is not a check"},
    {"[store]\npath = guard.db\n", "is not an absolute path"},
    {"[store]\npath = /var/lib/x.db\n", "the file must be named guard.db"},
    {"[guard\nzones = public\n", "x.conf:1: neither a [section] nor"},
    {"[guard]\nzones\n", "x.conf:2: neither a [section] nor"},
    {"[guard]\nzones = \x1b[2J\n", "x.conf:2: a control character (byte 0x1b)"},
    {"[guard]\nzones = \xff\n", "not UTF-8"},
};

START_TEST(refuses)
{
	struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;
	int r = config_parse(&config, "x.conf", bad_rows[_i].text, strlen(bad_rows[_i].text),
	                     &known, &err);

	ck_assert_msg(r == CONFIG_E_INVALID, "accepted (%d): %s", r, bad_rows[_i].text);
	ck_assert_msg(strstr(err.text, bad_rows[_i].says) != NULL, "\"%s\" lacks \"%s\"", err.text,
	              bad_rows[_i].says);
	ck_assert_msg(strncmp(err.text, "x.conf", 6) == 0, "no place: %s", err.text);
}
END_TEST

START_TEST(has_defaults)
{
	_cleanup_config_ struct config config = CONFIG_NULL;

	ck_assert_int_eq(config_parse(&config, "x", "", 0, NULL, NULL), 0);
	ck_assert(config.restore);
	ck_assert(!config.persist);
	ck_assert_int_eq(config.restore_bans, CONFIG_RESTORE_BANS_SAFE);
	ck_assert(config.close_gap);
	ck_assert_uint_eq(config.settle_ms, 200);
	ck_assert_uint_eq(config.keep_days, 90);
	ck_assert(config.use_fail2ban_ignoreip);
	ck_assert_uint_eq(config.scope.zones.n, 0);
	ck_assert_ptr_null(config.store_path);
	/* What the table tells as the default is what one gets. */
	for (size_t i = 0; i < config_n_options(); i++) {
		const struct config_option *option = config_option(i);
		_cleanup_free_ char *text = NULL;

		ck_assert_int_eq(config_format(&text, &config, i), 0);
		ck_assert_str_eq(text, option->standard);
		ck_assert_str_ne(option->help, "");
	}
}
END_TEST

static const char everything[] =
    "\xef\xbb\xbf# all keys\n"
    "[guard]\n"
    "zones = public,\n"
    "        iredmail  public policy:mail-in\n"
    "services = imaps 0465/tcp\n"
    "require = public/service:imaps, iredmail/interface:enp6s0\n"
    "   public/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" accept\n"
    "restore = yes\r\n"
    "repair = no\n"
    "restore-bans = all\n"
    "close-gap = no\n"
    "persist = on ; a remark\n"
    "settle-ms = 0\n"
    "keep-days = 36500\n"
    "audit-s = 0\n"
    "[clients]\n"
    "ranges = 192.0.2.0/24 2001:DB8::/32\n"
    "ranges-files = /etc/offices, /etc/vpn\n"
    "use-fail2ban-ignoreip = no\n"
    "learn-logs = /var/log/mail.log, /var/log/my mail.log\n"
    "learn-days = 7\n"
    "[fail2ban]\n"
    "database = /f.sqlite3\n"
    "socket = /f.sock\n"
    "pidfile = /f.pid\n"
    "[check]\n"
    "skip = raw-ports, ban-zone\n"
    "services = imaps smtp, imaps\n"
    "[report]\n"
    "mail-to = admin@example.org\n"
    "mail-from = guard@mail.example.org\n"
    "quiet = yes\n"
    "sendmail = /usr/lib/sendmail\n"
    "[store]\n"
    "path = /s/guard.db";

static const char *const everything_back[] = {
    "public, iredmail, policy:mail-in",
    "imaps, 465/tcp",
    NULL,
    "yes",
    "no",
    "all",
    "no",
    "yes",
    "0",
    "36500",
    "0",
    "192.0.2.0/24, 2001:db8::/32",
    "/etc/offices, /etc/vpn",
    "no",
    "/var/log/mail.log, /var/log/my mail.log",
    "7",
    "/f.sqlite3",
    "/f.sock",
    "/f.pid",
    "raw-ports, ban-zone",
    "imaps, smtp",
    "admin@example.org",
    "guard@mail.example.org",
    "yes",
    "/usr/lib/sendmail",
    "/s/guard.db",
};

START_TEST(takes_everything)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;
	int r = config_parse(&config, "x", everything, sizeof(everything) - 1, &known, &err);

	ck_assert_msg(r == 0, "%s", err.text);
	ck_assert_uint_eq(config_n_options(), ARRAY_SIZE(everything_back));
	for (size_t i = 0; i < config_n_options(); i++) {
		_cleanup_free_ char *text = NULL;

		ck_assert_int_eq(config_format(&text, &config, i), 0);
		if (everything_back[i])
			ck_assert_str_eq(text, everything_back[i]);
	}
	ck_assert_uint_eq(config.scope.n_require, 3);
}
END_TEST

/* inih cuts long lines in two and takes the rest for another line: it must be an error instead. */
START_TEST(refuses_long_lines)
{
	_cleanup_free_ char *text = malloc(5000);
	struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;

	strcpy(text, "[guard]\nzones =");
	for (size_t n = strlen(text); n < 4900; n += 6)
		strcpy(text + n, " zoneX");
	strcat(text, "\n");
	ck_assert_int_eq(config_parse(&config, "x.conf", text, strlen(text), NULL, &err),
	                 CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "x.conf:2: the line is longer"));
}
END_TEST

/* Who does not know them takes what could be one. */
START_TEST(takes_unknown_checks)
{
	static const char text[] = "[check]\nskip = not-yet-made\n";
	_cleanup_config_ struct config config = CONFIG_NULL;

	ck_assert_int_eq(config_parse(&config, "x", text, strlen(text), NULL, NULL), 0);
	ck_assert(strv_contains(&config.check_skip, "not-yet-made"));
}
END_TEST

/* Each list, whatever it is of, ends somewhere; the limit was not applied to all of them. */
static const struct {
	const char *section, *key, *format;
} lists[] = {
    {"guard", "zones", "z%u"},
    {"guard", "services", "s%ux"},
    {"guard", "require", "public/port:%u/tcp"},
    {"clients", "ranges", "2001:db8:%x::/48"},
    {"clients", "ranges-files", "/f%u"},
    {"clients", "learn-logs", "/l%u"},
    {"check", "skip", "c%u"},
    {"check", "services", "s%u"},
};

/* Of @n words, one a line; Return: what config_parse() said */
static int parse_long_list(size_t list, unsigned n, struct err *err)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "[%s]\n%s =\n", lists[list].section, lists[list].key);
	for (unsigned i = 1; i <= n; i++) {
		fputs(" ", file);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		fprintf(file, lists[list].format, i);
#pragma GCC diagnostic pop
		fputs("\n", file);
	}
	fclose(file);
	return config_parse(&config, "x.conf", text, size, NULL, err);
}

START_TEST(limits_lists)
{
	struct err err = ERR_NULL;

	ck_assert_msg(parse_long_list((size_t)_i, 1024, &err) == 0, "%s", err.text);
	ck_assert_int_eq(parse_long_list((size_t)_i, 1025, &err), CONFIG_E_INVALID);
	ck_assert_msg(strstr(err.text, "more than 1024 values") != NULL, "%s", err.text);
	ck_assert_msg(strncmp(err.text, "x.conf:1027: ", 13) == 0, "%s", err.text);
}
END_TEST

/* The table knows each list; a new one has a row above. */
START_TEST(knows_all_lists)
{
	size_t n = 0;

	for (size_t i = 0; i < config_n_options(); i++)
		n += config_is_list(i);
	ck_assert_uint_eq(n, ARRAY_SIZE(lists));
}
END_TEST

static char folder[] = "/tmp/test-config.XXXXXX";
static char path[64], link_path[64];

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x.conf", folder);
	snprintf(link_path, sizeof(link_path), "%s/link.conf", folder);
}

static void remove_folder(void)
{
	unlink(path);
	unlink(link_path);
	rmdir(folder);
}

static void write_file(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(reads_the_file)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;

	make_folder();
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_int_eq(config_load(&config, path, false, NULL, &err), 0);
	ck_assert_uint_eq(config.keep_days, 90);
	write_file("[guard]\nkeep-days = 5\n", 0644);
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), 0);
	ck_assert_uint_eq(config.keep_days, 5);
	remove_folder();
}
END_TEST

/* @name in conf.d; "": removes it all */
static void write_more(const char *name, const char *text)
{
	static const char *const names[] = {"10.conf", "9.conf", "20.conf", ".x.conf", "x.conf~"};
	char more[128];
	FILE *file;

	snprintf(more, sizeof(more), "%s/conf.d", folder);
	(void)mkdir(more, 0700);
	for (size_t i = 0; i < ARRAY_SIZE(names) && name[0] == '\0'; i++) {
		snprintf(more, sizeof(more), "%s/conf.d/%s", folder, names[i]);
		(void)unlink(more);
	}
	snprintf(more, sizeof(more), "%s/conf.d/%s", folder, name);
	if (name[0] == '\0') {
		ck_assert_int_eq(rmdir(more), 0);
		return;
	}
	file = fopen(more, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* What stands in conf.d takes the place of what stood before, key by key, in order of names. */
START_TEST(reads_the_folder)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;

	make_folder();
	write_more("9.conf", "[guard]\nkeep-days = 9\n");
	write_more("10.conf", "[guard]\nkeep-days = 10\nzones = b c\n");
	write_more(".x.conf", "nonsense");
	write_more("x.conf~", "nonsense");
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), -ENOENT);
	ck_assert_int_eq(config_load(&config, path, false, NULL, NULL), 0);
	ck_assert_uint_eq(config.keep_days, 9);
	config_deinit(&config);
	write_file("[guard]\nkeep-days = 5\nsettle-ms = 7\nzones = a\nservices = imap\n"
	           "require = a/service:imap\n",
	           0644);
	write_more("20.conf", "[guard]\nrequire = b/service:imap, b/service:imaps\n");
	ck_assert_int_eq(config_load(&config, path, true, NULL, NULL), 0);
	ck_assert_uint_eq(config.keep_days, 9);
	ck_assert_uint_eq(config.settle_ms, 7);
	ck_assert_uint_eq(config.scope.zones.n, 2);
	ck_assert_str_eq(config.scope.zones.strings[0], "b");
	ck_assert_uint_eq(config.scope.services.n, 1);
	ck_assert_uint_eq(config.scope.n_require, 2);
	write_more("10.conf", "[guard]\n\nkeep-day = 10\n");
	err = ERR_NULL;
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "/conf.d/10.conf:3: unknown key"));
	/* each is right, both together are not */
	write_more("10.conf", "[guard]\nrestore = no\n");
	err = ERR_NULL;
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "\"require\" needs \"restore = yes\""));
	write_more("", NULL);
	remove_folder();
}
END_TEST

/* One mistake of each kind costs what it is in, and nothing else. */
START_TEST(goes_on_without_mistakes)
{
	static const char *const expected[] = {
	    ":2: restore: ",
	    ":3: unknown key \"requir\"",
	    ":4: require: ",
	    ":5: unknown section",
	    ":6: \"path\" belongs in",
	    ":9: \"keep-days\" is given twice",
	    ":10: the line is longer than",
	    "/conf.d/10.conf: others may write",
	    "/conf.d/9.conf:4: neither a [section]",
	};
	_cleanup_config_ struct config config = CONFIG_NULL;
	_cleanup_strv_ struct strv mistakes = STRV_NULL;
	struct err err = ERR_NULL;
	char text[8192], more[128];

	snprintf(text, sizeof(text),
	         "[guard]\nrestore = nay\nrequir = x\n"
	         "require = a/service:imap, nonsense, b/service:imaps\n"
	         "[stor]\npath = x\n[guard]\nkeep-days = 1\nkeep-days = 2\n"
	         "zones = %06000d\nservices = imap\n",
	         0);
	make_folder();
	write_file(text, 0644);
	write_more("10.conf", "[guard]\nsettle-ms = 8\n");
	write_more("9.conf", "[guard]\naudit-s = 5\npersist = yes\nnonsense\n[store]\n");
	snprintf(more, sizeof(more), "%s/conf.d/10.conf", folder);
	ck_assert_int_eq(chmod(more, 0666), 0);
	ck_assert_int_eq(config_load_anyway(&config, path, true, NULL, &mistakes, &err), 0);
	for (size_t i = 0; i < mistakes.n; i++)
		ck_assert_msg(i < ARRAY_SIZE(expected) && strstr(mistakes.strings[i], expected[i]),
		              "%zu: %s", i, mistakes.strings[i]);
	ck_assert_uint_eq(mistakes.n, ARRAY_SIZE(expected));
	ck_assert(config.restore && config.persist);
	ck_assert_uint_eq(config.keep_days, 1);
	ck_assert_uint_eq(config.settle_ms, 200);
	ck_assert_uint_eq(config.audit_s, 5);
	ck_assert_uint_eq(config.scope.n_require, 2);
	ck_assert_uint_eq(config.scope.zones.n, 0);
	ck_assert_uint_eq(config.scope.services.n, 1);
	config_deinit(&config);
	write_file("[guard]\nrestore = no\nrequire = a/service:imap\n[store]\npath = /x/y\n", 0644);
	write_more("10.conf", "");
	ck_assert_int_eq(config_load_anyway(&config, path, true, NULL, &mistakes, &err), 0);
	ck_assert(!config.restore && !config.persist && !config.store_path);
	ck_assert_uint_eq(config.scope.n_require, 0);
	write_more("", NULL);
	remove_folder();
	ck_assert_int_eq(config_load_anyway(&config, path, true, NULL, &mistakes, &err), -ENOENT);
}
END_TEST

START_TEST(refuses_files)
{
	struct config config = CONFIG_NULL;
	struct err err = ERR_NULL;

	make_folder();
	write_file("[guard]\n", 0664);
	ck_assert_int_eq(config_load(&config, path, true, NULL, &err), CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "chmod go-w"));
	ck_assert_int_eq(chmod(path, 0602), 0);
	ck_assert_int_eq(config_load(&config, path, false, NULL, &err), CONFIG_E_INVALID);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(symlink(path, link_path), 0);
	ck_assert_int_eq(config_load(&config, link_path, false, NULL, &err), CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_int_eq(config_load(&config, folder, false, NULL, &err), CONFIG_E_INVALID);
	ck_assert_int_eq(config_load(&config, "/dev/zero", false, NULL, &err), CONFIG_E_INVALID);
	ck_assert_int_eq(truncate(path, 10 * 1024 * 1024), 0);
	ck_assert_int_eq(config_load(&config, path, false, NULL, &err), CONFIG_E_INVALID);
	ck_assert_ptr_nonnull(strstr(err.text, "larger than"));
	if (geteuid() == 0) {
		ck_assert_int_eq(truncate(path, 0), 0);
		ck_assert_int_eq(chown(path, 12345, 0), 0);
		ck_assert_int_eq(config_load(&config, path, false, NULL, &err), CONFIG_E_INVALID);
		ck_assert_ptr_nonnull(strstr(err.text, "user 12345"));
	}
	remove_folder();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("config");

	tcase_add_loop_test(tcase, refuses, 0, ARRAY_SIZE(bad_rows));
	tcase_add_test(tcase, has_defaults);
	tcase_add_test(tcase, takes_everything);
	tcase_add_test(tcase, refuses_long_lines);
	tcase_add_test(tcase, takes_unknown_checks);
	tcase_add_loop_test(tcase, limits_lists, 0, ARRAY_SIZE(lists));
	tcase_add_test(tcase, knows_all_lists);
	tcase_add_test(tcase, reads_the_file);
	tcase_add_test(tcase, reads_the_folder);
	tcase_add_test(tcase, goes_on_without_mistakes);
	tcase_add_test(tcase, refuses_files);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
