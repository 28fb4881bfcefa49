-- SPDX-License-Identifier: GPL-2.0-or-later
-- How far each followed log has been read. It is written in the transaction that writes
-- what was learned from there, so nothing counts twice and nothing is left out.

CREATE TABLE learn_log (
	path TEXT PRIMARY KEY,
	dev INTEGER NOT NULL,
	inode INTEGER NOT NULL,
	offset INTEGER NOT NULL,
	head BLOB NOT NULL, -- the first bytes of the file: after a truncation they differ
	at_us INTEGER NOT NULL
) WITHOUT ROWID;
