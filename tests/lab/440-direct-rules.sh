# SPDX-License-Identifier: GPL-2.0-or-later
# Chains and rules of the direct interface are followed, in snapshots, and told when a wipe takes them.
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
direct() { fwc --direct "$@"; }
watch_up
mail_open
need "a chain" direct --add-chain ipv4 filter mine
need "a rule in it" direct --add-rule ipv4 filter mine 0 -s 192.0.2.1 -m comment --comment "don't let in" -j DROP
need "one of IPv6" direct --add-rule ipv6 filter INPUT 7 -p tcp --dport 4190 -j ACCEPT
need "one that is removed again" direct --add-rule ipv4 filter mine 1 -s 192.0.2.2 -j DROP
need "it is removed" direct --remove-rule ipv4 filter mine 1 -s 192.0.2.2 -j DROP
need "a permanent one" fwc --permanent --direct --add-rule ipv4 filter INPUT 0 -s 192.0.2.3 -j DROP
need "a reload, which brings it" fwc --reload
need "the reload is dealt with" within 5 finished
need "what was lost is told" within 5 said 'direct:ipv4/direct-rule:filter mine 0 -s 192.0.2.1 -m comment --comment' "$W/watch.log"
need "the history" exits 0 guard history --kind loss
need "direct:ipv4/chain:filter mine" out_has "direct:ipv4/chain:filter mine"
need "direct:ipv6/direct-rule:filter INPUT 7 -p tcp --dport 4190 -j ACCEPT" out_has "direct:ipv6/direct-rule:filter INPUT 7 -p tcp --dport 4190 -j ACCEPT"
not said "192.0.2.2" "$W/out" || fail "what was removed by hand is not lost"
need "a snapshot" exits 0 guard snapshot take
latest=$(guard --json snapshot list >"$W/out"; json 'str(max(s["id"] for s in d["snapshots"]))')
need "it has what the reload brought" exits 0 guard snapshot show "$latest"
need "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.3 -j DROP" out_has "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.3 -j DROP"
not said "filter mine" "$W/out" || fail "what is gone is gone: nobody restores what an administrator put there"
