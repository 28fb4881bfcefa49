# SPDX-License-Identifier: GPL-2.0-or-later
# A restarted firewalld sends no Reloaded; the guard sees another instance.
watch_up
mail_open
need "firewalld ends" fw_down
fw_start
need "it is back" within 15 fw_running
need "imaps is open within 3 s" within 3 is_open 993
need "firewalld has it" within 3 has imaps
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "all mail services are reachable" mail_reachable
need "the history" exits 0 guard history
need "calls it a restart" out_has 'restart'
