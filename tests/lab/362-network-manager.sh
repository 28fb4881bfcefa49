# SPDX-License-Identifier: GPL-2.0-or-later
# A real NetworkManager, and a connection that names no zone. After each reload, at each
# activation and at its own start it puts host0 into the default zone, wherever it was:
# nobody means that, and mail in host0's zone is open again at once.
. "$LAB_DIR/nm.sh"
# $1: WHAT, the rest: the command that makes NetworkManager send its zones
comes_back() {
	local what=$1
	shift
	: >"$W/watch.log"
	"$@"
	need "$what: NetworkManager takes it away, and the guard puts it back" within 10 said 'restored 1 of 1'
	need "$what: host0 is bound to its zone again" settles_in iredmail
	need "$what: imaps is open" is_open 993
	need "$what: nobody is said to have meant it" not said 'host0 was (bound to|removed).*on purpose'
}
firewalld_restart() {
	need "firewalld ends" fw_down
	fw_start
	need "firewalld is back" within 15 fw_running
}
nm_restart() {
	nm_down
	nm_start
}
nm_up
iredmail_up
watch_up
fwc --zone=iredmail --change-interface=host0
need "which the guard has heard" within 5 snapshot_has iredmail/interface:host0
: >"$W/watch.log"
comes_back "a reload" fwc --reload
! can "a complete reload" || comes_back "a complete reload" fwc --complete-reload
comes_back "nmcli connection up" nm_activate
need "the log names it" said 'warning: NetworkManager sent the zones.*lost \(1\): iredmail/interface:host0'
need "so does the history" eval 'guard history --kind wipe >"$W/out" && out_has "NetworkManager sent the zones"'
comes_back "a restart of NetworkManager" nm_restart
comes_back "a restart of firewalld" firewalld_restart
need "and there is no fight" never 3 not bound iredmail
need "nor is it called one" not said 'again and again'
