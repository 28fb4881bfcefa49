-- SPDX-License-Identifier: GPL-2.0-or-later
-- The jail that an event is about has a column of its own; until now it stood in the words
-- alone, which were "jail NAME" and nothing else.

ALTER TABLE event ADD COLUMN jail TEXT; -- NULL: it is about none
UPDATE event SET jail = substr(text, 6)
WHERE kind IN ('jail-start', 'jail-stop') AND text GLOB 'jail ?*';
