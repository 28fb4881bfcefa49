-- SPDX-License-Identifier: GPL-2.0-or-later
-- What firewalld ends by itself and is no item: the zones of a policy, and that it is disabled. A
-- row goes when that is gone, or firewalld and its timers are.

CREATE TABLE timed_trait (
	zone TEXT NOT NULL, -- or policy:NAME
	trait TEXT NOT NULL, -- disable, ingress-zone=ZONE, egress-zone=ZONE
	until_us INTEGER NOT NULL,
	PRIMARY KEY (zone, trait)
) WITHOUT ROWID;
