# SPDX-License-Identifier: GPL-2.0-or-later
# There is one watcher for a state directory; the second says so and leaves the first alone.
watch_up
GUARD_LIMIT=5 guard watch >"$W/out" 2>"$W/err"
status=$?
case $status in 0 | 124) fail "the second ends with $status" ;; esac
need "it names the first" err_has "$WATCH|running|another"
need "which lives" watching
