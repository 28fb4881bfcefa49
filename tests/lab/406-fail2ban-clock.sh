# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban's server tells local times. They mean what its database says,
# also when the server lives in another time zone.
tickets() { timeout 20 "$BUILD/tests/lab/tickets" >"$W/out" 2>"$W/err"; }
from_db() { /usr/bin/python3 -c '
import sqlite3
for r in sqlite3.connect("file:/var/lib/fail2ban/fail2ban.sqlite3?mode=ro", uri=True).execute("SELECT timeofban, timeofban + bantime FROM bips ORDER BY ip"): print(*r)'; }
told() { tickets && awk '$1 == "lab" { print $4, $5 }' "$W/out"; }
near() { # each number within a second: the server's times are rounded
	paste <(from_db) <(told) | awk '{ if ($1 - $3 > 1 || $3 - $1 > 1 || $2 - $4 > 1 || $4 - $2 > 1 || NF != 4) bad = 1 } END { exit bad || NR != 2 }'
}
export TZ=Asia/Kolkata
f2b_up
f2b set lab banip 192.0.2.1 192.0.2.2
need "in one zone" within 5 near
for TZ in UTC America/St_Johns Pacific/Kiritimati Pacific/Niue; do
	need "read in $TZ, of a server in another zone" near
done
