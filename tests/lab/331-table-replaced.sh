# SPDX-License-Identifier: GPL-2.0-or-later
# `nft list ruleset` was saved once as /etc/nftables.conf, firewalld's table with it; later somebody
# loads that (systemctl restart nftables). All chains are there, and none is firewalld's: what was shut
# since then is open again, and firewalld cannot take away any more what it lists. The guard has it
# reload; of firewalld's own reloads, and of others beside them, it thinks nothing.
. "$LAB_DIR/flush.sh"
save() { echo "flush ruleset" && nft list ruleset; }
load() { nft -f "$1"; }
LOADER=nft
. "$LAB_DIR/replaced.sh"
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
