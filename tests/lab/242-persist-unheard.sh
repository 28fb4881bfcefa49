# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld does not tell what has a timeout. Of what came while no watcher ran, or while it could put
# nothing on record, persist warns; what had an end by the record still has it.
left_out() { grep -q "^$1 .*left out .*it has a timeout" "$W/out" || { cat "$W/out"; return 1; }; }
unheard() { grep -q "^$1 .*would write .*nobody heard" "$W/out" || { cat "$W/out"; return 1; }; }
need "pop3s is open before any watcher ran" fwc --add-service=pop3s
watch_up
need "imaps is open for a time" fwc --add-service=imaps --timeout=600
need "smtp is open" fwc --add-service=smtp
need "which is heard" within 5 snapshot_has public/service:imaps public/service:smtp
need "what was there when the watcher came is not known better" exits 0 guard persist --dry-run
need "by name" unheard public/service:pop3s
need "imaps has an end" left_out public/service:imaps
need "smtp has none" out_has '^public/service:smtp .*would write *$'

# another process holds the store (a backup), and the watcher cannot say what it does
/usr/bin/python3 - "$STATE/guard.db" "$W" <<'P' &
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2] + "/locked", "w").close()
while not os.path.exists(sys.argv[2] + "/unlock"):
    time.sleep(0.05)
P
locker=$!
need "the store is locked" within 5 test -e "$W/locked"
need "a reload" fwc --reload
need "imaps is back" within 5 fwc --query-service=imaps
need "smtp is back" within 5 fwc --query-service=smtp
need "the record is old now" exits 0 guard persist --dry-run
need "imaps has the end that it had" left_out public/service:imaps
need "of smtp nothing is known" unheard public/service:smtp
touch "$W/unlock"
wait $locker
smtp_is_known() { guard persist --dry-run >"$W/out"; grep -q '^public/service:smtp .*would write *$' "$W/out"; }
need "with the store it is known again" within 25 smtp_is_known
watch_down

need "pop3 is opened while no watcher runs" fwc --add-service=pop3
need "persist writes it" exits 0 guard -q persist
need "and warns, with -q, too" err_has 'of these came while no watcher was there'
for service in smtp pop3 pop3s; do need "$service is permanent" fwc --permanent --query-service=$service; done
need "imaps keeps its end" not fwc --permanent --query-service=imaps
