# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody flushed firewalld's rules out of the kernel while no guard ran: everything is open,
# no ban holds, and firewalld says that all is well. The guard that starts sees that, and has
# firewalld reload, as it does when it sees it happen.
. "$LAB_DIR/flush.sh"

flushed_meanwhile() { # COMMAND...
	need "the guard is killed" watch_kill
	"$@" || fail "$*"
	need "no ban holds ($*)" within 3 is_open_from 10.77.0.3 993
	guard status >"$W/out" 2>&1
	need "status says it" out_has 'kernel-rules'
	need "explain is not certain of who is kept out" exits 1 guard explain 10.77.0.3 imaps
	need "and says why" out_has 'rules are gone from the kernel'
	: >"$W/watch.log"
	watch_up -v
	need "the guard says so" within 3 said 'rules are gone from the kernel.*Reloading firewalld'
	need "they are there again" within 5 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "all mail services are reachable" within 5 mail_reachable
	need "the ban holds again" within 10 is_shut_from 10.77.0.3 993
	need "pop3 is shut again" is_shut 110
	need "firewalld is well" fw_running
	# a fail2ban that is younger than ten seconds may not list all of its bans yet
	need "the guard is done" within 20 finished
	need "and had to do it once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
}
flushed_meanwhile nft flush ruleset
flushed_meanwhile nft delete table inet firewalld
flushed_meanwhile nft flush table inet firewalld
flushed_meanwhile nft 'add table inet firewalld { flags dormant; }'

# a guard that starts beside rules that are there does nothing
watch_kill
: >"$W/watch.log"
watch_up -v
need "nothing is reloaded" never 2 said 'Reloading firewalld|gone from the kernel'
# nor has another backend anything of that kind
watch_kill
sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
need "firewalld ends" fw_down
fw_start
if within 15 fw_running; then
	: >"$W/watch.log"
	watch_up -v
	need "nothing is said of it" never 2 said 'Reloading firewalld|gone from the kernel'
fi
