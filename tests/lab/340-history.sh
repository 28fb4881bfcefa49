# SPDX-License-Identifier: GPL-2.0-or-later
# What happened, by time and kind.
watch_up
mail_open
need "a reload" fwc --reload
need "is undone" within 2 is_open 993
need "and on record" within 3 finished
need "the history" exits 0 guard history
need "has the reload" out_has 'reload'
need "and what came back" out_has 'imaps'
need "one line for the reload, with all it took under it" test "$(grep -c '^20' "$W/out")" -le 4
need "which are eight and the interface" out_has 'restored \(9\)'
need "each has a line of its own with -v" exits 0 guard -v history
need "of losing" test "$(grep -c ' loss ' "$W/out")" -ge 8
need "and of coming back" test "$(grep -c ' restore ' "$W/out")" -ge 8
need "since an hour" exits 0 guard history --since -1h
need "has it" out_has 'reload'
need "until an hour ago" exits 0 guard history --until -1h
need "has nothing" not grep -q 'imaps' "$W/out"
need "a limit" exits 0 guard history --limit 1
need "a time that is none" exits 2 guard history --since whenever
need "a kind that is none" exits 2 guard history --kind nonsense
need "as a document" exits 0 guard --json history
need "that names imaps" out_has 'public/service:imaps|"imaps"'
