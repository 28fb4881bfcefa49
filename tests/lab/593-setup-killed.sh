# SPDX-License-Identifier: GPL-2.0-or-later
# Killed while it sets up, or while it goes back: it is undone in time nevertheless.
. "$LAB_DIR/setup.sh"
ssh_up
systemd_up
before_setup
pending() { [ -e "$STATE/setup/$1" ]; }
# stopped where it is: firewalld does not answer, and the command waits for it
begin() { # COMMAND...
	"$GUARD" -c "$CONF" --state "$STATE" "$@" >>"$W/killed.log" 2>&1 &
	SETUP=$!
}
kill_amid() { # RECORD MEMBER
	need "it begins" within 15 pending "$1"
	kill -STOP "$FW"
	kill -KILL "$SETUP"
	wait "$SETUP" 2>/dev/null
	kill -CONT "$FW"
}
begin setup --zone mail --interface host0 --apply --within 8s
kill_amid pending
need "somebody undoes it" armed
need "ssh is open" within 5 is_open 22
need "when its time is over" within 20 not pending pending
need "and it has come to an end" within 20 not pending undoing
need "the files are as they were" within 3 stays_so
need "and the zone of the interface" within 3 bound public
need "ssh is open" is_open 22
need "mail is shut" served_shut

# two at once: the one that comes later changes nothing, also before the first is on record
flock -o "$STATE/setup" sleep 5 &
HOLDER=$!
held() { ! flock -n "$STATE/setup" true; }
need "another one is at work" within 3 held
need "so this one does nothing" exits 1 guard setup --apply
need "and says why" err_has 'nothing was changed: another setup --apply is at work'
need "nothing waits for an answer" exits 1 guard setup --rollback
need "nothing is open" served_shut
kill "$HOLDER"
need "it is over" within 8 flock -n "$STATE/setup" true

# going back is killed; the next one takes it up, as the unit does at the next boot
set_up --zone mail --interface host0 --within 10m
need "all is open" served_open
begin setup --rollback
kill_amid undoing
need "it cannot be confirmed any more" exits 1 guard setup --confirm
need "as it says" err_has 'too late'
need "nor can another begin" exits 1 guard setup pop3 --apply
need "it is taken up" exits 0 guard setup --rollback
need "the files are as they were" stays_so
need "and the zone of the interface" within 3 bound public
need "ssh is open" within 3 is_open 22
need "mail is shut" served_shut
need "it is over" exits 1 guard setup --rollback

# firewalld is away when the time is over: its files are as they were when it comes
set_up --within 6s
need "all is open" served_open
need "firewalld ends" fw_down
need "the time is over" within 20 not pending pending
need "and it has come to an end" within 20 not pending undoing
need "the files are as they were" stays_so
fw_start
need "firewalld is back" within 15 fw_running
need "mail is shut" stays 2 served_shut
