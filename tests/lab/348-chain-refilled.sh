# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties a chain of firewalld's and fills it again with less, in one transaction: it is not
# empty, and has as many rules as it had, maybe. What firewalld lists and has no rule for is told,
# by status and check, too, and mended.
. "$LAB_DIR/flush.sh"
refilled() { # NAMED CHAIN RULE...
	local named=$1 chain=$2 rule
	shift 2
	{
		echo "flush chain inet firewalld $chain"
		for rule in "$@"; do echo "add rule inet firewalld $chain $rule"; done
	} >"$W/refill.nft"
	: >"$W/watch.log"
	need "$chain is filled with less" nft -f "$W/refill.nft"
	need "$chain: the guard says so, and of what" within 3 said "some of firewalld.s rules are gone.*: $named.*Done by nft .*Reloading firewalld"
	need "$chain: and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "$chain: mail is open" within 5 mail_reachable
	need "$chain: the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
	need "$chain: pop3 is shut" is_shut 110
	need "$chain: nothing is left to do" within 20 finished
	need "$chain: and it was done once" [ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ]
}
refilled public/service: filter_IN_public_allow 'tcp dport 25 accept' 'tcp dport 7 accept'
refilled public/rule filter_IN_public_deny 'ip saddr 192.0.2.7 drop'
refilled public filter_IN_public 'tcp dport 7 accept'
refilled 'filter_INPUT( |\.)' filter_INPUT "$(nft list chain inet firewalld filter_INPUT | sed -n 's/^\t*\(jump filter_INPUT_[A-Za-z]*\)$/\1/p' | tail -n 1)"

# with no watcher status and check say so; what check prints mends it
watch_kill
printf '%s\n' 'flush chain inet firewalld filter_IN_public_allow' \
	'add rule inet firewalld filter_IN_public_allow tcp dport 993 accept' >"$W/refill.nft"
need "nothing is wrong" clean kernel-rules
need "it is filled with less" nft -f "$W/refill.nft"
exits 1 guard status || fail "status is fine"
need "status says why" out_has 'kernel-rules'
need "check finds it" finds kernel-rules error
need "and names it" out_has 'public/service:smtp'
need "what it prints mends it" mend
need "mail is open" within 5 mail_reachable
need "and the finding is gone" clean kernel-rules

# who replaces a rule by one that says the same, or more, has taken nothing
watch_up -v
: >"$W/watch.log"
nft list chain inet firewalld filter_IN_public_allow >"$W/same.nft"
{ echo 'flush chain inet firewalld filter_IN_public_allow' && cat "$W/same.nft"; } >"$W/refill.nft"
nft -f "$W/refill.nft"
need "nothing is reloaded" never 2 said 'Reloading|gone from the kernel'
