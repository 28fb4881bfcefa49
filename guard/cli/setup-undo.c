// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/setup-undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/system/firewalld/zonefile.h"
#include "guard/system/host/file.h"
#include "guard/system/host/program.h"
#include "guard/system/host/unitfile.h"
#include "guard/system/host/wholefile.h"

#define FOLDER        "setup"
#define PENDING       SETUP_PENDING
#define UNDOING       FOLDER "/undoing"
#define BOOT_UNIT     "reload-guard-rollback.service"
#define TIMER         "reload-guard-rollback-in-time"
#define SYSTEMCTL_MS  90000
#define SYSTEMCTL_MAX 65536
#define SYSTEMD_WORDS 14

/** undo_deinit() - free it; may be called twice */
void undo_deinit(struct undo *undo)
{
	setup_deinit(&undo->setup);
	strv_deinit(&undo->zones);
	strv_deinit(&undo->copies);
}

/* --- the record ---------------------------------------------------------------------------- */

static int path_of(char **out, const char *store_dir, const char *name)
{
	return xasprintf(out, "%s/%s", store_dir, name) < 0 ? -ENOMEM : 0;
}

/* A line a step: KIND, where, how it was, the zone that it was in or -, and the item to the end of
 * the line; before them one for each file, and the first one (setup.h). */
struct writing {
	const struct undo *undo;
	const struct setup *setup;
};

static int write_step(FILE *out, const struct setup_step *step)
{
	_cleanup_free_ char *item = NULL;

	if (step->item.value && item_format(&item, &step->item) != 0)
		return -ENOMEM;
	fprintf(out, "%s\t%u\t%u\t%s\t%s\n", setup_kind_name(step->kind), step->where, step->was,
	        step->from ? step->from : "-",
	        item              ? item
	        : step->item.zone ? step->item.zone
	                          : "-");
	return 0;
}

static int write_all(FILE *out, void *userdata)
{
	const struct writing *writing = userdata;
	const struct undo *undo = writing->undo;
	int r = 0;

	fprintf(out, "until\t%" PRId64 "\n", undo->until_us);
	for (size_t i = 0; i < undo->zones.n; i++)
		fprintf(out, "file\t%s\t%s\n", undo->zones.strings[i], undo->copies.strings[i]);
	for (size_t i = 0; i < writing->setup->n && r == 0; i++)
		r = write_step(out, &writing->setup->steps[i]);
	return r;
}

/**
 * undo_hold() - let nobody else set up meanwhile: the record of the one would be the other's
 *
 * Return: a lock, to be closed at the end; -EWOULDBLOCK: somebody has it; another negative errno.
 */
int undo_hold(const char *store_dir, struct err *err)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_fd_ int fd = -1;
	int held;

	if (path_of(&folder, store_dir, FOLDER) < 0)
		return -ENOMEM;
	(void)mkdir(store_dir, 0700); /* on a fresh machine */
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	held = fd;
	fd = -1;
	return held;
}

/** undo_write() - put on record what is about to be done, by who holds it; Return: 0; negative
 * errno */
int undo_write(const struct undo *undo, const struct setup *setup, const char *store_dir,
               struct err *err)
{
	struct writing writing = {undo, setup};
	_cleanup_free_ char *path = NULL;

	if (path_of(&path, store_dir, PENDING) < 0)
		return -ENOMEM;
	return wholefile_write(path, 0600, write_all, &writing, err);
}

static bool kind_of(enum setup_kind *out, const char *name)
{
	for (unsigned i = 0; i < SETUP_N_KINDS; i++)
		if (strcmp(setup_kind_name((enum setup_kind)i), name) == 0) {
			*out = (enum setup_kind)i;
			return true;
		}
	return false;
}

static int parse_item(struct item *out, enum setup_kind kind, const char *text)
{
	if (kind == SETUP_ZONE)
		return item_set_zone(out, text);
	return strcmp(text, "-") == 0 ? 0 : item_parse(out, text, NULL);
}

/* Cuts the next column off a line; the last one has no end. NULL: there is none. */
static char *column(char **line)
{
	return strsep(line, "\t");
}

