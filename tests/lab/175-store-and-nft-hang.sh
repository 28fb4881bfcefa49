# SPDX-License-Identifier: GPL-2.0-or-later
# The store, or nft: whoever does not answer, there is an answer within 5 s, and its cause: all of them share one time.
# As shipped: how soon it answers is judged.
. "$LAB_DIR/hang.sh"

lock_store() { # STATEMENT; ...: another process has the store for itself
	rm -f "$W/locked"
	/usr/bin/python3 - "$STATE/guard.db" "$W/locked" "$1" <<-'X' &
		import signal, sqlite3, sys
		db = sqlite3.connect(sys.argv[1], isolation_level=None)
		for statement in sys.argv[3].split(";"):
		    db.execute(statement)
		open(sys.argv[2], "w").close()
		signal.pause()
	X
	LOCKER=$!
	need "the store is locked" within 5 test -e "$W/locked"
}
watch_up
mail_open
mail_heard
lock_store "BEGIN EXCLUSIVE"
need "beside another writer the store is read" answers 0 'runtime-only'
kill -STOP "$FW"
need "without firewalld, too" answers 3 'the kernel has its rule'
kill -CONT "$FW"
end_process "$LOCKER" KILL
watch_down
lock_store "PRAGMA journal_mode=DELETE;BEGIN EXCLUSIVE"
need "a store that nobody can read" answers 1 'store: .*(lock|busy)'
printf '#!/bin/sh\nexec tail -f /dev/null\n' >"$W/slow-nft"
chmod +x "$W/slow-nft"
mount --bind "$W/slow-nft" "$(readlink -f "$(command -v nft)")"
need "nft hangs, too" answers 1 "the kernel.s rules could not be read"
kill -STOP "$FW"
need "and firewalld" answers 3 'what the kernel lets in is not known'
