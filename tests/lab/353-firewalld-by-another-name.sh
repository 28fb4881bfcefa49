# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld runs as "python3", as where a wrapper starts it: what it does to its own rules is its
# own doing all the same, and what another program does is not.
fw_unowned
need "firewalld ends" fw_down
fw_breakable_up
need "the interface is bound" fwc --zone=public --change-interface=host0
need "another name" eval '[ "$(cat "/proc/$FW/comm")" != firewalld ]'
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "it is loaded" fwc --reload
RULE='rule family="ipv4" source address="10.77.0.3" drop'
need "somebody is denied" fwc --add-rich-rule="$RULE"
watch_up
need "and let in again, which empties a chain" fwc --remove-rich-rule="$RULE"
need "that is no trouble" never 2 said 'emptied|flushed'
for turn in 1 2 3; do
	need "somebody binds host0 to it" fwc --zone=iredmail --change-interface=host0
	need "imaps is open, and stays so" stays 1 is_open 993
	need "and back" fwc --zone=public --change-interface=host0
	need "imaps is shut" is_shut 993
done
need "nothing was repaired" not said 'Reloading firewalld|repaired by the guard'
need "the interface is in its zone" fwc --zone=iredmail --change-interface=host0
need "imaps is open" is_open 993
need "which the guard has heard" within 5 snapshot_has iredmail/interface:host0
need "somebody flushes the rules" nft flush ruleset
need "which is named, and repaired" within 5 said 'flushed out of the kernel.*by nft '
need "imaps is open" within 5 is_open 993
need "and bound" within 5 bound iredmail
need "and firewalld's name is told right" not said 'by python3'
