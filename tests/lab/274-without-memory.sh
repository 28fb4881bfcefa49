# SPDX-License-Identifier: GPL-2.0-or-later
# Memory runs out at one allocation of status or check, for a moment or for good, while mail is shut:
# whatever they say then, it is not that all is well. Allocations are tens of thousands, those of
# nft's answer most of all; of these some are tried. MEMORY_STEP=1 tries all, which takes hours
# (LAB_LIMIT); MEMORY_STEP=N each N-th.
# As shipped: a sanitizer has its own allocator.
[ -e "$BUILD/tests/faults/failing-malloc.so" ] || { echo "  skipped: a sanitizer has its own allocator"; exit 0; }
try() { # VARIABLE=VALUE... COMMAND: not fine, and it ends by itself
	local status
	timeout -k 1 20 env LD_PRELOAD="$BUILD/tests/faults/failing-malloc.so" "${@:1:$#-1}" \
		"$GUARD" -c "$CONF" --state "$STATE" "${!#}" >"$W/out.$BASHPID" 2>&1
	status=$?
	[ "$status" -ge 1 ] && [ "$status" -le 4 ] && return
	echo "  exit status $status: $*" | tee -a "$W/bad"
	sed 's/^/    /' "$W/out.$BASHPID" | head -n 5
}
sweep() { # COMMAND PART: all of its allocations in steps, this part of two
	local n total step
	total=$(cat "$W/count.$1")
	step=${MEMORY_STEP:-$((total / 30 + 1))}
	for ((n = 1 + $2 * step / 2; n <= total; n += step)); do
		try FAIL_AT="$n" "$1"
		[ $((n / step % 3)) != 0 ] || try FAIL_AT="$n" FAIL_ON=1 "$1"
	done
}
watch_up
need "mail is served, and shut" is_shut 993
need "which status tells" exits 1 guard status
for command in status check; do
	try FAIL_COUNT="$W/count.$command" "$command"
	[ "$(cat "$W/count.$command")" -gt 2000 ] || fail "allocations are counted"
	sweep "$command" 0 & one=$!
	sweep "$command" 1 & two=$!
	wait "$one" "$two"
	echo "  $command: $(cat "$W/count.$command") allocations"
done
need "nothing was fine" not test -e "$W/bad"
