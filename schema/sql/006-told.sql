-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the hook told, by the number that it gave it. The same event may come over the socket and
-- as a file of the spool, when the hook did not hear in time that it was on record: it counts once.

CREATE TABLE told (
	id TEXT PRIMARY KEY,
	at_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX told_by_time ON told (at_us);
