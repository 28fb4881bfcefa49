# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody flushes firewalld's rules out of the kernel: everything is open, every ban is gone,
# and firewalld knows nothing of it. The kernel tells the guard, which has firewalld reload.
# As shipped: how soon it acts is judged.
. "$LAB_DIR/flush.sh"

# flushed_by COMMAND...: it is noticed, named, and mended
flushed_by() {
	local start end
	: >"$W/watch.log"
	start=$(now_ms)
	"$@" || fail "$*"
	end=$(now_ms)
	need "the guard has said so ($*)" within 2 said 'rules are gone from the kernel'
	need "it is on record" within 2 noticed_since "$start" rules-flushed
	echo "  noticed $((noticed - end)) ms after the end of $*"
	[ $((noticed - end)) -lt 100 ] || fail "it was not noticed within 100 ms"
	need "and who did it" said 'gone from the kernel.*Done by nft \(pid [0-9]+\)\. Reloading firewalld'
	need "they are there again" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "what was in the runtime is restored" within 5 said 'restored ([0-9]+) of \1 in'
	need "all mail services are reachable" within 2 mail_reachable
	need "the ban holds again" within 8 is_shut_from 10.77.0.3 993
	need "pop3 is shut again" is_shut 110
	need "firewalld is well" fw_running
}
# asked for before anything is gone: firewalld may be loading its rules at any later moment
dispatch=$(nft list table inet firewalld | grep -oE 'filter_INPUT_(ZONES|POLICIES|dispatch)\b' | head -n 1)
flushed_by nft flush ruleset
need "the history has it" exits 0 guard history --kind rules-flushed
need "with who did it" out_has 'Done by nft \(pid'
need "the wipe has its cause" exits 0 guard history --kind reload
need "in words" out_has 'reload of firewalld by the guard: its rules were flushed out of the kernel by nft'
flushed_by nft delete table inet firewalld
# the table stays, and nothing is in it
flushed_by nft flush table inet firewalld
flushed_by nft flush chain inet firewalld "$dispatch"
# as Debian's nftables.service does it
printf 'flush ruleset\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter;\n\t}\n}\n' >"$W/nftables.conf"
flushed_by nft -f "$W/nftables.conf"

# what firewalld does itself is none of this
: >"$W/watch.log"
for _ in 1 2 3; do fwc --reload; done
need "firewalld ends" fw_down
fw_start
need "and runs again" within 15 fw_running
fwc --panic-on
pause 1 "in panic mode"
fwc --panic-off
nft add table inet somebody
nft delete table inet somebody
need "nothing of it is taken for a flush" never 2 said 'gone from the kernel|left its policy DROP'
need "all mail services are reachable" within 5 mail_reachable
need "the watcher lives" watching
