# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/idle, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
seconds=$1
waits() { awk '/^voluntary/ { print $2 }' "/proc/$WATCH/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$WATCH/stat"; }
idle() { # WORDS
	local waits ticks
	sleep 20 # what begins with it is over
	waits=$(waits) ticks=$(ticks)
	sleep "$seconds"
	awk -v what="$1" -v n="$(($(waits) - waits))" -v t="$(($(ticks) - ticks))" -v s="$seconds" -v hz="$(getconf CLK_TCK)" \
		'BEGIN { printf "%-24s %6.1f wake-ups a minute, %6.2f ms of processor time a minute\n", what, n * 60 / s, t * 60000 / s / hz }'
}
watch_up
mail_open
mail_heard
idle "no fail2ban"
watch_down
f2b_up
watch_up
f2b set lab banip 10.77.0.3
need "the ban holds" within 5 is_shut_from 10.77.0.3 993
idle "fail2ban running"
f2b_down
idle "fail2ban stopped"
