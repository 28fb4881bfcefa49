# SPDX-License-Identifier: GPL-2.0-or-later
# A firewalld that keeps direct rules over a reload (FlushAllOnReload=no) leaves nothing to do.
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
fw_down
if grep -q '^FlushAllOnReload=' /etc/firewalld/firewalld.conf; then
	sed -i 's/^FlushAllOnReload=.*/FlushAllOnReload=no/' /etc/firewalld/firewalld.conf
else
	echo FlushAllOnReload=no >>/etc/firewalld/firewalld.conf
fi
fw_up
watch_up
mail_open
need "a chain" fwc --direct --add-chain ipv4 filter f2b-lab
need "a ban in it" fwc --direct --add-rule ipv4 filter f2b-lab 0 -s 192.0.2.1 -j DROP
need "a reload" fwc --reload
need "mail comes back" within 5 mail_reachable
need "the restore is over" within 10 said 'restored [0-9]+ of [0-9]+ in'
need "the chain is still there" fwc --direct --query-chain ipv4 filter f2b-lab
need "and its rule" fwc --direct --query-rule ipv4 filter f2b-lab 0 -s 192.0.2.1 -j DROP
need "the history" exits 0 guard history --kind loss
not said 'direct:' "$W/out" || fail "what was not taken is not lost"
