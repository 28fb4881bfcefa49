// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Files are written by hand. */
#define FILE_MAX ((size_t)1024 * 1024)

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+@"

/* What of a file has been read. */
struct place {
	struct fail2ban_files *files;
	const char *file;
	size_t section; /* SIZE_MAX: none that counts */
	bool in_action; /* a line that begins with a blank belongs to the action */
};

/** fail2ban_is_jail() - a name that can be written as a section without a second meaning */
bool fail2ban_is_jail(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 64 && strspn(name, NAME_LETTERS) == n && strcmp(name, "INCLUDES") != 0;
}

/** fail2ban_files_find() - the section @name, borrowed; NULL: there is none */
const struct fail2ban_section *fail2ban_files_find(const struct fail2ban_files *files,
                                                   const char *name)
{
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->sections[i].name, name) == 0)
			return &files->sections[i];
	return NULL;
}

static int say_file(struct fail2ban_section *section, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(section->file);
	section->file = copy;
	return 0;
}

static int begin_section(struct place *place, const char *name)
{
	struct fail2ban_files *files = place->files;
	const struct fail2ban_section *known = fail2ban_files_find(files, name);
	struct fail2ban_section section = {0};

	place->section = SIZE_MAX;
	place->in_action = false;
	if (known)
		place->section = (size_t)(known - files->sections);
	if (known || !fail2ban_is_jail(name))
		return 0;
	if (grow(&files->sections, &files->capacity, files->n + 1, sizeof(section)) < 0)
		return -ENOMEM;
	section.name = strdup(name);
	section.file = strdup(place->file);
	files->sections[files->n++] = section;
	place->section = files->n - 1;
	return section.name && section.file ? 0 : -ENOMEM;
}

/* The word alone: not reload-guard-metrics, nor /usr/sbin/reload-guard. */
static bool names_hook(const char *text)
{
	static const char word[] = "reload-guard";

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !strchr(NAME_LETTERS "/", at[-1])) &&
		    (at[sizeof(word) - 1] == '\0' ||
		     !strchr(NAME_LETTERS "/", at[sizeof(word) - 1])))
			return true;
	return false;
}

static void take_action(struct fail2ban_section *section, const char *text)
{
	section->chained |= strstr(text, "%(known/action)s") != NULL;
	section->hooked |= names_hook(text);
}

static int take_option(struct place *place, char *line)
{
	size_t n = strcspn(line, "=:"), end = n;
	struct fail2ban_section *section;

	while (end > 0 && isspace((unsigned char)line[end - 1]))
		end--;
	place->in_action =
	    line[n] && end == strlen("action") && strncasecmp(line, "action", end) == 0;
	if (!place->in_action || place->section == SIZE_MAX)
		return 0;
	section = &place->files->sections[place->section];
	section->action = true;
	section->chained = section->hooked = false;
	take_action(section, line + n + 1);
	return say_file(section, place->file);
}

static int take_line(struct place *place, char *line)
{
	const char *text = line + strspn(line, " \t\r\f\v");
	char *inline_comment = strstr(line, " ;"), *end;

	if (*text == '#' || *text == ';')
		return 0;
	if (inline_comment)
		*inline_comment = '\0';
	if (text > line || *text == '\0') {
		if (place->in_action && place->section != SIZE_MAX)
			take_action(&place->files->sections[place->section], text);
		return 0;
	}
	if (line[0] != '[')
		return take_option(place, line);
	end = strchr(line, ']');
	if (!end)
		return 0;
	*end = '\0';
	return begin_section(place, line + 1);
}

/**
 * fail2ban_files_add() - read one more file
 * @file: its name, for people
 * @text: what is in it
 *
 * What cannot be read as a section or an option is left out: fail2ban itself judges it.
 *
 * Return: 0 or -ENOMEM.
 */
int fail2ban_files_add(struct fail2ban_files *files, const char *file, const char *text)
{
	struct place place = {.files = files, .file = file, .section = SIZE_MAX};
	_cleanup_strv_ struct strv lines = STRV_NULL;
	int r = strv_split(&lines, text, "\n");

	for (size_t i = 0; i < lines.n && r == 0; i++)
		r = take_line(&place, lines.strings[i]);
	return r;
}

static int add_file(struct fail2ban_files *files, const char *folder, const char *name,
                    struct err *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	FILE *file;
	size_t n;

	if (xasprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? 0 : err_set(err, -errno, "%s: %s", path, strerror(errno));
	text = malloc(FILE_MAX + 1);
	n = text ? fread(text, 1, FILE_MAX, file) : 0;
	(void)fclose(file);
	if (!text)
		return -ENOMEM;
	text[n] = '\0';
	return fail2ban_files_add(files, path, text);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_folder(struct fail2ban_files *files, const char *folder, const char *suffix,
                      struct err *err)
{
	_cleanup_strv_ struct strv names = STRV_NULL;
	_cleanup_free_ char *path = NULL;
	int r = 0;
	DIR *dir;

	if (xasprintf(&path, "%s/jail.d", folder) < 0)
		return -ENOMEM;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : err_set(err, -errno, "%s: %s", path, strerror(errno));
	for (const struct dirent *entry = readdir(dir); entry && r == 0; entry = readdir(dir)) {
		const char *dot = strrchr(entry->d_name, '.');
		char *name = NULL;

		if (entry->d_name[0] == '.' || !dot || strcmp(dot, suffix) != 0)
			continue;
		r = xasprintf(&name, "jail.d/%s", entry->d_name) < 0 ? -ENOMEM
		                                                     : strv_add_take(&names, name);
	}
	(void)closedir(dir);
	if (names.n > 0)
		qsort(names.strings, names.n, sizeof(names.strings[0]), by_name);
	for (size_t i = 0; i < names.n && r == 0; i++)
		if (strcmp(names.strings[i], FAIL2BAN_HOOK_FILE) != 0)
			r = add_file(files, folder, names.strings[i], err);
	return r;
}

/**
 * fail2ban_files_read() - all of them, but for the one that the hook itself is in
 * @out:    receives them; the caller deinits it; untouched on failure
 * @folder: fail2ban's configuration
 *
 * Return: 0 or negative errno.
 */
int fail2ban_files_read(struct fail2ban_files *out, const char *folder, struct err *err)
{
	_cleanup_fail2ban_files_ struct fail2ban_files files = FAIL2BAN_FILES_NULL;
	int r = add_file(&files, folder, "jail.conf", err);

	if (r == 0)
		r = add_folder(&files, folder, ".conf", err);
	if (r == 0)
		r = add_file(&files, folder, "jail.local", err);
	if (r == 0)
		r = add_folder(&files, folder, ".local", err);
	if (r != 0)
		return r;
	*out = files;
	files = FAIL2BAN_FILES_NULL;
	return 0;
}

/** fail2ban_files_deinit() - free it; may be called twice */
void fail2ban_files_deinit(struct fail2ban_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->sections[i].name);
		free(files->sections[i].file);
	}
	free(files->sections);
	*files = FAIL2BAN_FILES_NULL;
}
