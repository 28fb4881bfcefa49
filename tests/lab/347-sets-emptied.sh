# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties a set of firewalld's in the kernel: who is in it by firewalld's list is not taken
# for that any more. With the backend nftables the kernel tells who did it; the kernel's own sets,
# with the backend iptables, tell nothing, and are looked at now and then.
. "$LAB_DIR/flush.sh"
emptied() { # LIMIT COMMAND...: within so many seconds the guard says so, and has it mended
	local limit=$1
	shift
	need "who is in the set is kept out" within 10 is_shut_from 10.77.0.4 993
	need "$*: nothing is wrong" within 10 clean kernel-rules
	: >"$W/watch.log"
	need "$*" "$@"
	need "$*: the guard says so, and of what" within "$limit" said 'some of firewalld.s rules are gone.*: ipset:bad/entry:10\.77\.0\.4.*Reloading firewalld'
	need "$*: and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "$*: who is in the set is kept out" within 10 is_shut_from 10.77.0.4 993
	need "$*: mail is open" within 5 mail_reachable
	need "$*: nothing is left to do" within 20 finished
	need "$*: and it was done once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
}
tell_truth() { # COMMAND...: while no guard runs
	watch_kill
	need "$*" "$@"
	need "the client gets in" within 3 is_open_from 10.77.0.4 993
	exits 1 guard status || fail "$*: status is fine"
	need "status says why" out_has 'kernel-rules'
	guard explain 10.77.0.4 imaps >"$W/out" 2>&1
	need "explain tells the truth" out_has '^993/tcp +imaps +open'
	: >"$W/watch.log"
	watch_up -v
	need "$*: the guard says so" within 10 said 'some of firewalld.s rules are gone.*: ipset:bad.*Reloading firewalld'
	need "$*: who is in the set is kept out" within 10 is_shut_from 10.77.0.4 993
	need "$*: nothing is left to do" within 20 finished
}
set_up() { # a zone's source, and a rich rule
	fwc --permanent --new-ipset=bad --type=hash:ip
	fwc --permanent --ipset=bad --add-entry=10.77.0.4
	fwc --permanent --add-rich-rule='rule source ipset="bad" drop'
	fwc --permanent --new-ipset=none --type=hash:net
	fwc --permanent --zone=internal --add-source=ipset:none
	fwc --reload
	mail_open
}
ip -n client address add 10.77.0.4/24 dev client0
set_up
need "the guard has restored" within 10 finished
emptied 3 nft flush set inet firewalld bad
emptied 3 nft delete element inet firewalld bad '{ 10.77.0.4 }'
tell_truth nft flush set inet firewalld bad
# what firewalld does itself is none of that
: >"$W/watch.log"
fwc --ipset=bad --add-entry=10.77.0.5
fwc --ipset=bad --remove-entry=10.77.0.5
nft add element inet firewalld bad '{ 10.77.0.6 }'
nft delete element inet firewalld bad '{ 10.77.0.6 }'
need "nothing is reloaded" never 2 said 'Reloading|gone from the kernel'

if can "ipsets" && command -v ipset >/dev/null; then
	watch_kill
	sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
	fw_down
	fw_up
	conf_guard 'audit-s = 2'
	watch_up -v
	mail_open
	emptied 6 ipset flush bad
	tell_truth ipset flush bad
fi
