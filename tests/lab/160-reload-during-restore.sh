# SPDX-License-Identifier: GPL-2.0-or-later
# A reload in the middle of a restore, at several distances.
watch_up
mail_open
for gap in 0 0.03 0.06 0.1 0.2; do
	signals_up
	reload_fast
	need "a reload happens" within 5 grep -q Reloaded "$W/signals"
	pause "$gap" "the gap between two reloads"
	reload_fast
	twice() { [ "$(grep -c Reloaded "$W/signals")" -ge 2 ]; }
	need "a second one, $gap s later" within 5 twice
	need "all mail services are reachable after a gap of $gap s" within 4 mail_reachable
	kill "$(cat "$W/signals.pid")"
	need "that is on record" within 5 finished
done
for service in $MAIL; do need "firewalld has $service" has "$service"; done
