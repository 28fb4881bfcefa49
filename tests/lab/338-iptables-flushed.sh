# SPDX-License-Identifier: GPL-2.0-or-later
# With firewalld's backend iptables somebody's script takes all rules away, in the ways that scripts
# do, and sets a policy of its own: what is said of who gets in is what the kernel does. A ban by a set
# of fail2ban's, of which firewalld has the rule, comes back with the rest.
. "$LAB_DIR/iptables.sh" "repair = yes"
fw_up
F2B_JAIL="[sets]
enabled = true
filter = lab
logpath = $W/sets.log
port = imaps
action = firewallcmd-ipset[name=sets, port=\"imaps\", protocol=tcp]"
: >"$W/sets.log"
ip -n client address add 10.77.0.4/24 dev client0
mail_and_ban_up
f2b set sets banip 10.77.0.4
need "a ban by a set" within 10 is_shut_from 10.77.0.4 993
pause 4 "the guard has heard"
flush() { iptables -F && iptables -X; }
flush_all() { for t in filter nat mangle raw; do iptables -t "$t" -F && iptables -t "$t" -X; done; }
policy() { iptables -P INPUT DROP && ip6tables -P INPUT DROP && flush_both; }
restore_n() { printf '*filter\n-F\n-X\nCOMMIT\n' | iptables-restore -n; }
# who flushes it again and again is repaired no more at once; another guard knows of none
anew() { watch_down && watch_up -v && within 10 mail_reachable; }
flush_both() { nft 'flush table ip filter; flush table ip6 filter'; } # at once, lest only one is seen
flush6() { ip6tables -F; }
policy4() { iptables -P INPUT DROP && flush; }
for how in "flush: every port is open over IPv4" "flush_all: every port is open over IPv4" "restore_n: every port is open over IPv4" \
	"flush_both: every port is open and nobody is banned" "anew" "flush6: every port is open over IPv6" \
	"policy4: what it opened is shut" "policy: no new connection gets in but by rules of others"; do
	: >"$W/watch.log"
	need "$how" "${how%%:*}"
	[ "$how" != anew ] || continue
	need "$how: the guard says so" within 5 said "rules are gone from the kernel.*${how#*: }.*Reloading firewalld"
	need "$how: and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "$how: mail is open" within 5 mail_reachable
	need "$how: the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
	need "$how: the one in the set, too" within 10 is_shut_from 10.77.0.4 993
	need "$how: pop3 is shut" is_shut 110
	need "$how: the guard is done" within 20 finished
	need "$how: and had to do it once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
done
: >"$W/watch.log"
need "a reload" fwc --reload
need "mail is open" within 10 mail_reachable
need "the ban by a set is back" within 10 is_shut_from 10.77.0.4 993
need "of that the guard thinks nothing" never 2 said 'rules are gone|Reloading firewalld'
