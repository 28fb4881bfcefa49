# SPDX-License-Identifier: GPL-2.0-or-later
# A bus that lets nobody monitor it: causes are unknown, that is said once, guarding goes on.
fw_down
bus_down
policy=/usr/share/dbus-1/system.conf
[ -e "$policy" ] || policy=/etc/dbus-1/system.conf
sed 's|</busconfig>|<policy context="mandatory"><deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/></policy></busconfig>|' \
	"$policy" >"$W/system.conf"
sed -i "s|<includedir>|&/usr/share/dbus-1/|; s|/usr/share/dbus-1//|/|" "$W/system.conf"
start_bus() {
	rm -f /run/dbus/system_bus_socket
	dbus-daemon --config-file="$W/system.conf" --nofork --nopidfile --nosyslog \
		--address="$DBUS_SYSTEM_BUS_ADDRESS" >>"$W/bus.log" 2>&1 &
	BUS=$!
	need "the bus comes up" within 5 bus_answers
}
start_bus
fw_up
need "nobody can monitor" not timeout 5 busctl --system monitor >/dev/null 2>&1
watch_up
mail_open
need "the guard says that it cannot see" within 5 said 'does not let the guard see who calls firewalld'
need "a reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "all mail services are" within 2 mail_reachable
unknown() { exits 0 guard history --kind reload && out_has 'cause unknown' >/dev/null; }
need "the history says unknown" within 5 unknown
need "and blames nobody" not grep -q firewall-cmd "$W/out"

bus_down KILL
fw_kill
start_bus
fw_start
need "firewalld is back" within 15 fw_running
for service in $MAIL; do need "firewalld has $service" within 10 has "$service"; done
need "it is said once" [ "$(grep -c 'does not let the guard see' "$W/watch.log")" = 1 ]
