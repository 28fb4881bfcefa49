# SPDX-License-Identifier: GPL-2.0-or-later
# The same of two things at once, a rule of a policy, a script, and of what firewalld knows
# nothing about: a set of another table, a route.
. "$LAB_DIR/jail-actions.sh"
need "nft is installed (see packaging/deps)" command -v nft >/dev/null
nft 'table inet mine { set blocked { type ipv4_addr; }; chain input { type filter hook input priority 10; ip saddr @blocked drop; }; }'
need "a policy" fwc --permanent --new-policy=mailban
fwc --permanent --policy=mailban --add-ingress-zone=ANY
fwc --permanent --policy=mailban --add-egress-zone=HOST
fwc --permanent --policy=mailban --set-priority=-10
jail_actions <<-END
	two-at-once|yes||firewall-cmd --zone=drop --add-source=<ip>; firewall-cmd --add-rich-rule='$drop reject'|firewall-cmd --zone=drop --remove-source=<ip>; firewall-cmd --remove-rich-rule='$drop reject'
	policy-rule|yes||firewall-cmd --policy=mailban --add-rich-rule='$drop drop'|firewall-cmd --policy=mailban --remove-rich-rule='$drop drop'
	script|yes||$W/ban-script add <ip>|$W/ban-script remove <ip>
	nft-set|no||nft add element inet mine blocked { <ip> }|nft delete element inet mine blocked { <ip> }
	blackhole|no||ip route add blackhole <ip>|ip route del blackhole <ip>
END
