# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes in a reload of the bans of fail2ban's own actions, and the way out (stock-actions.sh).
. "$LAB_DIR/stock-actions.sh"
stock_actions <<-END
	directset|restored|firewallcmd-ipset
	multi|lost|iptables-multiport
	set|lost|iptables-ipset-proto6
	nft|kept|nftables-multiport
	rich|restored|firewallcmd-rich-rules
END
