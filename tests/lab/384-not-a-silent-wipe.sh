# SPDX-License-Identifier: GPL-2.0-or-later
# What looks like a wipe that firewalld did not announce, and is somebody's doing: the guard leaves it alone.
conf <<-X
	[guard]
	audit-s = 1
X
watch_up -v
mail_open
mail_heard
look() { kill -HUP "$WATCH"; pause 1.5 "so that a wipe would be found"; }

# Interfaces move with the default zone without a word, and with NetworkManager.
need "the default zone is another" fwc --set-default-zone=work
need "an interface moves" fwc --zone=home --change-interface=host0
look
need "no wipe was found" not said 'firewalld did not announce'
need "the interface is where it was put" test "$(firewall-cmd --get-zone-of-interface=host0)" = home
need "the default zone is public" fwc --set-default-zone=public
need "the interface is back" fwc --zone=public --change-interface=host0
need "all mail services are reachable" within 3 mail_reachable

# All that the zone has at once: it says that it was changed, and not what is gone.
cat >"$W/empty.py" <<-X
	import dbus
	fw = dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1")
	settings = dbus.Dictionary({"services": dbus.Array(["ssh"], signature="s")}, signature="sv")
	fw.setZoneSettings2("public", settings, dbus_interface="org.fedoraproject.FirewallD1.zone")
X
need "the zone gets other services" /usr/bin/python3 "$W/empty.py"
not has imaps || fail "imaps is gone"
look
need "no wipe was found" not said 'firewalld did not announce'
need "imaps stays away" not has imaps
need "the guard says what is gone" said 'nobody can tell why|removed on purpose'
