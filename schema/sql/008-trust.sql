-- SPDX-License-Identifier: GPL-2.0-or-later
-- Whom a person has told the guard to trust for a while: sources of firewalld's zone trusted.
-- A row goes when that ends; the history tells of it by events.

CREATE TABLE trust (
	address TEXT PRIMARY KEY, -- or prefix
	since_us INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	held INTEGER NOT NULL, -- the watcher knows of this end, and keeps it
	note TEXT
) WITHOUT ROWID;
