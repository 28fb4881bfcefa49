# SPDX-License-Identifier: GPL-2.0-or-later
# A file that firewalld will refuse is said at once, with the line; and that it is mended.
need "imaps is permanent" fwc --permanent --add-service=imaps
need "loaded" fwc --reload
watch_up
pause 0.5 "so that the guard has read the files"
cp /etc/firewalld/zones/public.xml "$W/whole.xml"
sed 's|</zone>||' "$W/whole.xml" >/etc/firewalld/zones/public.xml
need "that it is broken is said" within 2 said 'the file of public is broken \(line [0-9]+: .*firewalld will refuse the next reload'
need "nothing in it counts as gone" not said "not made through firewalld"
need "status names it" exits 1 guard status
need "as a problem" out_has 'the file of public is broken \(line [0-9]+'
need "smtp is open at run time" fwc --add-service=smtp
cp /etc/firewalld/zones/public.xml "$W/broken.xml"
need "persist does not write over it" exits 1 guard persist
need "and says why" sh -c 'cat "$W/out" "$W/err" | grep -qE "its file is broken .line [0-9]+: .*fix it first"'
need "so that nothing of it is lost" cmp /etc/firewalld/zones/public.xml "$W/broken.xml"
need "smtp is shut again" fwc --remove-service=smtp
if fwc --reload; then need "firewalld passes over it, and the guard brings back what was in it" within 5 is_open 993; fi
need "firewalld keeps what it has" is_open 993
cat "$W/whole.xml" >/etc/firewalld/zones/public.xml
need "that it is mended is said" within 2 said 'the file of public is no longer broken'
need "and nothing is missing" not said "not made through firewalld"
need "status is fine again" exits 0 guard status

# what is XML, and nothing that firewalld loads
cat >/etc/firewalld/zones/extra.xml <<-X
	<?xml version="1.0" encoding="utf-8"?>
	<zone><service name="no-such-service"/></zone>
	X
need "it is found" finds zone-file error
need "in firewalld's words" out_has "details: .*'no-such-service' not among.*/zones/extra.xml line 2"
need "status is not fine" exits 1 guard status
need "nor is Nagios" exits 2 guard check --format nagios
rm /etc/firewalld/zones/extra.xml
need "status is fine again" exits 0 guard status

# nor other kinds of files: which, and where
odd() {
	echo "$2" >"/etc/firewalld/$1"
	need "it is said where that is, and no other file ($1)" within 10 said "configuration is broken: .*\\(/etc/firewalld/$1 line [0-9]+\\)"
	rm "/etc/firewalld/$1"
}
odd services/odd.xml '<service><port port="25" protocol="tcp"/'
odd services/odd.xml '<service><port number="25" protocol="tcp"/></service>'
odd ipsets/odd.xml '<ipset type="hash:ip"><entry>192.0.2.1</entry'
# which is right in a service, and firewalld ships such services
odd zones/odd.xml '<zone><helper name="ftp"/></zone>'
odd helpers/odd.xml '<helper family="ipv4"><port port="21" protocol="tcp"/></helper>'
# all that it says of this one is 'protocol'
odd services/odd.xml '<service><port port="25"/></service>'
odd zones/odd.xml '<zone target="FOO"></zone>'
odd zones/odd.xml '<zone><port port="25" protocol="foo"/></zone>'
odd zones/odd.xml '<zone><port port="99999" protocol="tcp"/></zone>'
odd zones/odd.xml '<zone><source-port port="abc" protocol="tcp"/></zone>'
# and what iptables refuses of direct rules, which no check of firewalld's own sees
directed() {
	echo "<direct>$1</direct>" >/etc/firewalld/direct.xml
	need "what comes of it is said, with file and line ($1)" within 10 said "configuration is broken: /etc/firewalld/direct.xml line 1: .*own check does not see it: the next reload ends in state FAILED"
	: >"$W/watch.log"
	need "it is found" within 15 finds zone-file error
	need "there, too" out_has 'details: /etc/firewalld/direct.xml line 1: '
	need "and by status" within 15 exits 1 guard status
	need "as a problem" out_has 'details: /etc/firewalld/direct.xml line 1: '
	rm /etc/firewalld/direct.xml
	need "that it is mended is said" within 10 said 'configuration is in order again'
}
rule() { echo "<rule ipv=\"$1\" table=\"filter\" chain=\"$2\" priority=\"0\">$3</rule>"; }
directed "$(rule ipv4 INPUT '-s 192.0.2.1 -j nowhere')"
directed "$(rule ipv6 INPUT '-j NOSUCH')"
directed "$(rule ipv4 nowhere '-j DROP')"
directed '<passthrough ipv="ipv4">-A INPUT -j nowhere</passthrough>'
: >"$W/watch.log"
echo "<direct><chain ipv=\"ipv4\" table=\"filter\" chain=\"here\"/>$(rule ipv4 INPUT '-j here')$(rule ipv4 here '-j LOG')</direct>" >/etc/firewalld/direct.xml
need "what leads to a chain of its own is nothing" never 6 said 'configuration is broken'
need "nor is it found" within 15 clean zone-file
need "as a reload shows" fwc --reload
need "after which mail is open" within 5 is_open 993
echo "<direct>$(rule ipv4 INPUT '-j nowhere')</direct>" >/etc/firewalld/direct.xml
need "one that is there again is told" within 10 said 'configuration is broken: /etc/firewalld/direct.xml line 1'
need "as it came out" not fwc --reload
need "firewalld has failed" within 5 fw_failed
need "which nobody makes worse" never 3 said 'own check finds its files in order'
rm /etc/firewalld/direct.xml
need "mended, it is loaded" within 15 fw_running
need "and mail is open" within 10 is_open 993
# what was broken before the guard began is said, too
need "the watcher ends" watch_down
echo '<service><include nam="imaps"/></service>' >/etc/firewalld/services/odd.xml
: >"$W/watch.log"
watch_start
need "it is said where that is" within 15 said 'configuration is broken: .*\(/etc/firewalld/services/odd.xml line 1'
rm /etc/firewalld/services/odd.xml
need "and that it is mended" within 10 said 'configuration is in order again'

# the default zone, by hand and by firewalld
need "firewalld's own change" fwc --set-default-zone=home
need "is no edit" never 2 said 'firewalld.conf names'
need "and back" fwc --set-default-zone=public
sed -i 's/^DefaultZone=.*/DefaultZone=home/' /etc/firewalld/firewalld.conf
need "an edit of firewalld.conf is said" within 4 said 'firewalld.conf names home as the default zone, and firewalld has public'
