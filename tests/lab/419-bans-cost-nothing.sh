# SPDX-License-Identifier: GPL-2.0-or-later
# While nothing is lost, bans and unbans cost firewalld no call of the guard's, with fail2ban
# running and asked for its tickets.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
mail_heard
names=$(/usr/bin/python3 - "$WATCH" <<'X'
import dbus, sys
bus = dbus.Interface(dbus.SystemBus().get_object("org.freedesktop.DBus", "/"), "org.freedesktop.DBus")
for name in bus.ListNames():
    if name[0] == ":" and bus.GetConnectionUnixProcessID(name) == int(sys.argv[1]):
        print(name)
X
)
[ -n "$names" ] || fail "the guard is on the bus"
matches=()
for name in $names; do matches+=("type='method_call',destination='org.fedoraproject.FirewallD1',sender='$name'"); done
dbus-monitor --system --profile "${matches[@]}" >"$W/calls" 2>/dev/null &
monitor=$!
calls() { grep -c '^mc' "$W/calls"; }
need "the monitor listens" within 5 grep -q NameLost "$W/calls"
need "bans" f2b set lab banip 198.18.0.1 198.18.0.2 198.18.0.3 10.77.0.3
need "with rules" within 15 rules_are 4
settle
need "unbans" f2b set lab unbanip 198.18.0.1 198.18.0.2
need "without" within 15 rules_are 2
settle
[ "$(calls)" = 0 ] || { cat "$W/calls"; fail "four bans and two unbans cost $(calls) calls"; }
# what was counted would have been seen
need "a reload" fwc --reload
asked() { [ "$(calls)" -gt 0 ]; }
need "makes the guard ask" within 3 asked
need "two come back" within 10 rules_are 2
kill $monitor
