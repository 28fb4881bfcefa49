// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store/store-internal.h"

#define SNAPSHOT_COLUMNS                                                                           \
	"SELECT s.id, s.digest, s.default_zone, s.n_items, s.first_us, s.last_us, s.times_seen,"   \
	" s.good_us, b.boot_id,"                                                                   \
	" CASE WHEN s.good_seq IS NULL THEN s.instance ELSE s.good_instance END,"                  \
	" CASE WHEN s.good_seq IS NULL THEN s.loaded ELSE s.good_loaded END,"                      \
	" s.zones, s.panic"                                                                        \
	" FROM snapshot s JOIN boot b ON b.id = coalesce(s.good_boot, s.boot)"

/*
 * Of all questions about bans: ?1: only active ones; ?2: at what time, 0 for whether
 * anybody ended it; ?3: since; ?4: before; ?5: how many; ?6: of which jail, NULL for all
 */
#define BAN_ACTIVE                                                                                 \
	"CASE WHEN ?2 = 0 THEN ended_us IS NULL ELSE time_us <= ?2"                                \
	" AND (ended_us IS NULL OR ended_us > ?2) AND (end_us IS NULL OR end_us > ?2) END"
/* how often before: a counter that stops, since the worst ones come back for years */
#define BAN_COLUMNS                                                                                \
	"SELECT id, jail, address, family, time_us, bantime_s, failures, count, restored, source," \
	" rule, ended_us, ended_how, " BAN_ACTIVE " AS active, end_us,"                            \
	" (SELECT count(*) FROM (SELECT 1 FROM ban p WHERE p.address = ban.address"                \
	" AND p.time_us < ban.time_us LIMIT 1000)) FROM ban"
#define BAN_FILTER                                                                                 \
	" AND time_us >= ?3 AND time_us < ?4 AND (NOT ?1 OR " BAN_ACTIVE ")"                       \
	" ORDER BY time_us DESC, id DESC LIMIT ?5"

/*
 * What firewalld was seen to have for a ban. ?1, ?2: between which texts the rules of its
 * address lie; ?3: its jail, ?4: its address, for what the bans of the jail look like.
 */
#define BAN_ITEMS                                                                                  \
	"SELECT id, value AS text FROM item WHERE kind = 'rule' AND value >= ?1 AND value < ?2"    \
	" UNION SELECT i.id, CASE i.kind WHEN 'rule' THEN i.value ELSE " HISTORY_ITEM " END"       \
	" FROM ban_shape s CROSS JOIN item i ON i.zone = s.zone AND i.kind = s.kind"               \
	" AND i.value = replace(s.pattern, '<ip>', ?4) WHERE s.jail = ?3"

#define HISTORY_ITEM "i.zone || '/' || i.kind || ':' || i.value"

/* Wipes of that time, and, where they are wanted whole, those that reach into it. */
#define HISTORY_REACHES                                                                            \
	"(SELECT id FROM wipe WHERE at_us >= ?1 AND at_us < ?2"                                    \
	" UNION SELECT l.wipe_id FROM restore_step s JOIN loss l ON l.id = s.loss_id"              \
	" WHERE ?6 AND s.finished_us >= ?1 AND s.finished_us < ?2)"

#define HISTORY_STEPS                                                                              \
	" UNION ALL SELECT s.finished_us, 2, s.id, 'restore', " HISTORY_ITEM ", s.id, w.id,"       \
	" w.kind, NULL, NULL, NULL, NULL, NULL, s.outcome, " HISTORY_ITEM ", l.verdict,"           \
	" s.error, s.started_us, NULL, NULL, NULL"                                                 \
	" FROM restore_step s JOIN loss l ON l.id = s.loss_id JOIN wipe w ON w.id = l.wipe_id"     \
	" JOIN item i ON i.id = l.item_id"

#define HISTORY_BANS                                                                               \
	" UNION ALL SELECT time_us, 0, id, 'ban', address || ' in ' || jail, id, NULL, NULL,"      \
	" NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, jail, address, NULL"         \
	" FROM ban WHERE ?4 AND "

