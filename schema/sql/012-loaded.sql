-- SPDX-License-Identifier: GPL-2.0-or-later
-- The number that the kernel gave to firewalld's table when firewalld loaded it: another one later is
-- a reload, whoever watched. NULL: not known.

ALTER TABLE snapshot ADD COLUMN loaded INTEGER;
ALTER TABLE snapshot ADD COLUMN good_loaded INTEGER;
