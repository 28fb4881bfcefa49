# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with what firewalld holds: made, found, and mended by the command that
# the finding printed.
holds() { json "$1" >/dev/null; }
conf <<'C'
[guard]
require = public/service:pop3s
C
found_and_mended required-missing error
need "the service is open" has pop3s
need "and stays so" fwc --runtime-to-permanent

need "a service in the runtime alone" fwc --add-service=imaps
found_and_mended runtime-only-service error
need "which lasts" fwc --permanent --zone=public --query-service=imaps

need "a raw port" fwc --add-port=465/tcp
need "permanent, too" fwc --permanent --add-port=465/tcp
probe_up 465 2 30
need "is a note" finds raw-ports info
need "which is no failure" exits 0 guard check --only raw-ports
need "the command" mend
need "replaces it" clean raw-ports
need "by nothing to say" not grep -q raw-ports "$W/out"
need "but the service" has smtps
need "in both" fwc --permanent --query-service=smtps
need "and no port" not has_port 465/tcp
probe_down
need "and was never shut meanwhile" not grep -qE 'refused|timeout' "$W/probe"

need "another raw port" fwc --add-port=587/tcp
need "permanent, too" fwc --permanent --add-port=587/tcp
probe_up 587 2 30
need "is mended at once" exits 0 guard check --fix raw-ports
need "as is said" err_has 'public/port:587/tcp was replaced by the service smtp-submission'
need "by the service" has smtp-submission
need "in both" fwc --permanent --query-service=smtp-submission
need "and no port" not has_port 587/tcp
need "in either" not fwc --permanent --query-port=587/tcp
need "of a file that was copied before" grep -q 587 "$STATE"/backup/public.xml.*
probe_down
need "and was not shut either" not grep -qE 'refused|timeout' "$W/probe"
need "nothing else is mended like that" exits 2 guard check --fix panic

need "somebody changes what a service is" fwc --permanent --service=imaps --remove-port=993/tcp
need "which is in force" fwc --reload
need "so that it is open in name alone" is_shut 993
found_and_mended service-definition error
need "then it is open" within 5 is_open 993

head -c 120 /etc/firewalld/zones/public.xml >"$W/half"
cat "$W/half" >/etc/firewalld/zones/public.xml
found_and_mended zone-file error
need "the next reload" fwc --reload
need "works" within 5 is_open 993

need "who listens is known" clean no-listener
need "the servers end" end_process "$LISTENER"
need "that nothing listens is found" finds no-listener warning
need "of what is open" grep -q 'imaps (993/tcp) is open, and nothing listens' "$W/out"
need "and of nothing else" not grep -qw 'pop3 ' "$W/out"
/usr/bin/python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 993)); s.listen(); time.sleep(60)' &
LOCAL=$!
need "one that listens on loopback alone is another thing" within 5 finds loopback-only warning
end_process "$LOCAL"
mail_listeners
need "with the servers back" within 5 clean no-listener
need "nothing is found" clean loopback-only

need "panic" fwc --panic-on
found_and_mended panic error

need "the clients' interface moves to another zone" fwc --zone=internal --change-interface=host0
need "where mail is not open" finds unreached-zone error
need "with a command" mend
need "after which mail is" within 5 is_open 993

watch_up
mail_open
need "a watcher makes it less grave" finds runtime-only-service info
watch_down
need "a reload that nobody sees" fwc --reload
found_and_mended lost error
need "mail is back" mail_reachable
need "two names" exits 0 guard check --only panic --only lost
need "a name that is none" exits 2 guard check --only nonsense
guard --json check --skip raw-ports >"$W/out" 2>"$W/err"
need "but one" holds '"raw-ports" not in d["checks"] and "lost" in d["checks"]'
conf <<'C'
[check]
skip = raw-ports
C
guard --json check >"$W/out" 2>"$W/err"
need "is silenced" holds '"raw-ports" not in d["checks"] and "lost" in d["checks"]'
