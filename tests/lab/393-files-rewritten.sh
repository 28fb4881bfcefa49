# SPDX-License-Identifier: GPL-2.0-or-later
# All files are rewritten by renames, as a package or configuration management does, and the
# folder itself is replaced: one line says what goes, of zones, policies and ipsets.
need "three are permanent" fwc --permanent --add-service=imap --add-service=imaps --add-service=smtp
need "another zone" fwc --permanent --zone=internal --add-service=pop3s
need "a source for it" fwc --permanent --zone=internal --add-source=192.0.2.0/24
need "a policy" fwc --permanent --new-policy=in
need "of its own" fwc --permanent --policy=in --add-ingress-zone=ANY
need "for this machine" fwc --permanent --policy=in --add-egress-zone=HOST
need "with a port" fwc --permanent --policy=in --add-port=993/tcp
need "loaded" fwc --reload
watch_up
pause 0.5 "so that the guard has read the files"
for file in zones/public zones/internal policies/in; do
	sed -e '/imaps\|pop3s\|993/d' "/etc/firewalld/$file.xml" >"/etc/firewalld/$file.new"
done
for file in zones/public zones/internal policies/in; do mv "/etc/firewalld/$file.new" "/etc/firewalld/$file.xml"; done
need "all is said" within 2 said "not made through firewalld removed from the permanent files \(3\): .*public/service:imaps"
need "of the other zone" said "not made through firewalld.*internal/service:pop3s"
need "and of the policy" said "not made through firewalld.*policy:in/port:993/tcp"
need "with its command" said 'firewall-cmd --permanent --policy=in --add-port=993/tcp'

cp -r /etc/firewalld/zones "$W/zones"
sed -i '/"smtp"/d' "$W/zones/public.xml"
mv /etc/firewalld/zones "$W/zones.before"
cp -r "$W/zones" /etc/firewalld/zones.new
mv /etc/firewalld/zones.new /etc/firewalld/zones
need "what a new folder lacks is said" within 3 said "not made through firewalld removed from the permanent files \(1\): public/service:smtp\."

rm /etc/firewalld/zones/public.xml
need "what a removed file had is said" within 3 said "not made through firewalld removed from the permanent files \(1\): public/service:imap\."
need "a reload" fwc --reload
need "nothing of it comes back by itself" never 2 has imaps
need "and all of it is reported" said 'nobody can tell why'
