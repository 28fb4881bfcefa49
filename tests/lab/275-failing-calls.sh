# SPDX-License-Identifier: GPL-2.0-or-later
# One system call of a command fails: it gives the answer that it gives else, or says that it
# cannot. While all is well, and while mail is shut. Calls are thousands; some are tried.
# CALLS_STEP=1 tries all, which takes an hour (LAB_LIMIT); CALLS_STEP=N each N-th.
# As shipped: a sanitizer reads what is its own.
sweep() { # FAULTS COMMAND...: about so many
	local faults=$1 calls one two
	shift
	calls=("$LAB_DIR/../faults/calls.py" --about "$faults" ${CALLS_STEP:+--step "$CALLS_STEP"})
	"${calls[@]}" --part 0/2 "$*" "$GUARD" -c "$CONF" --state "$STATE" "$@" & one=$!
	"${calls[@]}" --part 1/2 "$*" "$GUARD" -c "$CONF" --state "$STATE" "$@" & two=$!
	wait "$one"
	one=$?
	wait "$two" && [ "$one" = 0 ] || echo "$*" >>"$W/short"
}
need "strace is installed (see packaging/deps)" command -v strace >/dev/null
conf <<-X
	[clients]
	ranges = 10.77.0.0/24
X
need "a fresh server, on which mail is served, and shut" exits 1 guard status
sweep 10 status
sweep 6 check --format nagios
sweep 4 explain 192.0.2.7 993

mail_and_ban_up
need "somebody logs in" guard clients add 192.0.2.0/24 --note office
need "status tells" exits 0 guard status
sweep 10 status
sweep 6 check
sweep 6 conflicts
sweep 6 explain 10.77.0.3 993
for command in bans history "clients list" "trust --list" "snapshot list" "snapshot diff 1" export; do
	# shellcheck disable=SC2086
	sweep 2 $command
done
sweep 4 report
sweep 4 metrics
need "each was right or said that it was not: $(cat "$W/short" 2>/dev/null)" not test -e "$W/short"
