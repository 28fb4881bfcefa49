# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld is away for five seconds: unknown is not empty.
watch_up
mail_open
need "firewalld ends" fw_down
need "the watcher lives" stays 5 watching
need "status knows how long it is away" exits 3 guard status
need "by what the watcher saw" out_has 'details: firewalld is not running, for [0-9.]+ s now: firewalld went away'
fw_start
need "firewalld is back" within 15 fw_running
need "imaps is open, and firewalld has it" within 3 has imaps
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "all mail services are reachable" mail_reachable
