# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties a chain of firewalld's, or a part of one, while no guard runs: firewalld says that
# all is well, and so does the kernel's number of its table. The guard that starts judges as status
# does, by what firewalld lists and the kernel has no rule for, and has firewalld reload, once.
. "$LAB_DIR/flush.sh"

cut_meanwhile() { # NAMED COMMAND...
	local named=$1
	shift
	need "the guard is killed" watch_kill
	need "$*" "$@"
	exits 1 guard status || fail "$*: status is fine"
	need "status says why" out_has 'kernel-rules'
	: >"$W/watch.log"
	watch_up -v
	need "$*: the guard says so, and of what" within 10 said "some of firewalld.s rules are gone.*: public/$named.*Reloading firewalld"
	need "they are there again" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "all mail services are reachable" within 5 mail_reachable
	need "the ban holds again" within 10 is_shut_from 10.77.0.3 993
	need "pop3 is shut" is_shut 110
	need "status is fine" within 20 exits 0 guard check --only kernel-rules
	need "the guard is done" within 20 finished
	need "and had to do it once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
}
need "nothing is wrong" clean kernel-rules
cut_meanwhile service nft flush chain inet firewalld filter_IN_public_allow
cut_meanwhile rule nft flush chain inet firewalld filter_IN_public_deny
# of many one is gone
cut_meanwhile service:smtps nft delete rule inet firewalld filter_IN_public_allow handle \
	"$(nft -a list chain inet firewalld filter_IN_public_allow | sed -n 's/.*dport 465 .*# handle //p')"

# a guard that starts beside rules that are there does nothing, an empty zone and panic mode among them
fwc --permanent --new-zone=nothing
fwc --reload
fwc --zone=nothing --add-source=192.0.2.0/24
watch_kill
: >"$W/watch.log"
watch_up -v
need "nothing is reloaded" never 2 said 'Reloading firewalld|gone from the kernel'
watch_kill
fwc --panic-on
watch_up -v
need "nothing is reloaded in panic" never 2 said 'Reloading firewalld|gone from the kernel'
fwc --panic-off
