# SPDX-License-Identifier: GPL-2.0-or-later
# Killed at any instant of a restore, the guard finishes it at its next start.
watch_up
mail_open
mail_heard
for delay in 0.01 0.04 0.08 0.13 0.2 0.4; do
	signals_up
	reload_fast
	until grep -q Reloaded "$W/signals"; do :; done
	pause "$delay" "the instant of the kill"
	watch_kill
	kill "$(cat "$W/signals.pid")"
	watch_up
	need "all is open after a kill $delay s after Reloaded" within 4 mail_reachable
	for service in $MAIL; do need "firewalld has $service" has "$service"; done
done
