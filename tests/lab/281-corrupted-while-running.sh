# SPDX-License-Identifier: GPL-2.0-or-later
# The store is damaged under the running guard.
watch_up
mail_open
mail_heard
dd if=/dev/urandom of="$STATE/guard.db" bs=4096 count=64 conv=notrunc 2>/dev/null
rm -f "$STATE"/guard.db-*
need "the reload" fwc --reload
need "imaps is open again" within 3 is_open 993
need "all mail services are" within 2 mail_reachable
need "the watcher lives" watching
need "another reload" fwc --reload
need "is undone as well" within 3 mail_reachable
