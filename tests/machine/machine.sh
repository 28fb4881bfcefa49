# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# machine.sh - a real machine to test on: systemd as pid 1 with its own processes,
# mounts, network and cgroups. Sourced by tests/machine/run, which gives it a
# mount and a pid namespace of its own: what is mounted or started here ends with
# them, however the run ends.
#
# The disk is an overlay of this host's root on a tmpfs: what the machine writes
# never reaches the host, what the host has installed is what is tested; only
# Postfix, Dovecot and NetworkManager lie in layers between (see layer). A reboot keeps the
# disk and nothing else: the network namespace with its rules is new, and so is
# the boot id.
#
#   machine_prepare            mount the disk ($disk) and make a stock system of it
#   machine_up                 network and boot; returns when the boot is finished
#   machine_down | machine_crash   power off properly | pull the plug
#   machine_copy NAME NET      another machine, 10.99.NET.1, with what the first one's disk has now
#   on NAME COMMAND...         any of these, and m, for that other machine
#   m COMMAND...               run in the machine
#   client COMMAND...          run on another host, 10.99.0.2 (the machine is 10.99.0.1)

machine_pid=
machine_starter=
machine_name=machine
machine_net=0
disk=
# what `on` has to know of other machines
declare -A machine_nets=() machine_pids=() machine_starters=()

machine_prepare()
{
	local unit layer
	mount -t tmpfs -o size=3g,mode=755 tmpfs "$work" || return 1
	# The upper layer must lie outside of the lower one, hence on the tmpfs.
	mkdir "$work/upper" "$work/overlay" "$work/disk"
	disk=$work/disk
	machine_lower=
	for layer in mail network ${fleet_wanted:+fleet}; do
		mkdir "$work/$layer" && "${machine_sh%/*}/layer" "$layer" "$work/$layer" || return 1
		machine_lower+=$work/$layer:
	done
	machine_lower+=/
	# Only in this mount namespace: the host's /run, with its bus, is not ours to see.
	mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns /run/machine || return 1
	mount -t overlay overlay -o "lowerdir=$machine_lower,upperdir=$work/upper,workdir=$work/overlay" "$disk" || return 1

	# The host's own settings go; what the packages bring stays.
	rm -rf "$disk"/etc/firewalld "$disk"/etc/fail2ban/jail.local "$disk"/etc/fail2ban/jail.d \
		"$disk"/etc/fail2ban/*.local "$disk"/var/lib/fail2ban "$disk"/var/lib/reload-guard \
		"$disk"/etc/reload-guard "$disk"/etc/systemd/system "$disk"/etc/systemd/network \
		"$disk"/var/log/journal
	mkdir -p "$disk"/etc/firewalld "$disk"/etc/fail2ban/jail.d "$disk"/var/lib/fail2ban \
		"$disk"/etc/systemd/system "$disk"/tmp "$disk"/run
	# Without its file firewalld has other defaults than a distribution ships (NftablesTableOwner).
	sed 's/^DefaultZone=.*/DefaultZone=public/' /etc/firewalld/firewalld.conf >"$disk/etc/firewalld/firewalld.conf"
	: >"$disk/etc/fstab"
	echo machine >"$disk/etc/hostname"
	printf '127.0.0.1 localhost machine\n::1 localhost\n' >"$disk/etc/hosts"
	# Not empty: that would make it a first boot, with every unit at its preset.
	tr -d - </proc/sys/kernel/random/uuid >"$disk/etc/machine-id"
	ln -s /lib/systemd/system/multi-user.target "$disk/etc/systemd/system/default.target"
	for unit in console-getty.service getty.target getty@.service serial-getty@.service \
		systemd-networkd-wait-online.service systemd-firstboot.service \
		systemd-udevd.service systemd-udev-trigger.service systemd-timesyncd.service \
		systemd-resolved.service NetworkManager.service dev-hugepages.mount dev-mqueue.mount \
		apt-daily.timer apt-daily-upgrade.timer man-db.timer; do
		ln -s /dev/null "$disk/etc/systemd/system/$unit"
	done
}

# A pair of network namespaces, new at each boot: kernel rules do not outlive one.
machine_network()
{
	local ns new=("$machine_name")
	# all others hang on the client that comes with the first
	[ "$machine_net" != 0 ] || new+=(client)
	for ns in "${new[@]}"; do
		[ ! -e "/run/netns/$ns" ] || ip netns del "$ns"
		ip netns add "$ns" || return 1
		ip -n "$ns" link set lo up
	done
	ip -n "$machine_name" link add host0 type veth peer name "cli$machine_net" netns client || return 1
	ip -n "$machine_name" addr add "10.99.$machine_net.1/24" dev host0
	ip -n client addr add "10.99.$machine_net.2/24" dev "cli$machine_net"
	ip -n client addr add "10.99.$machine_net.3/24" dev "cli$machine_net"
	ip -n "$machine_name" link set host0 up
	ip -n client link set "cli$machine_net" up
	# Fast probing meets the kernel's limit on ICMP errors, which looks like a time-out.
	ip netns exec "$machine_name" sysctl -q -w net.ipv4.icmp_ratelimit=0
}

