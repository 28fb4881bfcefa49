# SPDX-License-Identifier: GPL-2.0-or-later
# A store that cannot be used: every command that needs it says so with status 4 and what
# to do; what does not need it goes on.
need_store="history bans snapshot:list snapshot:take release:public/service:imap"
try() { exits "$1" "$GUARD" -c "$CONF" --state "$W/$2" "${@:3}"; }
all_say() { # FOLDER WORDS
	local command
	for command in $need_store; do
		# shellcheck disable=SC2086
		need "$command is status 4" try 4 "$1" ${command/:/ }
		need "and says what to do" err_has "$2"
	done
	need "the hook is fine in any case" try 0 "$1" hook ban --jail=lab --address=192.0.2.1
	need "and silent on stdout" not test -s "$W/out"
	"$GUARD" -c "$CONF" --state "$W/$1" status >"$W/out" 2>"$W/err"
	need "the status tells of it" out_has 'the store (cannot be used|was written by a newer)'
}
watch_up
mail_open
mail_heard
watch_down

mkdir "$W/open"
chmod 777 "$W/open"
all_say open 'chmod go-w'
need "the hook left nothing where others may write" not test -e "$W/open/spool"
install -d -m 700 -o 65534 "$W/theirs"
all_say theirs 'user 65534.*chown'
need "the hook left nothing in a stranger's folder" not test -e "$W/theirs/spool"
install -d -m 700 "$W/corrupt" "$W/newer" "$W/readonly"
head -c 8192 /dev/urandom >"$W/corrupt/guard.db"
all_say corrupt 'restart reload-guard'
need "the hook left it for later" test -d "$W/corrupt/spool"
cp "$STATE/guard.db" "$W/newer/"
/usr/bin/python3 -c "
import sqlite3
c = sqlite3.connect('$W/newer/guard.db')
c.execute('PRAGMA user_version = 999')
c.commit()"
all_say newer 'newer reload-guard.*upgrade'
need "the status says what to do, too" out_has 'newer reload-guard.*upgrade'
"$GUARD" -c "$CONF" --state "$W/newer" check --only store >"$W/out" 2>"$W/err"
need "check does not send for a restart that cannot help" out_has 'error: store: the store was written by a newer reload-guard.*install the newer version again'
sed -n 's/^  fix: //p' "$W/out" | sed 's/systemctl [a-z]* reload-guard/true/g' >"$W/mend"
need "its command sets the store aside" bash -e "$W/mend"
need "with all that belongs to it" test -e "$W/newer/newer-guard.db" -a ! -e "$W/newer/guard.db"
# something else in its place: the command that check prints is the only one, and mends it
install -d -m 700 "$W/blocked" "$W/blocked/guard.db/x"
all_say blocked 'move it away'
"$GUARD" -c "$CONF" --state "$W/blocked" check --only store >"$W/out" 2>"$W/err"
need "check has one finding" test "$(grep -c '^error' "$W/out")" = 1
need "and one command" test "$(grep -c '^  fix: ' "$W/out")" = 1
sed -n 's/^  fix: //p' "$W/out" | sed 's/systemctl [a-z]* reload-guard/true/g' >"$W/mend"
need "which sets it aside" bash -e "$W/mend"
need "with what is in it" test -d "$W/blocked/aside-guard.db/x" -a ! -e "$W/blocked/guard.db"
: >"$W/file"
need "a file is no folder" try 4 file history
need "which is told" err_has 'not a directory'
need "no store at all" try 4 none history
need "is told with what to do" err_has 'start the watcher.*--state'
need "nobody made one by asking" not test -e "$W/none"
cp "$STATE/guard.db" "$W/readonly/"
mount --bind "$W/readonly" "$W/readonly"
mount -o remount,ro,bind "$W/readonly"
need "a read-only one can be read" try 0 readonly history
need "not written" try 4 readonly release public/service:imap
need "which says where to look" err_has 'read-only'

# a state directory that lies elsewhere, as administrators do it
ln -s "$STATE" "$W/link"
need "the history through a link" try 0 link history
need "persist through a link" try 0 link persist
need "has copied the zone file" out_has 'copied to'
