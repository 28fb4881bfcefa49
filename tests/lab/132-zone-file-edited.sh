# SPDX-License-Identifier: GPL-2.0-or-later
# A zone file that an editor or a package rewrote: the coming loss is announced at once,
# with the command for both answers, and not undone by itself; nor is it after the reload,
# but a person's restore brings it back.
edited() { # NAME...: the zone file without these services, as an editor leaves it
	local name
	cp /etc/firewalld/zones/public.xml "$W/edited.xml"
	for name; do sed -i "/name=\"$name\"/d" "$W/edited.xml"; done
	not cmp -s "$W/edited.xml" /etc/firewalld/zones/public.xml || fail "the zone file names $*"
	cp "$W/edited.xml" /etc/firewalld/zones/.public.xml.new
	mv /etc/firewalld/zones/.public.xml.new /etc/firewalld/zones/public.xml
}
need "imap and pop3 are permanent" fwc --permanent --add-service=imap --add-service=pop3
need "loaded" fwc --reload
watch_up
need "imaps is runtime only" fwc --add-service=imaps
edited imap
need "the coming loss is announced, before firewalld knows" within 2 said "not made through firewalld removed from the permanent files \(1\): public/service:imap\."
need "with the command to keep it" said 'firewall-cmd --permanent .*--add-service=imap'
need "and the one to let it go" said 'reload-guard release public/service:imap'
need "nothing is undone" is_open 143
need "status says it, in the first line" exits 1 guard status
need "which is not fine" out_has 'The next reload closes imap, and nobody puts it back\. It drops'
need "as a warning" out_has '^warning: edited: .*not restored by itself'
need "of it" out_has '^  details: public/service:imap$'
need "with both commands" out_has '^  fix: firewall-cmd .*--add-service=imap'
need "the other one, too" out_has '^  or: reload-guard release public/service:imap$'
need "in JSON" exits 1 guard --json status
need "it is edited" json '[i["at_risk"] for i in d["items"] if i["item"] == "public/service:imap"] == ["edited"]'
need "the history has it" exits 0 guard history --kind zone-file-changed
need "with the item" out_has 'edited out of the permanent files \(1\): public/service:imap'

# put back by hand
cp /etc/firewalld/zones/public.xml.old "$W/old.xml"
sed -i 's|</zone>|  <service name="imap"/>\n</zone>|' /etc/firewalld/zones/public.xml
need "that it is back is said, too" within 2 said 'in the permanent files again \(1\): public/service:imap'

# firewalld finds the edit in its own time, and that is no removal on purpose
edited imap pop3
need "both are announced, in one line" within 2 said "not made through firewalld removed from the permanent files \(2\): public/service:imap, public/service:pop3"
need "the reload" fwc --reload
need "brings imaps back" within 2 is_open 993
need "imap and pop3 are left to the administrator" within 2 said 'nobody can tell why \(2\): public/service:imap, public/service:pop3'
need "they stay away" never 2 has imap
need "nobody is said to have removed them" not said '[Rr]emoved (it |them )?from the permanent configuration'
need "pop3 is let go" exits 0 guard release public/service:pop3
need "a person asks for what is missing" exits 0 guard restore
need "imap is back" has imap
need "pop3 is not" not has pop3
