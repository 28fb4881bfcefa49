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
conf_guard "audit-s = 0" "repair = yes"
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

# and who does it himself
conf_guard "audit-s = 0" "repair = no"
kill -HUP "$WATCH"
need "the guard may not repair" within 5 said 'configuration was read again'
fwc --remove-service=ldap --remove-protocol=gre
fwc --add-service=imaps --timeout=600
need "it is said at once" within 2 said 'service:imaps has a --timeout of .*Do not reload before, or remove it first'
need "the watcher lives" watching
