-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the bans of a jail look like in firewalld, as it was seen: an item that appeared with
-- a ticket. A guard that begins knows its jails' bans by that, whatever their actions are.

CREATE TABLE ban_shape (
	jail TEXT NOT NULL,
	zone TEXT NOT NULL,
	kind TEXT NOT NULL,
	pattern TEXT NOT NULL, -- the item's value, with <ip> or <ip>/N for the address
	address TEXT NOT NULL, -- the first that it was seen of
	at_us INTEGER NOT NULL,
	PRIMARY KEY (jail, zone, kind, pattern)
) WITHOUT ROWID;
