# SPDX-License-Identifier: GPL-2.0-or-later
# A ban costs firewalld no call of the guard's: what is heard is enough, and is on record.
watch_up
mail_open
mail_heard
name=$(/usr/bin/python3 - "$WATCH" <<'X'
import dbus, sys
bus = dbus.Interface(dbus.SystemBus().get_object("org.freedesktop.DBus", "/"), "org.freedesktop.DBus")
for name in bus.ListNames():
    if name[0] == ":" and bus.GetConnectionUnixProcessID(name) == int(sys.argv[1]):
        print(name)
X
) || fail "the guard is on the bus"
need "it has one connection" test "$(wc -w <<<"$name")" = 1
dbus-monitor --system --profile "type='method_call',sender='$name'" >"$W/calls" 2>/dev/null &
monitor=$!
calls() { grep -c '^mc' "$W/calls"; }
asked() { [ "$(calls)" -gt 0 ]; }
need "the monitor listens" within 5 grep -q NameLost "$W/calls"
/usr/bin/python3 <<'X'
import dbus
zone = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
                      "org.fedoraproject.FirewallD1.zone")
for i in range(1, 41):
    zone.addRichRule("public", 'rule family="ipv4" source address="192.0.2.%d" port port="smtp" protocol="tcp" reject' % i, 0)
X
# longer than the guard waits before it stores what it heard
need "40 bans cost no call" never 6 asked
need "the list of snapshots" exits 0 guard --json snapshot list
latest=$(json 'str(max(s["id"] for s in d["snapshots"]))')
need "the latest" exits 0 guard snapshot show "$latest"
[ "$(grep -c '192\.0\.2\.[0-9]*" port port="smtp"' "$W/out")" = 40 ] || fail "all 40 are in it"
# what was counted would have been seen
need "a reload" fwc --reload
need "makes the guard ask" within 3 asked
kill $monitor
