# SPDX-License-Identifier: GPL-2.0-or-later
# NetworkManager is there. On a reload firewalld asks it and puts its interfaces back by
# itself; after a restart NetworkManager binds them anew, a while later. The guard lets it
# speak first, and delays nothing but bindings. A stand-in plays it: firewalld's own code
# asks a module that answers for it, and a program owns its name on the bus.
fw_nm=/usr/lib/python3/dist-packages/firewall/core/fw_nm.py
[ -e "$fw_nm" ] || fw_nm=$(/usr/bin/python3 -c 'import firewall.core.fw_nm as m; print(m.__file__)')
cp "$fw_nm" "$W/fw_nm.py"
cat >>"$W/fw_nm.py" <<'P'
def nm_is_imported(): return True
def nm_get_bus_name(): return "org.freedesktop.NetworkManager"
def nm_get_interfaces_in_zone(zone):
    return ["host0"] if zone == open("/run/lab/nm_zone").read().strip() else []
def nm_get_connection_of_interface(interface): return None
def nm_set_zone_of_connection(zone, connection): return False
P
echo >"$W/nm_zone"
cp -r /etc/dbus-1/system.d "$W/system.d"
cat >"$W/system.d/nm.conf" <<'P'
<busconfig><policy context="default"><allow own="org.freedesktop.NetworkManager"/></policy></busconfig>
P
mount --bind "$W/system.d" /etc/dbus-1/system.d
mount --bind "$W/fw_nm.py" "$fw_nm"
kill -HUP "$BUS"
# it binds host0 to the zone in $W/nm_rebind, if there is one, 0.2 s after firewalld came
cat >"$W/nm.py" <<'P'
import dbus, dbus.service, dbus.mainloop.glib, os
from gi.repository import GLib
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
name = dbus.service.BusName("org.freedesktop.NetworkManager", bus)
def bind():
    if os.path.exists("/run/lab/nm_rebind"):
        bus.call_async("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1",
                       "org.fedoraproject.FirewallD1.zone", "changeZoneOfInterface", "ss",
                       (open("/run/lab/nm_rebind").read().strip(), "host0"), lambda *a: None, lambda e: None)
    return False
def changed(owner):
    if owner: GLib.timeout_add(200, bind)
bus.watch_name_owner("org.fedoraproject.FirewallD1", changed)
open("/run/lab/nm_up", "w")
GLib.MainLoop().run()
P
restart() {
	need "firewalld ends" fw_down
	fw_start
	need "firewalld is back" within 15 fw_running
}
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
restart
/usr/bin/python3 "$W/nm.py" >"$W/nm.log" 2>&1 &
need "NetworkManager's stand-in is up" within 5 test -e "$W/nm_up"
bound() { fwc --zone="$1" --query-interface=host0; }
conf <<'C'
[guard]
settle-ms = 1500
C
watch_up
need "the interface is bound at run time" fwc --zone=iredmail --change-interface=host0
need "smtps is open at run time, in the default zone" fwc --zone=public --add-service=smtps
need "imaps is open" is_open 993
sleep 2
need "what would be persisted" exits 0 guard persist --dry-run
need "leaves its interface out" out_has 'iredmail/interface:host0 +left out +NetworkManager keeps'
need "nor is that called at risk" not said 'Runtime only.*interface:host0'

# NetworkManager has no zone for it: firewalld lets it fall back to the default zone.
signals_up
need "the reload" fwc --reload
need "smtps is back" within 2 has smtps
need "imaps is open again" within 4 is_open 993
need "in its zone" bound iredmail
moved() { awk '$2 == "Reloaded" { t = $1 } $2 == "ZoneOfInterfaceChanged" { d = $1 - t } $2 == "ServiceAdded" { s = $1 - t } END { exit !(d >= 1000000 && s < 1000000) }' "$W/signals"; }
need "smtps did not wait, the interface did" within 3 moved

# It binds it to a zone of its own after a restart: that is where it stays.
echo internal >"$W/nm_rebind"
echo internal >"$W/nm_zone"
sleep 2
restart
need "it is in internal" within 2 bound internal
need "and stays there" never 3 bound iredmail
need "the log says so" said 'iredmail/interface:host0 is bound to internal now'
need "smtps is open" has smtps
