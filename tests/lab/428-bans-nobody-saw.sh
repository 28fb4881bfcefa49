# SPDX-License-Identifier: GPL-2.0-or-later
# The guard is killed in the seconds between a ban and the next snapshot, and firewalld reloads
# before it is back: the ban comes back, exactly what of it is missing, and what an administrator
# has removed by hand does not.
. "$LAB_DIR/bans.sh"
BANS_JAIL="
[three]
enabled = true
filter = lab
logpath = $W/three.log
port = smtp,smtps,imaps
action = firewallcmd-rich-logging[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"]"
: >"$W/three.log"
bans_up
for service in imaps smtps smtp; do need "$service for good" fwc --permanent --add-service=$service; done
need "a rule of the administrator's for another port" fwc --permanent --add-rich-rule='rule family="ipv4" source address="10.77.0.3" port port="22" protocol="tcp" reject'
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
watch_up
settle 6
reborn() { # the guard begins again, after a reload that nobody saw
	watch_kill
	need "a reload" fwc --reload
	[ -z "${1:-}" ] || "$@"
	: >"$W/notify"
	watch_start
}

need "a ban" f2b set lab banip 10.77.0.3
need "is carried out" within 10 is_shut_from 10.77.0.3 993
reborn
need "it is back although another port is denied by hand" within 60 is_shut_from 10.77.0.3 993
need "it is over" f2b set lab unbanip 10.77.0.3
need "and that frees him" within 10 is_open_from 10.77.0.3 993
settle 6

# between two rules of one ban
echo 2 >"$W/slow"
fail2ban-client set three banip 10.77.0.3 >/dev/null &
ban=$!
need "the first rule is there" within 20 is_shut_from 10.77.0.3 25
need "and the last is not" is_open_from 10.77.0.3 993
wait_for_the_ban() { wait "$ban"; rm "$W/slow"; }
reborn wait_for_the_ban
need "all ports are shut" within 60 is_shut_from 10.77.0.3 25
need "to the last" within 10 is_shut_from 10.77.0.3 993
need "it is over" f2b set three unbanip 10.77.0.3
need "and nothing of it is left" within 20 is_open_from 10.77.0.3 25
need "on no port" within 10 is_open_from 10.77.0.3 993
settle 6

# fail2ban starts, and makes the rules of bans of long ago
need "a ban" f2b set lab banip 10.77.0.3
need "another" f2b set lab banip 198.51.100.9
need "is carried out" within 10 is_shut_from 10.77.0.3 993
need "fail2ban stops" f2b_down
need "which frees him" within 20 is_open_from 10.77.0.3 993
/usr/bin/python3 -c "
import sqlite3
d = sqlite3.connect('/var/lib/fail2ban/fail2ban.sqlite3')
for t in ('bans', 'bips'): d.execute('update %s set timeofban = timeofban - 900' % t)
d.commit()"
settle 8
f2b_start
need "its bans are back" within 30 banned 198.51.100.9
need "all of them" within 30 is_shut_from 10.77.0.3 993
reborn
need "the ban of long ago is back" within 60 is_shut_from 10.77.0.3 993
need "and the other one" within 20 banned 198.51.100.9
settle 6

# by hand, of a ban that fail2ban has made again since the guard was last well
need "somebody frees one" fwc --remove-rich-rule="$(rule_for 198.51.100.9)"
on_record() { guard history | grep -q '198.51.100.9.*stays away'; }
need "which is on record" within 15 on_record
settle 6
reborn
need "the other one is back" within 60 is_shut_from 10.77.0.3 993
settle 15
banned 198.51.100.9 && fail "what was removed by hand came back"
true
