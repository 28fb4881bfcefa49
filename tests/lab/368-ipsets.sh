# SPDX-License-Identifier: GPL-2.0-or-later
# Who may come in stands in an ipset, and one was added at run time. It is in the set again
# after a wipe; what was removed is not, and a set of banned addresses is none of the guard's.
ipset() { fwc --permanent --new-ipset="$1" --type=hash:ip; }
need "a set of friends" ipset friends
need "one of colleagues" ipset colleagues
need "one of banned ones" ipset banned
need "a zone for friends" fwc --permanent --zone=internal --add-source=ipset:friends
need "where imaps is permanent" fwc --permanent --zone=internal --add-service=imaps
need "they load" fwc --reload
watch_up
entry() { fwc --ipset="$1" --add-entry="$2"; }
need "the banned are dropped" fwc --add-rich-rule='rule family=ipv4 source ipset=banned drop'
need "somebody is banned" entry banned 10.77.0.99
need "a rule lets colleagues in" fwc --add-rich-rule='rule family=ipv4 source ipset=colleagues service name=smtps accept'
pause 1 "so that the guard has read the rules before their entries come"
need "a friend" entry friends 10.77.0.3
need "a colleague" entry colleagues 10.77.0.2
seen() { is_open_from 10.77.0.3 993 && is_shut_from 10.77.0.2 993 && is_open_from 10.77.0.2 465 && is_shut_from 10.77.0.3 465; }
need "each sees what is for it" seen
need "that is heard" within 5 snapshot_has ipset:friends/entry:10.77.0.3 ipset:colleagues/entry:10.77.0.2
for wipe in reload restart; do
	if [ $wipe = reload ]; then need "the reload" fwc --reload; else
		need "firewalld ends" fw_down
		fw_start
		need "it is back" within 15 fw_running
	fi
	need "after a $wipe each sees it again" within 4 seen
	need "the ban is not the guard's" not fwc --ipset=banned --query-entry=10.77.0.99
done
need "the friend is removed" fwc --ipset=friends --remove-entry=10.77.0.3
need "the reload" fwc --reload
need "the colleague is back" within 3 is_open_from 10.77.0.2 465
need "the friend stays away" never 1 is_open_from 10.77.0.3 993
need "the watcher lives" watching
