# SPDX-License-Identifier: GPL-2.0-or-later
# The hook is switched on for all jails, whatever they ban with, and off again: fail2ban takes
# it, tells of its bans meanwhile, and starts with it, without it, and with a jail that changes.
eval "starts_$(declare -f f2b_start)"
f2b_start() { :; }
f2b_up
f2b_start() { starts_f2b_start; }
# What they ban with takes no time, and leaves a note that it was run.
for action in noted rewritten; do
	printf '[Definition]\nactionban = echo %s "<ip>" >>%s/notes\nactionunban =\n' "$action" "$W" \
		>"/etc/fail2ban/action.d/$action.conf"
done
# Most jails have the action of all; one has its own.
cat >/etc/fail2ban/jail.local <<-X
	[DEFAULT]
	backend = polling
	bantime = 3600
	maxretry = 2
	action = noted
	logpath = $W/mail.log
	[lab]
	enabled = true
	filter = lab
	[own]
	enabled = true
	filter = lab
	action = noted[actname=mine]
X
# The action calls what is installed; here it is the lab's.
sed -i "s|^guard = .*|guard = $W/bin/reload-guard-hook|" /etc/fail2ban/action.d/reload-guard.conf
acts() { fail2ban-client get "$1" actions >"$W/actions" && grep -q "$2" "$W/actions"; }
on_record() { guard bans --address "$1" 2>/dev/null | grep -q "$2"; }
f2b_start
need "at first they do not" exits 1 guard hook status
need "and it says which" out_has '^These jails do not report their bans: lab, own$'
need "they are switched on" exits 0 guard hook enable
need "both" out_has 'These jails report their bans: lab, own$'
need "each keeps its action" acts own mine
need "beside the guard's" acts own reload-guard
need "a ban" f2b set own banip 192.0.2.11
need "is made" within 5 grep -q 'noted 192.0.2.11' "$W/notes"
need "and on record" within 5 on_record 192.0.2.11 own

# an administrator changes a jail: its new action counts, and the guard is told
sed -i 's/^action = noted.*mine.*/action = rewritten/' /etc/fail2ban/jail.local
need "fail2ban stops" f2b_down
f2b_start
need "with another action in a jail" acts own rewritten
need "it has the hook" acts own reload-guard

# one that would go round in a circle: what fail2ban.service does before each start
printf '[own]\naction = %%(known/action)s\n         noted\n' >/etc/fail2ban/jail.d/own.local
need "fail2ban would not start" not fail2ban-client -t
need "the jail is left out" exits 0 guard hook refresh
need "and that is said" grep -q 'left out: own: .*own.local' "$W/err"

need "they are switched off" exits 0 guard hook disable
need "nothing of it is left" test "$(ls /etc/fail2ban/jail.d)" = own.local
need "the server that runs has dropped it" not acts lab reload-guard
need "without the action" rm /etc/fail2ban/action.d/reload-guard.conf
need "fail2ban stops again" f2b_down
f2b_start
need "and starts" f2b ping
