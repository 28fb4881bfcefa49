# SPDX-License-Identifier: GPL-2.0-or-later
# Started before there is a bus: it waits.
fw_down
bus_down
watch_start
need "the watcher waits" stays 1 watching
bus_up
fw_up
mail_open
need "it connects" within 15 snapshot_has public/service:imaps
need "the reload" fwc --reload
need "it has connected meanwhile, and restores" within 2 is_open 993
