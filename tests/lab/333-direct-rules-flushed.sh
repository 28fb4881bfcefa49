# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld (backend nftables) keeps direct rules in the chains of iptables; fail2ban's stock action
# firewallcmd-multiport bans by them. Somebody flushes these chains: firewalld lists the rules, the
# kernel has none. The guard says so, and has firewalld reload.
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
conf_guard "audit-s = 1"
F2B_JAIL="[multi]
enabled = true
filter = lab
logpath = $W/multi.log
port = imaps
action = firewallcmd-multiport[name=multi, port=\"imaps\", protocol=tcp]"
: >"$W/multi.log"
ip -n client address add 10.77.0.4/24 dev client0
ip -n client address add 10.77.0.5/24 dev client0
need "an administrator denies somebody" fwc --permanent --direct --add-rule ipv4 filter INPUT 0 -s 10.77.0.5 -p tcp --dport 993 -j DROP
need "which is loaded" fwc --reload
fwc --zone=public --change-interface=host0
mail_and_ban_up
need "a jail bans" f2b set multi banip 10.77.0.4
need "by a direct rule" within 15 is_shut_from 10.77.0.4 993
need "the administrator's denies, too" is_shut_from 10.77.0.5 993
pause 4 "the guard has heard"
for how in "iptables -F" "nft flush ruleset"; do
	: >"$W/watch.log"
	need "$how" $how
	need "$how: the ban by a direct rule is back" within 10 is_shut_from 10.77.0.4 993
	need "$how: what the administrator denied is" within 5 is_shut_from 10.77.0.5 993
	need "$how: the guard said of what" said "firewalld.s rules are gone"
done

# unseen
watch_kill
need "a direct rule is taken" iptables -F INPUT
need "whom it denied gets in" within 3 is_open_from 10.77.0.5 993
need "status is not fine" exits 1 guard status
need "it says why" out_has 'kernel-rules'
watch_up
need "the guard says so, and of what" within 10 said "firewalld.s rules are gone.*: direct:ipv4/chain:filter INPUT"
need "and mends it" within 10 is_shut_from 10.77.0.5 993
need "the ban, too" within 10 is_shut_from 10.77.0.4 993
need "nothing is found" within 10 exits 0 guard check --only kernel-rules
