# SPDX-License-Identifier: GPL-2.0-or-later
# Every kind of item goes through the store and back, by hand and after a reboot.
need "a set of friends" fwc --permanent --new-ipset=friends --type=hash:ip
need "a policy" fwc --permanent --new-policy=mail-in
need "from everywhere" fwc --permanent --policy=mail-in --add-ingress-zone=ANY
need "to this machine" fwc --permanent --policy=mail-in --add-egress-zone=HOST
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "they load" fwc --reload
watch_up
need "the interface" fwc --zone=iredmail --change-interface=host0
need "a service" fwc --zone=iredmail --add-service=smtp
need "a rule for friends" fwc --zone=iredmail --add-rich-rule='rule family=ipv4 source ipset=friends service name=imaps accept'
pause 1 "so that the guard has read the rules before their entries come"
need "a friend" fwc --ipset=friends --add-entry=10.77.0.3
need "a forwarded port" fwc --zone=iredmail --add-forward-port=port=2993:proto=tcp:toport=993
need "pop3s in the policy" fwc --policy=mail-in --add-service=pop3s
seen() { is_open 25 2993 995 && is_open_from 10.77.0.3 993 && is_shut_from 10.77.0.2 993; }
need "all can be reached" seen
need "the guard ends" watch_down
need "firewalld ends" fw_down
fw_start
need "it is back" within 15 fw_running
need "and nothing can be reached" is_shut 25 2993 995
need "restore says what it would do" exits 0 guard restore --dry-run
need "with the interface" out_has 'iredmail/interface:host0'
need "nothing was done" is_shut 25 2993 995
need "restore" exits 0 guard restore
need "brings all back" seen
need "of the set, too" fwc --ipset=friends --query-entry=10.77.0.3

watch_up
need "the guard ends" watch_down
need "firewalld ends" fw_down
new_boot
fw_start
need "firewalld starts" within 15 fw_running
watch_up
need "after a reboot all is back" within 4 seen
