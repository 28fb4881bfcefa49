# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios that count what the guard asks firewalld. To be sourced before watch_up.

# The audit asks now and then, whatever happens, at moments that the clock decides.
conf <<<'[guard]
audit-s = 0'

calls_up() { # counts the calls to firewalld from now on
	local name
	name=$(/usr/bin/python3 - "$WATCH" <<-'X'
		import dbus, sys
		bus = dbus.Interface(dbus.SystemBus().get_object("org.freedesktop.DBus", "/"), "org.freedesktop.DBus")
		for name in bus.ListNames():
		    if name[0] == ":" and bus.GetConnectionUnixProcessID(name) == int(sys.argv[1]):
		        print(name)
	X
	) || fail "the guard is on the bus"
	need "it has one connection" test "$(wc -w <<<"$name")" = 1
	dbus-monitor --system --profile "type='method_call',destination='org.fedoraproject.FirewallD1',sender='$name'" >"$W/calls" 2>/dev/null &
	monitor=$!
	need "the monitor listens" within 5 grep -q NameLost "$W/calls"
}
calls() { grep -c '^mc' "$W/calls"; }
asked() { [ "$(calls)" -gt 0 ]; }

# What was counted would have been seen.
calls_are_seen() {
	need "a reload" fwc --reload
	need "makes the guard ask" within 3 asked
	kill "$monitor"
}
