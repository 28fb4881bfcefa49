# SPDX-License-Identifier: GPL-2.0-or-later
# An administrator's own nftables.conf beside firewalld, in the forms that nft has for it: maps of
# verdicts, sets of addresses with ports, flags, translations by map. Explain says what a connection
# meets, and what it prints lets exactly this client in.
. "$LAB_DIR/firewalls.sh"
mail_open
need "somebody's own rules" nft -f - <<'X'
table inet own {
	set keep_out {
		type ipv4_addr . inet_service
		flags interval, timeout
		elements = { 10.77.0.3 . 993, 10.77.0.4 . 400-500 timeout 1h }
	}
	map sort_out {
		type ipv4_addr : verdict
		flags interval
		elements = { 10.77.0.6 : drop, 10.77.0.64/26 : jump strangers }
	}
	chain strangers {
		tcp dport vmap { 993 : accept, 465 : return }
		meta l4proto tcp reject with tcp reset
	}
	chain input {
		type filter hook input priority -10; policy accept;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname vmap { "lo" : accept }
		tcp flags & (fin | syn) == (fin | syn) drop
		tcp flags & (fin | syn | rst | ack) != syn drop
		ip saddr . tcp dport @keep_out drop
		ip saddr . tcp dport { 10.77.0.5 . 465, 10.77.0.5 . 993 } reject
		ip saddr vmap @sort_out
	}
}
X
for from in 10.77.0.2 10.77.0.3 10.77.0.4 10.77.0.5 10.77.0.6 10.77.0.70; do
	ip -n client address replace "$from/24" dev client0
	need "$from: explain agrees with what it meets" all_agree "$from"
done
need "an address with a port, in a set" is_shut_from 10.77.0.3 993
need "what is printed lets him in" opened_as_told 10.77.0.3 993
need "which is the set's element" grep -qx "nft delete element inet own keep_out '{ 10.77.0.3 . 993 }'" "$W/typed"
need "ports from to" is_shut_from 10.77.0.4 465
need "what is printed lets him in" opened_as_told 10.77.0.4 465
need "which is the set's element as it stands" grep -qx "nft delete element inet own keep_out '{ 10.77.0.4 . 400-500 }'" "$W/typed"
need "an address in a map" is_shut_from 10.77.0.6 993
need "what is printed lets him in" opened_as_told 10.77.0.6 993
need "which is the map's element" grep -qx "nft delete element inet own sort_out '{ 10.77.0.6 }'" "$W/typed"
need "one that stands in the rule" is_shut_from 10.77.0.5 993
need "what is printed lets him in" opened_as_told 10.77.0.5 993
need "a chain that a map leads to" is_shut_from 10.77.0.70 110
need "the rule is told as nft prints it" exits 1 guard explain 10.77.0.70 110 --rules
need "the map, too" out_has 'ip saddr vmap @sort_out'

need "a translation by map" nft -f - <<'X'
table inet own {
	chain lead {
		type nat hook prerouting priority -101;
		dnat ip addr . port to tcp dport map { 110 : 10.77.0.1 . 25, 2222 : 10.77.0.1 . 993 }
	}
}
X
need "explain agrees" all_agree 10.77.0.2
