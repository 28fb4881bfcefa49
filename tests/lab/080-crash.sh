# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld is killed: its rules stay in the kernel until the next one starts without them.
watch_up
mail_open
fw_kill
need "established rules stay" is_open 993
fw_start
need "it is back" within 15 fw_running
for service in $MAIL; do need "firewalld has $service" within 4 has "$service"; done
need "all mail services are reachable" mail_reachable
need "the watcher lives" watching
