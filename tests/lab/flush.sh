# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios in which firewalld's rules are flushed out of the kernel. To be sourced: mail is
# open, somebody is banned, and the table may be flushed. Arguments: lines of [guard].

conf <<-X
	[guard]
	audit-s = 0
	$(printf '%s\n' "$@")
X
fw_unowned
mail_and_ban_up
need "pop3 is shut" is_shut 110
