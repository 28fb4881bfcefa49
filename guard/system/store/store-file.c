// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include "guard/base/timespec.h"
#include "guard/system/host/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The log goes first: a new file beside the log of an old one would be damaged by it. */
static const char *const parts[STORE_N_PARTS] = {"-wal", "-shm", ""};

/** store_file_parts() - which files a store consists of now; 0: there is none of that name */
void store_file_parts(struct store_part out[STORE_N_PARTS], const char *path)
{
	char name[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < STORE_N_PARTS; i++) {
		snprintf(name, sizeof(name), "%s%s", path, parts[i]);
		out[i] = lstat(name, &st) == 0 ? (struct store_part){.dev = (uint64_t)st.st_dev,
		                                                     .inode = (uint64_t)st.st_ino}
		                               : (struct store_part){0};
	}
}

void store_file_deinit(struct store_file *file)
{
	free(file->folder);
	free(file->path);
	if (file->folder_fd >= 0)
		close(file->folder_fd);
	*file = STORE_FILE_NULL;
}

static int make_folder(const char *dir, struct err *err)
{
	if (mkdir(dir, 0700) == 0) /* whatever the umask is */
		return chmod(dir, 0700) == 0 ? 0
		                             : err_set(err, -errno, "%s: %s", dir, strerror(errno));
	if (errno == EEXIST)
		return 0;
	if (errno == ENOENT)
		return err_set(err, -ENOENT, "%s: its parent folder does not exist", dir);
	return err_set(err, store_error_of_errno(errno), "%s: cannot be made: %s", dir,
	               strerror(errno));
}

/* Who may write to the folder could put another file in the place of ours. */
static int check_folder(int fd, const char *dir, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, -errno, "%s: %s", dir, strerror(errno));
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, STORE_E_UNSAFE,
		               "%s: belongs to user %u, who could change what is in it; see who "
		               "made it, then chown it",
		               dir, (unsigned)st.st_uid);
	if (st.st_mode & 022)
		return err_set(err, STORE_E_UNSAFE,
		               "%s: others may write to this folder (mode %04o); chmod go-w it",
		               dir, (unsigned)st.st_mode & 07777u);
	return 0;
}

