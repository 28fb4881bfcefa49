# SPDX-License-Identifier: GPL-2.0-or-later
# READY, STATUS, WATCHDOG and STOPPING; SIGTERM within a second; SIGHUP reads the configuration.
# As shipped: how soon it answers is judged.
manager_up
export WATCHDOG_USEC=1000000
watch_up
need "a status text" within 3 notified 'STATUS=.'
need "the watchdog is fed" within 3 notified 'WATCHDOG=1'
mail_open
need "the reload" fwc --reload
need "is undone" within 2 is_open 993
echo '[guard]
restore = nay' >"$CONF"
kill -HUP "$WATCH"
need "a bad configuration is reported" within 3 said 'reload-guard.conf:2|nay'
need "and the guard lives" watching
need "and says it until it is mended" within 3 notified 'STATUS=.*mistakes in the configuration'
need "the reload" fwc --reload
need "and the old configuration is in force" within 2 is_open 993
echo '[guard]
restore = no' >"$CONF"
kill -HUP "$WATCH"
need "a good one is read" within 3 said 'configuration was read again'
need "the reload" fwc --reload
need "and the new configuration is in force" never 2 is_open 993
start=$(now_ms)
kill -TERM "$WATCH"
wait "$WATCH"
status=$?
took=$(($(now_ms) - start))
[ $status = 0 ] || fail "SIGTERM ends it with exit status $status"
[ $took -lt 1000 ] || fail "SIGTERM ends it after $took ms only"
need "it said that it stops" notified 'STOPPING=1'
