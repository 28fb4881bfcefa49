# SPDX-License-Identifier: GPL-2.0-or-later
# Who took the rules of others is named: whoever flushed them, not the reload that the guard does for
# it; and the restart of a firewalld that empties iptables' chains, of a jail whose bans stood there.
. "$LAB_DIR/bans.sh"
SETTLED=13 # which is more than the guard waits for those who hear of a reload themselves
docker() {
	iptables-restore --noflush <<-X
		*nat
		:DOCKER - [0:0]
		-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
		-A DOCKER -p tcp -m tcp --dport 9930 -j DNAT --to-destination 172.30.0.2:9930
		COMMIT
	X
}
banned_in_chain() { iptables -S f2b-multi 2>/dev/null | grep -q 10.77.0.9; }
told_jail() { said "$1 took 1 ban of jail multi out of the kernel, and nobody puts it back. To ban again, type: fail2ban-client reload --restart multi"; }
history_says() { guard history >"$W/out" 2>&1; out_has "$1"; }
again() {
	need "the jail bans anew" f2b reload --restart multi
	need "in its chain" within 15 banned_in_chain
	pause 2 "the guard counts rules when nothing has changed for half a second"
	: >"$W/watch.log"
}
need "iptables is installed (see packaging/deps)" command -v iptables-restore >/dev/null
fw_unowned
: >"$W/multi.log"
BANS_JAIL=$(printf '[multi]\nenabled = true\nfilter = lab\nlogpath = %s\nport = imaps\nbanaction = iptables-multiport\naction = %%(banaction)s[name=%%(__name__)s, port="%%(port)s", protocol="tcp"]\n' "$W/multi.log") bans_up
watch_up
mail_open
mail_heard
need "Docker publishes a port" docker
need "somebody is banned" f2b set multi banip 10.77.0.9
need "in a chain of iptables" within 15 banned_in_chain
pause 2 "the guard counts rules when nothing has changed for half a second"

need "somebody flushes all rules" nft flush ruleset
need "firewalld's come back" within 10 said 'in the kernel again after'
need "the ban is told of, with who flushed it" within 10 told_jail "nft \(pid [0-9]+\)"
need "once" not said 'the reload took'
need "Docker's rules, too" within $SETTLED said "the flush of the kernel's rules by nft \(pid [0-9]+\) took rules of Docker, which are not back: .*type: systemctl restart docker"
need "once" not said 'the reload of firewalld took'
need "the history has both" within 5 history_says "others-lost.*the flush of the kernel's rules by nft \(pid [0-9]+\) took rules of Docker"
need "as they were" history_says "nft \(pid [0-9]+\) took 1 ban of jail multi"
need "check finds it" finds others-lost error
need "as what it may be" out_has "or a flush of the kernel's rules, took rules of Docker"
need "Docker is started anew" docker
need "that is told" within 10 said 'rules of Docker that were taken are back'

if can "emptied"; then
	again
	need "firewalld ends" fw_down
	fw_start
	need "it is back" within 15 fw_running
	need "the ban is gone" not banned_in_chain
	need "which its restart did" within 10 told_jail "the (end|restart) of firewalld"
	need "Docker's, too" within $SETTLED said "the restart of firewalld took rules of Docker"

	need "Docker is started anew" docker
	again
	need "fail2ban crashes" f2b_kill
	need "its ban holds" banned_in_chain
	need "a reload" fwc --reload
	need "takes it" not banned_in_chain
	need "which is told" within $SETTLED said 'the reload of firewalld took rules of fail2ban, which are not back: .*What needs them bans nobody.*type: systemctl restart fail2ban'
	need "and of no jail" not said ' took [0-9]+ bans? of jail'
	rm -f /run/fail2ban/fail2ban.sock /run/fail2ban/fail2ban.pid
	f2b_start
	need "fail2ban bans again what it held" within 20 banned_in_chain
	need "of which nothing is told" never 5 said ' took [0-9]+ bans? of jail'
	pause 2 "the guard counts rules when nothing has changed for half a second"

	: >"$W/watch.log"
	need "fail2ban is stopped" f2b_down
	need "and takes its bans off" not banned_in_chain
	need "of which a reload" fwc --reload
	need "is not said to have taken any" never $SETTLED said 'took rules of fail2ban| took [0-9]+ bans? of jail'
fi
