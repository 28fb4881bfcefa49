# SPDX-License-Identifier: GPL-2.0-or-later
# After a reboot the guard finds another boot than in its last good snapshot.
watch_up
mail_open
need "the guard ends" watch_down
need "firewalld ends" fw_down
new_boot
fw_start
need "firewalld starts" within 15 fw_running
need "without the mail services" is_shut 993
watch_up
need "imaps is open again" within 3 is_open 993
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "all mail services are reachable" mail_reachable
need "the history" exits 0 guard history
need "calls it a reboot" out_has 'reboot'
