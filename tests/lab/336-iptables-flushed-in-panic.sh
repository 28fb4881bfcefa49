# SPDX-License-Identifier: GPL-2.0-or-later
# As 376, with firewalld's backend iptables: panic mode is iptables' policies there. `iptables -F`
# leaves them, so nothing is open; `nft flush ruleset` takes them, and firewalld's reload does not
# bring them back.
. "$LAB_DIR/iptables.sh" "repair = yes"
fw_up
mail_and_ban_up
pause 2 "the guard is idle"
panic() {
	: >"$W/watch.log"
	need "panic mode" fwc --panic-on
	need "nothing gets in" not answered
	pause 1 "the guard has heard it, and says the same thing once"
	: >"$W/watch.log"
}
mended() {
	need "and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "nothing gets in" within 5 not answered
	need "and that stays so" stays 1 not answered
	need "panic mode can be ended" fwc --panic-off
	need "mail is open" within 15 mail_reachable
	need "the banned client is kept out" within 8 is_shut_from 10.77.0.3 993
	need "nothing else is open" is_shut 110
	need "it answers" answered
	need "nothing is left to do" within 12 finished
}
panic
need "the rules go" iptables -F
need "the guard says so" within 5 said "rules are gone from the kernel.*no new connection gets in.*Done by iptables .*Reloading firewalld"
mended
not said "$OPEN" || fail "nothing was open"
panic
need "the rules go, and the policies" nft flush ruleset
need "the guard says so" within 5 said "rules are gone from the kernel.*every port is open.*Done by nft .*Reloading firewalld"
mended
