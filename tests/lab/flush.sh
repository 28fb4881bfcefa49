# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios in which firewalld's rules are flushed out of the kernel. To be sourced: mail is
# open, somebody is banned, and the table may be flushed.

conf <<-X
	[guard]
	audit-s = 0
X
# from 2.3 on its table is its own, which nobody else can flush, unless that is switched off
if grep -q '^NftablesTableOwner=' /etc/firewalld/firewalld.conf; then
	sed -i 's/^NftablesTableOwner=.*/NftablesTableOwner=no/' /etc/firewalld/firewalld.conf
	need "firewalld ends" fw_down
	fw_up
fi
mail_and_ban_up
need "pop3 is shut" is_shut 110
