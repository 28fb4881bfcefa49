-- SPDX-License-Identifier: GPL-2.0-or-later
-- The item that an event is about has a column of its own; until now it stood in the words
-- alone. What was written before gets it where the words can be read in one way only: the
-- item stands before a phrase that they hold once, and they are whole (the watcher cut them
-- at 511 bytes). Nobody ever wrote a detail.

CREATE TEMPORARY TABLE phrase (
	kind TEXT NOT NULL,
	words TEXT NOT NULL, -- what follows the item; '': nothing does
	rest TEXT NOT NULL -- a pattern of what follows the words
);
INSERT INTO phrase VALUES
	('released', '', ''),
	('protected-again', '', ''),
	('protected-again', ' was opened again and is protected again', ''),
	('expired', ' ended with its timeout', ''),
	('intent-removed', ' was removed on purpose', ''),
	('intent-removed', ' was removed on purpose', ' by ?*'),
	('intent-removed', ' is bound to ', '?* now'),
	('permanent-removed', ' was taken out of the permanent configuration', ''),
	('persist', ' was made permanent', ''),
	('breaker', ' was removed more than ', '[0-9]* times in *'),
	('breaker', ' went missing more than ', '[0-9]* times in *'),
	('ban-kept', ' went with an unban, and another jail still holds it', ''),
	('ban-taken-back', ' was taken away again: its ban ended while it was put back', '');

CREATE TEMPORARY TABLE reading AS
SELECT e.id AS event_id, e.text AS name FROM event e JOIN phrase p ON p.kind = e.kind
WHERE p.words = '' AND NOT EXISTS (SELECT 1 FROM phrase o WHERE o.kind = e.kind
	AND o.words <> '' AND instr(e.text, o.words))
UNION ALL
SELECT e.id, substr(e.text, 1, instr(e.text, p.words) - 1) FROM event e
JOIN phrase p ON p.kind = e.kind
WHERE p.words <> '' AND length(CAST(e.text AS BLOB)) < 511
	AND length(e.text) - length(replace(e.text, p.words, '')) = length(p.words)
	AND substr(e.text, instr(e.text, p.words) + length(p.words)) GLOB p.rest;
DROP TABLE phrase;

-- ZONE/KIND:VALUE
CREATE TEMPORARY TABLE named AS
SELECT event_id, zone, substr(rest, 1, instr(rest, ':') - 1) AS kind,
	substr(rest, instr(rest, ':') + 1) AS value
FROM (SELECT event_id, substr(name, 1, instr(name, '/') - 1) AS zone,
	substr(name, instr(name, '/') + 1) AS rest FROM reading
	GROUP BY event_id HAVING count(*) = 1)
WHERE zone <> '' AND instr(rest, ':');
DROP TABLE reading;
DELETE FROM named WHERE value = '' OR kind NOT IN ('interface', 'source', 'service', 'port',
	'source-port', 'protocol', 'forward-port', 'masquerade', 'icmp-block', 'rule', 'entry',
	'chain', 'direct-rule');

INSERT OR IGNORE INTO item (zone, kind, value) SELECT zone, kind, value FROM named;

CREATE TABLE event_with_item (
	id INTEGER PRIMARY KEY,
	at_us INTEGER NOT NULL,
	kind TEXT NOT NULL,
	item_id INTEGER REFERENCES item (id), -- NULL: it is about none, or about several
	text TEXT NOT NULL
);
INSERT INTO event_with_item (id, at_us, kind, item_id, text)
SELECT e.id, e.at_us, e.kind,
	(SELECT i.id FROM named n JOIN item i ON i.zone = n.zone AND i.kind = n.kind
		AND i.value = n.value WHERE n.event_id = e.id), e.text
FROM event e;
DROP TABLE named;
DROP TABLE event;
ALTER TABLE event_with_item RENAME TO event;
CREATE INDEX event_by_time ON event (at_us);
CREATE INDEX event_by_item ON event (item_id) WHERE item_id IS NOT NULL;
