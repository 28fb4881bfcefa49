# SPDX-License-Identifier: GPL-2.0-or-later
# What else NetworkManager does with host0, whose connection names no zone that there is: it is
# back in mail's zone after each; another connection that names a zone is meant, and wins.
. "$LAB_DIR/nm.sh"
nm_down_and_up() { nmcli connection down mail >>"$W/nmcli.log" 2>&1 && nm_activate; }
nm_leaves_and_takes() {
	nmcli device set host0 managed no && nmcli device set host0 managed yes && nm_activate
}
nm_starts_without_firewalld() {
	fw_down && nm_down && nm_start && fw_start && within 15 fw_running
}
another_connection() {
	nmcli connection add type ethernet con-name other ifname host0 connection.zone internal \
		ip4 10.77.0.1/24 ip6 fd77::1/64 && nmcli connection up other
} >>"$W/nmcli.log" 2>&1
comes_back() { # WHAT COMMAND...
	: >"$W/watch.log"
	need "$1" "${@:2}"
	need "$1: host0 is in mail's zone" within 10 settles_in iredmail
	need "$1: imaps is open" is_open 993
	need "$1: nobody is said to have meant it" not said 'on purpose'
}
refused_by_firewalld() { grep -q 'INVALID_ZONE: nosuch' "$W/firewalld.log"; }

nm_up
iredmail_up
watch_up
iredmail_bound
comes_back "a zone that there is not" nm_zone nosuch
need "firewalld did refuse it" within 5 refused_by_firewalld
comes_back "a reload with it" fwc --reload
comes_back "an activation with it" nm_activate
comes_back "no zone again" nm_zone ''
comes_back "the connection goes down and up" nm_down_and_up
comes_back "host0 is left alone and taken again" nm_leaves_and_takes
comes_back "a start while firewalld is away" nm_starts_without_firewalld

need "another connection of host0 is activated" another_connection
need "host0 goes to its zone" within 10 settles_in internal
need "a reload" fwc --reload
need "it stays there" settles_in internal
need "imaps is shut" is_shut 993
