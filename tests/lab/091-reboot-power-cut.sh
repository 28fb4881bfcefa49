# SPDX-License-Identifier: GPL-2.0-or-later
# The power fails, and the guard is up before firewalld is.
watch_up
mail_open
mail_heard
watch_kill
fw_kill
new_boot
watch_up
need "the guard waits for firewalld" watching
fw_start
need "firewalld starts" within 15 fw_running
need "imaps is open again" within 3 is_open 993
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
