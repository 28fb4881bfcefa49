# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody takes one rule of firewalld's out of the kernel; the guard has firewalld reload, and he
# takes it again before that was looked at. The kernel tells who did it: it is no rule that
# firewalld does not make, and nobody says that it is there again while it is not.
. "$LAB_DIR/flush.sh"
need "imaps is permanent" fwc --permanent --add-service=imaps
pause 2 "the guard is idle"
take() {
	nft delete rule inet firewalld filter_IN_public_allow handle \
		"$(nft -a list chain inet firewalld filter_IN_public_allow 2>/dev/null | sed -n 's/.*dport 993 .*# handle //p' | head -n 1)" 2>/dev/null
}
: >"$W/watch.log"
need "the rule is taken" take
need "the guard has firewalld reload" within 10 said 'Reloading firewalld'
need "it is taken again at once" within 10 take
need "mail is open in the end" within 15 is_open 993
not said 'the kernel still has no rule for public/service:imaps: left as it is' || fail "somebody took it, and the guard knows who"
