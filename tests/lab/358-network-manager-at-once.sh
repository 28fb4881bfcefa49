# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld is busy, and gets two calls for host0 at once: one that puts it into mail's zone,
# as the guard does, and NetworkManager's after it, of a connection that names no zone. What
# it says of the first is not what it says of the second, and nobody meant that.
. "$LAB_DIR/nm.sh"
into_iredmail() {
	dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 \
		org.fedoraproject.FirewallD1.zone.changeZoneOfInterface string:iredmail string:host0 >>"$W/dbus-send.log"
}
nm_up
iredmail_up
watch_up
iredmail_bound
: >"$W/watch.log"
for round in 1 2 3; do
	: >"$W/watch.log"
	kill -STOP "$FW"
	into_iredmail &
	pause 0.3 "this is to be the first call"
	nm_activate &
	pause 0.5 "both are to be under way"
	kill -CONT "$FW"
	need "round $round: NetworkManager takes host0 away, and the guard puts it back" within 10 \
		said 'restored 1 of 1'
	need "round $round: host0 is bound to its zone again" settles_in iredmail
	need "round $round: imaps is open" is_open 993
	need "round $round: nobody is said to have meant it" not said 'on purpose'
	need "round $round: nothing is left to do" within 10 finished
done
