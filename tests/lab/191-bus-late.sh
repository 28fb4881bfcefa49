# SPDX-License-Identifier: GPL-2.0-or-later
# Started before there is a bus: it waits.
fw_down
bus_down
watch_start
sleep 1
need "the watcher waits" watching
bus_up
fw_up
mail_open
sleep 8
need "the reload" fwc --reload
need "it has connected meanwhile, and restores" within 2 is_open 993
