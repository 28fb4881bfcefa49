# SPDX-License-Identifier: GPL-2.0-or-later
# A zone file that an editor or a package rewrote: the coming loss is announced at once,
# with the command for both answers, and not undone by itself.
need "imap is permanent" fwc --permanent --add-service=imap
need "loaded" fwc --reload
watch_up
need "imaps is runtime only" fwc --add-service=imaps
grep -v 'name="imap"' /etc/firewalld/zones/public.xml >"$W/edited.xml"
not cmp -s "$W/edited.xml" /etc/firewalld/zones/public.xml || fail "the zone file names imap"
cp "$W/edited.xml" /etc/firewalld/zones/.public.xml.new
mv /etc/firewalld/zones/.public.xml.new /etc/firewalld/zones/public.xml
need "the coming loss is announced" within 10 said 'permanent.*public/service:imap'
need "with the command to keep it" said 'firewall-cmd --permanent .*--add-service=imap'
need "nothing is undone" is_open 143
need "the reload" fwc --reload
need "brings imaps back" within 2 is_open 993
need "imap stays away" never 2 has imap
