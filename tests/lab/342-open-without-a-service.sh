# SPDX-License-Identifier: GPL-2.0-or-later
# What lets somebody in without being a service: a binding to a zone that accepts all, or for
# which a policy opens something; a rule that accepts, or sends on, whatever its source sends; and
# what containers get out by. It is at risk before, back after a reload and a restart, and made
# permanent by persist.
need "a zone" fwc --permanent --new-zone=office
need "and a policy" fwc --permanent --new-policy=partners
for part in ingress-zone=office egress-zone=HOST service=pop3; do
	need "opens pop3 from there to this machine" fwc --permanent --policy=partners --add-$part
done
need "they load" fwc --reload
watch_up
need "one client is trusted" fwc --zone=trusted --add-source=10.77.0.3
need "one is of the office" fwc --zone=office --add-source=fd77::2
need "what is sent on gets out as from here" fwc --add-masquerade
need "and there are rules for others" fwc \
	--add-rich-rule='rule family="ipv4" source address="10.77.0.2" accept' \
	--add-rich-rule='rule family="ipv6" forward-port port="9930" protocol="tcp" to-port="2525"' \
	--add-rich-rule='rule family="ipv4" source address="192.0.2.0/24" masquerade'
lets_in() { is_open_from 10.77.0.3 143 && is_open 995 && is_open6 110; }
listed() { firewall-cmd --list-all >"$W/list" && for line in 'masquerade: yes' 'rule.*masquerade' 'rule.*forward-port'; do grep -q "$line" "$W/list" || return 1; done; }
need "they get in" lets_in
items() { printf '%s\n' trusted/source:10.77.0.3 office/source:fd77::2 'public/rule:.*10.77.0.2" accept' 'public/rule:.*forward-port' public/masquerade:yes 'public/rule:.*masquerade'; }
at_risk() { guard check --only runtime-only-service --only binding-runtime-only >"$W/out"; items | while read -r item; do grep -qE -- "$item" "$W/out" || { echo "not $item"; exit 1; }; done; }
need "all of it is at risk, which the checks say" within 5 at_risk
need "and the watcher" within 5 said 'runtime only.*trusted/source:10.77.0.3'
all_back() { lets_in && listed; }
need "a reload" fwc --reload
need "after which all of it is back" within 10 all_back
need "firewalld ends" fw_down
fw_start
need "it is there again" within 15 fw_running
need "and all of it is back" within 10 all_back
need "the watcher ends" watch_down
need "a reload takes it" fwc --reload
need "which shuts them out" not lets_in
need "restore knows it" exits 0 guard restore
need "and brings it back" all_back
need "persist" exits 0 guard persist
need "another reload" fwc --reload
need "takes nothing" all_back

watch_up
for where in "" --permanent; do
	need "somebody takes away the binding" fwc $where --zone=trusted --remove-source=10.77.0.3
	need "and the rule" fwc $where --remove-rich-rule='rule family="ipv4" source address="10.77.0.2" accept'
done
need "a reload" fwc --reload
need "does not bring it back" never 1 is_open_from 10.77.0.3 143
need "nor the other" is_shut 995
