// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/config-internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/base/text.h"
#include "guard/system/host/file.h"

/* A configuration is written by hand. */
#define CONFIG_SIZE_MAX (256 * 1024)

/* --- sections and keys ------------------------------------------------------------------- */

/* How files are to be read. */
struct manner {
	const struct config_known *known;
	struct strv *mistakes; /* what is wrong is left out, and noted here; NULL: it ends it */
};

struct reader {
	struct config *config;
	struct manner manner;
	const char *name;
	const char *at; /* what is not read yet */
	const char *end;
	unsigned line;     /* the one that was read last */
	bool continuation; /* it began with a blank */
	unsigned *given;   /* the line of each key */
	unsigned failed_line;
	int result; /* the first failure */
	struct err err;
};

/* Return: 0 for a mistake that was noted and is left out; else @r, or -ENOMEM. */
static int leave_out(const struct manner *manner, int r, struct err *err)
{
	if (r == 0 || r == -ENOMEM || !manner->mistakes)
		return r;
	r = strv_add(manner->mistakes, err_text(err, r));
	*err = ERR_NULL;
	return r;
}

/* The first failure is kept, with its place in front. Return: what inih wants to hear. */
static int fail(struct reader *reader, int r)
{
	if (reader->result != 0)
		return 0;
	if (r == -ENOMEM)
		err_set(&reader->err, r, "out of memory");
	err_prefix(&reader->err, r, "%s:%u", reader->name, reader->line);
	reader->result = leave_out(&reader->manner, r, &reader->err);
	reader->failed_line = reader->line;
	return reader->result == 0;
}

/* Of one section, or, with NULL, the sections; @out has room for config_n_options(). */
static size_t list_names(const char **out, const char *section)
{
	size_t n = 0;

	for (size_t i = 0; i < config_n_options(); i++) {
		const struct config_option *option = config_option(i);

		if (section && strcmp(option->section, section) == 0)
			out[n++] = option->key;
		else if (!section && (n == 0 || strcmp(out[n - 1], option->section) != 0))
			out[n++] = option->section;
	}
	return n;
}

/* "[guard], [clients] and [store]" */
static void format_sections(char *out, size_t size, const char *const *names, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s[%s]",
		                       i == 0      ? ""
		                       : i + 1 < n ? ", "
		                                   : " and ",
		                       names[i]);
}

static int unknown_section(struct reader *reader, const char *section, const char *const *names,
                           size_t n)
{
	const char *nearest = text_nearest(section, names, n);
	char all[256];

	format_sections(all, sizeof(all), names, n);
	return err_set(&reader->err, CONFIG_E_INVALID, "unknown section [%.100s]; %s%s%s", section,
	               nearest ? "did you mean [" : "known are ", nearest ? nearest : all,
	               nearest ? "]?" : "");
}

static void check_section(struct reader *reader, const char *section)
{
	_cleanup_free_ const char **names = calloc(config_n_options(), sizeof(*names));
	size_t n = names ? list_names(names, NULL) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], section) == 0)
			return;
	fail(reader, names ? unknown_section(reader, section, names, n) : -ENOMEM);
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
		reader->at += length;
		length = 0;
	}
	look_at_heading(reader, reader->at, length);
	memcpy(out, reader->at, length);
	out[length] = '\0';
	reader->at += length;
	return reader->result == 0 ? out : NULL;
}

/* The key may be right and only stand in the wrong section: that is said first. */
static int unknown_key(struct reader *reader, const char *section, const char *key)
{
	_cleanup_free_ const char **names = calloc(config_n_options(), sizeof(*names));
	const char *nearest;

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < config_n_options(); i++)
		if (strcmp(config_option(i)->key, key) == 0)
			return err_set(&reader->err, CONFIG_E_INVALID,
			               "\"%.100s\" belongs in [%s], not in [%s]", key,
			               config_option(i)->section, section);
	nearest = text_nearest(key, names, list_names(names, section));
	return err_set(&reader->err, CONFIG_E_INVALID, "unknown key \"%.100s\" in [%s]; %s%s%s",
	               key, section, nearest ? "did you mean \"" : "see reload-guard.conf(5)",
	               nearest ? nearest : "", nearest ? "\"?" : "");
}

