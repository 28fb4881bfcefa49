# SPDX-License-Identifier: GPL-2.0-or-later
# As 146, for each of the kinds that --timeout takes: a ban, too, which holds all the time.
watch_up
mail_open
mail_heard
fwc --add-masquerade --timeout=600
fwc --zone=internal --remove-forward
fwc --zone=internal --add-forward --timeout=600
fwc --add-source-port=53/udp --timeout=600
fwc --add-icmp-block=redirect --timeout=600
fwc --add-forward-port=port=2600:proto=tcp:toport=465 --timeout=600
fwc --add-rich-rule='rule priority="-10" service name="nfs" log limit value="1/m"' --timeout=600
fwc --add-rich-rule='rule port port="2525" protocol="tcp" accept' --timeout=600
need "the forwarded port is open" within 3 is_open 2600 2525
need "all are taken over" within 5 said 'forward-port:port=2600.* is open for .*the guard closes it'
need "and forwarding" within 5 said 'internal/forward:yes is open for .*the guard closes it'
probing 143
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.2" port port="143" protocol="tcp" reject' --timeout=15
end_ms=$(($(now_ms) + 15000))
need "no timer is left to firewalld" within 5 clean reload-crash
pause 0.3 "so that its stand-in goes"
need "the banned are never let in meanwhile" stayed shut
need "one of the rules is told" said 'rule:rule .* is there for .*the guard removes it'
rules=$(firewall-cmd --list-rich-rules | wc -l)
need "nothing stands in any more" [ "$rules" = 3 ]
need "a reload gets through" fwc --reload
need "mail and the forwarded port are reachable" within 5 is_open 465 993 2600 2525
need "nothing is said to be broken" not said 'broke off|lost its zones'
need "the ban is back" within 5 is_shut 143
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
need "its time comes" within 20 is_later_than "$end_ms"
need "the banned are let in again" within 5 is_open 143

# a flood of them, some at a time
for n in $(seq 1 60); do
	echo "add-rich-rule='rule family=\"ipv4\" source address=\"198.18.0.$n\" drop'"
done | sed 's/^/--/' | tr '\n' ' ' >"$W/flood"
need "60 bans at once" eval "fwc $(cat "$W/flood") --timeout=600"
need "no timer is left to firewalld" within 20 clean reload-crash
need "a reload gets through" fwc --reload
need "mail is reachable" within 10 is_open 465 993
need "the watcher lives" watching
