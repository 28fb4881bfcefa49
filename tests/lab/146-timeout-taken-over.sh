# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld 2.4.1 to 2.5.2 breaks off a reload while something is open for a time
# (firewalld#1597). The guard takes the timer out of its hands, so that the reload gets through,
# and closes it in time; also one that was killed and started anew in between. Nothing is shut
# meanwhile, which a client tries all the time. Elsewhere firewalld keeps its own timers.
affected=
/usr/bin/python3 -c '
import sys
v = [int(p) for p in sys.argv[1].split(".")[:3]]
sys.exit(not [2, 4, 1] <= v < [2, 6, 0])' "$(firewall-cmd --version)" && affected=yes
settings() {
	conf <<-X
		[guard]
		audit-s = 0
		repair = $1
	X
}
settings yes
watch_up -v
mail_open
mail_heard
signals_up
need "imaps is closed" fwc --remove-service=imaps
pause 1 "so that it is heard"
if [ -z "$affected" ]; then
	need "imaps for a time" fwc --add-service=imaps --timeout=6
	need "it is not taken over" never 2 said 'timeout pending|--timeout of'
	need "it ends by firewalld's timer" within 8 is_shut 993
	exit 0
fi

# probing PORT: a client tries all the time; stayed open|shut: once it was that, it was so always
probing() {
	rm -f "$W/probe"
	probe_up "$1" 2 10
	need "a client tries" within 3 test -s "$W/probe"
}
stayed() {
	probe_down
	awk -v want="$1" '{ so = $2 == "open" ? "open" : "shut" } so == want { seen = 1 }
		so != want && seen { bad = 1 } END { exit bad || !seen }' "$W/probe"
}
# opened SECONDS: imaps, for so long; end_ms is when it has to be shut
opened() {
	: >"$W/watch.log"
	probing 993
	need "imaps for a time" fwc --add-service=imaps --timeout="$1"
	end_ms=$(($(now_ms) + $1 * 1000))
	need "the guard takes it over" within 3 said 'service:imaps is open for .*the guard closes it'
	pause 0.3 "so that its stand-in goes"
	need "it was never shut meanwhile" stayed open
}
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
shut_in_time() {
	need "it is open until then" stays 0.5 is_open 993
	need "its time comes" within 30 is_later_than $((end_ms - 1500))
	need "it is open shortly before its end" is_open 993
	need "it is shut at its end" within 4 is_shut 993
	need "in firewalld, too" not has imaps
}
# never_pending: a reload would get through
never_pending() { clean reload-crash; }
opened 15
need "a reload gets through" fwc --reload
need "firewalld is well" fw_running
need "mail is reachable, imaps among it" within 5 mail_reachable
need "nothing is said to be broken" not said 'broke off|lost its zones'
shut_in_time
need "which is told" within 3 said 'service:imaps ended with its timeout'
need "the history has both" exits 0 guard history --kind at-risk
need "in words" out_has 'imaps is open for .*firewalld#1597'
need "no rule is left of it" [ -z "$(firewall-cmd --list-rich-rules)" ]
need "after another reload it is shut still" fwc --reload
need "the rest is reachable" within 5 is_open 143 465
need "it is shut" stays 1 is_shut 993

# the guard is killed, before a reload and after it
opened 15
watch_kill
watch_up -v
need "a reload gets through" fwc --reload
need "mail is reachable again" within 5 mail_reachable
watch_kill
watch_up -v
need "another reload gets through" fwc --reload
need "mail is reachable again" within 5 mail_reachable
shut_in_time
need "no rule is left of it" [ -z "$(firewall-cmd --list-rich-rules)" ]

# several at a time, other kinds, and one that is closed by hand
fwc --add-port=2525/tcp --timeout=60
fwc --add-protocol=gre --timeout=60
fwc --add-service=ldap --timeout=60
need "all are taken over" within 5 said 'service:ldap is open for'
pause 1 "for the last one's rule"
need "a reload gets through" fwc --reload
need "the port is open" within 5 is_open 2525
fwc --remove-port=2525/tcp
need "it is shut" within 2 is_shut 2525
need "and stays so after a reload" fwc --reload
need "the rest is back" within 5 has ldap
need "it is shut" stays 1 is_shut 2525

# and each of the kinds that --timeout takes, a ban among them, which holds all the time
fwc --add-masquerade --timeout=600
fwc --add-source-port=53/udp --timeout=600
fwc --add-icmp-block=redirect --timeout=600
fwc --add-forward-port=port=2600:proto=tcp:toport=465 --timeout=600
fwc --add-rich-rule='rule priority="-10" service name="nfs" log limit value="1/m"' --timeout=600
fwc --add-rich-rule='rule port port="465" protocol="tcp" accept' --timeout=600
need "the forwarded port is open" within 3 is_open 2600
need "all are taken over" within 5 said 'forward-port:port=2600.* is open for'
probing 143
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.2" port port="143" protocol="tcp" reject' --timeout=20
end_ms=$(($(now_ms) + 20000))
need "no timer is left to firewalld" within 5 never_pending
pause 0.3 "so that its stand-in goes"
need "the banned are never let in meanwhile" stayed shut
need "one of the rules is told" said 'rule:rule .* is there for .*the guard removes it'
need "the check is content" within 5 clean reload-crash
need "nothing stands in any more" not grep -E 'priority="?(1|-1|-9)"' <(firewall-cmd --list-rich-rules)
need "a reload gets through" fwc --reload
need "mail is reachable" within 5 is_open 465 587 2600
need "nothing is said to be broken" not said 'broke off|lost its zones'
need "the ban's time comes" within 30 is_later_than $((end_ms + 1000))
need "the banned are let in again" within 4 is_open 143

# a guard that is killed at any moment of it: the next one puts it back, and ends it in time
for round in 1 2 3 4 5 6 7 8; do
	fwc --remove-service=imaps
	need "it is shut" within 3 is_shut 993
	fwc --add-service=imaps --timeout=60 &
	adding=$!
	pause "0.$((RANDOM % 12))$((RANDOM % 10))" "so that it is somewhere in the middle"
	watch_kill
	wait "$adding"
	watch_up
	need "round $round: it is open" within 3 has imaps
	need "and to the client" is_open 993
	need "firewalld has no timer of it, or the guard ends it" within 5 never_pending
done
fwc --remove-service=imaps

# and who does it himself
settings no
kill -HUP "$WATCH"
need "the guard may not repair" within 5 said 'configuration was read again'
fwc --remove-service=ldap --remove-protocol=gre
fwc --add-service=imaps --timeout=600
need "it is said at once" within 2 said 'service:imaps has a --timeout of .*Do not reload before, or remove it first'
need "the watcher lives" watching
