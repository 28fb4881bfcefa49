# SPDX-License-Identifier: GPL-2.0-or-later
# What fail2ban banned before the guard was there, and what it bans without the hook, is
# on record; with the hook, nothing is there twice.
f2b_up
bans() { /usr/bin/python3 - "$@" <<'P'
import sqlite3, sys
db = sqlite3.connect("file:/var/lib/fail2ban/fail2ban.sqlite3?mode=ro", uri=True, timeout=5)
print(db.execute("SELECT count(*) FROM %s" % sys.argv[1]).fetchone()[0])
P
}
on_record() { [ "$(guard --json bans 2>/dev/null | grep -c '"address"')" = "$1" ]; }
# the hook is there from the start here, and the store is not
for i in 1 2 3; do attack "192.0.2.$i"; done
there() { [ "$(bans bans)" = "$1" ]; }
need "fail2ban has three rows" within 15 there 3
hooked() { guard bans --active 2>/dev/null | grep -c '^192.0.2.[123] .* hook ' | grep -qx 3; }
need "which the hook told" within 15 hooked
watch_up
need "and the watcher finds again in the database: they are three bans" stays 2 on_record 3
need "told by the hook" hooked
# without the hook
for action in reload-guard firewallcmd-rich-rules lab; do
	for what in actionban actionunban actionflush; do f2b set lab action "$action" "$what" true; done
done
attack 192.0.2.4
attack fd77::4
taken() { guard bans --address "$1" >"$W/out" 2>/dev/null && grep -qE "^$1 .*lab.* 2 +database +$2" "$W/out"; }
need "a ban that the hook does not tell is on record" within 15 taken 192.0.2.4 banned
need "over IPv6 too" within 15 taken fd77::4 banned
need "five in all" within 5 on_record 5
# a burst, while the database is being read
for i in $(seq 10 60); do attack "198.51.100.$i"; done
need "a burst of bans is in fail2ban's database" within 25 there 56
need "and all of it on record" within 15 on_record 56
need "fail2ban never met a locked database" not grep -qi 'locked' "$W/fail2ban.log"
# a guard that is new here knows at once
need "the watcher stops" watch_down
rm "$STATE"/guard.db*
watch_up
need "and begins with nothing: it has all of it" within 10 on_record 56
need "from the database" within 2 taken 192.0.2.1 banned
# what is stored lasts without the rows
f2b unban --all
need "fail2ban forgets them" within 20 there 0
need "all are still known" on_record 56
nobody() { [ "$(guard --json bans --active 2>/dev/null | grep -c '"address"')" = 0 ]; }
need "and nobody is banned, though no hook said so" within 20 nobody
watch_down
need "the watcher starts again" watch_up
need "and nothing is doubled" stays 2 on_record 56
need "which is what it says" test "$(grep -c 'bans taken in' "$W/watch.log")" -ge 2
