# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld joins ranges of ports that overlap, and splits those that a part is taken out of.
"$BUILD/tests/lab/listener" 141 142 145 1003 1005 1015 >/dev/null
watch_up
ports() { firewall-cmd --list-ports | tr ' ' '\n' | sort | tr '\n' ' '; }
as_before() { [ "$(ports)" = "$before" ]; }
need "143 opens" fwc --add-port=143/tcp
need "140-150 opens" fwc --add-port=140-150/tcp
need "143 is taken out" fwc --remove-port=143/tcp
before=$(ports)
need "firewalld has split the range" test "$before" = "140-142/tcp 144-150/tcp "
need "the reload" fwc --reload
need "its ends are open again" within 2 is_open 141 145
need "143 stays shut" never 2 is_open 143
need "firewalld lists what it did" as_before
need "history does not say that 143 was restored" not grep -q 'restored public/port:140-150' "$W/watch.log"

# one range is permanent in part
need "a part is permanent" fwc --permanent --add-port=1000-1010/tcp
need "it is opened, and more" fwc --add-port=1000-1020/tcp
before=$(ports)
need "what is at risk is the rest" within 5 said '1011-1020/tcp'
need "the reload" fwc --reload
need "the rest is open again" within 2 is_open 1015
need "firewalld lists what it did" within 2 as_before
need "a part of what is permanent is closed" fwc --remove-port=1005/tcp
need "another part, too" fwc --remove-port=1012-1020/tcp
need "the reload" fwc --reload
# what is permanent is loaded: that is what a reload is for
need "1011 is back" within 2 test "$(ports)" = "1000-1011/tcp 140-142/tcp 144-150/tcp "
need "the rest stays shut" never 1 is_open 1015

# a range of which a part leaves the permanent configuration
need "a part is permanent no more" fwc --permanent --remove-port=1003/tcp
pause 1 "so that the guard has read the permanent configuration"
need "the reload" fwc --reload
need "1003 is shut" within 2 is_shut 1003
need "it stays shut" never 2 is_open 1003
need "the others are open" is_open 1005 141 145

# the same over a restart, and by a guard that was off
need "a joined range" fwc --add-port=1008-1015/tcp
before=$(ports)
# joined with 1011, which is in the runtime only, too, or beside it
known() { snapshot_has public/port:1012-1015/tcp || snapshot_has public/port:1011-1015/tcp; }
need "it is known" within 5 known
watch_down
fw_down
fw_start
need "firewalld is back" within 15 fw_running
fwc --zone=public --change-interface=host0
watch_up
need "the joined range is back" within 5 is_open 1015
need "firewalld lists what it did" within 2 as_before