#define HISTORY_UNBANS                                                                             \
	" UNION ALL SELECT ended_us, 1, id, 'unban', address || ' in ' || jail, id, NULL,"         \
	" NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, jail, address,"        \
	" ended_how FROM ban WHERE ?4 AND "

/*
 * ?1: from, ?2: before, ?3: kind, ?4: bans too, ?5: limit, ?6: wipes as a whole; ?7: bans
 * from this id on, too; step is the order within one time
 */
#define HISTORY_ROWS                                                                               \
	"SELECT * FROM ("                                                                          \
	"SELECT at_us, 0 AS step, id AS position, 'wipe' AS kind, coalesce(cause, kind) AS text,"  \
	" id, id AS wipe_id, kind AS wipe_kind, finished_us, n_lost, n_restored, n_failed,"        \
	" restored_us, outcome, NULL AS item, NULL AS verdict, NULL AS error,"                     \
	" NULL AS started_us, NULL AS jail, NULL AS address, NULL AS how"                          \
	" FROM wipe_info WHERE id IN " HISTORY_REACHES                                             \
	" UNION ALL SELECT w.at_us, 1, l.position, 'loss', " HISTORY_ITEM ", l.id, w.id,"          \
	" w.kind, NULL, NULL, NULL, NULL, NULL, l.outcome, " HISTORY_ITEM ", l.verdict,"           \
	" NULL, NULL, NULL, NULL, NULL"                                                            \
	" FROM wipe w JOIN loss l ON l.wipe_id = w.id JOIN item i ON i.id = l.item_id"             \
	" WHERE w.id IN " HISTORY_REACHES HISTORY_STEPS                                            \
	" WHERE NOT ?6 AND s.finished_us >= ?1 AND s.finished_us < ?2" HISTORY_STEPS               \
	" WHERE ?6 AND w.id IN " HISTORY_REACHES                                                   \
	" UNION ALL SELECT e.at_us, 0, e.id, e.kind, e.text, e.id, NULL, NULL, NULL, NULL, NULL,"  \
	" NULL, NULL, NULL, " HISTORY_ITEM ", NULL, NULL, NULL, e.jail, NULL, NULL"                \
	" FROM event e LEFT JOIN item i ON i.id = e.item_id"                                       \
	" WHERE e.at_us >= ?1 AND e.at_us < ?2" HISTORY_BANS                                       \
	"time_us >= ?1 AND time_us < ?2" HISTORY_BANS "id >= ?7 AND +time_us < ?1" HISTORY_UNBANS  \
	"ended_us >= ?1 AND ended_us < ?2" HISTORY_UNBANS "id >= ?7 AND +ended_us < ?1"            \
	") WHERE ?3 IS NULL OR kind = ?3 OR wipe_kind = ?3"