static int create_file(const struct store_file *file, struct err *err)
{
	int fd = openat(file->folder_fd, STORE_FILE,
	                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = 0;

	if (fd < 0)
		return errno == EEXIST
		           ? 0
		           : err_set(err, store_error_of_errno(errno), "%s: cannot be made: %s",
		                     file->path, strerror(errno));
	/* Whatever the umask is; and the name itself is to survive a power cut. */
	if (fchmod(fd, 0600) < 0 || fsync(file->folder_fd) < 0)
		r = err_set(err, store_error_of_errno(errno), "%s: %s", file->path,
		            strerror(errno));
	close(fd);
	return r;
}

/* Never by opening the file: closing a descriptor of ours would drop SQLite's locks on it. */
static int check_file(struct store_file *file, const struct store_options *options, struct err *err)
{
	struct stat st;

	if (fstatat(file->folder_fd, STORE_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
		           ? err_set(err, STORE_E_ABSENT, "%s: there is no store yet", file->path)
		           : err_set(err, store_error_of_errno(errno), "%s: %s", file->path,
		                     strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1)
		return err_set(err, STORE_E_UNSAFE,
		               "%s: is a link or not a regular file; move it away", file->path);
	if ((st.st_mode & 077) && !options->read_only && st.st_uid == geteuid() &&
	    fchmodat(file->folder_fd, STORE_FILE, 0600, 0) < 0)
		return err_set(err, store_error_of_errno(errno), "%s: %s", file->path,
		               strerror(errno));
	file->inode = (uint64_t)st.st_ino;
	file->size = st.st_size;
	return 0;
}

/**
 * store_file_find() - the file of a state directory, made if the options say so
 * @out: written on success alone
 */
int store_file_find(struct store_file *out, const char *dir, const struct store_options *options,
                    struct err *err)
{
	_cleanup_store_file_ struct store_file file = STORE_FILE_NULL;
	bool create = options->create && !options->read_only;
	int r;

	r = create ? make_folder(dir, err) : 0;
	if (r)
		return r;
	file.folder = realpath(dir, NULL);
	if (!file.folder)
		return errno == ENOENT
		           ? err_set(err, STORE_E_ABSENT, "%s: there is no such folder", dir)
		           : err_set(err, store_error_of_errno(errno), "%s: %s", dir,
		                     strerror(errno));
	file.folder_fd = open(file.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (file.folder_fd < 0)
		return err_set(err, store_error_of_errno(errno), "%s: %s", dir, strerror(errno));
	r = xasprintf(&file.path, "%s/" STORE_FILE, file.folder);
	if (r == 0)
		r = check_folder(file.folder_fd, dir, err);
	if (r == 0 && create)
		r = create_file(&file, err);
	if (r == 0)
		r = check_file(&file, options, err);
	if (r)
		return r;
	*out = file;
	file = STORE_FILE_NULL;
	return 0;
}

/**
 * store_file_uri() - the file as SQLite wants it named
 * @immutable: promise that nobody changes it while it is open
 */
int store_file_uri(char **out, const struct store_file *file, bool immutable)
{
	_cleanup_free_ char *escaped = malloc(3 * strlen(file->path) + 1);
	char *at = escaped;

	if (!escaped)
		return -ENOMEM;
	for (const char *from = file->path; *from; from++) {
		if (strchr("%?#", *from))
			at += sprintf(at, "%%%02x", (unsigned char)*from);
		else
			*at++ = *from;
	}
	*at = '\0';
	return xasprintf(out, "file:%s%s", escaped, immutable ? "?immutable=1" : "");
}

/** store_file_has_log() - is there a write-ahead log with something in it? */
bool store_file_has_log(const struct store_file *file)
{
	struct stat st;

	return fstatat(file->folder_fd, STORE_FILE "-wal", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_size > 0;
}

static int rename_part(const struct store_file *file, const char *aside, const char *suffix,
                       struct err *err)
{
	char from[64], to[128];

	snprintf(from, sizeof(from), STORE_FILE "%s", suffix);
	snprintf(to, sizeof(to), "%s%s", aside, suffix);
	if (renameat(file->folder_fd, from, file->folder_fd, to) == 0 || errno == ENOENT)
		return 0;
	return err_set(err, store_error_of_errno(errno), "%s: cannot be set aside: %s", file->path,
	               strerror(errno));
}

static void name_aside(const struct store_file *file, char *name, size_t size)
{
	struct stat st;
	char when[TIMESPEC_TEXT_MAX];

	timespec_format_stamp(clock_now_us(), when);
	snprintf(name, size, STORE_FILE ".corrupt-%s", when);
	for (unsigned i = 2; i < 1000; i++) {
		if (fstatat(file->folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return;
		snprintf(name, size, STORE_FILE ".corrupt-%s.%u", when, i);
	}
}

/**
 * store_file_set_aside() - rename a corrupt file and its log
 * @name: receives its new name, without the folder; the caller frees it
 *
 * Of two processes that find the same damage one renames; the other
 * sees another inode and leaves it.
 */
int store_file_set_aside(struct store_file *file, char **name, struct err *err)
{
	struct stat st;
	char aside[96];
	int r = 0;

	if (flock(file->folder_fd, LOCK_EX) < 0)
		return err_set(err, -errno, "%s: cannot be locked: %s", file->folder,
		               strerror(errno));
	name_aside(file, aside, sizeof(aside));
	if (fstatat(file->folder_fd, STORE_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (uint64_t)st.st_ino == file->inode)
		for (size_t i = 0; i < STORE_N_PARTS && r == 0; i++)
			r = rename_part(file, aside, parts[i], err);
	flock(file->folder_fd, LOCK_UN);
	if (r)
		return r;
	*name = strdup(aside);
	return *name ? 0 : -ENOMEM;
}
