# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Rules that were saved are loaded later, with firewalld's among them: what was shut since is open. To
# be sourced, with mail open and somebody banned; save and load are the scenario's.
need "pop3 opens" fwc --add-service=pop3
need "is open" is_open 110
pause 3 "the guard is idle"
save >"$W/rules"
need "pop3 is shut again" fwc --remove-service=pop3
need "is shut" is_shut 110
pause 3 "the guard is idle"
for i in 1 2; do
	: >"$W/watch.log"
	need "the old rules are loaded ($i)" load "$W/rules"
	need "the guard says so, and who did it ($i)" within 5 said "another table is in the place of firewalld.s.*Done by $LOADER \\(pid [0-9]+\\)\\. Reloading firewalld"
	need "and mends it ($i)" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "pop3 is shut ($i)" within 5 is_shut 110
	need "mail is open ($i)" within 5 mail_reachable
	need "the banned client is kept out ($i)" within 10 is_shut_from 10.77.0.3 993
	need "the guard is done ($i)" within 20 finished
	need "and had to do it once ($i)" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
done
