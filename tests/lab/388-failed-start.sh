# SPDX-License-Identifier: GPL-2.0-or-later
# A file that firewalld cannot load is told of when it is written. A start that fails over it
# leaves a stock configuration with mail shut; it takes runtime changes, and they work: mail is
# put back into it, nothing is learned from it, and all is whole when the file is mended.
mail_and_ban_to_fail
cp /etc/firewalld/zones/public.xml "$W/public.xml"

comes="The next reload will be refused" no_xml=yes
can "a file that is no XML" || comes="the next reload breaks off half way" no_xml=""
# failing WORDS COMMAND...: which breaks a file
failing() {
	local words=$1
	: >"$W/watch.log"
	"${@:2}"
	need "it is told before anything happens ($words)" within 10 said "configuration is broken: .*$words.*$comes"
	need "mail is reachable" mail_reachable
	need "firewalld ends" fw_down
	fw_start
	need "it fails" within 15 fw_failed
	need "the guard says so" within 5 said 'state FAILED'
	need "mail is reachable again" within 5 mail_reachable
	need "it says what was done" within 3 said '[0-9]+ restored into the stock configuration'
	need "pop3, which was permanent, is open, too" within 2 is_open 110
	need "the ban holds" within 5 is_shut_from 10.77.0.3 993
	need "the status is not fine" exits 1 guard status
	need "and says why" out_has FAILED
	need "what was meant is on record" snapshot_has public/service:imaps public/service:pop3 public/service:smtp
	mended
	need "the guard has it reload" within 10 said 'files in order\. Reloading firewalld'
	whole
	need "mail is reachable" within 5 mail_reachable
	need "and pop3" is_open 110
	need "the ban holds" within 8 is_shut_from 10.77.0.3 993
	need "that is told" within 3 said 'its own configuration again after [0-9]+ ms, repaired by the guard'
	not said 'permanent configuration \([0-9]|removed on purpose' || fail "something was learned from it"
	need "nothing is left to do" within 10 finished
}
whole() {
	need "firewalld is whole" within 15 fw_running
	FW=$(daemon_pid firewalld) # another one after a restart
}
service_gone() { sed -i 's#</zone>#<service name="webmail-suite"/></zone>#' /etc/firewalld/zones/public.xml; }
not_xml() { echo '<zone><short>Public</short><service nam="imaps"/' >/etc/firewalld/zones/public.xml; }
two_zones() {
	cp /usr/lib/firewalld/zones/work.xml /etc/firewalld/zones/work.xml
	sed -i 's#</zone>#<interface name="'"$1"'"/></zone>#' /etc/firewalld/zones/work.xml /etc/firewalld/zones/public.xml
}
mended() {
	rm -f /etc/firewalld/zones/work.xml
	cp "$W/public.xml" /etc/firewalld/zones/public.xml
}
failing "webmail-suite.*/zones/public.xml line [0-9]+" service_gone
if [ "$no_xml" ]; then failing "/zones/public.xml line 1" not_xml; else failing webmail-suite service_gone; fi
# before 1.0 no reload refuses it
if [ -z "$no_xml" ]; then
	service_gone
	need "it is told" within 10 said "$comes"
	: >"$W/watch.log"
	need "a reload breaks off" not fwc --reload
	need "mail is reachable again" within 30 mail_reachable
	need "the ban holds" within 10 is_shut_from 10.77.0.3 993
	need "the status is not fine" exits 1 guard status
	mended
	whole
	need "mail is reachable" within 10 mail_reachable
	need "and pop3" within 5 is_open 110
	need "the ban holds" within 10 is_shut_from 10.77.0.3 993
	need "nothing is left to do" within 20 finished
	: >"$W/watch.log"
	mkdir -p /etc/firewalld/policies
	echo '<policy target="CONTINUE"><ingress-zone name="ANY"/><egress-zone name="HOST"/><service name="webmail-suite"/></policy>' \
		>/etc/firewalld/policies/in.xml
	need "of a policy that names it another thing is told" within 10 said 'webmail-suite.*policies/in\.xml.*passes over it'
	need "as a reload shows" fwc --reload
	need "after which mail is open" within 5 mail_reachable
	rm /etc/firewalld/policies/in.xml
	need "that it is mended is said" within 10 said 'configuration is in order again'
	need "nothing is left to do" within 20 finished
fi
need "the history has it" exits 0 guard history --kind firewalld-failed
need "with the file" out_has 'broken: .*(public.xml|webmail-suite)'
need "and what was done" exits 0 guard history --kind repair
need "in words" out_has 'put back into a firewalld in state FAILED'
# the same where the guard starts into it
need "the watcher ends" watch_down
service_gone
need "firewalld ends" fw_down
fw_start
need "it fails" within 15 fw_failed
: >"$W/watch.log"
watch_start -v
need "mail is reachable again" within 8 mail_reachable
need "the file is told" within 10 said 'configuration is broken: .*webmail-suite.*/zones/public.xml line [0-9]+'
mended
whole
need "mail is reachable" within 5 mail_reachable
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
need "the watcher lives" watching
# two zones with the interface of the clients: whether firewalld takes it depends on its release
need "the watcher ends" watch_down
: >"$W/watch.log"
watch_up -v
two_zones eth7
if firewall-cmd --check-config >/dev/null 2>&1; then
	need "it is not told" never 5 said 'configuration is broken'
else
	mended
	failing "host0.*/zones/public.xml line [0-9]+, /etc/firewalld/zones/work.xml line [0-9]+" two_zones host0
fi
need "the watcher lives" watching
