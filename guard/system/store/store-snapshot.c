// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#include <errno.h>
#include <string.h>

#include "guard/model/diff.h"

/* A longer chain of differences would make loading slow, and pruning keep too much. */
enum { CHAIN_MAX = 64 };

enum snapshot_column {
	COLUMN_ID,
	COLUMN_DIGEST,
	COLUMN_DEFAULT_ZONE,
	COLUMN_N_ITEMS,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_TIMES_SEEN,
	COLUMN_GOOD,
	COLUMN_BOOT,
	COLUMN_INSTANCE,
	COLUMN_LOADED,
	COLUMN_ZONES,
	COLUMN_PANIC,
};

/** store_snapshot_deinit() - free what it owns; it is usable again afterwards */
void store_snapshot_deinit(struct store_snapshot *snapshot)
{
	free(snapshot->default_zone);
	free(snapshot->boot_id);
	free(snapshot->instance);
	*snapshot = STORE_SNAPSHOT_NULL;
}

/* --- reading ----------------------------------------------------------------------------- */

static int read_meta(struct store_snapshot *out, sqlite3_stmt *row)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	const char *digest = store_text(row, COLUMN_DIGEST);
	int r;

	if (!digest || strlen(digest) != FIREWALL_DIGEST_LENGTH)
		return STORE_E_CORRUPT;
	memcpy(meta.digest, digest, sizeof(meta.digest));
	meta.id = sqlite3_column_int64(row, COLUMN_ID);
	meta.n_items = (size_t)sqlite3_column_int64(row, COLUMN_N_ITEMS);
	meta.first_us = sqlite3_column_int64(row, COLUMN_FIRST);
	meta.last_us = sqlite3_column_int64(row, COLUMN_LAST);
	meta.times_seen = sqlite3_column_int64(row, COLUMN_TIMES_SEEN);
	meta.good = sqlite3_column_type(row, COLUMN_GOOD) != SQLITE_NULL;
	meta.good_us = sqlite3_column_int64(row, COLUMN_GOOD);
	meta.loaded = sqlite3_column_int64(row, COLUMN_LOADED);
	r = store_text_dup(&meta.default_zone, row, COLUMN_DEFAULT_ZONE);
	if (r == 0)
		r = store_text_dup(&meta.boot_id, row, COLUMN_BOOT);
	if (r == 0)
		r = store_text_dup(&meta.instance, row, COLUMN_INSTANCE);
	if (r < 0)
		return r;
	*out = meta;
	meta = STORE_SNAPSHOT_NULL;
	return 0;
}

static int read_frame(struct firewall *fw, sqlite3_stmt *row)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	const char *default_zone = store_text(row, COLUMN_DEFAULT_ZONE);
	const char *lines = store_text(row, COLUMN_ZONES);
	int r = 0;

	fw->panic = sqlite3_column_int(row, COLUMN_PANIC);
	if (default_zone)
		r = firewall_set_default_zone(fw, default_zone);
	if (r == 0 && lines)
		r = strv_split(&zones, lines, "\n");
	for (size_t i = 0; i < zones.n && r == 0; i++)
		r = firewall_add_zone(fw, zones.strings[i]);
	return r;
}

static int read_item(struct firewall *fw, sqlite3_stmt *row)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	int r;

	r = store_column_item(&item, row, 0);
	if (r)
		return r;
	if (!sqlite3_column_int(row, 3)) {
		firewall_drop(fw, &item);
		return 0;
	}
	r = firewall_put(fw, &item, &entry);
	if (r < 0)
		return r;
	entry->flags = (unsigned)sqlite3_column_int64(row, 4);
	entry->until_us = sqlite3_column_int64(row, 5);
	return 0;
}

static int read_items(struct store *store, int64_t id, struct firewall *fw, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_SNAPSHOT_ITEMS, "i", id);
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		r = read_item(fw, rows);
		if (r)
			return err_set(err, r, "%s: snapshot %lld cannot be read", store->path,
			               (long long)id);
	}
	return r;
}