static int parse_step(struct setup *setup, enum setup_kind kind, char *line)
{
	const char *where = column(&line), *was = column(&line), *from = column(&line);
	_cleanup_item_ struct item item = ITEM_NULL;
	unsigned long where_bits, was_bits;
	struct setup_step *step;
	int r;

	if (!where || !was || !from || !line || !parse_uint(where, UINT32_MAX, &where_bits) ||
	    !parse_uint(was, UINT32_MAX, &was_bits))
		return -EBADMSG;
	r = parse_item(&item, kind, line);
	if (r == 0)
		r = setup_add_step(setup, kind, item.zone ? &item : NULL, (unsigned)where_bits,
		                   &step);
	if (r != 0)
		return r < 0 ? r : -EBADMSG;
	step->was = (unsigned)was_bits;
	if (strcmp(from, "-") != 0 && !(step->from = strdup(from)))
		return -ENOMEM;
	return 0;
}

static int parse_line(struct undo *undo, char *line)
{
	const char *word = column(&line), *zone;
	enum setup_kind kind;
	int r;

	if (word && line && kind_of(&kind, word))
		return parse_step(&undo->setup, kind, line);
	if (word && line && strcmp(word, "until") == 0)
		return parse_int64(line, &undo->until_us) ? 0 : -EBADMSG;
	if (!word || !line || strcmp(word, "file") != 0)
		return -EBADMSG;
	zone = column(&line);
	if (!line)
		return -EBADMSG;
	r = strv_add(&undo->zones, zone);
	return r == 0 ? strv_add(&undo->copies, line) : r;
}

/**
 * undo_read() - what was put on record
 * @out: written on success alone; the caller deinits it
 *
 * Return: 0; -EBADMSG, when it is not understood; another negative errno.
 */
int undo_read(struct undo *out, const char *path, struct err *err)
{
	_cleanup_undo_ struct undo undo = UNDO_NULL;
	_cleanup_free_ char *line = NULL;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t n;
	int r = 0;

	if (!file)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	while (r == 0 && (n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		r = parse_line(&undo, line);
	}
	if (ferror(file) && r == 0)
		r = -EIO;
	fclose(file);
	if (r != 0)
		return err_set(err, r, "%s: %s", path, strerror(-r));
	*out = undo;
	undo = UNDO_NULL;
	return 0;
}

/* --- copies -------------------------------------------------------------------------------- */

static int copy_zone(struct undo *undo, const char *store_dir, const char *zone, struct err *err)
{
	_cleanup_free_ char *copy = NULL;
	bool own = zonefile_is_own(zone, "");
	int r;

	if (strv_contains(&undo->zones, zone))
		return 0;
	r = zonefile_backup(&copy, store_dir, zone, err);
	if (r == 0)
		r = strv_add(&undo->zones, zone);
	/* what came with firewalld counts again when the administrator's own goes */
	return r == 0 ? strv_add(&undo->copies, own && copy ? copy : "") : r;
}

/** undo_copy_zones() - copy each file that a plan has written; Return: 0; negative errno */
int undo_copy_zones(struct undo *undo, const char *store_dir, const struct setup *setup,
                    struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < setup->n && r == 0; i++) {
		const struct setup_step *step = &setup->steps[i];

		if (!setup_is_firewalld(step))
			continue;
		r = copy_zone(undo, store_dir, step->item.zone, err);
		if (r == 0 && step->from)
			r = copy_zone(undo, store_dir, step->from, err);
	}
	return r;
}

/* --- who has it ---------------------------------------------------------------------------- */

static bool is_there(const char *store_dir, const char *name)
{
	_cleanup_free_ char *path = NULL;

	return path_of(&path, store_dir, name) == 0 && access(path, F_OK) == 0;
}

/** undo_waits() - does one wait for an answer, and nobody undoes it yet? */
bool undo_waits(const char *store_dir)
{
	return is_there(store_dir, PENDING);
}

/** undo_is_pending() - does one wait for an answer, or is one being undone? */
bool undo_is_pending(const char *store_dir)
{
	return is_there(store_dir, PENDING) || is_there(store_dir, UNDOING);
}

/** undo_confirm() - it stays; Return: 0; -ENOENT: none waits (any more); another negative errno */
int undo_confirm(const char *store_dir)
{
	_cleanup_free_ char *path = NULL;

	if (path_of(&path, store_dir, PENDING) < 0)
		return -ENOMEM;
	return unlink(path) == 0 ? 0 : -errno;
}

/* Whoever undoes it holds a lock on it: a person and the timer may come at once. */
static int lock(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int held;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_nlink == 0)
		return -ENOENT; /* the other one is done */
	held = fd;
	fd = -1;
	return held;
}

