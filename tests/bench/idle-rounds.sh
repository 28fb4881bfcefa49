# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/idle, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
seconds=$1
export WATCHDOG_USEC=60000000
waits() { awk '/^voluntary/ { print $2 }' "/proc/$WATCH/status"; }
ticks() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$1/stat"; } # of the process and its children
idle() { # SETTLE WORDS
	local waits own firewalld
	sleep "$1" # what begins with it is over
	waits=$(waits) own=$(ticks "$WATCH") firewalld=$(ticks "$FW")
	sleep "$seconds"
	awk -v what="$2" -v n="$(($(waits) - waits))" -v own="$(($(ticks "$WATCH") - own))" \
		-v firewalld="$(($(ticks "$FW") - firewalld))" -v s="$seconds" -v hz="$(getconf CLK_TCK)" 'BEGIN {
			printf "figure idle.%s.wakeups %.1f /min\n", what, n * 60 / s
			printf "figure idle.%s.cpu %.2f ms/min\n", what, own * 60000 / s / hz
			printf "figure idle.%s.cpu-of-firewalld %.2f ms/min\n", what, firewalld * 60000 / s / hz
		}'
}
watch_up
mail_open
mail_heard
idle 20 no-fail2ban
watch_down
f2b_up
watch_up
f2b set lab banip 10.77.0.3
need "the ban holds" within 5 is_shut_from 10.77.0.3 993
idle 190 fail2ban-running
f2b_down
idle 20 fail2ban-stopped
{
	echo '<?xml version="1.0" encoding="utf-8"?><direct>'
	for ((i = 0; i < 1000; i++)); do
		echo "<rule ipv=\"ipv4\" table=\"filter\" chain=\"INPUT\" priority=\"0\">-s 10.1.$((i / 250)).$((i % 250 + 1)) -j DROP</rule>"
	done
	echo '</direct>'
} >/etc/firewalld/direct.xml
need "a thousand direct rules" fwc --reload
idle 30 direct-rules-1000
