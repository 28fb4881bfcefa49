-- SPDX-License-Identifier: GPL-2.0-or-later
-- Bans in force among the many that are over, the rules of an address, and how far
-- other programs' histories have been taken in.

CREATE INDEX ban_running ON ban (end_us) WHERE ended_us IS NULL;
CREATE INDEX item_rule ON item (value) WHERE kind = 'rule';

CREATE TABLE import (
	source TEXT PRIMARY KEY, -- path of the database and name of the table
	position INTEGER NOT NULL, -- number of the last row that was taken in
	mark TEXT NOT NULL -- what that row held: numbers are given again
) WITHOUT ROWID;
