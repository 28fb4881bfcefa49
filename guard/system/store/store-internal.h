/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store-internal - what the files of the store share; nobody else includes it
 *
 * Statements are bound with store_bind(), stepped with store_step() and reset
 * at the end of the scope by _cleanup_reset_: one that is not reset keeps a
 * read transaction open.
 */
#ifndef GUARD_SYSTEM_STORE_STORE_INTERNAL_H
#define GUARD_SYSTEM_STORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "guard/base/cidr.h"
#include "guard/system/store/store.h"

enum store_statement {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_SAVEPOINT,
	STMT_SAVEPOINT_RELEASE,
	STMT_SAVEPOINT_ROLLBACK,
	STMT_BOOT_PUT,
	STMT_BOOT_ID,
	STMT_ITEM_ID,
	STMT_ITEM_PUT,
	STMT_SNAPSHOT_BY_DIGEST,
	STMT_SNAPSHOT_NEWEST,
	STMT_SNAPSHOT_PUT,
	STMT_SNAPSHOT_SEEN,
	STMT_SNAPSHOT_GOOD,
	STMT_SNAPSHOT_ITEM_PUT,
	STMT_SNAPSHOT_LOAD,
	STMT_SNAPSHOT_LAST_GOOD_ID,
	STMT_SNAPSHOT_LIST,
	STMT_SNAPSHOT_ITEMS,
	STMT_WIPE_PUT,
	STMT_WIPE_CAUSE,
	STMT_WIPE_FINISH,
	STMT_WIPE_FORGET,
	STMT_WIPE_LOAD,
	STMT_WIPE_LAST_ID,
	STMT_WIPE_UNFINISHED_IDS,
	STMT_LOSS_PUT,
	STMT_LOSS_ID,
	STMT_LOSS_OUTCOME,
	STMT_LOSS_OUTCOMES,
	STMT_LOSS_LIST,
	STMT_STEP_PUT,
	STMT_EVENT_PUT,
	STMT_EVENT_ITEMS,
	STMT_HISTORY,
	STMT_HISTORY_FORWARD,
	STMT_RELEASE_PUT,
	STMT_RELEASE_CLEAR,
	STMT_RELEASE_LIST,
	STMT_TRUST_PUT,
	STMT_TRUST_HOLD,
	STMT_TRUST_END,
	STMT_TRUST_LIST,
	STMT_TIMED_PUT,
	STMT_TIMED_END,
	STMT_TIMED_CLEAR,
	STMT_TIMED_LIST,
	STMT_BAN_PUT,
	STMT_BAN_END,
	STMT_BAN_END_JAIL,
	STMT_BAN_PROLONG,
	STMT_BANS,
	STMT_BANS_BY_JAIL,
	STMT_BANS_BY_NAME,
	STMT_BANS_ACTIVE,
	STMT_BANS_BY_RANGE,
	STMT_BANS_BY_WIDE_RANGE,
	STMT_BANS_IN_RANGE,
	STMT_BANS_UNENDED,
	STMT_BAN_END_ID,
	STMT_BAN_RULES,
	STMT_BAN_LOSSES,
	STMT_TOLD_PUT,
	STMT_IMPORT_GET,
	STMT_IMPORT_PUT,
	STMT_RANGE_PUT,
	STMT_RANGE_REMOVE,
	STMT_RANGE_LIST,
	STMT_RANGE_FORGET,
	STMT_LEARN_LOG_PUT,
	STMT_LEARN_LOG_GET,
	STMT_SHAPE_PUT,
	STMT_SHAPE_LIST,
	STMT_FOREIGN_PUT,
	STMT_FOREIGN_CLEAR,
	STMT_FOREIGN_LIST,
	STMT_DATA_VERSION,
	STMT_PRUNE_WIPES,
	STMT_PRUNE_SNAPSHOTS,
	STMT_PRUNE_EVENTS,
	STMT_PRUNE_TOLD,
	STMT_PRUNE_BANS,
	STMT_PRUNE_ITEMS,
	STMT_PRUNE_BOOTS,
	STMT_N,
};

struct store_migration {
	const char *name;
	const char *sql;
};
/* migrations.c, made from schema/sql; entry N brings user_version to N + 1 */
extern const struct store_migration store_migrations[];
extern const unsigned store_n_migrations;

