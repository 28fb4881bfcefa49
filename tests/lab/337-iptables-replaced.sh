# SPDX-License-Identifier: GPL-2.0-or-later
# As 331, with firewalld's backend iptables: somebody saved the rules once (iptables-save), and loads
# that now (netfilter-persistent). All chains are there, and what was shut since is open again. Of
# firewalld's own iptables-restore, of its restart, and of others beside it, the guard thinks nothing.
. "$LAB_DIR/iptables.sh" "repair = yes"
fw_up
mail_and_ban_up
need "pop3 opens" fwc --add-service=pop3
need "is open" is_open 110
pause 3 "the guard is idle"
iptables-save >"$W/rules.v4"
need "pop3 is shut again" fwc --remove-service=pop3
need "is shut" is_shut 110
pause 3 "the guard is idle"
for i in 1 2; do
	: >"$W/watch.log"
	need "the old rules are loaded ($i)" iptables-restore "$W/rules.v4"
	need "the guard says so, and who did it ($i)" within 5 said 'another table is in the place of firewalld.s.*Done by iptables-restor \(pid [0-9]+\)\. Reloading firewalld'
	need "and mends it ($i)" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "pop3 is shut ($i)" within 5 is_shut 110
	need "mail is open ($i)" within 5 mail_reachable
	need "the banned client is kept out ($i)" within 10 is_shut_from 10.77.0.3 993
	need "the guard is done ($i)" within 20 finished
	need "and had to do it once ($i)" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
done
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
