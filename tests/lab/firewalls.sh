# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios with other firewalls beside firewalld: ufw, sshguard, netavark. To be sourced;
# where they are not installed, lab.sh has fetched their packages before the world began.
#
#   firewalls_prepare    they are there, and may write their own configuration
#   container_up PORT... a network namespace "ct" at 172.30.0.2 behind ct0, that listens there
#   agrees FROM PORT     explain says, and for certain, what a connection from there meets
#   all_agree FROM       of several ports
#   owned_by FROM NAME   explain says whose doing it is

own_etc() {
	writable /etc "$W/packages/etc" && mount --bind "$W/firewalld" /etc/firewalld &&
		{ [ ! -d "$W/fail2ban" ] || mount --bind "$W/fail2ban" /etc/fail2ban; }
}
firewalls_prepare() {
	need "other firewalls are laid over this system" layer_usr
	need "and their configuration" own_etc
}
container_up() { # PORT...
	ip netns add ct && ip link add ct0 type veth peer name eth0 netns ct &&
		ip address add 172.30.0.1/24 dev ct0 && ip link set ct0 up && ip -n ct link set lo up &&
		ip -n ct address add 172.30.0.2/24 dev eth0 && ip -n ct link set eth0 up &&
		ip -n ct route add default via 172.30.0.1 && sysctl -qw net.ipv4.ip_forward=1 || return 1
	ip netns exec ct "$BUILD/tests/lab/listener" "$@" >/dev/null &
	within 5 ip netns exec ct "$BUILD/tests/lab/connect" 172.30.0.2 "$1" >/dev/null
}
agrees() { # FROM PORT
	local seen words
	seen=$(reach "$2" 10.77.0.1 "$1")
	case $seen in
	open) words='open +connects' ;;
	timeout) words='dropped +time-out' ;;
	refused) words='(rejected|open) +"(Connection refused|No route to host)"' ;;
	esac
	guard explain "$1" "$2" >"$W/out" 2>>"$W/guard.err"
	grep -qE "^$2/tcp .* $words" "$W/out" || { echo "  $1 to $2 meets: $seen" && cat "$W/out" && false; }
}
all_agree() { # FROM
	local port
	for port in 993 465 110 2222; do agrees "$1" "$port" || return 1; done
}
owned_by() { # FROM NAME
	guard --json explain "$1" 993 >"$W/out" 2>>"$W/guard.err"
	json "d['reasons'][0]['owner'] == '$2' or d['reasons'][0]" >"$W/owner" && grep -qx true "$W/owner" || { cat "$W/owner"; return 1; }
}
# netavark, as Podman calls it, publishes ports of a network namespace "pod" at 172.31.0.2
netavark_up() { # HOST-PORT:PORT...
	local port mappings=""
	for port in "$@"; do
		mappings+="${mappings:+,}{\"container_port\":${port#*:},\"host_ip\":\"\",\"host_port\":${port%:*},\"protocol\":\"tcp\",\"range\":1}"
	done
	cat >"$W/netavark.json" <<-X
		{"container_id":"4f8d6c4b1b5a","container_name":"mail","networks":{"podman":{"static_ips":["172.31.0.2"],"interface_name":"eth0"}},
		"port_mappings":[$mappings],
		"network_info":{"podman":{"name":"podman","id":"2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9","driver":"bridge",
		"network_interface":"podman0","subnets":[{"subnet":"172.31.0.0/24","gateway":"172.31.0.1"}],"ipv6_enabled":false,
		"internal":false,"dns_enabled":false,"ipam_options":{"driver":"host-local"}}}}
	X
	mkdir -p "$W/netavark" && ip netns add pod && ip -n pod link set lo up &&
		"$(PATH=/usr/libexec/podman:/usr/lib/podman:$PATH command -v netavark)" --config "$W/netavark" -f "$W/netavark.json" setup /run/netns/pod >>"$W/netavark.log" 2>&1 || { cat "$W/netavark.log"; return 1; }
	ip netns exec pod "$BUILD/tests/lab/listener" "${@#*:}" >/dev/null &
	within 5 ip netns exec pod "$BUILD/tests/lab/connect" 172.31.0.2 "${1#*:}" >/dev/null
}
# what explain prints to be typed, typed
type_as_told() { # FROM PORT [OPTION...]
	guard --json explain "$@" >"$W/out" 2>>"$W/guard.err"
	json '"\n".join(d["reasons"][0]["commands"])' >"$W/typed" && bash -e "$W/typed" >"$W/typed.out" 2>&1 ||
		{ cat "$W/typed" "$W/typed.out"; return 1; }
}
# it lets the client in, and explain says so, too
opened_as_told() { # FROM PORT
	type_as_told "$1" "$2" && is_open_from "$1" "$2" && agrees "$1" "$2" || { cat "$W/typed" "$W/typed.out"; return 1; }
}
