# SPDX-License-Identifier: GPL-2.0-or-later
# Unknown is not fine: whatever status cannot see, it says so and is not 0, and neither are those
# that stand on the same picture.
try() { exits "$1" "$GUARD" -c "$CONF" --state "$W/$2" "${@:3}"; }

# a fresh server: Dovecot and Postfix listen, and nothing is open
need "mail is shut" is_shut 993
need "a fresh server on which mail is served, and shut, is not fine" exits 1 guard status
need "and that is what it says" out_has '^error: listening-closed: .*imaps'
sed -n 's/^  fix: //p' "$W/out" | grep 'add-service=imaps' >"$W/mend"
need "its command opens it" bash -e "$W/mend"
need "for a client, too" is_open 993 465
need "and for good" fwc --reload
need "after a reload as well" is_open 993 465
need "for the rest" fwc --permanent --add-service=http --add-service=https --add-service=imap --add-service=smtp
need "the reload" fwc --reload
watch_up
need "with all of it permanent it is fine" within 5 exits 0 guard status
watch_down
need "also without a watcher, which is told" exits 0 guard status
need "as a warning" out_has '^warning: watcher-stopped'

# a store that cannot be seen, of every kind
install -d -m 700 "$W"/{none,garbage,empty,truncated,folder,pages,header}
head -c 8192 /dev/urandom >"$W/garbage/guard.db"
: >"$W/empty/guard.db"
head -c 5000 "$STATE/guard.db" >"$W/truncated/guard.db"
mkdir "$W/folder/guard.db"
/usr/bin/python3 - "$STATE/guard.db" "$W" <<'P'
import sqlite3, sys
source = sqlite3.connect(sys.argv[1])
for name in ("pages", "header"):
    copy = sqlite3.connect(sys.argv[2] + "/" + name + "/guard.db")
    source.backup(copy)
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.close()
with open(sys.argv[2] + "/pages/guard.db", "r+b") as f:
    for page in range(3, f.seek(0, 2) // 4096):
        f.seek(page * 4096)
        f.write(b"\xff" * 4096)
with open(sys.argv[2] + "/header/guard.db", "r+b") as f:
    f.seek(18)
    f.write(b"\x09\x09")
P
chmod 600 "$W"/{garbage,empty,truncated,pages,header}/guard.db
for kind in none garbage empty truncated folder pages header; do
	need "$kind: status is not fine" try 1 "$kind" status
	need "$kind: and says so" out_has ': store: '
	need "$kind: in JSON, too" try 1 "$kind" --json status
	need "$kind: which is not ok" json 'not d["ok"]'
	"$GUARD" -c "$CONF" --state "$W/$kind" check --format nagios >"$W/out" 2>"$W/err"
	need "$kind: nor does a monitoring system" not test $? = 0
	need "$kind: which has the reason" out_has store
	[ "$kind" = none ] || need "$kind: conflicts cannot know all ranges" try 1 "$kind" conflicts
done