const char *const store_sql[STMT_N] = {
    [STMT_BEGIN] = "BEGIN IMMEDIATE",
    [STMT_COMMIT] = "COMMIT",
    [STMT_ROLLBACK] = "ROLLBACK",
    [STMT_SAVEPOINT] = "SAVEPOINT inner",
    [STMT_SAVEPOINT_RELEASE] = "RELEASE inner",
    [STMT_SAVEPOINT_ROLLBACK] = "ROLLBACK TO inner",

    [STMT_BOOT_PUT] = "INSERT INTO boot (boot_id, first_us, last_us) VALUES (?1, ?2, ?2)"
                      " ON CONFLICT (boot_id) DO UPDATE SET last_us = ?2",
    [STMT_BOOT_ID] = "SELECT id FROM boot WHERE boot_id = ?1",
    [STMT_ITEM_ID] = "SELECT id FROM item WHERE zone = ?1 AND kind = ?2 AND value = ?3",
    [STMT_ITEM_PUT] = "INSERT INTO item (zone, kind, value) VALUES (?1, ?2, ?3)",

    [STMT_SNAPSHOT_BY_DIGEST] = "SELECT id FROM snapshot WHERE digest = ?1",
    [STMT_SNAPSHOT_NEWEST] = "SELECT id, chain FROM snapshot ORDER BY seq DESC LIMIT 1",
    [STMT_SNAPSHOT_PUT] =
        "INSERT INTO snapshot (digest, base_id, chain, n_items, default_zone, zones, panic,"
        " first_us, last_us, boot, instance, loaded, times_seen, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, 1,"
        " (SELECT coalesce(max(seq), 0) + 1 FROM snapshot))",
    [STMT_SNAPSHOT_SEEN] = "UPDATE snapshot SET last_us = ?2, boot = ?3, instance = ?4,"
                           " loaded = ?5,"
                           " times_seen = times_seen + 1,"
                           " seq = (SELECT max(seq) + 1 FROM snapshot) WHERE id = ?1",
    [STMT_SNAPSHOT_GOOD] = "UPDATE snapshot SET good_us = ?2, good_seq = seq, good_boot = boot,"
                           " good_instance = instance, good_loaded = loaded WHERE id = ?1",
    [STMT_SNAPSHOT_ITEM_PUT] =
        "INSERT INTO snapshot_item (snapshot_id, item_id, present, flags, until_us)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
    [STMT_SNAPSHOT_LOAD] = SNAPSHOT_COLUMNS " WHERE s.id = ?1",
    [STMT_SNAPSHOT_LAST_GOOD_ID] = "SELECT id FROM snapshot WHERE good_seq IS NOT NULL"
                                   " ORDER BY good_seq DESC LIMIT 1",
    [STMT_SNAPSHOT_LIST] = SNAPSHOT_COLUMNS " ORDER BY s.seq DESC LIMIT ?1",
    /* The whole one first, then each difference on top of it. */
    [STMT_SNAPSHOT_ITEMS] =
        "WITH RECURSIVE chain (id, depth) AS (SELECT ?1, 0 UNION ALL"
        " SELECT s.base_id, c.depth + 1 FROM chain c JOIN snapshot s ON s.id = c.id"
        " WHERE s.base_id IS NOT NULL AND c.depth < 1000)"
        " SELECT i.zone, i.kind, i.value, x.present, x.flags, x.until_us"
        " FROM chain c JOIN snapshot_item x ON x.snapshot_id = c.id"
        " JOIN item i ON i.id = x.item_id"
        " ORDER BY c.depth DESC, i.zone, i.kind, i.value",

    /* A snapshot that is gone must not keep a wipe from being written down. */
    [STMT_WIPE_PUT] = "INSERT INTO wipe (kind, cause, at_us, boot, instance, before_id)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, (SELECT id FROM snapshot WHERE id = ?6))",
    [STMT_WIPE_CAUSE] = "UPDATE wipe SET cause = ?2 WHERE id = ?1",
    [STMT_WIPE_FINISH] = "UPDATE wipe SET finished_us = ?2, outcome = ?3 WHERE id = ?1",
    /* what was done about it stays on record, whoever asks */
    [STMT_WIPE_FORGET] = "DELETE FROM wipe WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM loss l"
                         " JOIN restore_step s ON s.loss_id = l.id WHERE l.wipe_id = ?1)",
    [STMT_WIPE_LOAD] =
        "SELECT id, kind, cause, at_us, finished_us, outcome, boot_id, instance, before_id,"
        " n_rows, n_lost, n_restored, n_failed, n_skipped, restored_us,"
        " n_bans, n_bans_restored, n_bans_failed, n_bans_left_out, n_bans_ended, bans_restored_us"
        " FROM wipe_info WHERE id = ?1",
    [STMT_WIPE_LAST_ID] = "SELECT id FROM wipe ORDER BY id DESC LIMIT 1",
    [STMT_WIPE_UNFINISHED_IDS] = "SELECT id FROM wipe WHERE finished_us IS NULL ORDER BY id",
    [STMT_LOSS_PUT] = "INSERT INTO loss (wipe_id, position, item_id, verdict, wanted, flags,"
                      " until_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [STMT_LOSS_ID] = "SELECT id FROM loss WHERE wipe_id = ?1 AND position = ?2",
    [STMT_LOSS_OUTCOME] = "UPDATE loss SET outcome = ?2, outcome_us = ?3 WHERE id = ?1",
    [STMT_LOSS_OUTCOMES] = "SELECT position, outcome FROM loss WHERE wipe_id = ?1"
                           " AND outcome IS NOT NULL",
    [STMT_LOSS_LIST] = "SELECT l.position, i.zone, i.kind, i.value, l.verdict, l.flags, l.until_us"
                       " FROM loss l JOIN item i ON i.id = l.item_id WHERE l.wipe_id = ?1"
                       " AND (NOT ?2 OR (l.wanted AND (l.outcome IS NULL OR l.outcome = 'failed')))"
                       " ORDER BY l.position",
    [STMT_STEP_PUT] = "INSERT INTO restore_step (loss_id, outcome, error, started_us,"
                      " finished_us) VALUES (?1, ?2, ?3, ?4, ?5)",

    [STMT_EVENT_PUT] = "INSERT INTO event (at_us, kind, item_id, jail, text)"
                       " VALUES (?1, ?2, ?3, ?4, ?5)",
    [STMT_EVENT_ITEMS] = "SELECT DISTINCT i.zone, i.kind, i.value FROM event e"
                         " JOIN item i ON i.id = e.item_id WHERE e.kind = ?1 AND e.at_us >= ?2",
    [STMT_HISTORY] = HISTORY_ROWS " ORDER BY at_us DESC, step DESC, position DESC LIMIT ?5",
    [STMT_HISTORY_FORWARD] = HISTORY_ROWS " ORDER BY at_us, step, position LIMIT ?5",

    [STMT_RELEASE_PUT] = "INSERT INTO released (item_id, at_us) VALUES (?1, ?2)"
                         " ON CONFLICT (item_id) DO UPDATE SET at_us = ?2",
    [STMT_RELEASE_CLEAR] = "DELETE FROM released WHERE item_id = ?1",
    [STMT_RELEASE_LIST] = "SELECT i.zone, i.kind, i.value FROM released r"
                          " JOIN item i ON i.id = r.item_id",

    /* who is trusted already is so for another while, and the watcher has to hear of it */
    [STMT_TRUST_PUT] = "INSERT INTO trust (address, since_us, until_us, held, note)"
                       " VALUES (?1, ?2, ?3, 0, ?4) ON CONFLICT (address) DO UPDATE SET"
                       " until_us = ?3, held = 0, note = coalesce(?4, note)",
    [STMT_TRUST_HOLD] = "UPDATE trust SET held = 1 WHERE address = ?1 AND until_us = ?2",
    [STMT_TRUST_END] = "DELETE FROM trust WHERE address = ?1",
    [STMT_TRUST_LIST] = "SELECT address, since_us, until_us, held, note FROM trust"
                        " ORDER BY until_us, address",

    [STMT_TIMED_PUT] = "INSERT OR REPLACE INTO timed_trait (zone, trait, until_us)"
                       " VALUES (?1, ?2, ?3)",
    [STMT_TIMED_END] = "DELETE FROM timed_trait WHERE zone = ?1 AND trait = ?2",
    [STMT_TIMED_CLEAR] = "DELETE FROM timed_trait",
    [STMT_TIMED_LIST] = "SELECT zone, trait, until_us FROM timed_trait ORDER BY zone, trait",

    /*
     * What the hook says stands. What is read from fail2ban's database neither
     * shortens a ban (it does not know of prolonging) nor takes back an end.
     */
    [STMT_BAN_PUT] =
        "INSERT INTO ban (jail, address, family, lo, hi, time_us, bantime_s, end_us, failures,"
        " count, restored, source, rule)"
        " VALUES (?1, ?2, ?3, ?4, ?5,"
        /*
         * fail2ban writes whole seconds to its database, and restores bans with them at
         * its start: that is not another ban, whichever of the two is heard first.
         */
        " coalesce((SELECT b.time_us FROM ban b WHERE b.jail = ?1 AND b.address = ?2"
        " AND b.time_us > ?6 - 1000000 AND b.time_us < ?6 + 1000000"
        " AND (?11 OR ?12 = 'database' OR b.source = 'database')"
        " ORDER BY abs(b.time_us - ?6) LIMIT 1), ?6),"
        " ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        " ON CONFLICT (jail, address, time_us) DO UPDATE SET"
        " bantime_s = CASE WHEN excluded.source = 'database' AND (end_us IS NULL OR"
        " end_us > excluded.end_us) THEN bantime_s ELSE excluded.bantime_s END,"
        " end_us = CASE WHEN excluded.source = 'database' AND (end_us IS NULL OR"
        " end_us > excluded.end_us) THEN end_us ELSE excluded.end_us END,"
        " failures = max(failures, excluded.failures), count = max(count, excluded.count),"
        " restored = max(restored, excluded.restored), rule = coalesce(excluded.rule, rule),"
        " source = CASE WHEN excluded.source = 'database' THEN source ELSE excluded.source END,"
        " ended_us = CASE WHEN excluded.source = 'database' THEN ended_us END,"
        " ended_how = CASE WHEN excluded.source = 'database' THEN ended_how END"
        /* a history that is read again writes nothing */
        " WHERE excluded.source <> 'database' OR excluded.failures > failures"
        " OR excluded.count > count"
        " OR (end_us IS NOT NULL AND (excluded.end_us IS NULL OR excluded.end_us > end_us))",
    [STMT_BAN_END] = "UPDATE ban SET ended_us = ?3, ended_how = ?4 WHERE jail = ?1"
                     " AND address = ?2 AND time_us <= ?3 AND ended_us IS NULL",
    [STMT_BAN_END_JAIL] = "UPDATE ban SET ended_us = ?2, ended_how = ?3 WHERE jail = ?1"
                          " AND time_us <= ?2 AND ended_us IS NULL"
                          " AND (end_us IS NULL OR end_us > ?2)",
    [STMT_BAN_PROLONG] = "UPDATE ban SET bantime_s = ?4, count = max(count, ?5),"
                         " end_us = CASE WHEN ?4 < 0 THEN NULL ELSE time_us + ?4 * 1000000 END"
                         " WHERE id = (SELECT id FROM ban WHERE jail = ?1 AND address = ?2"
                         " AND ended_us IS NULL ORDER BY time_us = ?3 DESC, time_us DESC LIMIT 1)",
    [STMT_BANS] = BAN_COLUMNS " WHERE ?6 IS NULL" BAN_FILTER,
    [STMT_BANS_BY_JAIL] = BAN_COLUMNS " WHERE jail = ?6" BAN_FILTER,
    [STMT_BANS_BY_NAME] =
        BAN_COLUMNS " WHERE address = ?7 AND (?6 IS NULL OR jail = ?6)" BAN_FILTER,
    /*
     * Those in force are few among all that ever were: not through time, but from an
     * index. Which they are is found first, and only then what there is to tell of them.
     */
    [STMT_BANS_ACTIVE] =
        BAN_COLUMNS " WHERE id IN (SELECT id FROM ban WHERE id IN ("
                    "SELECT id FROM ban WHERE ended_us IS NULL AND end_us > ?2"
                    " UNION ALL SELECT id FROM ban WHERE ended_us IS NULL AND end_us IS NULL"
                    " UNION ALL SELECT id FROM ban WHERE ended_us > ?2"
                    ") AND (?6 IS NULL OR jail = ?6) AND (?9 IS NULL OR (family = ?9"
                    " AND ((lo >= ?7 AND hi <= ?8) OR (lo <= ?7 AND hi >= ?8))))" BAN_FILTER
                    ") ORDER BY time_us DESC, id DESC",
    /*
     * ?7, ?8: first and last key; ?9: family; ?10: the first keys of all wider
     * prefixes, ?11: their last ones, 16 bytes each; ?12: how many.
     */
    [STMT_BANS_BY_RANGE] =
        "WITH RECURSIVE wider (n) AS (SELECT 0 WHERE ?12 > 0"
        " UNION ALL SELECT n + 1 FROM wider WHERE n + 1 < ?12) " BAN_COLUMNS
        " WHERE id IN (SELECT id FROM ban WHERE id IN ("
        "SELECT id FROM ban WHERE lo >= ?7 AND lo <= ?8 AND hi <= ?8"
        " UNION ALL SELECT b.id FROM wider CROSS JOIN ban b"
        " WHERE b.lo = substr(?10, n * 16 + 1, 16) AND b.hi = substr(?11, n * 16 + 1, 16)"
        ") AND family = ?9 AND (?6 IS NULL OR jail = ?6)" BAN_FILTER
        ") ORDER BY time_us DESC, id DESC",
    /* The same where it holds so many that the latest are soon found by going back in time. */
    [STMT_BANS_BY_WIDE_RANGE] =
        BAN_COLUMNS " WHERE family = ?9 AND ((lo >= ?7 AND hi <= ?8) OR (lo <= ?7 AND hi >= ?8))"
                    " AND (?6 IS NULL OR jail = ?6)" BAN_FILTER,
    [STMT_BANS_IN_RANGE] =
        "SELECT count(*) FROM (SELECT 1 FROM ban WHERE lo >= ?1 AND lo <= ?2 LIMIT ?3)",
    /* ?1: whose time is not over then; ?2: from whom; ?3: began before */
    [STMT_BANS_UNENDED] = "SELECT id, jail, address FROM ban WHERE id IN ("
                          "SELECT id FROM ban WHERE ended_us IS NULL AND end_us > ?1"
                          " UNION ALL SELECT id FROM ban WHERE ended_us IS NULL AND end_us IS NULL)"
                          " AND source = ?2 AND time_us < ?3",
    [STMT_BAN_END_ID] = "UPDATE ban SET ended_us = ?2, ended_how = ?3"
                        " WHERE id = ?1 AND ended_us IS NULL",
    [STMT_BAN_RULES] = "SELECT text FROM (" BAN_ITEMS ") ORDER BY text LIMIT 64",
    /* ?5, ?6: from when to when the ban held; one row a wipe, the latest first */
    [STMT_BAN_LOSSES] =
        "SELECT w.at_us, w.kind, max(l.outcome = 'restored'), min(l.outcome IS 'restored'),"
        " max(CASE WHEN l.outcome = 'restored' THEN l.outcome_us END)"
        " FROM (" BAN_ITEMS ") AS subquery CROSS JOIN loss l ON l.item_id = subquery.id"
        " CROSS JOIN wipe w ON w.id = l.wipe_id"
        " WHERE l.verdict NOT IN ('removed', 'expired')"
        " AND w.at_us >= ?5 AND w.at_us < ?6 GROUP BY w.id ORDER BY w.id DESC",

    [STMT_TOLD_PUT] = "INSERT OR IGNORE INTO told (id, at_us) VALUES (?1, ?2)",
    [STMT_IMPORT_GET] = "SELECT position, mark FROM import WHERE source = ?1",
    [STMT_IMPORT_PUT] = "INSERT INTO import (source, position, mark) VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (source) DO UPDATE SET position = ?2, mark = ?3",

    [STMT_RANGE_PUT] = "INSERT INTO client_range (cidr, lo, hi, note, source, last_seen_us, count)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (cidr) DO UPDATE SET"
                       " note = coalesce(excluded.note, note),"
                       " source = CASE WHEN excluded.source = 'hand' THEN 'hand' ELSE source END,"
                       " last_seen_us = max(last_seen_us, excluded.last_seen_us),"
                       " count = count + excluded.count",
    [STMT_RANGE_REMOVE] = "DELETE FROM client_range WHERE cidr = ?1",
    [STMT_RANGE_LIST] = "SELECT cidr, note, source, last_seen_us, count FROM client_range"
                        " ORDER BY lo, hi DESC",
    [STMT_RANGE_FORGET] = "DELETE FROM client_range WHERE source = 'learned'"
                          " AND last_seen_us < ?1",
    [STMT_LEARN_LOG_PUT] = "INSERT OR REPLACE INTO learn_log (path, dev, inode, offset, head,"
                           " at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_DATA_VERSION] = "PRAGMA data_version",
    [STMT_LEARN_LOG_GET] = "SELECT dev, inode, offset, head, at_us FROM learn_log WHERE path = ?1",

    [STMT_SHAPE_PUT] = "INSERT OR IGNORE INTO ban_shape (jail, zone, kind, pattern, address,"
                       " at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_SHAPE_LIST] = "SELECT jail, zone, kind, pattern, address FROM ban_shape",

    [STMT_FOREIGN_PUT] = "INSERT INTO foreign_lost (family, tbl, chain, n, boot_id)"
                         " VALUES (?1, ?2, ?3, ?4, ?5)",
    [STMT_FOREIGN_CLEAR] = "DELETE FROM foreign_lost",
    [STMT_FOREIGN_LIST] = "SELECT family, tbl, chain, n FROM foreign_lost WHERE boot_id = ?1",

    [STMT_PRUNE_WIPES] = "DELETE FROM wipe WHERE at_us < ?1 AND finished_us IS NOT NULL",
    [STMT_PRUNE_SNAPSHOTS] =
        "WITH RECURSIVE keep (id) AS (SELECT id FROM snapshot WHERE last_us >= ?1"
        " UNION SELECT * FROM (SELECT id FROM snapshot ORDER BY seq DESC LIMIT 1)"
        " UNION SELECT * FROM (SELECT id FROM snapshot WHERE good_seq IS NOT NULL"
        " ORDER BY good_seq DESC LIMIT 1)"
        " UNION SELECT before_id FROM wipe WHERE before_id IS NOT NULL"
        " UNION SELECT s.base_id FROM keep k JOIN snapshot s ON s.id = k.id"
        " WHERE s.base_id IS NOT NULL)"
        " DELETE FROM snapshot WHERE id NOT IN (SELECT id FROM keep)",
    [STMT_PRUNE_EVENTS] = "DELETE FROM event WHERE at_us < ?1",
    [STMT_PRUNE_TOLD] = "DELETE FROM told WHERE at_us < ?1",
    /* a piece, since nobody else can write meanwhile; who is over began before that */
    [STMT_PRUNE_BANS] = "DELETE FROM ban WHERE id IN (SELECT id FROM ban WHERE time_us < ?1"
                        " AND coalesce(min(end_us, ended_us), end_us, ended_us) < ?1"
                        " ORDER BY time_us LIMIT ?2)",
    [STMT_PRUNE_ITEMS] = "DELETE FROM item WHERE"
                         " NOT EXISTS (SELECT 1 FROM snapshot_item x WHERE x.item_id = item.id)"
                         " AND NOT EXISTS (SELECT 1 FROM loss l WHERE l.item_id = item.id)"
                         " AND NOT EXISTS (SELECT 1 FROM released r WHERE r.item_id = item.id)"
                         " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.item_id = item.id)",
    [STMT_PRUNE_BOOTS] =
        "DELETE FROM boot WHERE last_us < ?1"
        " AND id NOT IN (SELECT boot FROM snapshot)"
        " AND id NOT IN (SELECT good_boot FROM snapshot WHERE good_boot IS NOT NULL)"
        " AND id NOT IN (SELECT boot FROM wipe)",
};

/**
 * store_prepare() - compile a statement, unless it is: few of them are used by any one program, and
 * all of them together are half a megabyte
 *
 * Return: an SQLITE_ code.
 */
int store_prepare(struct store *store, enum store_statement which)
{
	return store->statements[which]
	           ? SQLITE_OK
	           : sqlite3_prepare_v3(store->db, store_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
	                                &store->statements[which], NULL);
}

/** store_check_statements() - is every table there that one of them needs? */
int store_check_statements(struct store *store, struct err *err)
{
	for (size_t i = 0; i < STMT_N; i++) {
		sqlite3_stmt *statement = NULL;
		int code = sqlite3_prepare_v2(store->db, store_sql[i], -1, &statement, NULL);

		sqlite3_finalize(statement);
		if (code != SQLITE_OK)
			return store_statement_error(store, code, err);
	}
	return 0;
}
