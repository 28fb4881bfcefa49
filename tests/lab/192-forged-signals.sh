# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever may connect to the bus may send the guard signals: none of theirs is believed.
watch_up
mail_open
mail_heard
cat >"$W/forge.py" <<'PY'
import dbus.bus, dbus.lowlevel, os
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
bus = dbus.bus.BusConnection(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
path, main = "/org/fedoraproject/FirewallD1", "org.fedoraproject.FirewallD1"
config = path + "/config/zone/0"
me = bus.get_unique_name()
signals = [
    (path, main + ".zone", "ServiceRemoved", "ss", ("public", "imaps")),
    (path, main + ".zone", "ServiceAdded", "ssi", ("public", "telnet", 0)),
    (path, main + ".zone", "PortAdded", "sssi", ("public", "23", "tcp", 0)),
    (path, main, "Reloaded", "", ()),
    (path, main, "DefaultZoneChanged", "s", ("drop",)),
    (path, main, "PanicModeEnabled", "", ()),
    (config, main + ".config.zone", "Updated", "s", ("public",)),
    (config, main + ".config.zone", "Removed", "s", ("public",)),
    ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", "sss", (main, ":1.0", "")),
    ("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", "sss", (main, "", me)),
]
peers = [name for name in bus.list_names() if name.startswith(":") and name != me]
for peer in peers + [None]:
    for where, interface, member, types, values in signals:
        signal = dbus.lowlevel.SignalMessage(where, interface, member)
        if peer:
            signal.set_destination(peer)
        signal.append(signature=types, *values)
        bus.send_message(signal)
bus.flush()
bus.get_name_owner("org.freedesktop.DBus")  # once this is answered, the bus has passed all of it on
print(len(peers), os.getuid())
PY
guard --json history >"$W/before"
need "a stranger tells everybody on the bus" exits 0 /usr/bin/python3 "$W/forge.py"
need "as a user with no rights, and peers are there" out_has '^[1-9][0-9]* 65534$'
as_before() { guard --json history >"$W/after" && cmp "$W/before" "$W/after"; }
need "the guard believes nothing of it" stays 1 as_before
need "and sees no wipe" not said 'reloaded|lost'
need "a true reload" fwc --reload
need "is undone" within 2 mail_reachable
need "imaps, too, of which a stranger said that it was removed" has imaps
need "what he said was open is not" not has telnet
need "nor his port" not has_port 23/tcp
