# SPDX-License-Identifier: GPL-2.0-or-later
# Reloads without end: mail comes back each time, at last at a lower pace, and that is said once.
watch_up
mail_open
reloaded() { # and nobody was asked before it was
	reload_fast
	wait "$!"
}
loop() { # TIMES: a reload as soon as the last one is undone
	local i
	for ((i = 0; i < $1; i++)); do
		reloaded
		within 5 has imaps || fail "reload $i is undone"
	done
}
loop 28
need "no word of a loop yet" not said 'slower pace'
loop 3
need "the loop is named" said 'slower pace'
reloaded
need "the next restore is not at once" never 1 has imaps
need "but it comes" within 10 mail_reachable
[ "$(grep -c 'slower pace' "$W/watch.log")" = 1 ] || fail "it is said once"
need "the history" exits 0 guard history --kind breaker
need "has it" out_has 'slower pace'
