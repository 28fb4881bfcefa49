# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Months of a mail server in an hour, at random, with one watcher from the beginning to the end:
# for tests/soak, which says what it is for. Arguments: SECONDS SEED.
. "$LAB_DIR/bans.sh"
RANDOM=$2
conf <<C
[clients]
learn-logs = $W/dovecot.log
[guard]
keep-days = 30
C
fw_unowned
: >"$W/dovecot.log"

# The guard and fail2ban have a clock that can be set; what the test waits for has its own.
export LAB_CLOCK=$W/clock
clocked() { env ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" LD_PRELOAD="$BUILD/tests/lab/clock-step.so" "$@"; }
watcher() {
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$BUILD/tests/lab/clock-step.so
	exec "$GUARD" -c "$CONF" --state "$STATE" "$@" watch
}
guard() { clocked timeout -k 2 20 "$GUARD" -c "$CONF" --state "$STATE" "$@"; }
f2b_start() {
	clocked fail2ban-server -f start >>"$W/fail2ban.out" 2>&1 &
	F2B=$!
	need "fail2ban starts" within 15 f2b ping
}

# --- what may happen ----------------------------------------------------------------------

act_reload() { fwc --reload; }
act_storm() { for _ in 1 2 3 4 5; do reload_fast; done; }
act_firewalld_restarted() { fw_down && fw_up; }
act_firewalld_killed() { fw_kill && fw_up; }
act_flushed() { nft flush ruleset; }
act_bus_restarted() {
	bus_down && bus_up
	# some releases go with their bus
	fw_running || { fw_kill; fw_up; }
}
# It unbans all, and bans all again, with a program for each; that is its own time, and is spared.
act_fail2ban_restarted() {
	local n
	n=$(tickets lab | wc -l)
	: >"$W/pretend"
	f2b_down && f2b_start && within 60 tickets_are "$n" lab && within 60 quiet
	rm "$W/pretend"
}
act_bans() { ban_many $((20 + RANDOM % 180)); }
act_unbans() { unban_all; }
act_hangup() { kill -HUP "$WATCH"; }
act_logs_rotated() {
	mv "$W/fail2ban.log" "$W/fail2ban.log.1"
	f2b flushlogs
	mv "$W/dovecot.log" "$W/dovecot.log.1"
	: >"$W/dovecot.log"
}
act_logins() {
	local i
	for ((i = 0; i < 20; i++)); do
		echo "$(date +%Y-%m-%dT%H:%M:%S.%6N%:z) mx dovecot: imap-login: Login: user=<u$i>, method=PLAIN, rip=203.0.113.$((RANDOM % 250)), lip=10.77.0.1, mpid=7, TLS, session=<a>"
	done >>"$W/dovecot.log"
}
act_timed() { fwc --add-port=$((3000 + RANDOM % 100))/tcp --timeout=5; }
act_permanent() { fwc --permanent --add-port=4000/tcp && fwc --permanent --remove-port=4000/tcp; }
act_questions() {
	local question
	for question in status check conflicts history bans "clients list" "explain 10.77.0.2 imaps"; do
		# shellcheck disable=SC2086
		guard $question >"$W/question" 2>&1
		[ $? -le 3 ] || { cat "$W/question"; fail "$question ends with an answer"; }
	done
}
# A year is longer than any ban: the tickets of before would all end at once.
act_clock() {
	local steps=(90 -90 0 7200 -7200 31622400)
	unban_all
	echo "${steps[RANDOM % ${#steps[@]}]}" >"$W/clock"
}
ACTS="reload reload reload storm firewalld_restarted firewalld_killed flushed bus_restarted
	fail2ban_restarted bans bans bans unbans hangup logs_rotated logins logins timed permanent
	questions clock"

# as if fail2ban had worked for minutes
unban_all() {
	: >"$W/pretend"
	f2b unban --all
	within 60 quiet
	rm -f "$W/pretend"
	/usr/bin/python3 - <<-'P'
		import dbus
		zone = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
		                      "org.fedoraproject.FirewallD1.zone")
		for rule in zone.getRichRules("public"):
		    zone.removeRichRule("public", rule)
	P
}
all_well() { watching && mail_reachable && as_the_tickets_say lab && finished; }

# --- what it costs ------------------------------------------------------------------------

n=0
sample() {
	local fds
	fds=("/proc/$WATCH/fd/"*)
	echo "$(cut -d' ' -f1 /proc/uptime) $n $(awk '/^RssAnon/ { print $2 }' "/proc/$WATCH/status") ${#fds[@]}" \
		"$(awk '{ print $14 + $15 }' "/proc/$WATCH/stat") $(du -cb "$STATE"/guard.db* | awk 'END { print $1 }') $(stat -c %s "$W/watch.log")" >>"$SOAK_SAMPLES"
}

bans_up
watch_up
mail_open
mail_heard
# shellcheck disable=SC2206
acts=($ACTS)
end=$((SECONDS + $1))
while [ "$SECONDS" -lt "$end" ]; do
	act=${acts[RANDOM % ${#acts[@]}]}
	"act_$act" || fail "$act (act $n)"
	n=$((n + 1))
	within 40 all_well || { diff <(rules) <(tickets lab) | head -n 10; fail "all is well again after $act (act $n)"; }
	sample
	[ $((n % 10)) != 0 ] || echo "$n acts, $((end - SECONDS)) s to go; the last was $act"
done
