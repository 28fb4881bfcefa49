#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld-adapter.sh PROGRAM [WRAPPER...]: the adapter before a real bus and a real firewalld,
# in network, mount and process namespaces of its own. Needs root; leaves nothing behind.
set -u
program=$(realpath "$1"); shift
if [ "${RG_LAB:-}" != in ]; then
	RG_LAB=in exec timeout -k 5 300 unshare -n -m -p -f --kill-child --mount-proc \
		env --default-signal=INT,TERM bash "$0" "$program" "$@"
fi
scratch=$(mktemp -d)
cp -r /etc/firewalld "$scratch/etc"
rm -f "$scratch"/etc/zones/*
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/firewalld
mount --bind "$scratch/etc" /etc/firewalld
ip link set lo up
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
cd "$scratch" || exit 1
"$@" "$program"
status=$?
[ $status = 0 ] || tail -n 20 "$scratch"/*.log
cd /
umount /etc/firewalld
rm -rf "$scratch"
exit $status