/**
 * undo_begin() - it goes, and nobody can confirm it any more
 * @path: receives the record's, to be unlinked when all is undone; the caller frees it
 *
 * Waits for who undoes it already.
 *
 * Return: a lock, to be closed at the end; -ENOENT: there is none; another negative errno.
 */
int undo_begin(char **path, const char *store_dir)
{
	_cleanup_free_ char *pending = NULL, *undoing = NULL;
	int fd;

	if (path_of(&pending, store_dir, PENDING) < 0 || path_of(&undoing, store_dir, UNDOING) < 0)
		return -ENOMEM;
	/* one that was killed at it comes first */
	if (access(undoing, F_OK) < 0 && rename(pending, undoing) < 0)
		return -errno;
	fd = lock(undoing);
	if (fd >= 0)
		*path = steal(undoing);
	return fd;
}

/* --- systemd ------------------------------------------------------------------------------- */

static int run(struct err *err, const char *const *places, char *const *words)
{
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	const struct program program = {.places = places,
	                                .arguments = words,
	                                .errors = true,
	                                .timeout_ms = SYSTEMCTL_MS,
	                                .max = SYSTEMCTL_MAX};
	int r = program_read(&output, &program);

	if (r < 0)
		return err_set(err, r, "%s: %s", words[0], strerror(-r));
	if (output.status == 0)
		return 0;
	return err_set(err, -EIO, "%s: %.*s", words[0],
	               (int)strcspn(output.text ? output.text : "", "\n"),
	               output.text ? output.text : "");
}

/** undo_systemctl() - have systemctl do it; @words begin with its name, and end with NULL */
int undo_systemctl(struct err *err, char *const *words)
{
	static const char *const places[] = {"/usr/bin/systemctl", "/bin/systemctl", NULL};

	return run(err, places, words);
}

/** undo_can_be_timed() - does systemd run, which undoes it when the time is over? */
bool undo_can_be_timed(void)
{
	return access("/run/systemd/system", F_OK) == 0 &&
	       access("/usr/bin/systemd-run", X_OK) == 0;
}

/**
 * undo_arm() - have it undone when the time is over, and at the next boot
 * @cli: whose configuration and state are meant
 *
 * Return: 0; negative errno.
 */
int undo_arm(const struct cli *cli, int64_t after_us, struct err *err)
{
	static const char *const places[] = {"/usr/bin/systemd-run", NULL};
	char name[] = "systemd-run", unit[] = "--unit=" TIMER, quiet[] = "--quiet",
	     collect[] = "--collect", exact[] = "--timer-property=AccuracySec=100ms",
	     state[] = "--state", config[] = "--config", setup[] = "setup",
	     rollback[] = "--rollback", after[64], self[512];
	char systemctl[] = "systemctl", enable[] = "enable", boot[] = BOOT_UNIT;
	_cleanup_free_ char *path = NULL, *store = realpath(cli->store_dir, NULL);
	char *words[SYSTEMD_WORDS] = {name, quiet, collect, unit, exact, after, self, state, store};
	char *const enabling[] = {systemctl, enable, boot, NULL};
	size_t n = 9;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0 || !store)
		return err_set(err, -errno, "%s: %s", store ? "/proc/self/exe" : cli->store_dir,
		               strerror(errno));
	self[length] = '\0';
	snprintf(after, sizeof(after), "--on-active=%lldms", (long long)(after_us / 1000));
	if (cli->config_path) {
		path = realpath(cli->config_path, NULL);
		if (!path)
			return err_set(err, -errno, "%s: %s", cli->config_path, strerror(errno));
		words[n++] = config;
		words[n++] = path;
	}
	words[n++] = setup;
	words[n++] = rollback;
	undo_disarm();
	/* a boot before that takes the timer with it */
	if (unitfile_exists(BOOT_UNIT)) {
		int r = undo_systemctl(err, enabling);

		if (r < 0)
			return r;
	}
	return run(err, places, words);
}

/** undo_disarm() - nobody undoes it by himself any more */
void undo_disarm(void)
{
	char systemctl[] = "systemctl", stop[] = "stop", timer[] = TIMER ".timer",
	     disable[] = "disable", boot[] = BOOT_UNIT;
	char *const stopping[] = {systemctl, stop, timer, NULL};
	char *const disabling[] = {systemctl, disable, boot, NULL};

	/* what is not there cannot be stopped, and need not be */
	(void)!undo_systemctl(NULL, stopping);
	if (unitfile_exists(BOOT_UNIT))
		(void)!undo_systemctl(NULL, disabling);
}
