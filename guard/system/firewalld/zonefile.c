// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/zonefile.h"

#include "guard/base/timespec.h"
#include "guard/base/shell.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/file.h"
#include "guard/system/host/wholefile.h"
#include "guard/system/firewalld/zonexml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where firewalld looks, the administrator's first (firewalld: config/__init__.py). */
static const char *const dirs[] = {"/etc/firewalld", "/usr/lib/firewalld"};

#define ZONE_FILE_MAX   (16 * 1024 * 1024)
#define BACKUP_ATTEMPTS 100

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		}
	}
	return 0;
}

static int copy_bytes(int from, int to)
{
	char buffer[65536];
	size_t total = 0;

	for (;;) {
		ssize_t n = read(from, buffer, sizeof(buffer));
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return fsync(to) < 0 ? -errno : 0;
		total += (size_t)n;
		if (total > ZONE_FILE_MAX)
			return -EFBIG;
		r = write_all(to, buffer, (size_t)n);
		if (r < 0)
			return r;
	}
}

/* @link_is_fine: the state directory may lie elsewhere, as it may for the store; what is in it not
 */
static int make_folder(const char *path, bool link_is_fine, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if ((link_is_fine ? stat(path, &st) : lstat(path, &st)) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(err, -EPERM, "%s: not a directory of root's alone", path);
	return 0;
}

/* A new file ZONE.xml.20261121T203425Z, with a number when there is one of that second. */
static int create_backup(const char *folder, const char *zone, char **path, struct err *err)
{
	char stamp[TIMESPEC_TEXT_MAX];

	timespec_format_stamp(clock_now_us(), stamp);
	for (int i = 1; i <= BACKUP_ATTEMPTS; i++) {
		_cleanup_free_ char *name = NULL;
		int fd, r;

		if (i == 1)
			r = xasprintf(&name, "%s/%s.xml.%s", folder, zone, stamp);
		else
			r = xasprintf(&name, "%s/%s.xml.%s-%d", folder, zone, stamp, i);
		if (r < 0)
			return r;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0) {
			*path = steal(name);
			return fd;
		}
		if (errno != EEXIST)
			return err_set(err, -errno, "%s: %s", name, strerror(errno));
	}
	return err_set(err, -EEXIST, "%s: too many copies of %s.xml", folder, zone);
}

/* The folder and the name that the file of a zone, policy or ipset has. */
static const char *folder_of(const char *zone, const char **name)
{
	const char *policy = item_policy_name(zone), *ipset = item_ipset_name(zone);

	*name = policy ? policy : ipset ? ipset : zone;
	return policy ? "policies" : ipset ? "ipsets" : "zones";
}

static int open_regular(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(err, -EINVAL, "%s: not a regular file", path);
}

/* The file that is in force: the administrator's, else the one that came with firewalld. */
static int open_zone_file(const char *root, const char *zone, struct err *err)
{
	const char *name, *folder = folder_of(zone, &name);

	if (strchr(name, '/'))
		return err_set(err, -EINVAL, "\"%s\" is not a zone name", zone);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *path = NULL;
		int fd;

		if (xasprintf(&path, "%s%s/%s/%s.xml", root, dirs[i], folder, name) < 0)
			return -ENOMEM;
		fd = open_regular(path, err);
		if (fd != -ENOENT)
			return fd;
	}
	return -ENOENT;
}

/**
 * zonefile_exists() - is there a file of that name, the administrator's or firewalld's?
 * @folder: "services", "ipsets"…
 */
