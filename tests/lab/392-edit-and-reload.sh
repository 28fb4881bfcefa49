# SPDX-License-Identifier: GPL-2.0-or-later
# An edit in place and a reload right after it, when nobody had the time to say anything;
# an edit that firewalld finds by itself first; and its own writing, which is a removal.
need "two are permanent" fwc --permanent --add-service=imap --add-service=pop3
need "loaded" fwc --reload
watch_up
without() { grep -v "name=\"$1\"" /etc/firewalld/zones/public.xml >"$W/new.xml"; cat "$W/new.xml" >/etc/firewalld/zones/public.xml; }
without imap
need "a reload at once" fwc --reload
need "imap is left to the administrator" within 3 said 'nobody can tell why \(1\): public/service:imap'
need "not restored" not has imap
need "not called removed" not said 'somebody removed it from the permanent'

without pop3
need "the edit is said" within 2 said "not made through firewalld removed from the permanent files \(1\): public/service:pop3"
need "when firewalld finds it, it is still an edit" never 7 said '[Rr]emoved (it )?from the permanent configuration'
need "the reload" fwc --reload
need "pop3 is left to the administrator" within 3 said 'nobody can tell why \(1\): public/service:pop3'

need "imaps is permanent" fwc --permanent --add-service=imaps
need "and open" fwc --reload
pause 1 "so that the guard has read the permanent configuration"
need "firewalld takes it out" fwc --permanent --remove-service=imaps
need "and reloads" fwc --reload
need "that is a removal" within 3 said '[Rr]emoved (it )?from the permanent configuration.*public/service:imaps'
need "it stays away" never 1 has imaps
need "and nobody calls it an edit" not said "not made through firewalld removed .*imaps"
