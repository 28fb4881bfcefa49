# SPDX-License-Identifier: GPL-2.0-or-later
# At a boot all start at once: NetworkManager has called firewalld before the guard sees who
# calls, and firewalld, which is busy, does it when the guard listens already. Nobody saw who
# asked for host0 in the default zone, so nobody is said to have meant it.
. "$LAB_DIR/nm.sh"
nm_up
iredmail_up
watch_up
iredmail_bound
for round in 1 2 3; do
	watch_down
	: >"$W/watch.log"
	kill -STOP "$FW"
	nm_activate &
	pause 0.5 "its call is to come first"
	watch_start -v
	need "round $round: the guard sees who calls" within 5 said 'seeing who calls'
	kill -CONT "$FW"
	need "round $round: host0 is in mail's zone" within 10 settles_in iredmail
	need "round $round: imaps is open" is_open 993
	need "round $round: nobody is said to have meant it" not said 'on purpose'
done
need "somebody binds it to the default zone" fwc --zone=public --change-interface=host0
need "which is heard" within 5 said 'was bound to public on purpose'
need "and stays" stays 2 bound public
