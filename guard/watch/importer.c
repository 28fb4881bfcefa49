// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/importer.h"

#include "guard/base/text.h"
#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban-history.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
	FIRST_MS = 1000, /* after the start of the guard, which has more urgent things to do */
	AGAIN_MS = 2000,
	LOOK_MS = 60000, /* without being told */
	PAUSE_MS = 40,   /* between two pieces */
	BUSY_MS = 200,
	/* An unban deletes the row before or after the ticket is gone; a start adds tickets. */
	PROOF_MS = 4000,
};

/* A fresh ban has its row before its ticket. */
static const int64_t FRESH_US = 5 * INT64_C(1000000);

struct version {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct importer {
	struct importer_options options;
	struct fail2ban_follower follower;
	char *database; /* owned; NULL: not known yet */
	struct loop_source *timer;
	struct version taken; /* what it was when it was read to the end */
	struct version seen;  /* what it was when reading began */
	enum fail2ban_history_table table;
	bool reading;
	bool told_trouble;
	size_t n_taken, n_refused; /* since reading began */
	/* What may have been unbanned */
	struct loop_source *compare_timer;
	bool asked;       /* for the tickets */
	size_t n_tickets; /* when they were read last */
	int64_t *missed;  /* owned; bans without a ticket then; sorted */
	size_t n_missed;
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
		logger_write(importer->options.logger, LOGGER_WARNING,
		             "fail2ban's history cannot be imported: %s", why);
	importer->told_trouble = true;
	importer->reading = false;
	if (!again)
		importer->taken = importer->seen;
	loop_timer_set(importer->timer, AGAIN_MS);
}

static void finish(struct importer *importer)
{
	importer->reading = false;
	importer->told_trouble = false;
	importer->taken = importer->seen;
	if (importer->n_taken)
		logger_write(importer->options.logger, LOGGER_INFO,
		             "%zu ban%s taken in from fail2ban's database%s", importer->n_taken,
		             text_plural(importer->n_taken),
		             importer->n_refused ? ", except some that are not valid" : "");
	/* what was written meanwhile was told meanwhile */
	loop_timer_set(importer->timer, AGAIN_MS);
	importer->n_missed = 0;
	loop_timer_set(importer->compare_timer, 0);
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

/* --- what was unbanned ------------------------------------------------------------------- */

/* A ticket by its jail, and its address as the store spells it. */
struct held {
	const struct ticket *ticket; /* borrowed */
	char address[CIDR_TEXT_LENGTH];
};

struct compare {
	struct held *held; /* owned; sorted */
	size_t n_held;
	int64_t *missed; /* owned */
	size_t n, capacity;
};

static const char *address_of(const struct held *held)
{
	return held->ticket->has_cidr ? held->address : held->ticket->address;
}

static int held_cmp(const void *a, const void *b)
{
	const struct held *left = a, *right = b;
	int order = strcmp(left->ticket->jail, right->ticket->jail);

	return order ? order : strcmp(address_of(left), address_of(right));
}

static int ban_cmp(const void *key, const void *element)
{
	const struct store_ban *ban = key;
	const struct held *held = element;
	int order = strcmp(ban->jail, held->ticket->jail);

	return order ? order : strcmp(ban->address, address_of(held));
}

static int compare_init(struct compare *compare, const struct tickets *tickets)
{
	*compare = (struct compare){.n_held = tickets->n};
	compare->held = calloc(tickets->n + 1, sizeof(*compare->held));
	if (!compare->held)
		return -ENOMEM;
	for (size_t i = 0; i < tickets->n; i++) {
		compare->held[i].ticket = &tickets->tickets[i];
		if (tickets->tickets[i].has_cidr)
			cidr_format(&tickets->tickets[i].cidr, compare->held[i].address);
	}
	qsort(compare->held, compare->n_held, sizeof(*compare->held), held_cmp);
	return 0;
}

static int compare_ban(const struct store_ban *ban, void *userdata)
{
	struct compare *compare = userdata;

	if (bsearch(ban, compare->held, compare->n_held, sizeof(*compare->held), ban_cmp))
		return 0;
	if (grow(&compare->missed, &compare->capacity, compare->n + 1, sizeof(*compare->missed)) <
	    0)
		return -ENOMEM;
	compare->missed[compare->n++] = ban->id;
	return 0;
}

static int id_cmp(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

/* Ends those that were missed before, too; leaves the others in @compare. Both are sorted. */
static void end_missed(struct importer *importer, struct compare *compare, int64_t now_us)
{
	struct store *store = record_store(importer->options.record);
	size_t n_new = 0, n_proven = 0;

	for (size_t i = 0; i < compare->n; i++) {
		int64_t id = compare->missed[i];

		if (importer->n_missed &&
		    bsearch(&id, importer->missed, importer->n_missed, sizeof(id), id_cmp))
			importer->missed[n_proven++] = id; /* what lies before is done with */
		else
			compare->missed[n_new++] = id;
	}
	if (n_proven &&
	    store_bans_end_ids(store, importer->missed, n_proven, now_us, "unban", NULL) == 0)
		logger_write(importer->options.logger, LOGGER_INFO,
		             "%zu ban%s of fail2ban's database %s ended by hand", n_proven,
		             text_plural(n_proven), n_proven == 1 ? "was" : "were");
	compare->n = n_new;
}

static void on_tickets(int result, struct tickets *tickets, const struct err *err _unused_,
                       void *userdata)
{
	struct importer *importer = userdata;
	struct store *store = record_store(importer->options.record);
	int64_t now_us = clock_now_us();
	struct compare compare;
	int r;

	importer->asked = false;
	if (result != 0 || !store || fail2ban_state(importer->options.fail2ban) != FAIL2BAN_RUNNING)
		return;
	/* a server that has just started is putting them back */
	if (tickets->n > importer->n_tickets)
		importer->n_missed = 0;
	importer->n_tickets = tickets->n;
	r = compare_init(&compare, tickets);
	if (r == 0)
		r = store_bans_unended(store, "database", now_us, now_us - FRESH_US, compare_ban,
		                       &compare, NULL);
	free(compare.held);
	if (r == 0 && compare.n) {
		qsort(compare.missed, compare.n, sizeof(int64_t), id_cmp);
		end_missed(importer, &compare, now_us);
	}
	free(importer->missed);
	importer->missed = compare.missed;
	importer->n_missed = r == 0 ? compare.n : 0;
	if (importer->n_missed)
		loop_timer_set(importer->compare_timer, PROOF_MS);
}

/* Of what the hook told, the hook tells the end: that costs fail2ban no question. */
static int note_any(const struct store_ban *ban _unused_, void *userdata _unused_)
{
	return 1;
}

static void on_compare_due(void *userdata)
{
	struct importer *importer = userdata;
	struct fail2ban *fail2ban = importer->options.fail2ban;
	struct store *store = record_store(importer->options.record);
	int64_t now_us = clock_now_us();

	if (!store || importer->asked || fail2ban_state(fail2ban) != FAIL2BAN_RUNNING ||
	    store_bans_unended(store, "database", now_us, INT64_MAX, note_any, NULL, NULL) != 1)
		return;
	importer->asked = fail2ban_read(fail2ban, on_tickets, importer) == 0;
}

static int follow(struct importer *importer, const char *database)
{
	char *copy = strdup(database);

	if (!copy)
		return -ENOMEM;
	free(importer->database);
	importer->database = copy;
	importer->taken = (struct version){0};
	importer->told_trouble = false;
	importer->n_missed = 0;
	return 0;
}

/* The running server knows best where its database is, and another one may have another. */
static bool find_database(struct importer *importer)
{
	const struct fail2ban *fail2ban = importer->options.fail2ban;
	const char *database = fail2ban_database(fail2ban);

	if (!database)
		return false;
	return (importer->database && strcmp(importer->database, database) == 0) ||
	       follow(importer, database) == 0;
}

static void on_due(void *userdata)
{
	struct importer *importer = userdata;

	if (importer->reading) {
		next_piece(importer);
		return;
	}
	if (!find_database(importer) || !read_version(importer->database, &importer->seen) ||
	    version_eq(&importer->seen, &importer->taken)) {
		loop_timer_set_lazy(importer->timer, LOOK_MS);
		return;
	}
	importer->reading = true;
	importer->table = 0;
	importer->n_taken = importer->n_refused = 0;
	next_piece(importer);
}

static void on_change(void *userdata)
{
	struct importer *importer = userdata;

	if (!importer->reading)
		loop_timer_set(importer->timer, 0);
}

/* Another server may have another database. */
static void on_state(enum fail2ban_state from _unused_, enum fail2ban_state to _unused_,
                     void *userdata)
{
	on_change(userdata);
}

/**
 * importer_new() - begin to follow fail2ban's database
 * @options: what it points to must outlive the importer
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
	r = loop_add_timer(options->loop, &importer->timer, on_due, importer);
	if (r == 0)
		r = loop_add_timer(options->loop, &importer->compare_timer, on_compare_due,
		                   importer);
	if (r < 0) {
		importer_free(importer);
		return r;
	}
	importer->follower = (struct fail2ban_follower){
	    .on_state = on_state, .on_change = on_change, .userdata = importer};
	fail2ban_follow(options->fail2ban, &importer->follower);
	loop_timer_set(importer->timer, FIRST_MS);
	*out = importer;
	return 0;
}

/** importer_free() - NULL is fine */
void importer_free(struct importer *importer)
{
	if (!importer)
		return;
	fail2ban_unfollow(importer->options.fail2ban, &importer->follower);
	if (importer->asked)
		fail2ban_read_forget(importer->options.fail2ban, on_tickets, importer);
	loop_remove(importer->compare_timer);
	loop_remove(importer->timer);
	free(importer->missed);
	free(importer->database);
	free(importer);
}
