# SPDX-License-Identifier: GPL-2.0-or-later
# Killed while its calls wait at a firewalld that does not answer.
watch_up
mail_open
mail_heard
signals_up
reload_fast
until grep -q Reloaded "$W/signals"; do :; done
kill -STOP "$FW"
need "it waits for an answer" stays 0.5 watching
watch_kill
kill -CONT "$FW"
watch_up
need "all is open" within 4 mail_reachable
for service in $MAIL; do need "firewalld has $service" has "$service"; done
need "the history" exits 0 guard history
