# SPDX-License-Identifier: GPL-2.0-or-later
# Mail stands in a zone and a policy of the administrator's, and a start of firewalld fails over
# another file: its stock configuration has neither. What waits for them is said, none of it is
# given up, and all is open again when the file is mended.
service_manager_up
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "a policy" fwc --permanent --new-policy=mail-in
need "from everywhere" fwc --permanent --policy=mail-in --add-ingress-zone=ANY
need "to this machine" fwc --permanent --policy=mail-in --add-egress-zone=HOST
need "smtp is permanent there" fwc --permanent --policy=mail-in --add-service=smtp
need "they load" fwc --reload
need "the interface is in iredmail" fwc --zone=iredmail --change-interface=host0
watch_up
need "465 opens in the policy" fwc --policy=mail-in --add-port=465/tcp
need "imap in the zone" fwc --zone=iredmail --add-service=imap
need "all are open" is_open 993 25 465 143
need "that is heard" within 5 snapshot_has policy:mail-in/port:465/tcp iredmail/service:imap iredmail/interface:host0
file_refused
need "firewalld ends" fw_down
fw_start
need "it fails" within 15 fw_failed
need "the guard says so" within 5 said 'state FAILED'
need "and that it cannot put these back" within 5 said '0 restored into the stock configuration.*5 cannot be.*for want of their zone or policy'
need "the status is not fine" exits 1 guard status
need "the history has it" within 5 eval 'guard history --kind repair >"$W/out" && out_has "0 items were put back into a firewalld in state FAILED, 5 wait"'
rm /etc/firewalld/zones/public.xml
need "the file is mended: firewalld is whole" within 15 fw_running
FW=$(daemon_pid firewalld)
need "all are open" within 15 is_open 993 25 465 143
need "nothing is left to do" within 10 finished
