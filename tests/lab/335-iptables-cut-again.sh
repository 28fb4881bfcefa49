# SPDX-License-Identifier: GPL-2.0-or-later
# As 332, with firewalld's backend iptables: who has taken a rule again is not firewalld's own
# iptables-restore.
. "$LAB_DIR/iptables.sh" "repair = yes"
fw_up
mail_and_ban_up
need "imaps is permanent" fwc --permanent --add-service=imaps
pause 2 "the guard is idle"
take() {
	# shellcheck disable=SC2046
	iptables $(iptables -S IN_public_allow 2>/dev/null | sed -n '/dport 993 /{s/^-A/-D/;p;q}') 2>/dev/null
}
for i in 1 2 3; do
	: >"$W/watch.log"
	need "the rule is taken ($i)" take
	need "the guard has firewalld reload ($i)" within 10 said 'Reloading firewalld'
	need "it is taken again at once ($i)" within 10 take
	need "mail is open in the end ($i)" within 15 is_open 993
	not said 'the kernel still has no rule for public/service:imaps: left as it is' || fail "somebody took it, and the guard knows who"
	need "the guard is done ($i)" within 20 finished
	pause 2 "the guard is idle"
done
