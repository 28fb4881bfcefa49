-- SPDX-License-Identifier: GPL-2.0-or-later
-- Bans come back, too. They are counted apart: they may be thousands, they come last,
-- and how long mail was down must not be told by them.

DROP VIEW wipe_info;
CREATE VIEW wipe_info AS
SELECT w.id, w.kind, w.cause, w.at_us, w.finished_us, w.outcome, b.boot_id, w.instance, w.before_id,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id) AS n_rows,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.wanted AND l.verdict <> 'ban') AS n_lost,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.outcome = 'restored'
		AND l.verdict <> 'ban') AS n_restored,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.outcome = 'failed'
		AND l.verdict <> 'ban') AS n_failed,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id
		AND l.outcome IN ('skipped', 'superseded') AND l.verdict <> 'ban') AS n_skipped,
	(SELECT max(l.outcome_us) FROM loss l WHERE l.wipe_id = w.id
		AND l.outcome = 'restored' AND l.verdict <> 'ban') AS restored_us,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban') AS n_bans,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban'
		AND l.outcome = 'restored') AS n_bans_restored,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban'
		AND l.outcome = 'failed') AS n_bans_failed,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban'
		AND l.outcome = 'left-out') AS n_bans_left_out,
	(SELECT count(*) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban'
		AND l.outcome IN ('ended', 'skipped', 'superseded')) AS n_bans_ended,
	(SELECT max(l.outcome_us) FROM loss l WHERE l.wipe_id = w.id AND l.verdict = 'ban'
		AND l.outcome = 'restored') AS bans_restored_us
FROM wipe w JOIN boot b ON b.id = w.boot;