# Sets $machine_pid.
machine_has_init()
{
	local child
	child=$(pgrep -P "$machine_starter") && [ "$(cat "/proc/$child/comm" 2>/dev/null)" = systemd ] &&
		machine_pid=$child
}

machine_has_booted()
{
	m timeout 5 systemctl is-system-running 2>/dev/null | grep -qxE 'running|degraded'
}

machine_up()
{
	machine_network || return 1
	cat /proc/sys/kernel/random/uuid >/run/machine/boot_id
	mkdir -p "$cgroup/$machine_name"
	(
		echo "$BASHPID" >"$cgroup/$machine_name/cgroup.procs"
		exec nsenter --net="/run/netns/$machine_name" \
			unshare -m -u -i -p -C --fork --kill-child=SIGKILL --propagation private \
			bash "$machine_sh" init "$disk"
	) >"$work/console-$machine_name.log" 2>&1 </dev/null &
	machine_starter=$!
	within 10 machine_has_init || {
		cat "$work/console-$machine_name.log"
		return 1
	}
	within 60 machine_has_booted && return
	echo "the boot did not finish:"
	m timeout 5 systemctl list-jobs
	cat "$work/console-$machine_name.log"
	return 1
}

machine_gone()
{
	within "$1" not kill -0 "$machine_starter" 2>/dev/null || return 1
	wait "$machine_starter" 2>/dev/null
	machine_pid=
	find "$cgroup/$machine_name" -depth -type d -exec rmdir {} + 2>/dev/null
	return 0
}

machine_down()
{
	# Not "systemctl poweroff", which asks logind, and waits for it where it has lost the bus.
	m systemctl --no-block --job-mode=replace-irreversibly start poweroff.target >/dev/null 2>&1
	machine_gone 30 && return
	machine_crash
	return 1
}

machine_crash()
{
	kill -KILL "$machine_pid" 2>/dev/null
	machine_gone 10
}

machine_copy() # NAME NET
{
	local own=$work/$1
	machine_nets[$1]=$2
	mkdir "$own" "$own/overlay" "$own/disk" && cp -a "$work/upper" "$own/upper" &&
		mount -t overlay overlay -o "lowerdir=$machine_lower,upperdir=$own/upper,workdir=$own/overlay" "$own/disk" &&
		echo "$1" >"$own/disk/etc/hostname" && tr -d - </proc/sys/kernel/random/uuid >"$own/disk/etc/machine-id"
}

on() # NAME COMMAND...
{
	local machine_name=$1 machine_net=${machine_nets[$1]} disk=$work/$1/disk status
	local machine_pid=${machine_pids[$1]:-} machine_starter=${machine_starters[$1]:-}
	shift
	"$@"
	status=$?
	machine_pids[$machine_name]=$machine_pid machine_starters[$machine_name]=$machine_starter
	return $status
}

m()
{
	nsenter -t "$machine_pid" -a -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 COLUMNS=10000 "$@"
}

client()
{
	ip netns exec client "$@"
}

# In the root of a new pid namespace, which is the current folder.
machine_proc_and_dev()
{
	local file
	mount -t proc proc proc || return 1
	mount -t tmpfs -o mode=755 tmpfs dev || return 1
	mkdir dev/pts dev/shm
	for file in null zero full random urandom tty; do
		: >"dev/$file"
		mount --bind "/dev/$file" "dev/$file"
	done
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
	ln -s pts/ptmx dev/ptmx
	ln -s /proc/self/fd dev/fd
	# the older nft opens it for "-f -"
	ln -s fd/0 dev/stdin
	ln -s fd/1 dev/stdout
	ln -s fd/2 dev/stderr
	mount -t tmpfs tmpfs dev/shm
}

# Runs as pid 1 of the new namespaces: lay out /proc, /sys, /dev and become init.
machine_init()
{
	local root=$1
	mount --bind "$root" "$root" && cd "$root" || exit 1
	machine_proc_and_dev || exit 1
	: >dev/console
	mount -t sysfs -o ro sysfs sys
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs run
	mount -t tmpfs -o mode=1777 tmpfs tmp
	# The kernel's settings are the host's, except for those of the network.
	mount --bind proc/sys proc/sys
	mount --bind proc/sys/net proc/sys/net
	mount -o remount,ro,bind proc/sys
	[ ! -e proc/sysrq-trigger ] || mount --bind /dev/null proc/sysrq-trigger
	mkdir run/machine
	cp /run/machine/boot_id run/machine/boot_id
	mount --bind run/machine/boot_id proc/sys/kernel/random/boot_id
	hostname "$(cat etc/hostname)"
	mkdir -p .old && pivot_root . .old && umount -l /.old || exit 1
	exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		setpriv --bounding-set=-sys_time,-sys_module /sbin/init
}

machine_sh=${BASH_SOURCE[0]}
if [ "${BASH_SOURCE[0]}" = "$0" ] && [ "${1:-}" = init ]; then
	machine_init "$2"
fi