/* The same key again, or a second line of what has one. */
static int check_line(struct reader *reader, size_t index, const char *key)
{
	if (reader->continuation)
		return config_is_list(index) ? 0
		                             : err_set(&reader->err, CONFIG_E_INVALID,
		                                       "\"%s\" takes one value, on one line", key);
	if (reader->given[index] != 0)
		return err_set(&reader->err, CONFIG_E_INVALID,
		               "\"%s\" is given twice, first in line %u", key,
		               reader->given[index]);
	reader->given[index] = reader->line;
	config_empty(reader->config, index);
	return config_set_origin(reader->config, index, reader->name, reader->line);
}

static int take_value(struct reader *reader, const char *section, const char *key,
                      const char *value)
{
	size_t index = config_find(section, key);
	int r;

	if (index == config_n_options())
		return unknown_key(reader, section, key);
	r = check_line(reader, index, key);
	if (r != 0)
		return r;
	r = config_set(reader->config, index, reader->manner.known, value, &reader->err);
	return r == 0 ? 0 : err_prefix(&reader->err, r, "%s", key);
}

static int on_value(void *user, const char *section, const char *key, const char *value)
{
	struct reader *reader = user;
	int r;

	if (reader->result != 0)
		return 0;
	if (section[0] == '\0')
		r = err_set(&reader->err, CONFIG_E_INVALID,
		            "a key stands before the first [section]");
	else
		r = take_value(reader, section, key, value ? value : "");
	return r == 0 ? 1 : fail(reader, r);
}

static bool is_misnamed(const char *store_path)
{
	const char *file = store_path ? strrchr(store_path, '/') : NULL;

	return file && strcmp(file, "/" CONFIG_STORE_FILE) != 0;
}

/* What single values cannot tell; the first of it. */
static int check_together(const struct config *config, const char *name, struct err *err)
{
	if (is_misnamed(config->store_path))
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: [store] path = %.100s: the file must be named " CONFIG_STORE_FILE, name,
		    config->store_path);
	if (!config->restore && config->persist)
		return err_set(err, CONFIG_E_INVALID,
		               "%s: \"persist = yes\" needs \"restore = yes\": with \"restore = "
		               "no\" the guard changes nothing",
		               name);
	if (!config->restore && config->scope.n_require > 0)
		return err_set(err, CONFIG_E_INVALID,
		               "%s: \"require\" needs \"restore = yes\": with \"restore = no\" the "
		               "guard changes nothing",
		               name);
	return 0;
}

/* With "restore = no" nothing is changed, whatever else is said. */
static void settle(struct config *config)
{
	if (is_misnamed(config->store_path)) {
		free(config->store_path);
		config->store_path = NULL;
	}
	if (!config->restore) {
		config->persist = false;
		config_empty(config, config_find("guard", "require"));
	}
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
			    "%s:%u: a control character (byte 0x%02x): this is not a text file",
			    name, line, (unsigned)c);
	}
	if (!text_is_utf8(text, length))
		return err_set(err, CONFIG_E_INVALID, "%s: this is not UTF-8", name);
	return 0;
}

/* One more file, over what earlier ones said. */
static int parse(struct config *config, const char *name, const char *text, size_t length,
                 const struct manner *manner, struct err *err)
{
	_cleanup_free_ unsigned *given = calloc(config_n_options(), sizeof(*given));
	struct reader reader = {.config = config,
	                        .manner = *manner,
	                        .name = name,
	                        .at = text,
	                        .end = text + length,
	                        .given = given};
	int r = check_bytes(name, text, length, err);

	if (r != 0 || !given)
		return r != 0 ? r : -ENOMEM;
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
	return 0;
}

/**
 * config_parse() - a configuration from memory
 * @out:  written on success alone; the caller deinits it
 * @name: what to call it in errors
 * @text: borrowed, @length bytes
 * @known: NULL: the words of others are not known, and taken
 *
 * Return: 0; CONFIG_E_INVALID, with the place in @err; negative errno.
 */
