# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that has IPv6 alone: a reload, a restart, a start that FAILED, and rules that were
# flushed out of the kernel; mail and the ban each time, and what explain says of both.
conf <<<'[guard]
audit-s = 0'
fw_unowned
ip -4 address flush dev host0
ip -n client -4 address flush dev client0
ip -n client -6 address add fd77::3/64 dev client0 nodad
is_open_from() { [ "$(reach "$2" fd77::1 "$1")" = open ]; }
mail_open6() {
	local port
	for port in $MAIL_PORTS; do is_open_from fd77::2 "$port" || return 1; done
}
all_well() { mail_open6 && is_shut_from fd77::3 993 && is_open_from fd77::3 25; }
out_of_history() { exits 0 guard history --kind wipe && out_has "$1"; }
all_is_back() { # AFTER
	need "$1: all ports of mail are open, and who was banned is refused" within "${2:-10}" all_well
	need "the wipe ends" within 15 finished
}
f2b_up
watch_up -v
mail_open
mail_heard
need "who is banned" f2b set lab banip fd77::3
need "is refused" within 5 is_shut_from fd77::3 993
need "the guard has heard of it" within 8 snapshot_has_rules 1
need "mail is open" mail_open6

need "a reload" fwc --reload
all_is_back "after it"
need "explain" exits 0 guard explain fd77::2 imaps
need "says that it is open" out_has '^993/tcp +imaps +open'
guard explain fd77::3 imaps >"$W/out" 2>&1
need "and of the banned one why not" out_has 'source address="fd77::3"'
guard conflicts >"$W/out" 2>&1
need "conflicts names the ban" out_has "fd77::3"

need "firewalld is restarted" fw_down
fw_up
all_is_back "after it"

need "the rules are flushed" nft flush ruleset
all_is_back "after it"
need "it is on record" out_of_history 'flushed'
need "status is well" exits 0 guard status

file_refused
need "a file that firewalld refuses" fw_down
fw_start
need "it starts, and FAILED" within 15 said 'FAILED' "$W/watch.log"
need "mail is open all the same" within 10 mail_open6
