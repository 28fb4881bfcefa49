# SPDX-License-Identifier: GPL-2.0-or-later
# The bus is restarted under everybody. The guard never exits for that.
watch_up
mail_open
need "the bus is killed" bus_down KILL
fw_kill
need "the watcher lives" stays 1 watching
bus_up
fw_start
need "firewalld is back" within 15 fw_running
need "imaps is back within the guard's next attempts to connect" within 12 has imaps
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "the watcher is the same" watching
