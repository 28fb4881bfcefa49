# SPDX-License-Identifier: GPL-2.0-or-later
# What is open and not served, served and not open, served to this machine alone, or in one
# family. Each is found, and mended by the command that the finding printed.
# server ADDRESS: a Postfix in little, on the Sieve port
server() {
	/usr/bin/python3 - "$1" <<-'P' &
		import socket, sys
		open("/proc/self/comm", "w").write("master")
		a = sys.argv[1]
		s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind((a, 4190))
		s.listen()
		while True: s.accept()[0].close()
	P
	SERVER=$!
	echo "$SERVER" >"$W/server.pid"
	need "a server" within 5 listens
}
listens() { grep -q ":105E " /proc/net/tcp /proc/net/tcp6; }
ends() { kill "$(cat "$W/server.pid")"; wait "$SERVER" 2>/dev/null; true; }
# what the commands call: the server remembers its configuration
cat >"$W/bin/postconf" <<-X
	#!/bin/sh
	shift
	echo "\$*" >>"$W/postconf"
X
printf '#!/bin/sh\necho "$*" >>"%s"\n' "$W/systemctl" >"$W/bin/systemctl"
chmod +x "$W/bin/postconf" "$W/bin/systemctl"

mail_open
need "who serves pop3 is told, though it may be on purpose" finds listening-closed info
need "by name" out_has 'pop3 \(110/tcp\) is served'
need "and process" out_has 'details: by listener, process [0-9]+'
need "which is no failure" exits 0 guard check --only listening-closed
for check in no-listener loopback-only one-family-only; do need "at first nothing is wrong: $check" clean "$check"; done

need "a service that nobody has" fwc --add-service=managesieve
need "for good" fwc --permanent --add-service=managesieve
need "is found" finds no-listener warning
need "with a command" mend
need "that shuts it" not has managesieve
need "for good" not fwc --permanent --query-service=managesieve
need "and the finding is gone" clean no-listener

need "somebody shuts imaps" fwc --remove-service=imaps
need "which is served" finds listening-closed warning
grep -A2 ': imaps (993/tcp)' "$W/out" >"$W/imaps"
mv "$W/imaps" "$W/out"
need "with a command" mend
need "that opens it" is_open 993
need "for good" fwc --permanent --query-service=imaps

need "Sieve is open" fwc --add-service=managesieve
server 127.0.0.1
need "to this machine alone" finds loopback-only warning
need "by whom" out_has 'details: by master, process [0-9]+'
need "with a command" mend
need "for that server" grep -q '^inet_interfaces=all$' "$W/postconf"
need "which is restarted" grep -q '^restart postfix$' "$W/systemctl"
ends
server 0.0.0.0
need "and the finding is gone" clean loopback-only

need "one family is served" finds one-family-only warning
need "the other is named" out_has 'managesieve \(4190/tcp\) is open for IPv6 too, but served over IPv4 only'
need "with a command" mend
need "for that server, too" grep -q '^inet_protocols=all$' "$W/postconf"
ends
server ::
need "and the finding is gone" clean one-family-only
ends
