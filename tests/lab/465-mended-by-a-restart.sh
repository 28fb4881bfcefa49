# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong with daemons, rather than with what firewalld holds: each is made, found, and
# mended by the command that the finding printed.
systemctl_up
found_and_mended() { # NAME WEIGHT
	need "$1 is found" within 10 finds "$1" "$2"
	cp "$W/out" "$W/found"
	need "with a command" mend
	need "after which it is not ($(cat "$W/mend"))" within 10 clean "$1"
}

# --- the guard ---
need "nothing is on record yet" finds store unknown
found_and_mended watcher-stopped warning
need "and now there is" clean store
mail_open
need "in a snapshot" within 10 sh -c '"$GUARD" -c "$CONF" --state "$STATE" snapshot list | grep -q .'
kill -KILL "$(daemon_pid reload-guard)"
found_and_mended watcher-stopped warning
need "what it watches over" fwc --reload
need "comes back" within 5 mail_reachable
kill -KILL "$(daemon_pid reload-guard)"
within 5 not daemon_pid reload-guard
rm -f "$STATE"/guard.db-*
head -c 65536 /dev/urandom >"$STATE/guard.db"
found_and_mended store error
need "by a watcher with a new store" clean watcher-stopped

# --- fail2ban ---
f2b_up
need "fail2ban runs" clean fail2ban-down
need "it is stopped" f2b stop
found_and_mended fail2ban-down warning
need "it says that it was stopped" grep -q 'is stopped' "$W/found"
kill -KILL "$(daemon_pid fail2ban)"
found_and_mended fail2ban-down error
need "that it crashed" grep -q 'crashed' "$W/found"
kill -STOP "$(daemon_pid fail2ban)"
found_and_mended fail2ban-down error
need "that it does not answer" grep -q 'does not answer' "$W/found"

# --- the mail server, a small one that reads where to listen ---
mkdir "$W/services"
mount -t tmpfs tmpfs /etc/systemd/system
touch /etc/systemd/system/postfix.service
echo loopback-only >"$W/inet_interfaces"
cat >"$W/bin/postconf" <<-X
	#!/bin/sh
	echo "\${2#inet_interfaces=}" >"$W/inet_interfaces"
X
cat >"$W/services/postfix" <<-X
	#!/usr/bin/python3
	import socket
	open("/proc/self/comm", "w").write("master")
	only = open("$W/inet_interfaces").read().strip() == "loopback-only"
	servers = []
	for port in 25, 465, 587:
	    s = socket.socket(socket.AF_INET6)
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    s.bind(("::ffff:127.0.0.1" if only else "::", port))
	    s.listen()
	    servers.append(s)
	import select
	while True:
	    for s in select.select(servers, [], [])[0]: s.accept()[0].close()
X
chmod +x "$W/bin/postconf" "$W/services/postfix"
# of the listeners that the lab has, those that are no mail server's stay
end_process "$LISTENER"
LISTENER=$("$BUILD/tests/lab/listener" 143 993 995)
need "nobody serves smtp" finds no-listener warning
need "the commands for its three ports are one" test "$(sed -n 's/^  fix: //p' "$W/out" | sort -u)" = "systemctl start postfix"
need "which starts the server" mend
need "that listens" within 10 clean no-listener
need "though to this machine alone" finds loopback-only warning
need "by whom" grep -q 'by master, process' "$W/out"
found_and_mended loopback-only warning
need "mail comes in" within 5 is_open 25 465 587

# --- firewalld, which the guard would have load what is in order again before it is asked ---
printf '[guard]\nrepair = no\n' >"$CONF"
kill -HUP "$(daemon_pid reload-guard)"
need "the guard may not repair" within 5 said 'configuration was read again'
need "it loads what it has" clean firewalld-state
need "mail is open for good" fwc --runtime-to-permanent
need "and one more" fwc --permanent --add-service=ldap
end_process "$FW"
cp -p /etc/firewalld/zones/public.xml "$W/public.xml"
if can "a file that is no XML" 388-failed-start; then
	echo '<zone><short>Public</short><service nam="imaps"/' >/etc/firewalld/zones/public.xml
else
	file_refused
fi
fw_start
need "it cannot read a file" within 15 fw_failed
need "is found" within 10 finds firewalld-state error
need "the command tells what is wrong" not mend
need "rather than to start it in vain" fw_failed
if grep -q no-such-service /etc/firewalld/zones/public.xml; then
	cp -p "$W/public.xml" /etc/firewalld/zones/public.xml # nobody but a person knows what was meant
else
	found_and_mended zone-file error
	need "the broken file is kept" grep -q 'service nam=' /etc/firewalld/zones/public.xml.broken
	need "and the one before is there, not what firewalld has instead" cmp /etc/firewalld/zones/public.xml.old /etc/firewalld/zones/public.xml
fi
found_and_mended firewalld-state error
need "mail is open" within 5 is_open 25 465 587 143 993
need "for good" fwc --permanent --query-service=imaps

need "panic" fwc --panic-on
found_and_mended panic error
