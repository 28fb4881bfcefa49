# SPDX-License-Identifier: GPL-2.0-or-later
# The hook is switched on for all jails, whatever they ban with, and off again: fail2ban takes
# it, tells of its bans meanwhile, and starts with it, without it, and with a jail that changes.
f2b_up
# as most have it: the action of all jails; and a jail with one of its own
cat >/etc/fail2ban/jail.local <<-X
	[DEFAULT]
	backend = polling
	bantime = 3600
	maxretry = 2
	banaction = firewallcmd-rich-rules
	logpath = $W/mail.log
	[lab]
	enabled = true
	filter = lab
	port = imaps
	[allports]
	enabled = true
	filter = lab
	action = firewallcmd-allports[name=all]
X
acts() { fail2ban-client get "$1" actions >"$W/actions" && grep -q "$2" "$W/actions"; }
on_record() { guard bans --address "$1" 2>/dev/null | grep -q "$2"; }
need "fail2ban reads that" f2b reload --restart --all
need "at first they do not" exits 1 guard hook status
need "and it says which" out_has '^These do not: lab, allports$'
need "they are switched on" exits 0 guard hook enable
need "both" out_has 'tell the guard of each ban: lab, allports$'
need "each keeps its action" acts allports firewallcmd-allports
need "beside the guard's" acts allports reload-guard
# the action calls what is installed; here it is the lab's
sed -i "s|^guard = .*|guard = $W/bin/reload-guard|" /etc/fail2ban/action.d/reload-guard.conf
need "a second time changes nothing" exits 0 guard hook enable
need "a ban" f2b set allports banip 192.0.2.11
need "is on record" within 5 on_record 192.0.2.11 allports
need "fail2ban stops" f2b_down
f2b_start
need "and starts with it" acts lab reload-guard

# an administrator changes a jail: its new action counts, and the guard is told
sed -i 's/^action = firewallcmd-allports.*/action = firewallcmd-multiport[name=m]/' /etc/fail2ban/jail.local
need "a jail gets another action" f2b reload --restart --all
need "the new one counts" acts allports firewallcmd-multiport
need "beside the guard's" acts allports reload-guard

# one that would go round in a circle: what fail2ban.service does before each start
printf '[allports]\naction = %%(known/action)s\n         firewallcmd-ipset[name=i]\n' >/etc/fail2ban/jail.d/own.local
need "fail2ban would not start" not fail2ban-client -t
need "the jail is left out" exits 0 guard hook refresh
need "and that is said" grep -q 'left out: allports: .*own.local' "$W/err"
need "fail2ban takes it" fail2ban-client -t
need "it reads that" f2b reload --restart --all
need "the other one tells the guard" acts lab reload-guard

need "they are switched off" exits 0 guard hook disable
need "nothing of it is left" test "$(ls /etc/fail2ban/jail.d)" = own.local
need "the server that runs has dropped it" not acts lab reload-guard
need "without the action" rm /etc/fail2ban/action.d/reload-guard.conf
need "fail2ban stops again" f2b_down
f2b_start
need "and starts" f2b ping
