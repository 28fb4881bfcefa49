# SPDX-License-Identifier: GPL-2.0-or-later
# Where fail2ban keeps its database is asked from it, and its history is taken in from there;
# what the configuration names comes before that.
f2b_up
# without the hook, so that only the database tells
sed -i '/reload-guard\[/d' /etc/fail2ban/jail.local
database() { # PATH: of fail2ban, from now on
	f2b_down
	sed -i "s|^dbfile = .*|dbfile = $1|" /etc/fail2ban/fail2ban.local
	f2b_start
}
taken() { guard bans --address "$1" 2>/dev/null | grep -qE "^$1 .*database"; }
rows() { [ "$(/usr/bin/python3 -c 'import sqlite3, sys
print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True, timeout=5).execute("SELECT count(*) FROM bans").fetchone()[0])' "$1")" = "$2" ]; }
attack 192.0.2.1
need "a ban in the usual database" within 15 rows /var/lib/fail2ban/fail2ban.sqlite3 1
database "$W/elsewhere.sqlite3"
attack 192.0.2.2
need "and two in another, where the first one is found in the log again" within 15 rows "$W/elsewhere.sqlite3" 2
watch_up
need "the running server is asked where it is" within 10 taken 192.0.2.2
need "at the first try" not said 'cannot be taken in'

# the same server's successor has yet another
database "$W/third.sqlite3"
attack 192.0.2.3
need "which is followed without a restart of the guard" within 40 taken 192.0.2.3
watch_down

rm "$STATE"/guard.db*
conf <<X
[fail2ban]
database = /var/lib/fail2ban/fail2ban.sqlite3
X
watch_up
need "what the configuration says comes first" within 10 taken 192.0.2.1
need "and stays" never 1 taken 192.0.2.3
conf <<X
X
kill -HUP "$WATCH"
need "until it says nothing any more" within 40 taken 192.0.2.3
