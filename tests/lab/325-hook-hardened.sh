# SPDX-License-Identifier: GPL-2.0-or-later
# A fail2ban.service that may write to its own folders alone (ProtectSystem=strict), without the
# capability to pass over permissions: the hook needs no place to write, for the watcher has one.
# As shipped: how soon it answers is judged.
hardened() { # COMMAND...: as in such a unit
	unshare -m --propagation slave sh -c 'mount --bind "$STATE" "$STATE" && mount -o remount,bind,ro "$STATE" &&
		exec setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search "$@"' sh "$@"
}
tell() { hardened "$W/bin/reload-guard-hook" hook "$@" >"$W/out" 2>"$W/err"; }
on_record() { guard bans "$1" 2>/dev/null | grep -q "^$1 "; }
watch_up
need "nothing can be written there" not hardened touch "$STATE/x"
need "an event" tell ban --jail=lab --address=192.0.2.1 --bantime=600
need "is on record" on_record 192.0.2.1

# a watcher that is late is waited for, where nothing else is left
kill -STOP "$WATCH"
(pause 2 "the hook has waited for the word, and has tried to leave a file" && kill -CONT "$WATCH") &
need "another one" tell ban --jail=lab --address=192.0.2.2 --bantime=600
need "is on record, too" on_record 192.0.2.2
need "and nothing was said" not test -s "$W/err"

# what it has in its queue when the hook goes is not lost
kill -STOP "$WATCH"
need "a third one" tell ban --jail=lab --address=192.0.2.3 --bantime=600
need "is said to be lost" err_has '192.0.2.3 in jail lab is not recorded: .*the watcher has it'
kill -CONT "$WATCH"
need "and is not" within 5 on_record 192.0.2.3

# nobody else may tell
stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups "$BUILD/reload-guard-hook" --state "$STATE" hook ban --jail=lab --address=192.0.2.4; }
chmod 755 "$W" "$STATE"
need "a stranger cannot" stranger
need "not even where the file lets everybody" eval 'chmod 666 "$STATE/hook.sock" && stranger'
need "which is said" within 5 said 'neither root nor fail2ban'
need "nothing of it is on record" not on_record 192.0.2.4
# those who connect and say nothing hold nobody up
/usr/bin/python3 - "$STATE/hook.sock" <<'X2' &
import socket, sys, time
held = []
for _ in range(300):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(sys.argv[1])
    held.append(s)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.send(b"x" * 100000)
time.sleep(60)
X2
silent=$!
crowded() { [ "$(find "/proc/$WATCH/fd" -lname 'socket:*' | wc -l)" -gt 60 ]; }
need "many are silent" within 5 crowded
start=$(now_ms)
need "an event" tell ban --jail=lab --address=192.0.2.5 --bantime=600
took=$(($(now_ms) - start))
need "is on record" on_record 192.0.2.5
[ $took -lt 4000 ] || fail "the hook took $took ms"
need "and they are put out" within 15 not crowded
kill "$silent"
