# SPDX-License-Identifier: GPL-2.0-or-later
# The monitor comes back with the bus.
seen() { [ "$(grep -c 'seeing who calls' "$W/watch.log")" -ge "$1" ]; }
watch_up -v
mail_open
need "calls are seen" within 5 seen 1
need "the bus is killed" bus_down KILL
fw_kill
pause 0.5 "with no bus at all"
bus_up
fw_start
need "firewalld is back" within 15 fw_running
need "imaps is back" within 10 has imaps
caused() { exits 0 guard history --kind wipe && tail -n 1 "$W/out" | grep -qE -e "$1"; }
need "the cause is the bus" within 5 caused 'the bus was restarted, and firewalld with it'
need "calls are seen again" within 10 seen 2
need "all mail services are back" within 10 has https
need "a reload" fwc --reload
need "is put down to its caller" within 5 caused 'reload by firewall-cmd \(pid'
