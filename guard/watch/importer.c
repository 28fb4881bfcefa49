// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/importer.h"

#include "guard/system/fail2ban-history.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
	FIRST_MS = 1000, /* after the start of the guard, which has more urgent things to do */
	LOOK_MS = 5000,
	PAUSE_MS = 40, /* between two pieces */
	BUSY_MS = 200,
};

struct version {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct importer {
	struct importer_options options;
	char *database; /* owned */
	struct loop_source *timer;
	struct version taken; /* what it was when it was read to the end */
	struct version seen;  /* what it was when reading began */
	enum fail2ban_history_table table;
	bool reading;
	bool told_trouble;
	size_t n_taken, n_refused; /* since reading began */
};

static bool read_version(const char *path, struct version *out)
{
	struct stat st;

	*out = (struct version){0};
	if (stat(path, &st) < 0)
		return false;
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	out->size = st.st_size;
	out->mtime = st.st_mtim;
	return true;
}

static bool version_eq(const struct version *a, const struct version *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* @again: it is not the database's fault, so that its next change is not waited for */
static void give_up(struct importer *importer, const char *why, bool again)
{
	if (!importer->told_trouble)
		journal_write(importer->options.journal, JOURNAL_WARNING,
		              "fail2ban's history cannot be taken in: %s", why);
	importer->told_trouble = true;
	importer->reading = false;
	if (!again)
		importer->taken = importer->seen;
	loop_timer_set(importer->timer, LOOK_MS);
}

static void finish(struct importer *importer)
{
	importer->reading = false;
	importer->told_trouble = false;
	importer->taken = importer->seen;
	if (importer->n_taken)
		journal_write(importer->options.journal, JOURNAL_INFO,
		              "%zu bans taken in from fail2ban's database%s", importer->n_taken,
		              importer->n_refused ? ", without some that cannot be bans" : "");
	loop_timer_set(importer->timer, LOOK_MS);
}

enum outcome { TAKEN, AT_END, BUSY, STORE_TROUBLE, DATABASE_TROUBLE };

static enum outcome take_in(struct importer *importer, struct store *store,
                            const struct fail2ban_history *piece, const char *source,
                            struct err *err)
{
	struct store_import_counts counts = {0};
	int r = store_bans_import(store, piece->bans, piece->n, source, &piece->upto, &counts, err);

	if (r)
		return r == STORE_E_BUSY ? BUSY : STORE_TROUBLE;
	importer->n_taken += counts.n_taken;
	importer->n_refused += counts.n_refused + piece->n_refused;
	return piece->end ? AT_END : TAKEN;
}

static enum outcome import_piece(struct importer *importer, struct store *store, struct err *err)
{
	_cleanup_fail2ban_history_ struct fail2ban_history piece = FAIL2BAN_HISTORY_NULL;
	_cleanup_free_ char *source = NULL;
	struct store_import from;
	int r;

	if (xasprintf(&source, "%s %s", importer->database,
	              fail2ban_history_table_name(importer->table)) < 0)
		return STORE_TROUBLE;
	if (store_import_get(store, source, &from, err) != 0)
		return STORE_TROUBLE;
	r = fail2ban_history_read(&piece, importer->database, importer->table, &from, err);
	if (r)
		return r == FAIL2BAN_HISTORY_E_BUSY ? BUSY : DATABASE_TROUBLE;
	if (piece.upto.position == from.position)
		return AT_END;
	return take_in(importer, store, &piece, source, err);
}

static void next_piece(struct importer *importer)
{
	struct store *store = record_store(importer->options.record);
	struct err err = ERR_NULL;

	if (!store || !importer->options.may_work(importer->options.userdata)) {
		loop_timer_set(importer->timer, BUSY_MS);
		return;
	}
	switch (import_piece(importer, store, &err)) {
	case AT_END:
		if (++importer->table == FAIL2BAN_HISTORY_N_TABLES)
			finish(importer);
		else
			loop_timer_set(importer->timer, PAUSE_MS);
		break;
	case TAKEN:
		loop_timer_set(importer->timer, PAUSE_MS);
		break;
	case BUSY:
		loop_timer_set(importer->timer, BUSY_MS);
		break;
	case STORE_TROUBLE:
		give_up(importer, err_text(&err, -ENOMEM), true);
		break;
	case DATABASE_TROUBLE:
		give_up(importer, err_text(&err, -EIO), false);
		break;
	}
}

static void on_due(void *userdata)
{
	struct importer *importer = userdata;

	if (importer->reading) {
		next_piece(importer);
		return;
	}
	if (!read_version(importer->database, &importer->seen) ||
	    version_eq(&importer->seen, &importer->taken)) {
		loop_timer_set(importer->timer, LOOK_MS);
		return;
	}
	importer->reading = true;
	importer->table = 0;
	importer->n_taken = importer->n_refused = 0;
	next_piece(importer);
}

/**
 * importer_new() - begin to follow fail2ban's database
 * @options: what it points to must outlive the importer, but for the path
 *
 * A database that is not there, or not yet, is no error.
 *
 * Return: 0 or -ENOMEM.
 */
int importer_new(struct importer **out, const struct importer_options *options)
{
	struct importer *importer = calloc(1, sizeof(*importer));
	int r;

	if (!importer)
		return -ENOMEM;
	importer->options = *options;
	r = importer_set_database(importer, options->database);
	if (r == 0)
		r = loop_add_timer(options->loop, &importer->timer, on_due, importer);
	if (r < 0) {
		importer_free(importer);
		return r;
	}
	loop_timer_set(importer->timer, FIRST_MS);
	*out = importer;
	return 0;
}

/** importer_free() - NULL is fine */
void importer_free(struct importer *importer)
{
	if (!importer)
		return;
	loop_remove(importer->timer);
	free(importer->database);
	free(importer);
}

/** importer_set_database() - follow this one from now on; Return: 0 or -ENOMEM */
int importer_set_database(struct importer *importer, const char *database)
{
	char *copy = strdup(database);

	if (!copy)
		return -ENOMEM;
	free(importer->database);
	importer->database = copy;
	importer->reading = false;
	importer->taken = (struct version){0};
	return 0;
}
