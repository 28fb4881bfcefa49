# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios with Docker or libvirt themselves beside firewalld, which talk to it over the bus. To
# be sourced; where they are not installed, lab.sh has fetched their packages before the world began.
#
#   machines_prepare       they are there, and may write where they are used to
#   docker_up              dockerd runs, and has a bridge
#   docker_serve NAME PORT:INNER...  a container that listens on each INNER, published at PORT
#   dock WORDS...          the client
#   docker_down            all containers end, and dockerd
#   libvirt_up             libvirtd runs with the network "default", 192.168.122.0/24 at virbr0
#   libvirt_guest PORT...  a network namespace "vm" at 192.168.122.10 in that network, that listens there
#   virt WORDS...          virsh
. "$LAB_DIR/firewalls.sh"

own_var() {
	writable /var/lib "$W/packages/var/lib" && writable /var/cache && writable /var/log &&
		mount -t tmpfs tmpfs /var/lib/fail2ban
}
machines_prepare() {
	firewalls_prepare
	mkdir -p "$W/packages/var/lib"
	need "and what they keep" own_var
}

# --- Docker --------------------------------------------------------------------------------

dock() { docker -H "unix://$W/docker/sock" "$@"; }
docker_ready() { dock info >/dev/null 2>&1; }
# no name of this host's is looked up, and nothing is fetched: the image is the listener with a shell
docker_image() {
	local file library
	mkdir -p "$W/docker/root/bin"
	for file in "$BUILD/tests/lab/listener" /bin/bash /bin/sleep; do
		cp -L "$file" "$W/docker/root/bin/"
		for library in $(ldd "$file" | grep -oE '/[^ ]+'); do
			mkdir -p "$W/docker/root${library%/*}" && cp -L "$library" "$W/docker/root$library"
		done
	done
	tar -C "$W/docker/root" -cf - . | dock import - listener >>"$W/docker/log"
}
docker_up() {
	mkdir -p "$W/docker" && sysctl -qw net.ipv4.ip_forward=1 || return 1
	dockerd --data-root "$W/docker/data" --exec-root "$W/docker/exec" --pidfile "$W/docker/pid" \
		-H "unix://$W/docker/sock" --storage-driver vfs --userland-proxy=false >>"$W/docker/log" 2>&1 &
	DOCKERD=$!
	within 30 docker_ready && docker_image || { tail -n 20 "$W/docker/log"; return 1; }
}
docker_serve() { # NAME PORT:INNER...
	local name=$1 published=() pair
	shift
	for pair in "$@"; do published+=(-p "$pair"); done
	dock run -d --name "$name" "${published[@]}" listener /bin/bash -c "/bin/listener ${*#*:}; /bin/sleep 1000" >>"$W/docker/log" 2>&1 || { tail -n 5 "$W/docker/log"; return 1; }
}
docker_down() {
	dock ps -aq | while read -r id; do dock rm -f "$id"; done >>"$W/docker/log" 2>&1
	kill "$DOCKERD" && wait "$DOCKERD"
}

# --- libvirt -------------------------------------------------------------------------------

virt() { virsh -c network:///system "$@" >>"$W/libvirt/virsh" 2>&1; }
libvirt_up() {
	mkdir -p "$W/libvirt" && printf '%s = "%s"\n' auth_unix_rw none auth_unix_ro none log_outputs "2:file:$W/libvirt/log" >"$W/libvirt/conf"
	libvirtd -f "$W/libvirt/conf" >>"$W/libvirt/log" 2>&1 &
	LIBVIRTD=$!
	within 20 virt net-list || { tail -n 20 "$W/libvirt/"*; return 1; }
	virt net-start default || { tail -n 20 "$W/libvirt/"*; return 1; }
}
libvirt_guest() { # PORT...
	ip netns add vm && ip link add vm0 type veth peer name eth0 netns vm && ip link set vm0 master virbr0 up &&
		ip -n vm link set lo up && ip -n vm address add 192.168.122.10/24 dev eth0 &&
		ip -n vm link set eth0 up && ip -n vm route add default via 192.168.122.1 || return 1
	ip netns exec vm "$BUILD/tests/lab/listener" "$@" >/dev/null &
	# the bridge waits twice two seconds before it passes anything on
	within 15 "$BUILD/tests/lab/connect" 192.168.122.10 "$1" >/dev/null
}