int config_parse(struct config *out, const char *name, const char *text, size_t length,
                 const struct config_known *known, struct err *err)
{
	_cleanup_config_ struct config config = CONFIG_NULL;
	int r;

	config_init(&config);
	r = parse(&config, name, text, length, &(struct manner){.known = known}, err);
	if (r == 0)
		r = check_together(&config, name, err);
	if (r != 0)
		return r;
	*out = config;
	config = CONFIG_NULL;
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

static int load_file(struct config *config, const char *path, bool required,
                     const struct manner *manner, struct err *err)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	struct stat st;
	int r;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !required)
		return 0;
	if (fd < 0 && errno == ELOOP)
		return err_set(
		    err, CONFIG_E_INVALID,
		    "%s: a symbolic link, which is not followed; put the file itself there", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	r = file_check_ours(path, &st, CONFIG_SIZE_MAX, CONFIG_E_INVALID, err);
	if (r == 0)
		r = read_all(fd, path, &text, &length, err);
	return r != 0 ? r : parse(config, path, text, length, manner, err);
}

static int is_more(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && text_has_suffix(entry->d_name, ".conf");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The folder conf.d beside the file: what is in it, in the order of the names. */
static int load_folder(struct config *config, const char *path, const struct manner *manner,
                       struct err *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = NULL;
	struct dirent **entries = NULL;
	int n, r = 0;

	if (xasprintf(&folder, "%.*s" CONFIG_FOLDER, slash ? (int)(slash - path) + 1 : 0, path) < 0)
		return -ENOMEM;
	n = scandir(folder, &entries, is_more, by_bytes);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR
		           ? 0
		           : err_set(err, -errno, "%s: %s", folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *file = NULL;

		if (r == 0 && xasprintf(&file, "%s/%s", folder, entries[i]->d_name) < 0)
			r = -ENOMEM;
		if (r == 0)
			r = leave_out(manner, load_file(config, file, true, manner, err), err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/**
 * config_load() - a configuration from its file, and from conf.d beside it
 * @out:      written on success alone; the caller deinits it
 * @path:     borrowed; a symbolic link is refused, since its target is somebody else's word
 * @required: false: a file that is not there means the defaults
 * @known:    as for config_parse()
 *
 * The files of conf.d whose names end in .conf are read after it, in the order of their names.
 * What a later one says of a key takes the place of what an earlier one said, of a list too.
 *
 * Return: 0; CONFIG_E_INVALID, with the place in @err; negative errno, -ENOENT
 * for a required file that is missing.
 */
int config_load(struct config *out, const char *path, bool required,
                const struct config_known *known, struct err *err)
{
	return config_load_anyway(out, path, required, known, NULL, err);
}

/**
 * config_load_anyway() - the same, for who must not stay down because of a mistake
 * @mistakes: a line is added for each, as config_load() would have put it in @err; what is
 *            wrong counts as not written: a value, a line, or a whole file that is no file of
 *            root's; NULL: the first of them ends it, as with config_load()
 *
 * Return: 0; -ENOMEM; -ENOENT for a required file that is missing; without @mistakes as
 * config_load().
 */
int config_load_anyway(struct config *out, const char *path, bool required,
                       const struct config_known *known, struct strv *mistakes, struct err *err)
{
	const struct manner manner = {.known = known, .mistakes = mistakes};
	_cleanup_config_ struct config config = CONFIG_NULL;
	int r;

	config_init(&config);
	r = load_file(&config, path, required, &manner, err);
	if (r != -ENOENT || !required)
		r = leave_out(&manner, r, err);
	if (r == 0)
		r = leave_out(&manner, load_folder(&config, path, &manner, err), err);
	if (r == 0)
		r = leave_out(&manner, check_together(&config, path, err), err);
	if (r != 0)
		return r;
	settle(&config);
	*out = config;
	config = CONFIG_NULL;
	return 0;
}
