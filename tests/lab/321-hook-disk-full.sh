# SPDX-License-Identifier: GPL-2.0-or-later
# With the disk full neither store nor spool can be written; fail2ban must not notice.
mount -t tmpfs -o size=64k,mode=700 tmpfs "$STATE"
dd if=/dev/zero of="$STATE/filler" bs=1k 2>/dev/null
for event in start ban unban stop; do
	start=$(now_ms)
	need "hook $event exits 0" exits 0 guard hook $event --jail=lab --address=198.51.100.7 --time=1 --bantime=600
	took=$(($(now_ms) - start))
	[ $took -lt 2000 ] || fail "the hook took $took ms"
	need "and is silent" not test -s "$W/out"
done
rmdir "$STATE" 2>/dev/null
need "nor with a state directory that is none" exits 0 "$GUARD" -c "$CONF" --state "$W/reload-guard.conf/none" hook ban --jail=lab --address=198.51.100.7
