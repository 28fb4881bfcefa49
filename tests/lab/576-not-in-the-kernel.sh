# SPDX-License-Identifier: GPL-2.0-or-later
# Open in firewalld, but not in the kernel, or packets come where nothing is open: each
# is found, and mended by the command that the finding printed.
found_and_mended() { # NAME
	need "mail is shut" is_shut 993
	need "$1 is found" finds "$1" error
	need "with a command" mend
	need "that opens it ($(cat "$W/mend"))" within 5 is_open 993 465
	need "and the finding is gone" within 5 clean "$1"
}
# what mends a flush restarts firewalld where it cannot reload then (0.9)
systemctl_up
fw_unowned
mail_open
need "at first nothing is wrong" clean kernel-rules
need "one more, which no table has" fwc --add-service=pop3
need "somebody flushes the kernel's rules" nft flush ruleset
need "it is found" finds kernel-rules error
need "with a command" mend
need "after which it is not" within 5 clean kernel-rules
need "what is not open is shut" is_shut 2525
need "mail is open" is_open 993 465 110

need "somebody flushes one chain" nft flush chain inet firewalld filter_IN_public_allow
found_and_mended kernel-rules
nft 'table inet firewalld_policy_drop { chain filter_input { type filter hook input priority 9 ; policy drop ; } ; }'
found_and_mended kernel-rules

# as iRedMail leaves it: its zone has the services, and the interface is in another
ip link add other0 type veth peer name other1
ip link set other0 up
ip route add default via 10.77.0.2 dev host0
need "a zone" fwc --permanent --new-zone=iredmail
need "that firewalld knows" fwc --reload
mail_open iredmail
need "of two interfaces" finds unreached-zone error
need "that of the clients is meant" out_has 'fix: firewall-cmd --zone=iredmail --change-interface=host0'
need "mail is shut" is_shut 993
need "with a command" mend
need "it is open" within 5 is_open 993
need "and the finding is gone" clean unreached-zone