/* SQL of each statement; also what the tests ask the query planner about. */
extern const char *const store_sql[STMT_N];

/* One of the files that a store consists of. */
enum { STORE_N_PARTS = 3 };
struct store_part {
	uint64_t dev, inode; /* 0: it is not there */
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STMT_N];
	char *path;
	struct store_part parts[STORE_N_PARTS]; /* as they were opened */
	char *notice;                           /* NULL: nothing to tell */
	bool read_only;
	int bind_code;        /* first SQLite error of a bind, told by the next step */
	unsigned depth;       /* of transactions; the second one is a savepoint */
	int broken;           /* why SQLite rolled the transaction back by itself; 0: it did not */
	unsigned n_bans_told; /* by way of this connection: the data version tells of others' */
	int wal_pages;        /* in the write-ahead log after the last commit; 0: it was emptied */
	int64_t base_id;      /* snapshot whose content is in base; 0: none */
	struct firewall base;
};

/* Transactions that a restore waits for leave the log to others. */
enum store_urgency { STORE_RELAXED, STORE_URGENT };

int store_error(struct store *store, int code, struct err *err, const char *what) _must_check_;
int store_statement_error(struct store *store, int code, struct err *err) _must_check_;
int store_error_of_errno(int error) _must_check_;
sqlite3_stmt *store_bind(struct store *store, enum store_statement which, const char *types, ...);
int store_step(struct store *store, sqlite3_stmt *statement, bool *row,
               struct err *err) _must_check_;
int store_run(struct store *store, struct err *err, enum store_statement which, const char *types,
              ...) _must_check_;
int store_id(struct store *store, sqlite3_stmt *statement, int64_t *id,
             struct err *err) _must_check_;
int store_prepare(struct store *store, enum store_statement which) _must_check_;
int store_check_statements(struct store *store, struct err *err) _must_check_;
int store_migrate(struct store *store, struct err *err) _must_check_;

DEFINE_CLEANUP(sqlite3_stmt *, sqlite3_reset, store_reset_cleanup);
#define _cleanup_reset_ _cleanup_(store_reset_cleanup)

int store_transaction_begin(struct store *store, struct err *err) _must_check_;
int store_transaction_end(struct store *store, int code, enum store_urgency urgency,
                          struct err *err) _must_check_;

const char *store_text(sqlite3_stmt *statement, int column);
int store_text_dup(char **out, sqlite3_stmt *statement, int column) _must_check_;
int store_column_item(struct item *out, sqlite3_stmt *statement, int column) _must_check_;
int store_boot_id(struct store *store, const char *boot_id, int64_t at_us, int64_t *id,
                  struct err *err) _must_check_;
int store_item_id(struct store *store, const struct item *item, int64_t *id,
                  struct err *err) _must_check_;
int store_items_read(struct store_items *items, sqlite3_stmt *rows, struct store *store,
                     struct err *err) _must_check_;
int64_t store_limit(size_t limit);

/* store-wipe.c */
enum store_outcome store_outcome_of(const char *name);

/* store-ban.c: what an address is */
struct store_address {
	char text[STORE_ADDRESS_MAX + 1]; /* one spelling for one address */
	const char *family;
	bool is_prefix; /* first and last are set */
	struct cidr cidr;
	uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];
};
void store_address_read(struct store_address *out, const char *text);

/* store-file.c: the folder and the file */
struct store_file {
	char *folder; /* owned; resolved */
	char *path;   /* owned; folder/guard.db */
	int folder_fd;
	uint64_t inode; /* of the file when it was looked at */
	int64_t size;
};
#define STORE_FILE_NULL      ((struct store_file){.folder_fd = -1})
#define _cleanup_store_file_ _cleanup_(store_file_deinit)
void store_file_deinit(struct store_file *file);
int store_file_find(struct store_file *out, const char *dir, const struct store_options *options,
                    struct err *err) _must_check_;
int store_file_uri(char **out, const struct store_file *file, bool immutable) _must_check_;
void store_file_parts(struct store_part out[STORE_N_PARTS], const char *path);
bool store_file_has_log(const struct store_file *file);
int store_file_set_aside(struct store_file *file, char **name, struct err *err) _must_check_;

#endif
