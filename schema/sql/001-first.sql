-- SPDX-License-Identifier: GPL-2.0-or-later
-- The first schema. Times are microseconds since the epoch, UTC.
-- Names of kinds, verdicts and outcomes are stored as text: a dump stays readable,
-- and no number changes its meaning when an enum grows.

CREATE TABLE boot (
	id INTEGER PRIMARY KEY,
	boot_id TEXT NOT NULL UNIQUE,
	first_us INTEGER NOT NULL,
	last_us INTEGER NOT NULL
);

-- Every item that was ever seen, once.
CREATE TABLE item (
	id INTEGER PRIMARY KEY,
	zone TEXT NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	UNIQUE (zone, kind, value)
);

-- A state of the firewall, stored once however often it is seen. It is either whole
-- (base_id is NULL) or the difference to an older one. seq counts sightings, since
-- clocks of servers that have just booted jump.
CREATE TABLE snapshot (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	digest TEXT NOT NULL UNIQUE,
	base_id INTEGER REFERENCES snapshot (id),
	chain INTEGER NOT NULL,
	n_items INTEGER NOT NULL,
	default_zone TEXT,
	zones TEXT NOT NULL, -- one a line
	panic INTEGER NOT NULL,
	first_us INTEGER NOT NULL,
	last_us INTEGER NOT NULL,
	times_seen INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	boot INTEGER NOT NULL REFERENCES boot (id),
	instance TEXT,
	good_us INTEGER,
	good_seq INTEGER,
	good_boot INTEGER REFERENCES boot (id),
	good_instance TEXT
);
CREATE INDEX snapshot_by_seq ON snapshot (seq);
CREATE INDEX snapshot_by_good_seq ON snapshot (good_seq) WHERE good_seq IS NOT NULL;
CREATE INDEX snapshot_by_base ON snapshot (base_id);

CREATE TABLE snapshot_item (
	snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
	item_id INTEGER NOT NULL REFERENCES item (id),
	present INTEGER NOT NULL, -- 0: was in the base, is not in this one
	flags INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	PRIMARY KEY (snapshot_id, item_id)
) WITHOUT ROWID;
CREATE INDEX snapshot_item_by_item ON snapshot_item (item_id);

CREATE TABLE wipe (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	cause TEXT,
	at_us INTEGER NOT NULL,
	boot INTEGER NOT NULL REFERENCES boot (id),
	instance TEXT,
	before_id INTEGER REFERENCES snapshot (id),
	finished_us INTEGER, -- NULL: the guard was interrupted, or is at it
	outcome TEXT
);
CREATE INDEX wipe_by_time ON wipe (at_us);
CREATE INDEX wipe_by_before ON wipe (before_id) WHERE before_id IS NOT NULL;
CREATE INDEX wipe_unfinished ON wipe (id) WHERE finished_us IS NULL;

CREATE TABLE loss (
	id INTEGER PRIMARY KEY,
	wipe_id INTEGER NOT NULL REFERENCES wipe (id) ON DELETE CASCADE,
	position INTEGER NOT NULL, -- in the order of restoring
	item_id INTEGER NOT NULL REFERENCES item (id),
	verdict TEXT NOT NULL,
	wanted INTEGER NOT NULL, -- to be restored
	flags INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	outcome TEXT, -- of its last step; NULL: none yet
	outcome_us INTEGER,
	UNIQUE (wipe_id, position)
);
CREATE INDEX loss_by_item ON loss (item_id);

CREATE TABLE restore_step (
	id INTEGER PRIMARY KEY,
	loss_id INTEGER NOT NULL REFERENCES loss (id) ON DELETE CASCADE,
	outcome TEXT NOT NULL,
	error TEXT,
	started_us INTEGER NOT NULL,
	finished_us INTEGER NOT NULL
);
CREATE INDEX restore_step_by_loss ON restore_step (loss_id);
CREATE INDEX restore_step_by_time ON restore_step (finished_us);

-- A wipe with what became of it.
CREATE VIEW wipe_info AS
SELECT w.id, w.kind, w.cause, w.at_us, w.finished_us, w.outcome, b.boot_id, w.instance, w.before_id,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id) AS n_rows,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.wanted) AS n_lost,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.outcome = 'restored') AS n_restored,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.outcome = 'failed') AS n_failed,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id
		AND l.outcome IN ('skipped', 'superseded')) AS n_skipped,
	(SELECT max(l.outcome_us) FROM loss l WHERE l.wipe_id = w.id
		AND l.outcome = 'restored') AS restored_us
FROM wipe w JOIN boot b ON b.id = w.boot;

-- lo and hi are the first and last key of the address or prefix (IPv4 as ::ffff:0:0/96);
-- NULL for a host name.
CREATE TABLE ban (
	id INTEGER PRIMARY KEY,
	jail TEXT NOT NULL,
	address TEXT NOT NULL,
	family TEXT NOT NULL,
	lo BLOB,
	hi BLOB,
	time_us INTEGER NOT NULL,
	bantime_s INTEGER NOT NULL,
	end_us INTEGER, -- when it runs out; NULL: never
	failures INTEGER NOT NULL,
	count INTEGER NOT NULL,
	restored INTEGER NOT NULL,
	source TEXT NOT NULL,
	rule TEXT,
	ended_us INTEGER, -- when somebody ended it
	ended_how TEXT,
	UNIQUE (jail, address, time_us)
);
CREATE INDEX ban_by_time ON ban (time_us);
CREATE INDEX ban_by_jail ON ban (jail, time_us);
CREATE INDEX ban_by_address ON ban (address, time_us);
CREATE INDEX ban_by_range ON ban (lo, hi);
CREATE INDEX ban_by_end ON ban (ended_us) WHERE ended_us IS NOT NULL;

CREATE TABLE client_range (
	id INTEGER PRIMARY KEY,
	cidr TEXT NOT NULL UNIQUE,
	lo BLOB NOT NULL,
	hi BLOB NOT NULL,
	note TEXT,
	source TEXT NOT NULL,
	last_seen_us INTEGER NOT NULL,
	count INTEGER NOT NULL
);
CREATE INDEX client_range_by_range ON client_range (lo, hi);

CREATE TABLE event (
	id INTEGER PRIMARY KEY,
	at_us INTEGER NOT NULL,
	kind TEXT NOT NULL,
	text TEXT NOT NULL,
	detail TEXT -- JSON
);
CREATE INDEX event_by_time ON event (at_us);

-- Items that a person told the guard to let go.
CREATE TABLE released (
	item_id INTEGER PRIMARY KEY REFERENCES item (id),
	at_us INTEGER NOT NULL
);
