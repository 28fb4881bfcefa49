# SPDX-License-Identifier: GPL-2.0-or-later
# SIGTERM also ends a guard whose calls nobody answers.
# As shipped: how soon it answers is judged.
watch_up
mail_open
kill -STOP "$FW"
reload_fast
need "it waits for an answer" stays 0.5 watching
start=$(now_ms)
kill -TERM "$WATCH"
wait "$WATCH"
status=$?
took=$(($(now_ms) - start))
kill -CONT "$FW"
[ $status = 0 ] || fail "it ends with exit status $status"
[ $took -lt 1000 ] || fail "it ends after $took ms only"
