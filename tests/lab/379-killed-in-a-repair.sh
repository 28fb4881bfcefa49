# SPDX-License-Identifier: GPL-2.0-or-later
# The guard is killed between the reload that it makes to bring back flushed rules and the moment
# when it hears of it. The next guard knows that what is missing was lost by that reload (law 4).
. "$LAB_DIR/flush.sh"

for round in 1 2; do
	: >"$W/watch.log"
	nft flush ruleset
	until nft list table inet firewalld_policy_drop >/dev/null 2>&1; do watching || fail "the watcher died"; done
	kill -STOP "$WATCH"
	need "firewalld has reloaded meanwhile ($round)" within 10 is_shut 110
	watch_kill
	watch_up -v
	need "mail is reachable again ($round)" within 8 mail_reachable
	need "the ban holds ($round)" within 10 is_shut_from 10.77.0.3 993
	need "pop3 is shut ($round)" is_shut 110
	not said 'nobody can tell' || fail "the guard did not know its own reload ($round)"
	# a fail2ban that is younger than ten seconds may not list all of its bans yet
	need "it has come to an end ($round)" within 20 finished
done
need "the history has it" exits 0 guard history --kind reload
need "with what was the matter" out_has 'its rules were flushed|the guard was interrupted after a reload'
