# SPDX-License-Identifier: GPL-2.0-or-later
# A zone of its own for mail, to which the interface moves: ssh and all else that is open comes
# along, and is open throughout; back, too.
. "$LAB_DIR/setup.sh"
ssh_up
systemd_up
watch_up
need "another port is open" fwc --zone=public --add-port=2525/tcp
need "a network is denied" fwc --zone=public --add-rich-rule='rule family=ipv4 source address=10.77.0.3 drop'
need "that is heard" within 5 snapshot_has public/port:2525/tcp
need "and that" within 8 snapshot_has_rules 1
before_setup
need "there is something to do" exits 1 guard setup --zone mail --interface host0
need "a zone is made" out_has 'make zone mail'
need "ssh comes along" out_has 'take service ssh along to zone mail'
need "what moves" out_has 'move host0 from zone public to zone mail'
probe_up 22 20 900
need "a client tries" within 15 test -s "$W/probe"
# a reload of firewalld's drops what comes in for a moment, and clients try again
never_refused() { probe_down; grep -q open "$W/probe" && ! grep -qE 'refused|unreachable' "$W/probe"; }
set_up --zone mail --interface host0 --within 10m
need "it is moved" bound mail
need "mail is open" served_open
need "and what was" is_open 22 2525
need "who was denied is" is_shut_from 10.77.0.3 22
need "the watcher saw no reason to move it back" never 2 bound public
need "back, by hand" exits 0 guard setup --rollback
need "it is moved back" within 3 bound public
need "there is no such zone any more" not fw_zone getInterfaces mail
need "the files are as they were" stays_so
need "what was open is" within 3 is_open 22 2525
need "mail is not" served_shut
need "who was denied is" within 3 is_shut_from 10.77.0.3 22

set_up --zone mail --interface host0 --within 10m
need "once more, and it stays" exits 0 guard setup --confirm
need "a reload" fwc --reload
need "it is where it was" bound mail
need "mail is open" within 3 served_open
need "and ssh" is_open 22
need "ssh refused nobody all the time" never_refused
need "the watcher saw nothing wrong" not said 'could not be restored|open in public and not in mail'
need "there is nothing to do" exits 0 guard setup --zone mail --interface host0
need "also without words" exits 0 guard setup
need "firewalld restarts" fw_down
fw_start
need "it is back" within 15 fw_running
need "all is as it was" within 3 served_open
need "in that zone" bound mail
