# SPDX-License-Identifier: GPL-2.0-or-later
# With firewalld's backend iptables a reload that breaks off leaves policy DROP in iptables' chains:
# nobody gets in, and that is said, not that every port is open; and that firewalld's own
# iptables-restore did it is no news. Whether somebody has taken the policies away since, the kernel
# is asked. In panic mode, too, nothing is open.
. "$LAB_DIR/iptables.sh"
fw_breakable_up
fwc --zone=public --change-interface=host0
mail_and_ban_up
pause 2 "the guard is idle"
break_off() {
	: >"$W/watch.log"
	touch "$W/break"
	not fwc --reload || fail "the reload does not break off"
}
mended() {
	need "mail is reachable again" within 10 mail_reachable
	need "the ban holds" within 10 is_shut_from 10.77.0.3 993
	need "pop3 is shut" is_shut 110
	need "the guard is done" within 20 finished
}
break_off
need "the guard says so" within 3 said 'reload (of firewalld|that) bro(ke|ken) off.*no new connection gets in.*Reloading firewalld'
mended
not said "$OPEN" || fail "nothing was open"
not said 'Done by|flushed|by ip6?tables' || fail "nobody else did it"
need "the history says why" exits 0 guard history --kind reload
need "in words" out_has 'reload of firewalld by the guard: a reload before it broke off'

# panic mode
: >"$W/watch.log"
need "panic mode" fwc --panic-on
need "the guard has heard it" within 5 said 'panic mode is on'
break_off
need "nothing gets in" stays 3 not answered
need "it is still on" firewall-cmd -q --query-panic
not said "$OPEN" || fail "nothing was open"
need "panic mode ends" fwc --panic-off
mended

# left to a person
conf_guard "audit-s = 0" "repair = no"
kill -HUP "$WATCH"
need "the guard may not repair" within 5 said 'configuration was read again'
pause 2 "the guard is idle"
break_off
need "the guard says what to type" within 3 said 'no new connection gets in.*Left to you.*firewall-cmd --reload'
need "nobody gets in" is_shut 993 110
not said "$OPEN|nft add table" || fail "nothing was open"
need "a reload by hand" fwc --reload
mended
pause 2 "the guard is idle"
watch_kill
break_off
for ip in iptables ip6tables; do for table in raw mangle security filter; do
	for chain in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do $ip -t $table -P $chain ACCEPT 2>/dev/null; done; $ip -t $table -F
done; done
need "now all is open" within 2 is_open 110
watch_start
need "the guard says that" within 5 said 'every port is open and nobody is banned'
need "a reload by hand" fwc --reload
need "mail is reachable again" within 10 mail_reachable
