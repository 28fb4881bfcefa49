# SPDX-License-Identifier: GPL-2.0-or-later
# The store is locked: the hook waits a bounded time, exits 0, says nothing on stdout,
# and leaves a spool file that the watcher takes in.
# As shipped: how soon it answers is judged.
watch_up
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
start=$(now_ms)
need "the hook exits 0" exits 0 guard hook ban --jail=lab --address=198.51.100.7 --family=inet4 --time="$(date +%s)" --bantime=600 --failures=5 --count=1 --restored=0
took=$(($(now_ms) - start))
[ $took -lt 2000 ] || fail "the hook took $took ms"
need "and is silent" not test -s "$W/out"
kill -0 "$LOCKER" || fail "the lock was held all the time"
[ "$(find "$STATE/spool" -type f | wc -l)" -ge 1 ] || fail "there is no spool file"
touch "$W/unlock"
wait "$LOCKER"
taken() { guard bans 2>/dev/null | grep -q 198.51.100.7; }
need "the watcher takes it in" within 15 taken
empty() { [ "$(find "$STATE/spool" -type f | wc -l)" = 0 ]; }
need "and removes the file" within 5 empty
