# SPDX-License-Identifier: GPL-2.0-or-later
# With persist = yes what is opened becomes permanent by itself, and a reload takes nothing.
conf <<-X
	[guard]
	persist = yes
X
need "there is a zone file" fwc --permanent --add-service=ldap
cp /etc/firewalld/zones/public.xml "$W/before.xml"
need "pop3 is opened before the watcher runs" fwc --add-service=pop3
watch_up
mail_open
need "a service for a time" fwc --add-service=ftp --timeout=60
need "a ban" fwc --add-rich-rule='rule family="ipv4" source address="192.0.2.11" reject'
permanent() { for service in $MAIL; do fwc --permanent --query-service="$service" || return 1; done; }
need "mail becomes permanent" within 5 permanent
need "what nobody heard come is left to a person" said 'Runtime only.*service:pop3[ .,].*reload-guard persist'
need "it may have an end" not fwc --permanent --query-service=pop3
need "the timed service does not" not fwc --permanent --query-service=ftp
need "nor does the ban" not grep -q 192.0.2.11 /etc/firewalld/zones/public.xml
copied() { local f; for f in "$STATE"/backup/public.xml.*; do cmp -s "$f" "$W/before.xml" && return 0; done; return 1; }
need "the zone file was copied before" copied
need "the history knows" exits 0 guard history --kind persist
need "what was written" out_has 'public/service:imaps was made permanent'
need "the guard ends" watch_down
need "a reload without the guard" fwc --reload
need "takes nothing" mail_reachable
