# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld 0.9 starts without a file that is no XML, in state RUNNING, and has the stock zone
# for it: what was permanent in the file has not been taken out by anybody, and comes back.
need "a permanent service" fwc --permanent --add-service=ssh --add-service=pop3
need "is loaded" fwc --reload
fwc --zone=public --change-interface=host0
mail_and_ban_up
need "what is permanent is on record" snapshot_has public/service:pop3
cp /etc/firewalld/zones/public.xml "$W/public.xml"
passed_over() {
	need "mail is reachable again" within 8 mail_reachable
	need "and pop3, which was permanent" within 3 is_open 110
	need "the ban holds" within 8 is_shut_from 10.77.0.3 993
	not said 'permanent configuration \([0-9]|removed on purpose' || fail "something was learned from it"
	need "the status is not fine" exits 1 guard status
	need "and names the file" out_has 'the file of public is broken'
	need "the round is over" within 10 finished
}
echo '<zone><short>Public</short><service nam="imaps"/' >/etc/firewalld/zones/public.xml
need "it is told" within 10 said 'configuration is broken: .*public.xml'
for how in restart reload; do
	: >"$W/watch.log"
	case $how in
	restart)
		need "firewalld ends" fw_down
		fw_start
		need "it passes over the file" within 15 fw_running
		;;
	reload) need "so does a reload" fwc --reload ;;
	esac
	passed_over
done
# the same without a watcher
need "the watcher ends" watch_down
need "a reload" fwc --reload
need "pop3 is shut" is_shut 110
need "a restore by hand" guard restore
need "opens it again" within 3 is_open 110
watch_up -v
passed_over
: >"$W/watch.log"
cp "$W/public.xml" /etc/firewalld/zones/public.xml
need "a reload loads what is whole again" fwc --reload
need "mail is reachable" within 5 mail_reachable
need "pop3, too" within 2 is_open 110
need "it is permanent" fwc --permanent --query-service=pop3
# and what somebody takes out of a whole file is meant
need "pop3 is taken out" fwc --permanent --remove-service=pop3
pause 1 "so that it is read"
need "a reload" fwc --reload
need "mail is reachable" within 5 mail_reachable
need "pop3 stays shut" stays 2 is_shut 110