bool zonefile_exists(const char *folder, const char *name, const char *root)
{
	char path[512];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s%s/%s/%s.xml", root, dirs[i], folder, name);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/** zonefile_is_own() - has the administrator a file for it, so that the one of firewalld does not
 * count?
 */
bool zonefile_is_own(const char *zone, const char *root)
{
	const char *name, *folder = folder_of(zone, &name);
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s%s/%s/%s.xml", root, dirs[0], folder, name);

	return !strchr(name, '/') && n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0;
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* The first of them by name, in which somebody has ordered them: 10-mail before 20-web. */
static int first_part(char **out, const char *path, const char *zone)
{
	_cleanup_(close_folder) DIR *folder = opendir(path);
	_cleanup_free_ char *first = NULL;
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		const char *end = strrchr(entry->d_name, '.');

		if (!end || end == entry->d_name || strcmp(end, ".xml") != 0 ||
		    (first && strcmp(entry->d_name, first) >= 0))
			continue;
		free(first);
		first = strdup(entry->d_name);
		if (!first)
			return -ENOMEM;
	}
	if (!first)
		return ZONEFILE_E_ABSENT;
	return xasprintf(out, "%s/%.*s", zone, (int)(strlen(first) - strlen(".xml")), first) < 0
	           ? -ENOMEM
	           : 0;
}

/**
 * zonefile_part() - the first part of a zone that is put together from a folder of files
 * @out:  "public/10-mail", as firewalld calls it; written on success alone; the caller frees it
 * @root: as for zonefile_read()
 *
 * Its runtime is made of such parts alone: what is written to the zone's own file, as
 * firewall-cmd --permanent --zone=public does, has no effect (firewalld: core/fw.py,
 * _start_copy_config_to_runtime). A part is written by its name.
 *
 * Return: 0; ZONEFILE_E_ABSENT when it is no such zone; -ENOMEM.
 */
int zonefile_part(char **out, const char *zone, const char *root)
{
	const char *name, *folder = folder_of(zone, &name);
	int r = ZONEFILE_E_ABSENT;

	if (name != zone || !*name || *name == '.' || strchr(name, '/'))
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == ZONEFILE_E_ABSENT; i++) {
		_cleanup_free_ char *path = NULL;

		if (xasprintf(&path, "%s%s/%s/%s", root, dirs[i], folder, name) < 0)
			return -ENOMEM;
		r = first_part(out, path, zone);
	}
	return r;
}

/** zonefile_is_there() - has a zone, policy or ipset a file, or files that it is put together from?
 */
bool zonefile_is_there(const char *zone, const char *root)
{
	const char *name, *folder = folder_of(zone, &name);
	_cleanup_free_ char *part = NULL;

	return zonefile_exists(folder, name, root) ||
	       zonefile_part(&part, zone, root) != ZONEFILE_E_ABSENT;
}

/* Bounded by what a file of firewalld can be. */
static int read_bytes(char **out, size_t *n, int fd)
{
	_cleanup_free_ char *bytes = NULL;
	size_t capacity = 0;

	*n = 0;
	for (;;) {
		ssize_t got;

		if (*n > ZONE_FILE_MAX)
			return -EFBIG;
		if (grow(&bytes, &capacity, *n + 65536, 1) < 0)
			return -ENOMEM;
		got = read(fd, bytes + *n, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	*out = steal(bytes);
	return 0;
}

/* The value of a line KEY=VALUE as firewalld.conf has them; NULL: another line. */
static char *value_of(char *line, const char *key)
{
	size_t n = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, n) != 0)
		return NULL;
	line += n + strspn(line + n, " \t");
	if (*line++ != '=')
		return NULL;
	line += strspn(line, " \t");
	line[strcspn(line, " \t\r")] = '\0';
	return line;
}

/**
 * zonefile_default_zone() - the default zone that firewalld.conf names
 * @out:  written on success alone; the caller frees it
 * @root: as for zonefile_read()
 *
 * Return: 0; ZONEFILE_E_ABSENT when it names none; ZONEFILE_E_UNKNOWN; -ENOMEM.
 */
