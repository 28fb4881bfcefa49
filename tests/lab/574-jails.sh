# SPDX-License-Identifier: GPL-2.0-or-later
# Jails that are missing, that tell the guard nothing, or whose bans nobody puts back: found, and
# mended by the command that the finding printed.
# stock jails read what the mail server logs
mount -t tmpfs tmpfs /var/log
: >/var/log/mail.log
f2b_up
# as most have it: the action of all jails
sed -i -e '/^action = /,$d' -e 's/^\[DEFAULT\]$/&\nbanaction = firewallcmd-rich-rules/' /etc/fail2ban/jail.local
need "it reads that" f2b reload --restart --all
# a Dovecot in little
/usr/bin/python3 - <<-'P' &
	import socket
	open("/proc/self/comm", "w").write("dovecot")
	s = socket.socket()
	s.bind(("0.0.0.0", 4190))
	s.listen()
	while True: s.accept()[0].close()
P
need "it listens" within 5 grep -q ':105E ' /proc/net/tcp

need "a jail for imaps is a jail for it" clean no-jail
sed -i 's/^port = imaps$/port = smtp,submission/' /etc/fail2ban/jail.local
need "the jail is for smtp" f2b reload --restart --all
need "nobody bans who attacks it" finds no-jail warning
need "by name" out_has 'dovecot serves mail, and no jail'
need "with a command" mend
need "that starts the jail" within 5 f2b status dovecot
need "and the finding is gone" clean no-jail

need "the jails say nothing" finds hook-missing info
need "both" out_has 'details: dovecot, lab$'
need "with a command" mend
need "then they do" within 5 clean hook-missing
need "as fail2ban sees it" fail2ban-client get dovecot actions >"$W/actions"
need "with the action" grep -q 'reload-guard' "$W/actions"

need "bans are put back" clean bans-not-restored
conf <<'C'
[guard]
restore-bans = none
C
printf '#!/bin/sh\necho "$*" >>"%s"\n' "$W/systemctl" >"$W/bin/systemctl"
chmod +x "$W/bin/systemctl"
need "unless somebody does not want it" finds bans-not-restored info
need "of these jails" out_has 'details: dovecot, lab$'
need "with a command" mend
need "whatever stands in the file itself" grep -qx 'restore-bans = none' "$CONF"
need "that lets the watcher know" grep -qx 'reload reload-guard' "$W/systemctl"
need "then they are" clean bans-not-restored
f2b_down
need "without fail2ban nobody misses a jail" clean no-jail
