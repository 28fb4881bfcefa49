# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld with its backend iptables: its own rules stand among those of others, in INPUT even. What
# of its own somebody empties is told as that, and mended by a reload; no printed command takes a rule
# of firewalld's away. What others have put there goes by the command that is printed.
. "$LAB_DIR/firewalls.sh"
taken_away() { grep -E 'iptables.* -[DF] ' "${1:-$W/out}"; }
check_says() { guard check >"$W/out" 2>"$W/err" || grep -q "$1" "$W/out" || { cat "$W/out" "$W/err"; return 1; }; }
emptied() { # CHAIN
	need "nothing is wrong" clean kernel-rules
	need "somebody empties $1" iptables -F "$1"
}
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
fw_down
fw_up
mail_open
for port in 993 465 2525; do need "explain is right about $port" agrees 10.77.0.2 "$port"; done
need "the table of nobody else refuses" clean refused-by-table
need "firewalld is told to open a port" opened_as_told 10.77.0.2 2525
need "not iptables" not taken_away "$W/typed"
need "it is shut again" fwc --remove-port=2525/tcp
fwc --permanent --remove-port=2525/tcp

emptied IN_public_allow
need "mail is shut" is_shut 993
need "explain agrees" agrees 10.77.0.2 993
need "and says whose rule it is" out_has "among firewalld's own rules"
need "not what takes it away" not taken_away
need "check, too" check_says kernel-rules
need "takes nothing away" not taken_away
found_and_mended kernel-rules error
need "mail is open" within 5 is_open 993 465
need "nothing else is" is_shut 2525

emptied INPUT
need "all is open" within 5 is_open 993 2525
need "explain agrees" agrees 10.77.0.2 2525
need "firewalld reloads" fwc --reload
mail_open

need "somebody denies" iptables -I INPUT -p tcp --dport 993 -j DROP
need "explain agrees" agrees 10.77.0.2 993
need "what is printed lets in" opened_as_told 10.77.0.2 993
need "it is the rule" grep -qx 'iptables-nft -t filter -D INPUT -p tcp -m tcp --dport 993 -j DROP' "$W/typed"
need "somebody is let in" iptables -I INPUT -s 10.77.0.3 -j ACCEPT
need "explain agrees" agrees 10.77.0.3 2525
need "others are not" agrees 10.77.0.2 2525
iptables -N f2b-mail && iptables -I INPUT -p tcp -j f2b-mail
need "fail2ban's chain" iptables -A f2b-mail -s 10.77.0.2 -j REJECT
need "explain agrees" agrees 10.77.0.2 993
need "it is fail2ban's doing" owned_by 10.77.0.2 fail2ban
need "what is printed lets in" opened_as_told 10.77.0.2 993
