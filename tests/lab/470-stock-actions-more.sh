# SPDX-License-Identifier: GPL-2.0-or-later
# The same of the others of them, one that bans by a route among them.
. "$LAB_DIR/stock-actions.sh"
stock_actions <<-END
	direct|restored|firewallcmd-multiport
	every|lost|iptables-allports
	recent|lost|iptables-xt_recent-echo
	nftall|kept|nftables-allports
	blackhole|kept|route
END
