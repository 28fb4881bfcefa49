# SPDX-License-Identifier: GPL-2.0-or-later
# The guard begins while its store cannot be read: what was meant is not known, and nothing that is
# there counts in its place. As soon as the store can be read, what a wipe took is back; what somebody
# has said meanwhile counts.
lock() { # the store, as a backup that hangs does
	/usr/bin/python3 -c "
import sqlite3, time
c = sqlite3.connect('$STATE/guard.db', isolation_level=None)
c.execute('PRAGMA locking_mode = EXCLUSIVE')
c.execute('BEGIN EXCLUSIVE')
open('$W/locked', 'w').close()
time.sleep(600)" &
	LOCK=$!
	need "the store is locked" within 5 test -e "$W/locked"
}
unlock() {
	rm "$W/locked"
	kill -KILL "$LOCK"
	wait "$LOCK" 2>/dev/null
}
restart() { fw_down && fw_up; }
begins_blind() {
	: >"$W/watch.log"
	watch_up
	need "the guard says that it does not know" within 5 said 'what was open before the guard began is not known'
}
watch_up
mail_open
need "what has an end" fwc --add-service=ftp --timeout=600
mail_heard
need "heard, too" within 5 snapshot_has public/service:ftp

# a reload, and a restart, of which only the store can tell
for wipe in "fwc --reload" restart; do
	watch_kill
	lock
	need "$wipe" $wipe
	begins_blind
	need "mail stays shut, as nobody knows of it" never 1 is_open 993
	need "opened meanwhile, and shut again" fwc --add-service=pop3s
	need "on purpose" fwc --remove-service=pop3s
	need "opened to stay" fwc --add-service=tftp
	pause 2 "for the guard to store what it should not"
	unlock
	need "mail is open" within 4 is_open 993 143 587 25
	need "with what has an end" within 2 has ftp
	need "which is said" said 'the store tells what was open'
	need "and with its cause" said 'while the guard did not run.*lost \([0-9]+\)'
	need "what was shut on purpose stays shut" never 1 has pop3s
	need "and the other stays" has tftp
	need "all is on record" within 5 snapshot_has public/service:imaps public/service:tftp
	need "as it is now" not snapshot_has public/service:pop3s
	need "a reload" fwc --reload
	need "takes neither" within 3 is_open 993
	need "nor" within 2 has tftp
	need "which is on record" within 5 finished
	mail_open
	mail_heard
done
watch_down

# killed before it could ask: the next one still can; and nothing was wiped
lock
begins_blind
need "shut while nobody knows" fwc --remove-service=imap
watch_kill
watch_start
pause 1 "for a start that cannot ask either"
watch_kill
need "a reload" fwc --reload
unlock
watch_up
need "what was meant is back" within 3 is_open 993
watch_down
lock
begins_blind
unlock
need "it asks again" within 4 said 'the store tells what was open'
need "nothing was lost" never 1 said 'lost \([1-9]'
watch_down

# a folder that the guard may not use, until somebody mends it
chmod 777 "$STATE"
need "a reload" fwc --reload
begins_blind
chmod 700 "$STATE"
need "mail is open" within 4 is_open 993
need "and that is finished" within 5 finished
