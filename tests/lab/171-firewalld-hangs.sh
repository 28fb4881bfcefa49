# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld hangs: who asks has an answer within 5 s from what can be had, with status 3, and the
# watcher waits, says so, and does nothing from what it knows in part.
# As shipped: how soon it answers is judged.
answers() { # COMMAND...: within 5 s, with status 3
	local start took
	start=$(now_ms)
	exits 3 guard "$@" || return 1
	took=$(($(now_ms) - start))
	[ "$took" -lt 5000 ] || { echo "  took $took ms: $*"; return 1; }
}
watch_up
mail_open
mail_heard
need "a client comes in" is_open 993
kill -STOP "$FW"
need "status answers" answers status
need "and says that firewalld does not" out_has 'firewalld does not answer'
need "and what the kernel does" out_has 'the kernel keeps the rules that it had'
need "check answers" answers check
need "and says so" out_has '^error: firewalld-state: firewalld does not answer'
need "explain answers" answers explain 10.77.0.2 imaps
need "with the reason" err_has 'firewalld does not answer'
need "said once" not grep -qE 'does not answer.*does not answer' "$W/err"
need "also without a service's name" answers explain 10.77.0.2
need "conflicts answers" answers conflicts
need "the watcher says so, too" within 25 said 'firewalld does not answer'
need "status says since when" answers status
need "as the watcher saw it" out_has 'does not answer since [0-9: -]*[0-9]'
need "in the history, too" exits 0 guard history --kind firewalld-silent
need "as a line" out_has 'firewalld does not answer'
need "metrics answer" exits 0 guard metrics
kill -CONT "$FW"
need "the watcher hears it" within 10 said 'firewalld answers again'
need "status is as before" within 5 exits 0 guard status
not_out_has() { ! grep -qE -e "$1" "$W/out"; }
need "and does not complain of the past" not_out_has 'does not answer'
