# SPDX-License-Identifier: GPL-2.0-or-later
# As 345, of what lets in elsewhere: a policy, a forward port, and a zone whose target accepts. A
# rule of it is taken while the guard looks, or a chain is emptied while it does not.
conf_guard "audit-s = 1"
fw_unowned
fwc --permanent --new-policy=mail-in
fwc --permanent --policy=mail-in --add-ingress-zone=ANY
fwc --permanent --policy=mail-in --add-egress-zone=HOST
fwc --permanent --policy=mail-in --add-service=smtp --add-service=imaps
fwc --reload
fwc --zone=public --change-interface=host0
watch_up
need "mail is open" within 5 is_open 993 25
fwc --add-forward-port=port=465:proto=tcp:toport=2525 --add-forward-port=port=4190:proto=tcp:toport=2525
fwc --zone=trusted --add-source=10.77.0.3
need "it is forwarded" within 5 is_open 465
need "somebody is trusted" within 5 is_open_from 10.77.0.3 110
need "the guard has heard it" within 5 snapshot_has trusted/source:10.77.0.3
whole() { # WHAT COMMAND...
	need "$1: the guard says so, and of what" within 10 said "firewalld.s rules are gone.*: $1"
	need "$1: it is back" within 10 "${@:2}"
	need "$1: that is said" within 10 said 'in the kernel again after'
	: >"$W/watch.log"
}
handle_of() { nft -a list chain inet firewalld "$1" | sed -n "s/.*$2.*# handle //p" | tail -n 1; }
cut() { nft delete rule inet firewalld "$1" handle "$(handle_of "$1" "$2")"; }
need "one rule of the policy" cut filter_IN_policy_mail-in_allow 'dport 993 '
whole policy:mail-in/service:imaps is_open 993
# in its chain, or behind what leads there
cut_target() {
	local place
	place=$(nft -a list table inet firewalld | awk '/^\tchain / { chain = $2 }
		chain ~ /^filter_IN/ && (chain ~ /_trusted/ && $1 == "accept" || /saddr 10.77.0.3 accept/) { print chain, "handle", $NF; exit }')
	# shellcheck disable=SC2086
	nft delete rule inet firewalld $place
}
need "what the target of a zone says" cut_target
whole trusted/target:ACCEPT is_open_from 10.77.0.3 110
if can "forward ports"; then
	need "one of two forward ports" cut nat_PRE_public_allow 'dport 465 '
	whole public/forward-port:port=465 is_open 465
fi
watch_kill
need "the chain is emptied while no guard runs" nft flush chain inet firewalld filter_IN_policy_mail-in_allow
need "mail is shut" is_shut 993
need "status is not fine" exits 1 guard status
need "it says why" out_has 'kernel-rules'
watch_up
whole policy:mail-in/service is_open 993
need "nothing is found" within 10 exits 0 guard check --only kernel-rules
