# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld was restarted while no guard ran, on the same boot: loss, too.
watch_up
mail_open
need "the guard ends" watch_down
need "firewalld ends" fw_down
fw_start
need "firewalld starts" within 15 fw_running
need "without the mail services" is_shut 993
watch_up
need "imaps is open again" within 3 is_open 993
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