static int load(struct store *store, int64_t id, struct store_snapshot *meta, struct firewall *fw,
                struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = store_bind(store, STMT_SNAPSHOT_LOAD, "i", id);
	char digest[FIREWALL_DIGEST_LENGTH + 1];
	bool row;
	int r;

	r = store_step(store, rows, &row, err);
	if (r)
		return r;
	if (!row)
		return err_set(err, STORE_E_NOT_FOUND, "there is no snapshot %lld", (long long)id);
	r = read_meta(meta, rows);
	if (r == 0)
		r = read_frame(fw, rows);
	if (r)
		return err_set(err, r, "%s: snapshot %lld cannot be read", store->path,
		               (long long)id);
	r = read_items(store, id, fw, err);
	if (r)
		return r;
	/* What comes back is what was put, or nothing: a wrong state must not be restored. */
	firewall_digest(fw, digest);
	if (strcmp(digest, meta->digest) != 0)
		return err_set(err, STORE_E_CORRUPT, "%s: snapshot %lld is damaged", store->path,
		               (long long)id);
	return 0;
}

/**
 * store_snapshot_load() - a snapshot by its number
 * @meta: may be NULL; release with store_snapshot_deinit()
 * @out:  may be NULL; release with firewall_deinit()
 *
 * Both are written on success alone.
 *
 * Return: 0; STORE_E_NOT_FOUND; STORE_E_CORRUPT also when the content is not
 * what the digest says; others as in store.h.
 */
int store_snapshot_load(struct store *store, int64_t id, struct store_snapshot *meta,
                        struct firewall *out, struct err *err)
{
	_cleanup_store_snapshot_ struct store_snapshot found = STORE_SNAPSHOT_NULL;
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	int r;

	r = load(store, id, &found, &fw, err);
	if (r)
		return r;
	if (meta) {
		*meta = found;
		found = STORE_SNAPSHOT_NULL;
	}
	if (out) {
		*out = fw;
		fw = FIREWALL_NULL;
	}
	return 0;
}

/**
 * store_snapshot_last_good() - what to go back to
 *
 * The one whose good sighting is the latest. @meta's boot and instance are of
 * that sighting. As store_snapshot_load(); STORE_E_NOT_FOUND when none is good.
 */
int store_snapshot_last_good(struct store *store, struct store_snapshot *meta, struct firewall *out,
                             struct err *err)
{
	int64_t id;
	int r;

	r = store_id(store, store_bind(store, STMT_SNAPSHOT_LAST_GOOD_ID, ""), &id, err);
	if (r == STORE_E_NOT_FOUND)
		return err_set(err, r, "no good snapshot has been taken yet");
	return r ? r : store_snapshot_load(store, id, meta, out, err);
}

/** store_snapshot_last() - the one that was seen last, good or not */
int store_snapshot_last(struct store *store, struct store_snapshot *meta, struct firewall *out,
                        struct err *err)
{
	int64_t id;
	int r;

	r = store_id(store, store_bind(store, STMT_SNAPSHOT_NEWEST, ""), &id, err);
	if (r == STORE_E_NOT_FOUND)
		return err_set(err, r, "no snapshot has been taken yet");
	return r ? r : store_snapshot_load(store, id, meta, out, err);
}

/** store_snapshot_list() - the last seen first; @limit 0: all */
int store_snapshot_list(struct store *store, size_t limit, store_snapshot_fn *fn, void *userdata,
                        struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows =
	    store_bind(store, STMT_SNAPSHOT_LIST, "i", store_limit(limit));
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;

		r = read_meta(&meta, rows);
		if (r == 0)
			r = fn(&meta, userdata);
		if (r)
			break;
	}
	return r;
}

/* --- writing ----------------------------------------------------------------------------- */

static int zone_lines(char **out, const struct firewall *fw)
{
	size_t length = 1;
	char *at;

	for (size_t i = 0; i < fw->zones.n; i++) {
		if (fw->zones.strings[i][0] == '\0' || strchr(fw->zones.strings[i], '\n'))
			return -EINVAL;
		length += strlen(fw->zones.strings[i]) + 1;
	}
	*out = at = malloc(length);
	if (!at)
		return -ENOMEM;
	*at = '\0';
	for (size_t i = 0; i < fw->zones.n; i++) {
		at = stpcpy(at, fw->zones.strings[i]);
		at = stpcpy(at, "\n");
	}
	return 0;
}

/* The content that the next difference is taken to: the state seen last. */
static int find_base(struct store *store, int64_t *id, int64_t *chain, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *newest = store_bind(store, STMT_SNAPSHOT_NEWEST, "");
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	bool row;
	int r;

	*id = 0;
	r = store_step(store, newest, &row, err);
	if (r || !row || sqlite3_column_int64(newest, 1) + 1 >= CHAIN_MAX)
		return r;
	*id = sqlite3_column_int64(newest, 0);
	*chain = sqlite3_column_int64(newest, 1);
	if (store->base_id == *id)
		return 0;
	r = store_snapshot_load(store, *id, NULL, &fw, err);
	if (r)
		return r;
	firewall_deinit(&store->base);
	store->base = fw;
	store->base_id = *id;
	fw = FIREWALL_NULL;
	return 0;
}

