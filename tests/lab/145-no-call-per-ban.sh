# SPDX-License-Identifier: GPL-2.0-or-later
# A ban costs firewalld no call of the guard's: what is heard is enough, and is on record.
. "$LAB_DIR/calls.sh"
watch_up
mail_open
mail_heard
calls_up
/usr/bin/python3 <<'Y'
import dbus
zone = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
                      "org.fedoraproject.FirewallD1.zone")
for i in range(1, 41):
    zone.addRichRule("public", 'rule family="ipv4" source address="192.0.2.%d" port port="smtp" protocol="tcp" reject' % i, 0)
Y
# longer than the guard waits before it stores what it heard
need "40 bans cost no call" never 6 asked
need "the list of snapshots" exits 0 guard --json snapshot list
latest=$(json 'str(max(s["id"] for s in d["snapshots"]))')
need "the latest" exits 0 guard snapshot show "$latest"
[ "$(grep -c '192\.0\.2\.[0-9]*" port port="smtp"' "$W/out")" = 40 ] || fail "all 40 are in it"
calls_are_seen
