# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever may connect to the bus may call firewalld with 30 MB, which the guard sees as well. It
# does not read them, and what it cannot see for a moment it does not take for anybody's intent.
watch_up -v
mail_open
mail_heard
cat >"$W/flood.py" <<'PY'
import dbus.bus, dbus.lowlevel, os, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
bus = dbus.bus.BusConnection(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
path, main = "/org/fedoraproject/FirewallD1", "org.fedoraproject.FirewallD1"
for i in range(int(sys.argv[1])):
    call = dbus.lowlevel.MethodCallMessage(main, path, main + ".zone", "removeService")
    call.set_no_reply(True)
    call.append("public", "x" * (30 << 20), signature="ss")
    bus.send_message(call)
    bus.flush()
bus.get_name_owner("org.freedesktop.DBus")  # once this is answered, the bus has passed all of it on
PY
most() { awk '/^VmHWM/ { print $2 }' "/proc/$WATCH/status"; } # kB
grown() { # KB
	echo "  $before kB at most before it, $(most) kB with it"
	[ "$(most)" -gt $((before + $1)) ]
}
seeing() { [ "$(grep -c 'seeing who calls firewalld' "$W/watch.log")" -ge "$1" ]; }
before=$(most)
need "a user with no rights floods firewalld" exits 0 /usr/bin/python3 "$W/flood.py" 2
need "the guard sees again who calls" within 10 seeing 2
need "and has not taken in what was said" not grown 30000
# of firewalld 2.5 each takes some 8 s
need "firewalld answers again" within 90 fwc --state
need "a reload" fwc --reload
need "is undone" within 5 mail_reachable
need "and put down to who did it" within 5 eval 'guard history | grep "reload by firewall-cmd"'
need "the flood has removed nothing" has imaps
