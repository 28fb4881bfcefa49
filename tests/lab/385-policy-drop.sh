# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld is RUNNING and says open, and the policy DROP of a reload that broke off is still in
# the kernel. The installed firewalld leaves it in state INIT only, so here it is made by hand.
conf_guard "audit-s = 1" "repair = no"
watch_up
mail_open
need "mail is reachable" within 3 mail_reachable
guard status >"$W/out"
not grep -q 'the kernel does not' "$W/out" || fail "it does"
for _ in 1 2 3 4 5; do fwc --reload; done
need "reloads are not taken for it" never 2 said 'the kernel does not'
fwc --panic-on
need "nor is panic mode" never 3 said 'the kernel does not'
fwc --panic-off
need "nor its end" not said 'the kernel does not'
ended() { # explain goes by that while firewalld hangs
	[ "$(/usr/bin/python3 -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("SELECT panic FROM snapshot ORDER BY last_us DESC LIMIT 1").fetchone())' \
		"$STATE/guard.db")" = 0 ]
}
need "the end of panic mode is on record" within 30 ended

left_behind() {
	nft add table inet firewalld_policy_drop
	nft 'add chain inet firewalld_policy_drop filter_input { type filter hook input priority filter + 9; policy drop; }'
	nft 'add rule inet firewalld_policy_drop filter_input ct state { established, related } accept'
}
left_behind
need "firewalld says open" has imaps
need "the kernel does not let anybody in" is_shut 993
need "the guard says so" within 2 said 'error: firewalld says open, the kernel does not'
need "and what to type" said 'Left to you \(repair = no\)\. .*firewall-cmd --reload'
need "the status is not fine" exits 1 guard status
need "and says why" out_has 'firewalld says open, the kernel does not'
need "the JSON has it" exits 1 guard --json status
need "as a finding" json 'any(f["name"] == "kernel-rules" and f["severity"] == "error" for f in d["findings"])'
need "the history has it" exits 0 guard history --kind firewalld-failed
need "in words" out_has 'policy DROP'
need "a restore that has nothing to do is not fine" exits 1 guard restore
need "says why" err_has 'firewalld says open, the kernel does not'
need "and what to type" err_has 'type: firewall-cmd --reload'
need "and not that all is well" not out_has 'nothing to restore'
explained() { # STATUS
	need "explain says that nobody gets in" exits "$1" guard explain 10.77.0.2 imaps
	need "dropped" out_has '^993/tcp .*dropped'
	need "and why" out_has 'reload of firewalld is under way, or broke off'
}
explained 1
need "and what to type" out_has 'firewall-cmd --reload \|\| systemctl restart firewalld'
kill -STOP "$FW"
explained 3
kill -CONT "$FW"
nft delete table inet firewalld_policy_drop
need "a restore with nothing to do is" exits 0 guard restore
need "and says so" out_has 'nothing to restore'
need "its end is told" within 5 said 'lets in again'
need "mail is reachable" within 3 mail_reachable

conf_guard "audit-s = 1" "repair = yes"
kill -HUP "$WATCH"
need "the guard may repair" within 5 said 'configuration was read again'
: >"$W/watch.log"
left_behind
need "nobody gets in" is_shut 993
need "it is mended" within 3 said 'lets in again .* repaired by the guard'
need "mail is reachable" within 3 mail_reachable
need "the history has it" exits 0 guard history --kind repair
need "in words" out_has 'repaired by the guard'
need "the watcher lives" watching
