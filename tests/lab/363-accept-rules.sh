# SPDX-License-Identifier: GPL-2.0-or-later
# imaps for one network only, by a rule of the runtime: it comes back, and so does a deny by hand, without fail2ban.
watch_up
need "smtps is open" fwc --add-service=smtps
need "a rule lets one client in" fwc --add-rich-rule='rule family=ipv4 source address=10.77.0.3/32 service name=imaps accept'
need "one for a port" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.2" port port="2525" protocol="tcp" accept'
need "somebody is denied by hand" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.3" service name="smtps" reject'
seen() { is_open_from 10.77.0.3 993 && is_shut_from 10.77.0.2 993 && is_open_from 10.77.0.2 2525 && is_shut_from 10.77.0.3 2525; }
need "each sees what is for it" seen
need "the deny holds" is_shut_from 10.77.0.3 465
for wipe in reload restart; do
	if [ $wipe = reload ]; then need "the reload" fwc --reload; else
		need "firewalld ends" fw_down
		fw_start
		need "it is back" within 15 fw_running
	fi
	need "after a $wipe each sees it again" within 3 seen
	need "the deny is back, too" within 5 is_shut_from 10.77.0.3 465
done
need "the rule is taken away" fwc --remove-rich-rule='rule family=ipv4 source address=10.77.0.3/32 service name=imaps accept'
need "the reload" fwc --reload
need "the other comes back" within 2 is_open_from 10.77.0.2 2525
need "this one stays away" never 1 is_open_from 10.77.0.3 993
