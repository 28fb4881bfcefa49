# SPDX-License-Identifier: GPL-2.0-or-later
# A long history of fail2ban's is taken in while a reload is undone, and while somebody
# writes to it: neither waits.
cat >"$W/make.py" <<'P'
import sqlite3, time
db = sqlite3.connect("/var/lib/fail2ban/fail2ban.sqlite3")
db.executescript("""PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,
 bancount INTEGER NOT NULL default 1, data JSON);
CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL,
 bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail));""")
now = int(time.time())
rows = [("imap", "10.%d.%d.%d" % (i // 65536, i // 256 % 256, i % 256), now - 20000 + i, 600, 1,
 b'{"matches": ["a line of a log"], "failures": 5}') for i in range(20000)]
db.executemany("INSERT INTO bans VALUES (?, ?, ?, ?, ?, ?)", rows)
db.commit()
P
cat >"$W/write.py" <<'P'
import os, sqlite3, sys, time
db = sqlite3.connect("/var/lib/fail2ban/fail2ban.sqlite3", timeout=5)
db.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
slowest = n = 0
while not os.path.exists(sys.argv[1] + "/enough"):
    start = time.monotonic()
    db.execute("INSERT INTO bans VALUES ('smtp', ?, ?, 600, 1, NULL)", ("192.0.%d.%d" % (n // 256, n % 256), int(time.time())))
    db.commit()
    slowest = max(slowest, time.monotonic() - start)
    n += 1
    time.sleep(0.02)
print(n, slowest)
P
need "a database of fail2ban's" /usr/bin/python3 "$W/make.py"
watch_up
mail_open
/usr/bin/python3 "$W/write.py" "$W" >"$W/written" 2>"$W/err" &
WRITER=$!
begun() { guard bans --limit 1 2>/dev/null | grep -q '^10\.'; }
need "the watcher begins to take it in" within 5 begun
need "a reload meanwhile" fwc --reload
need "is undone as ever" within 2 is_open $MAIL_PORTS
counted() { [ "$(guard --json bans --jail imap --limit 100000 2>/dev/null | grep -c '"address"')" = 20000 ]; }
need "all of the history arrives" within 25 counted
touch "$W/enough"
need "nobody was locked out" wait "$WRITER"
read -r n slowest <"$W/written"
need "from the database (the slowest of $n writes took $slowest s)" /usr/bin/python3 -c 'import sys; sys.exit(float(sys.argv[1]) > 2.5)' "$slowest"
new() { [ "$(guard --json bans --jail smtp --limit 100000 2>/dev/null | grep -c '"address"')" = "$n" ]; }
need "and what was written meanwhile, too" within 20 new
