# SPDX-License-Identifier: GPL-2.0-or-later
# `nft list ruleset` was saved once as /etc/nftables.conf, firewalld's table with it; later somebody
# loads that (systemctl restart nftables). All chains are there, and none is firewalld's: what was shut
# since then is open again, and firewalld cannot take away any more what it lists. The guard has it
# reload; of firewalld's own reloads, and of others beside them, it thinks nothing.
. "$LAB_DIR/flush.sh"
replace() { nft -f "$W/nftables.conf"; }
need "pop3 opens" fwc --add-service=pop3
need "is open" is_open 110
pause 3 "the guard is idle"
{ echo "flush ruleset" && nft list ruleset; } >"$W/nftables.conf"
need "pop3 is shut again" fwc --remove-service=pop3
need "is shut" is_shut 110
pause 3 "the guard is idle"
for i in 1 2; do
	: >"$W/watch.log"
	need "the old rules are loaded ($i)" replace
	need "the guard says so, and who did it ($i)" within 5 said 'another table is in the place of firewalld.s.*Done by nft \(pid [0-9]+\)\. Reloading firewalld'
	need "and mends it ($i)" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "pop3 is shut ($i)" within 5 is_shut 110
	need "mail is open ($i)" within 5 mail_reachable
	need "the banned client is kept out ($i)" within 10 is_shut_from 10.77.0.3 993
	need "the guard is done ($i)" within 20 finished
	need "and had to do it once ($i)" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
done
need "firewalld can take away what it lists" fwc --remove-service=imaps
need "imaps is shut" within 5 is_shut 993
need "imaps opens" fwc --add-service=imaps
pause 2 "the guard is idle"

: >"$W/watch.log"
for i in 1 2 3; do
	{ for _ in $(seq 40); do nft add table inet somebody; nft delete table inet somebody; done; } &
	busy=$!
	fwc --reload
	wait "$busy"
	need "mail is open after a reload ($i)" within 10 mail_reachable
done
need "of that the guard thinks nothing" never 2 said 'in the place of firewalld|Reloading firewalld'