int zonefile_default_zone(char **out, const char *root)
{
	_cleanup_free_ char *path = NULL, *bytes = NULL, *text = NULL;
	_cleanup_fd_ int fd = -1;
	char *line, *rest, *value = NULL;
	struct stat st;
	size_t n;
	int r;

	if (xasprintf(&path, "%s%s/firewalld.conf", root, dirs[0]) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return ZONEFILE_E_ABSENT;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return ZONEFILE_E_UNKNOWN;
	r = read_bytes(&bytes, &n, fd);
	if (r < 0)
		return r == -ENOMEM ? r : ZONEFILE_E_UNKNOWN;
	text = strndup(bytes, n);
	if (!text)
		return -ENOMEM;
	for (line = strtok_r(text, "\n", &rest); line && !value; line = strtok_r(NULL, "\n", &rest))
		value = value_of(line, "DefaultZone");
	if (!value || !*value || strlen(value) > ITEM_ZONE_MAX)
		return ZONEFILE_E_ABSENT;
	*out = strdup(value);
	return *out ? 0 : -ENOMEM;
}

/**
 * zonefile_default_zone_command() - what has firewalld.conf name this default zone again
 * @out: written on success alone; the caller frees it
 *
 * firewall-cmd does not write the zone that is the default already (ZONE_ALREADY_SET).
 */
int zonefile_default_zone_command(char **out, const char *zone)
{
	_cleanup_free_ char *edit = NULL;

	if (xasprintf(&edit, "/^[[:space:]]*DefaultZone[[:space:]]*=/d; $a DefaultZone=%s", zone) <
	    0)
		return -ENOMEM;
	return shell_printf(out, "sed -i %s %s/firewalld.conf", edit, dirs[0]);
}

static int read_file(struct firewall *out, const char *zone, int fd, struct err *err)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_free_ char *bytes = NULL;
	size_t n = 0;
	int r = read_bytes(&bytes, &n, fd);

	if (r < 0 && r != -ENOMEM)
		return err_set(err, ZONEFILE_E_UNKNOWN, "%s", strerror(-r));
	if (r == 0)
		r = zonexml_parse(&fw, zone, bytes, n, err);
	if (r == ZONEXML_E_BROKEN)
		return ZONEFILE_E_BROKEN;
	if (r == ZONEXML_E_UNKNOWN)
		return ZONEFILE_E_UNKNOWN;
	if (r < 0)
		return r;
	*out = fw;
	fw = FIREWALL_NULL;
	return 0;
}

/**
 * zonefile_read() - the items in the file of a zone, policy or ipset, as it is now
 * @out:  written on success alone; its entries are FIREWALL_PERMANENT
 * @zone: or policy:NAME, ipset:NAME
 * @root: "" for the machine's own files; a folder for tests
 *
 * Not what firewalld has: that notices what somebody else wrote some seconds later,
 * or at its next reload. Zones that are put together from a folder of files are absent.
 *
 * Return: 0; ZONEFILE_E_*; -ENOMEM.
 */
int zonefile_read(struct firewall *out, const char *zone, const char *root, struct err *err)
{
	_cleanup_fd_ int fd = open_zone_file(root, zone, err);

	if (fd == -ENOENT)
		return err_set(err, ZONEFILE_E_ABSENT, "%s has no file", zone);
	if (fd < 0)
		return fd == -ENOMEM ? fd : ZONEFILE_E_UNKNOWN;
	return read_file(out, zone, fd, err);
}

/**
 * zonefile_read_path() - zonefile_read(), of this very file
 *
 * Return: 0; ZONEFILE_E_BROKEN, ZONEFILE_E_UNKNOWN; -ENOMEM.
 */
int zonefile_read_path(struct firewall *out, const char *path, const char *zone, struct err *err)
{
	_cleanup_fd_ int fd = open_regular(path, err);

	if (fd < 0)
		return fd == -ENOMEM ? fd : ZONEFILE_E_UNKNOWN;
	return read_file(out, zone, fd, err);
}

static int copy_to_state(char **out, const char *state_dir, const char *zone, int from,
                         struct err *err)
{
	_cleanup_free_ char *folder = NULL, *path = NULL;
	_cleanup_fd_ int to = -1;
	int r;

