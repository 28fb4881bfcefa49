# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios with a real NetworkManager, which keeps host0 and nothing else. To be sourced;
# where none is installed, lab.sh has fetched its packages before the world began (LAB_LAYER).
#
#   nm_up [ZONE]     NetworkManager has activated host0's connection, which has that zone or none
#   nm_start, nm_down
#   nm_zone ZONE     somebody writes connection.zone; "": none
#   nm_activate      nmcli connection up
#   iredmail_up      mail's services are permanent in a zone that host0 is bound to at run time

nm_prepare() {
	need "NetworkManager's packages are laid over this system" layer_usr
	need "which the bus reads" kill -HUP "$BUS"
	need "it may write its state" writable /var/lib
	mkdir -p /var/lib/NetworkManager
	# of this network; and read-only, which says that no udev is to be waited for
	mount -t sysfs -o ro sysfs /sys
	mkdir -m 700 "$W/nm" "$W/nm/connections"
	cat >"$W/nm/conf" <<-X
		[main]
		plugins=keyfile
		dns=none
		no-auto-default=*
		auth-polkit=false
		[keyfile]
		path=$W/nm/connections
		unmanaged-devices=except:interface-name:host0
	X
	cat >"$W/nm/connections/mail.nmconnection" <<-X
		[connection]
		id=mail
		uuid=5fe3b1f2-23f2-4b0d-a8c4-5b3f6f9d0001
		type=ethernet
		interface-name=host0
		${1:+zone=$1}
		[ipv4]
		method=manual
		address1=10.77.0.1/24
		[ipv6]
		method=manual
		address1=fd77::1/64
	X
	chmod 600 "$W/nm/connections/mail.nmconnection"
}
nm_start() {
	NetworkManager --no-daemon --config="$W/nm/conf" --config-dir="$W/nm/conf.d" \
		--intern-config="$W/nm/intern.conf" --state-file="$W/nm/state" >>"$W/nm.log" 2>&1 &
	NM=$!
	need "NetworkManager has activated the connection" within 10 nm_active
}
nm_down() { end_process "$NM" TERM; }
nm_active() { [ "$(nmcli -g GENERAL.STATE connection show mail 2>/dev/null)" = activated ]; }
nm_up() {
	nm_prepare "$@"
	nm_start
}
nm_activate() { nmcli connection up mail >>"$W/nmcli.log" 2>&1; }
nm_zone() { nmcli connection modify mail connection.zone "$1" >>"$W/nmcli.log" 2>&1; }
nm_zone_is() { [ "$(nmcli -g connection.zone connection show mail)" = "$1" ]; }

# It is bound there, and stays.
settles_in() { # ZONE
	within 5 bound "$1" && stays 1 bound "$1"
}
iredmail_up() {
	need "a zone for mail" fwc --permanent --new-zone=iredmail
	need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
	need "firewalld knows it" within 60 fwc --reload
	need "NetworkManager has put host0 into the default zone" settles_in public
}
iredmail_bound() {
	need "somebody binds host0 to it" fwc --zone=iredmail --change-interface=host0
	need "imaps is open" is_open 993
	need "which the guard has heard" within 5 snapshot_has iredmail/interface:host0
}
