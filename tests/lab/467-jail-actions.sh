# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of the bans of actions that somebody made: a source of a zone, an entry of an
# ipset, a direct rule, a rule for the network of an address.
. "$LAB_DIR/jail-actions.sh"
for tool in iptables ipset; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
need "an ipset" fwc --permanent --new-ipset=blocked --type=hash:ip
need "which zone drop reads" fwc --permanent --zone=drop --add-source=ipset:blocked
jail_actions <<-END
	zone-source|yes||firewall-cmd --zone=drop --add-source=<ip>|firewall-cmd --zone=drop --remove-source=<ip>
	own-ipset|yes||firewall-cmd --ipset=blocked --add-entry=<ip>|firewall-cmd --ipset=blocked --remove-entry=<ip>
	direct-rule|yes||firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP|firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s <ip> -j DROP
	network|yes||firewall-cmd --add-rich-rule='$drop/30 drop'|firewall-cmd --remove-rich-rule='$drop/30 drop'
END
