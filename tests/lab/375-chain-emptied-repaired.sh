# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties one chain of firewalld's, or deletes it: the guard has firewalld reload. What
# people do in these chains with rules of their own, and firewalld with its own, is none of that.
. "$LAB_DIR/flush.sh"
# sh -c: two doings are one transaction for nft
emptied_by() { # COMMAND
	: >"$W/watch.log"
	need "$1" sh -c "$1"
	need "$1: the guard says so" within 2 said 'some of firewalld.s rules are gone .*Done by nft \(pid [0-9]+\)\. Reloading firewalld'
	need "$1: and mends it" within 5 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "$1: what was in the runtime is restored" within 5 said 'restored ([0-9]+) of \1 in'
	need "$1: mail is open" within 5 mail_reachable
	need "$1: the banned client is kept out" within 8 is_shut_from 10.77.0.3 993
	need "$1: nothing is left to do" within 10 finished
}
emptied_by 'nft flush chain inet firewalld filter_IN_public'
emptied_by 'nft flush chain inet firewalld filter_IN_public_deny'
emptied_by 'nft flush chain inet firewalld filter_IN_public_allow'
need "the history has it" exits 0 guard history --kind rules-flushed
need "in words" out_has 'some of firewalld.s rules are gone'
need "the wipe has its cause" exits 0 guard history --kind reload
need "in words" out_has 'reload of firewalld by the guard: some of its rules were taken out of the kernel by nft'

: >"$W/watch.log"
# an empty chain gets a rule of somebody's own, and loses it
nft 'add rule inet firewalld filter_IN_public_log tcp dport 7 counter'
nft flush chain inet firewalld filter_IN_public_log
# a rule of somebody's own beside firewalld's
nft 'insert rule inet firewalld filter_IN_public_allow tcp dport 7 counter comment "own"'
nft delete rule inet firewalld filter_IN_public_allow handle \
	"$(nft -a list chain inet firewalld filter_IN_public_allow | sed -n 's/.*comment "own" # handle //p')"
# firewalld empties its own, beside somebody who changes tables of his
nft add table inet somebody
f2b set lab unbanip 10.77.0.3 >/dev/null
need "firewalld's deny chain is empty" within 5 is_open_from 10.77.0.3 993
nft delete table inet somebody
need "nothing of it is taken for a flush" never 2 said 'gone from the kernel'
need "mail is open" mail_reachable
need "the watcher lives" watching
