# SPDX-License-Identifier: GPL-2.0-or-later
# Where the server does not answer, its database does; where that does not either, the bans
# are unknown, not none. Neither a stopped nor a crashed server has any that could be told.
DB=/var/lib/fail2ban/fail2ban.sqlite3
tickets() { timeout 20 "$BUILD/tests/lab/tickets" -t 400 "$@" >"$W/out" 2>"$W/err"; }
unknown() { not tickets "$@" && grep -q '^unknown ..' "$W/out"; }
f2b_up
f2b set lab banip 192.0.2.1 192.0.2.2
need "the server tells" tickets
need "of both bans" test "$(grep -c ' socket ' "$W/out")" = 2
sed 's/ socket / database /' "$W/out" | grep -v ^state >"$W/want"

kill -STOP "$F2B"
need "silent, its database tells" tickets
need "the same" test "$(grep -v ^state "$W/out")" = "$(cat "$W/want")"
need "and it is told apart" out_has '^state unreachable'
exec 3> >(/usr/bin/python3 -c '
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
open(sys.argv[2], "w").close()
sys.stdin.read()' "$DB" "$W/locked")
need "somebody locks it" within 5 test -e "$W/locked"
need "locked, it tells nothing" unknown
need "and says why" out_has 'unknown .*locked'
exec 3>&-
need "free again, it tells" within 5 tickets
cp "$DB" "$W/whole"
dd if=/dev/urandom of="$DB" bs=1024 seek=1 count=30 conv=notrunc status=none
need "corrupt, it tells nothing" unknown
echo nonsense >"$DB"
need "nor when it is no database" unknown
mv "$DB" "$W/away"
need "nor when there is none" unknown
cp "$W/whole" "$DB"
need "whole again, it tells" tickets
kill -CONT "$F2B"
need "the server answers again" within 5 f2b ping

# the socket may not be opened: as its owner, without root's powers over files
chown daemon /run/fail2ban/fail2ban.sock
chmod 600 /run/fail2ban/fail2ban.sock
need "shut out, the database tells" setpriv --bounding-set=-all --inh-caps=-all "$BUILD/tests/lab/tickets" >"$W/out"
need "of the same bans" test "$(grep -v ^state "$W/out")" = "$(cat "$W/want")"
need "and that it may not ask" out_has '^state unknown'

f2b_kill
need "crashed, it tells nothing" unknown
need "and that it crashed" out_has '^state crashed'
rm -f /run/fail2ban/*
need "also when nothing else is left of it" unknown
need "which its jails tell" out_has '^state crashed'
f2b_start
need "it holds them again" within 10 tickets
f2b_down
need "stopped, it tells nothing" unknown
need "and that it is stopped" out_has '^state stopped'
