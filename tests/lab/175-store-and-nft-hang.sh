# SPDX-License-Identifier: GPL-2.0-or-later
# The store, or nft: whoever does not answer, there is an answer within 5 s, and its cause: all of them share one time.
ask() { # NAME COMMAND...
	local start status
	start=$(now_ms)
	guard "${@:2}" >"$W/$1.out" 2>"$W/$1.err"
	status=$?
	echo "$status $(($(now_ms) - start))" >"$W/$1.end"
}
# answers STATUS WORDS: of all four at once
answers() {
	local name asked=() status took
	for name in status check conflicts; do ask "$name" "$name" & asked+=($!); done
	ask explain explain 10.77.0.2 imaps & asked+=($!)
	wait "${asked[@]}"
	for name in status check conflicts explain; do
		read -r status took <"$W/$name.end"
		[ "$took" -lt 5000 ] || { echo "  $name took $took ms"; return 1; }
		[ "$name" != status ] && [ "$1" != 3 ] || [ "$status" = "$1" ] || { echo "  $name: status $status"; return 1; }
	done
	cat "$W"/{status,check}.{out,err} >"$W/out"
	out_has "$2"
}

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
