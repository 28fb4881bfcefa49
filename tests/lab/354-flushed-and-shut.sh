# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody flushes firewalld's rules, and the reload that is to mend it breaks off, too, and leaves
# its policy DROP: nobody gets in. There is no service manager; one more reload mends it.
# As shipped: how soon it acts is judged.
fw_unowned
need "firewalld ends" fw_down
fw_breakable_up
fwc --zone=public --change-interface=host0
conf <<-X
	[guard]
	audit-s = 0
X
mail_and_ban_up
need "pop3 is shut" is_shut 110
touch "$W/break-drop"
need "the rules are flushed" nft flush ruleset
need "the guard's reload breaks off" within 5 said "COMMAND_FAILED.*handle"
need "it says what is left" within 3 said 'has left its policy DROP'
need "mail is reachable again" within 5 mail_reachable
need "it is mended" within 3 said 'lets in again what firewalld says is open after [0-9]+ ms, repaired by the guard'
need "pop3 is shut again" is_shut 110
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
need "the guard is done" within 5 finished
need "firewalld is well" fw_running
