# SPDX-License-Identifier: GPL-2.0-or-later
# Another process sits on the database: a restore does not wait for it, and is on record later.
watch_up
mail_open
mail_heard
/usr/bin/python3 - "$STATE/guard.db" "$W" <<'X' &
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
open(sys.argv[2] + "/locked", "w").close()
while not os.path.exists(sys.argv[2] + "/unlock"):
    time.sleep(0.05)
X
LOCKER=$!
need "another process locks the store" within 5 test -e "$W/locked"
need "the reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "all mail services are" within 2 mail_reachable
kill -0 "$LOCKER" || fail "the lock was held all the time"
touch "$W/unlock"
wait "$LOCKER"
recorded() { guard history 2>/dev/null | grep -qi 'reload'; }
need "the reload is recorded afterwards" within 25 recorded
