# SPDX-License-Identifier: GPL-2.0-or-later
# Nor does a store that cannot be written.
watch_up
need "the guard ends" watch_down
cp -a "$STATE/." "$W/copy"
mount -t tmpfs -o size=4m,mode=700 tmpfs "$STATE"
cp -a "$W/copy/." "$STATE/"
mount -o remount,ro "$STATE"
need "nobody can write there" not touch "$STATE/x" 2>/dev/null
watch_up
mail_open
need "the reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "all mail services are" within 2 mail_reachable
need "the watcher lives" watching
need "the status sees the watcher" exits 1 guard status
need "though it cannot write its number" out_has '^watcher +runs'
need "and says what is wrong" out_has 'error: store: .*mounted read-only'
need "the log says why nothing is kept" said 'read-only|cannot (be )?(used|written|write)|EROFS'
