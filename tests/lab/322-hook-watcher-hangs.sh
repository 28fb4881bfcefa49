# SPDX-License-Identifier: GPL-2.0-or-later
# A watcher that hangs: the hook leaves a file after a second, the next question takes it in, and
# when the watcher goes on it counts once, though it has come to it over the socket, too.
# As shipped: how soon it answers is judged.
tell() { reload-guard-hook hook "$@" >"$W/out" 2>"$W/err"; }
starts() { guard --json history --kind jail-start --limit 100000 >"$W/starts" && json "sum(e['text'] == 'jail $1' for e in d['history'])" "$W/starts"; }
once() { [ "$(starts "$1")" = 1 ]; }
waiting() { find "$STATE/spool" -name '[0-9]*' -type f | wc -l; }
watch_up
need "an event is told" tell start --jail=told
need "and on record, with no file left" eval 'once told && [ "$(waiting)" = 0 ]'

kill -STOP "$WATCH"
start=$(now_ms)
need "the watcher hangs" tell start --jail=hung
took=$(($(now_ms) - start))
[ $took -lt 4000 ] || fail "the hook took $took ms"
need "the hook is silent" eval '[ ! -s "$W/out" ] && [ ! -s "$W/err" ]'
need "its file is there" test "$(waiting)" = 1
need "a ban and its end" eval 'tell ban --jail=hung --address=192.0.2.1 --bantime=600 && tell unban --jail=hung --address=192.0.2.1'
need "the next question has them" once hung
need "and the file is gone" test "$(waiting)" = 0
kill -CONT "$WATCH"
need "the watcher goes on" tell start --jail=after
need "it is on record" once after
need "what it has read late counts once" once hung
need "the ban does not begin again" not eval 'guard bans --active | grep -q 192.0.2.1'

# a restart in between: nobody is there for a moment, and the socket comes again
watch_down
need "nobody takes it" tell start --jail=alone
need "its file is there" test "$(waiting)" = 1
watch_up
gone() { [ "$(waiting)" = 0 ]; }
need "the watcher takes it in" within 5 gone
need "once" once alone
need "the socket is there again" eval 'tell start --jail=again && once again'

# killed: the socket that is left is nobody's
watch_kill
need "nobody takes it" tell start --jail=killed
watch_up
need "the watcher makes the socket anew" eval 'tell start --jail=anew && [ "$(waiting)" = 0 ]'
need "all are on record" eval 'once killed && once anew'