	if (xasprintf(&folder, "%s/%s", state_dir, ZONEFILE_BACKUP_DIR) < 0)
		return -ENOMEM;
	r = make_folder(state_dir, true, err);
	if (r == 0)
		r = make_folder(folder, false, err);
	if (r < 0)
		return r;
	to = create_backup(folder, zone, &path, err);
	if (to < 0)
		return to;
	r = copy_bytes(from, to);
	if (r < 0) {
		unlink(path);
		return err_set(err, r, "%s: %s", path, strerror(-r));
	}
	*out = steal(path);
	return 0;
}

/* What firewalld has of a file that it could not read is something else, and would replace it. */
static int refuse_broken(const char *zone, struct err *err)
{
	_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
	struct err why = ERR_NULL;
	int r = zonefile_read(&file, zone, "", &why);

	if (r == ZONEFILE_E_BROKEN)
		return err_set(err, -EINVAL,
		               "its file is broken (%s), and what is written now would replace all "
		               "that is in it: fix it first, or move it away",
		               why.text);
	return r == -ENOMEM ? r : 0;
}

/**
 * zonefile_backup() - copy the file of a zone that is about to be rewritten
 * @out:       the copy's path; NULL when the zone has no file; the caller frees it
 * @state_dir: its backup/ receives the copy, ZONE.xml.TIME, 0600
 * @zone:      a zone's name, as firewalld knows it, or policy:NAME or ipset:NAME
 *
 * firewalld itself writes zone files in place and keeps one .old (core/io/zone.py,
 * zone_writer), and writes beside reloads have erased them (firewalld#1495).
 *
 * A zone that is put together from a folder of files has none that would count: nobody is to
 * write to it.
 *
 * Return: 0; negative errno, -EINVAL when it is no regular file or a broken one, -ENOTSUP when
 * none counts.
 */
int zonefile_backup(char **out, const char *state_dir, const char *zone, struct err *err)
{
	_cleanup_fd_ int from = -1;
	_cleanup_free_ char *part = NULL;
	int r = zonefile_part(&part, zone, "");

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, -ENOTSUP,
		               "it is put together from the files in %s/zones/%s/, and what is "
		               "written to %s.xml has no effect; choose one of them, such as "
		               "%s/zones/%s.xml",
		               dirs[0], zone, zone, dirs[0], part);
	from = open_zone_file("", zone, err);
	if (from == -ENOENT) {
		*out = NULL;
		return 0;
	}
	r = from < 0 ? from : refuse_broken(zone, err);
	return r < 0 ? r : copy_to_state(out, state_dir, zone, from, err);
}

static int write_copy(FILE *out, void *userdata)
{
	int from = *(const int *)userdata;

	return copy_bytes(from, fileno(out));
}

/**
 * zonefile_put_back() - the administrator's file of a zone, as a copy has it
 * @copy: of zonefile_backup(); NULL: there was none, so that firewalld's own counts again
 *
 * firewalld reads it at its next reload.
 *
 * Return: 0 or negative errno.
 */
int zonefile_put_back(const char *zone, const char *copy, struct err *err)
{
	const char *name, *folder = folder_of(zone, &name);
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int from = -1;

	if (strchr(name, '/'))
		return err_set(err, -EINVAL, "\"%s\" is not a zone name", zone);
	if (xasprintf(&path, "%s/%s/%s.xml", dirs[0], folder, name) < 0)
		return -ENOMEM;
	/* looked for first: where nothing can be written there may be nothing to do */
	if (!copy)
		return (access(path, F_OK) < 0 && errno == ENOENT) || unlink(path) == 0
		           ? 0
		           : err_set(err, -errno, "%s: %s", path, strerror(errno));
	from = open_regular(copy, err);
	return from < 0 ? from : wholefile_write(path, 0644, write_copy, &from, err);
}
