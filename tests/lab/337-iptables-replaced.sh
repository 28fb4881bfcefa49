# SPDX-License-Identifier: GPL-2.0-or-later
# As 331, with firewalld's backend iptables: somebody saved the rules once (iptables-save), and loads
# that now (netfilter-persistent). All chains are there, and what was shut since is open again. Of
# firewalld's own iptables-restore, of its restart, and of others beside it, the guard thinks nothing.
. "$LAB_DIR/iptables.sh" "repair = yes"
fw_up
mail_and_ban_up
save() { iptables-save; }
load() { iptables-restore "$1"; }
LOADER=iptables-restor
. "$LAB_DIR/replaced.sh"
pause 2 "the guard is idle"

: >"$W/watch.log"
for i in 1 2; do
	{ for _ in $(seq 20); do iptables -N somebody; iptables -X somebody; done; } &
	busy=$!
	fwc --reload
	wait "$busy"
	need "mail is open after a reload ($i)" within 10 mail_reachable
done
fw_down
fw_up
need "mail is open after a restart" within 10 mail_reachable
if can "a complete reload"; then
	fwc --complete-reload
	need "mail is open after a complete reload" within 10 mail_reachable
fi
need "the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
need "of that the guard thinks nothing" never 2 said 'in the place of firewalld|rules are gone|Reloading firewalld'
