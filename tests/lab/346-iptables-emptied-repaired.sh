# SPDX-License-Identifier: GPL-2.0-or-later
# As 345 and 375, with firewalld's backend iptables, whose chains stand among those of others: the
# kernel tells who changed them. What firewalld does there itself, by iptables-restore, and others
# with rules of their own, is no reason for a reload.
. "$LAB_DIR/firewalls.sh"
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
conf_guard 'audit-s = 0' "repair = ${REPAIR:-yes}"
sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
fw_down
fw_up
mail_and_ban_up
need "a port is led to another" fwc --add-forward-port=port=4190:proto=tcp:toport=2525
need "that is heard" within 5 snapshot_has public/forward-port:port=4190:proto=tcp:toport=2525:toaddr=
cut_by() { # NAMED COMMAND...
	local named=$1
	shift
	: >"$W/watch.log"
	need "$*" "$@"
	need "$*: the guard says so, and of what" within 3 said "firewalld.s rules are gone.*$named.*Done by ip6?tables.*Reloading firewalld"
	need "$*: and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "$*: mail is open" within 5 mail_reachable
	need "$*: the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
	need "$*: pop3 is shut" is_shut 110
	need "$*: nothing is left to do" within 20 finished
	need "$*: and it was done once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
}
cut_by ': public/service' iptables -F IN_public_allow
cut_by ': public/rule' iptables -F IN_public_deny
cut_by ': (INPUT|public)' iptables -F INPUT
cut_by '(every port is open|: (INPUT|public))' iptables -F
cut_by ': public/forward-port' iptables -t nat -F PRE_public_allow
cut_by ': public' ip6tables -F IN_public_allow

# unseen, as 345
watch_kill
need "it is emptied" iptables -F IN_public_deny
need "the banned client gets in" within 3 is_open_from 10.77.0.3 993
exits 1 guard status || fail "status is fine"
need "status says why" out_has 'kernel-rules'
need "explain tells the truth" agrees 10.77.0.3 993
: >"$W/watch.log"
watch_up -v
need "the guard says so" within 10 said 'some of firewalld.s rules are gone.*: public/rule.*Reloading firewalld'
need "and mends it" within 10 said 'in the kernel again after'
need "the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
need "nothing is left to do" within 20 finished

: >"$W/watch.log"
fwc --add-service=pop3
fwc --remove-service=pop3
f2b set lab unbanip 10.77.0.3 >/dev/null
f2b set lab banip 10.77.0.3 >/dev/null
iptables -I INPUT -p tcp --dport 7 -j DROP
iptables -D INPUT -p tcp --dport 7 -j DROP
iptables -I IN_public_allow -p tcp --dport 7 -j ACCEPT
iptables -D IN_public_allow -p tcp --dport 7 -j ACCEPT
fwc --reload
need "nothing of it is taken for a flush" never 3 said 'gone from the kernel'
need "status is fine" within 5 clean kernel-rules

# left to a person
watch_kill
conf_guard 'audit-s = 0' 'repair = no'
watch_up -v
mail_open
: >"$W/watch.log"
need "it is emptied" iptables -F IN_public_allow
need "the guard says so, and what to type" within 2 said 'some of firewalld.s rules are gone.*Left to you.*firewall-cmd --reload'
need "it does nothing" never 1 said 'Reloading'
need "status, too" exits 1 guard status
need "firewalld reloads" fwc --reload
need "and it is over" within 3 said 'in the kernel again after [0-9]+ ms, repaired by somebody else'