static int put_changes(struct store *store, int64_t id, const struct diff *diff, struct err *err)
{
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_change *change = &diff->changes[i];
		int64_t item;
		int r;

		r = store_item_id(store, &change->item, &item, err);
		if (r == 0)
			r = store_run(store, err, STMT_SNAPSHOT_ITEM_PUT, "iiiii", id, item,
			              (int64_t)(change->kind != DIFF_REMOVED),
			              (int64_t)change->flags_after, change->until_after_us);
		if (r)
			return r;
	}
	return 0;
}

static int put_new(struct store *store, const struct firewall *fw, const char *digest,
                   const struct store_sighting *sighting, int64_t boot, int64_t *id,
                   struct err *err)
{
	_cleanup_diff_ struct diff diff = DIFF_NULL;
	_cleanup_free_ char *zones = NULL;
	int64_t base = 0, chain = 0;
	int r;

	r = zone_lines(&zones, fw);
	if (r < 0)
		return err_set(err, r, "a snapshot with a zone that has no name");
	r = find_base(store, &base, &chain, err);
	if (r == 0 && base)
		r = diff_firewalls(&diff, &store->base, fw);
	if (r == 0 && (!base || diff.n >= fw->n)) {
		static const struct firewall nothing = {0};

		base = 0;
		diff_deinit(&diff);
		r = diff_firewalls(&diff, &nothing, fw);
	}
	if (r == 0)
		r = store_run(store, err, STMT_SNAPSHOT_PUT, "tpiittiiitp", digest, base,
		              base ? chain + 1 : (int64_t)0, (int64_t)fw->n, fw->default_zone,
		              zones, (int64_t)fw->panic, sighting->at_us, boot, sighting->instance,
		              sighting->loaded);
	if (r)
		return r;
	*id = sqlite3_last_insert_rowid(store->db);
	return put_changes(store, *id, &diff, err);
}

static int put(struct store *store, const struct firewall *fw,
               const struct store_sighting *sighting, int64_t *id, struct err *err)
{
	char digest[FIREWALL_DIGEST_LENGTH + 1];
	int64_t boot;
	int r;

	r = store_boot_id(store, sighting->boot_id, sighting->at_us, &boot, err);
	if (r)
		return r;
	firewall_digest(fw, digest);
	r = store_id(store, store_bind(store, STMT_SNAPSHOT_BY_DIGEST, "t", digest), id, err);
	if (r == 0)
		r = store_run(store, err, STMT_SNAPSHOT_SEEN, "iiitp", *id, sighting->at_us, boot,
		              sighting->instance, sighting->loaded);
	else if (r == STORE_E_NOT_FOUND)
		r = put_new(store, fw, digest, sighting, boot, id, err);
	if (r == 0 && sighting->good)
		r = store_run(store, err, STMT_SNAPSHOT_GOOD, "ii", *id, sighting->at_us);
	return r;
}

/* Best effort: without it the next put loads its base from the file. */
static void remember_base(struct store *store, int64_t id, const struct firewall *fw)
{
	struct firewall copy;

	if (store->base_id == id)
		return;
	store->base_id = 0;
	if (firewall_copy(&copy, fw) < 0)
		return;
	firewall_deinit(&store->base);
	store->base = copy;
	store->base_id = id;
}

/**
 * store_snapshot_put() - what the firewall looks like now
 * @fw:       borrowed
 * @sighting: borrowed
 * @id:       receives the snapshot's number; may be NULL; written on success alone
 *
 * A state that was seen before costs no new row. A new one is stored as the
 * difference to the state seen last, unless that is no shorter or the chain of
 * differences would get too long.
 *
 * Return: 0; -EINVAL for a zone name that cannot be; others as in store.h.
 */
int store_snapshot_put(struct store *store, const struct firewall *fw,
                       const struct store_sighting *sighting, int64_t *id, struct err *err)
{
	int64_t found = 0;
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	r = store_transaction_end(store, put(store, fw, sighting, &found, err), STORE_RELAXED, err);
	if (r)
		return r;
	remember_base(store, found, fw);
	if (id)
		*id = found;
	return 0;
}
