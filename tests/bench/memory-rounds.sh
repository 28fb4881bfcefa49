# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/memory, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
memory() { # NAME PID
	awk -v what="$1" '/^VmRSS/ { print "figure memory." what ".all", $2, "kB" }
		/^RssAnon/ { print "figure memory." what ".own", $2, "kB" }' "/proc/$2/status"
}
fill() { # N: entries in the set
	/usr/bin/python3 -c "
import dbus, sys
entries = ['192.0.2.1'] + [f'10.{i >> 16}.{i >> 8 & 255}.{i & 255}' for i in range(int(sys.argv[1]))]
bus = dbus.SystemBus()
ipset = bus.get_object('org.fedoraproject.FirewallD1', '/org/fedoraproject/FirewallD1')
ipset.setEntries('many', dbus.Array(entries, signature='s'), timeout=600,
                 dbus_interface='org.fedoraproject.FirewallD1.ipset')" "$1"
}
entries_stored() { [ "$(snapshot_last | grep -o 'ipset:many/entry:' | wc -l)" -ge "$1" ]; }
need "a set" fwc --permanent --new-ipset=many --type=hash:ip
need "which denies" fwc --permanent --zone=drop --add-source=ipset:many
need "is loaded" fwc --reload
watch_up
mail_open
mail_heard
need "the set is used" fwc --ipset=many --add-entry=192.0.2.1
sleep 10
bare=$("$BUILD/tests/bench/bare-restore" public imaps) || fail "the floor"
memory bare "$bare"
kill "$bare"
memory at-rest "$WATCH"
for n in "$@"; do
	need "$n entries" fill "$n"
	kill -HUP "$WATCH" # it looks at everything
	sleep $((15 + n / 5000))
	need "they are on record" within 60 entries_stored "$n"
	memory "entries-$n" "$WATCH"
done
