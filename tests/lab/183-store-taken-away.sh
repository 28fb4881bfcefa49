# SPDX-License-Identifier: GPL-2.0-or-later
# The files of the store are taken away, or others put in their place, under a guard that runs: it
# opens it anew and records what it knows, and the guard after it puts back all of it.
taken() { need "the guard says so" within 5 said 'took files of the store in .* away, or replaced them'; }
comes_back() { # ITEM: after a reload that nobody saw
	watch_kill
	need "a reload while nobody looks" fwc --reload
	need "shut" is_shut 993
	: >"$W/watch.log"
	watch_up
	need "mail is back" within 5 mail_reachable
	need "and what was opened after it" within 2 has "$1"
}
watch_up
need "that nothing is on record is said" said 'nothing of before is on record'
cp "$STATE/guard.db" "$W/alone.db"
install -d -m 700 "$W/alone"
cp "$W/alone.db" "$W/alone/guard.db"
need "the file alone is a store" exits 0 "$GUARD" -c "$CONF" --state "$W/alone" history
mail_open
mail_heard
rm "$STATE/guard.db-wal"
need "something else is opened" fwc --add-service=tftp
taken
need "it is on record" within 5 snapshot_has public/service:tftp public/service:imaps
need "as history says" exits 0 guard history
comes_back tftp
need "that something was on record" not said 'nothing of before is on record'

cp "$W/alone.db" "$W/old.db"
chmod 600 "$W/old.db"
mv "$W/old.db" "$STATE/guard.db"
need "something else is opened" fwc --add-service=ftp
taken
need "it is on record" within 5 snapshot_has public/service:ftp public/service:imaps
comes_back ftp

rm -r "${STATE:?}"/guard.db*
need "something else is opened" fwc --add-service=nfs
taken
need "it is on record" within 5 snapshot_has public/service:nfs public/service:imaps
comes_back nfs
