# SPDX-License-Identifier: GPL-2.0-or-later
# Mail stands in a zone and a policy of the administrator's, and a start of firewalld fails over
# another file: its stock configuration has neither. What was open to all that comes into the
# default zone now is opened there meanwhile, and nothing else; what waits is said, none of it is
# given up, nothing of the makeshift stays, and all is as it was when the file is mended.
service_manager_up
mail_in_iredmail() {
	need "a zone for mail" fwc --permanent --new-zone=iredmail
	need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
	need "a policy" fwc --permanent --new-policy=mail-in
	need "from everywhere" fwc --permanent --policy=mail-in --add-ingress-zone=ANY
	need "to this machine" fwc --permanent --policy=mail-in --add-egress-zone=HOST
	need "smtp is permanent there" fwc --permanent --policy=mail-in --add-service=smtp
	need "one from a zone that nobody comes in through" fwc --permanent --new-policy=other-in
	need "with that zone" fwc --permanent --policy=other-in --add-ingress-zone=home
	need "to this machine, too" fwc --permanent --policy=other-in --add-egress-zone=HOST
	need "pop3 is permanent there" fwc --permanent --policy=other-in --add-service=pop3
	need "they load" fwc --reload
}
fails() {
	: >"$W/watch.log"
	file_refused
	need "firewalld ends" fw_down
	fw_start
	need "it fails" within 15 fw_failed
}
whole_again() {
	rm /etc/firewalld/zones/public.xml
	need "the file is mended: firewalld is whole" within 15 fw_running
	FW=$(daemon_pid firewalld)
	need "all are open" within 15 is_open 993 25 465 143
	need "nothing is left to do" within 10 finished
	need "nothing of the makeshift is left in public" eval '! fwc --zone=public --query-service=imaps && ! fwc --zone=public --query-service=imap'
}
mail_in_iredmail
need "the interface is in iredmail" fwc --zone=iredmail --change-interface=host0
watch_up
need "465 opens in the policy" fwc --policy=mail-in --add-port=465/tcp
need "imap in the zone" fwc --zone=iredmail --add-service=imap
need "all are open" is_open 993 25 465 143
need "that is heard" within 5 snapshot_has policy:mail-in/port:465/tcp iredmail/service:imap iredmail/interface:host0
fails
need "mail is open in the default zone meanwhile, that of the policy, too" within 5 is_open 993 143 25 465
need "nothing else is" is_shut 110
need "it says so, and what it cannot put back" within 5 \
	said '4 restored into the stock configuration.*4 of them in zone public.*1 cannot be.*for want of (its|their) zone or policy'
need "the status is not fine" exits 1 guard status
need "nobody is told to make the makeshift permanent" not out_has 'persist|permanent.*add-service'
need "the history has it" within 5 eval 'guard history --kind repair >"$W/out" && out_has "4 items were put back into a firewalld in state FAILED .*in zone public.*, 1 waits?"'
need "somebody takes imap away" fwc --zone=public --remove-service=imap
need "it stays away" stays 3 is_shut 143
need "the watcher ends" watch_down
need "somebody takes imaps away while none runs" fwc --zone=public --remove-service=imaps
: >"$W/watch.log"
watch_start
need "the next one looks" within 10 said 'state FAILED'
need "they stay away" stays 3 is_shut 143 993
need "those of the policy are open" is_open 25 465
need "one waits, as before" said '0 restored into the stock configuration.* and 1 cannot be'
whole_again

# another failed start is another matter
fails
need "mail is open in the default zone meanwhile, all of it" within 5 is_open 993 143 25 465
whole_again

# another interface comes into the default zone, too, and mail was never open on that
ip link add lan0 type veth peer name lan1 && ip link set lan0 up
fails
need "it says that it cannot put it back" within 5 said '2 restored into the stock configuration.*3 cannot be'
need "nothing is open to those who were shut out" stays 2 is_shut 993 143
need "what is open to all by the policy is" is_open 25 465
whole_again
ip link del lan0

# the administrator's zone is the default zone
need "iredmail is the default zone" fwc --set-default-zone=iredmail
need "nothing is left to do" within 10 finished
fails
need "mail is open meanwhile" within 5 is_open 993 143
whole_again
need "the default zone is the administrator's" eval '[ "$(firewall-cmd --get-default-zone)" = iredmail ]'
