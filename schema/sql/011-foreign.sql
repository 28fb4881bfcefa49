-- SPDX-License-Identifier: GPL-2.0-or-later
-- Chains of others that a reload of firewalld took rules from, and that are not as they were.
-- A row goes when they are; what another boot has lost is nothing to this one.

CREATE TABLE foreign_lost (
	family INTEGER NOT NULL, -- NFPROTO_*
	tbl TEXT NOT NULL,
	chain TEXT NOT NULL,
	n INTEGER NOT NULL, -- rules that it had
	boot_id TEXT NOT NULL,
	PRIMARY KEY (family, tbl, chain)
) WITHOUT ROWID;
