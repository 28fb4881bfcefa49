# SPDX-License-Identifier: GPL-2.0-or-later
# A full disk does not stop a restore.
mount -t tmpfs -o size=64k,mode=700 tmpfs "$STATE"
watch_up
mail_open
dd if=/dev/zero of="$STATE/filler" bs=1k 2>/dev/null
need "the reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "all mail services are" within 2 mail_reachable
need "the watcher lives" watching
need "the log says that the store cannot be written" said 'full|no space|cannot (be )?(used|written|write)|ENOSPC'
need "SIGTERM ends it all the same" watch_down
rm -f "$STATE/filler"
umount "$STATE"
# and full from its start, with nothing in it
mount -t tmpfs -o size=16k,mode=700 tmpfs "$STATE"
dd if=/dev/zero of="$STATE/filler" bs=1k 2>/dev/null
watch_up
need "the second reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "the watcher lives" watching
