# SPDX-License-Identifier: GPL-2.0-or-later
# One system call fails of restore, of the hook, and of the watcher. What restore says
# to be open is; a watcher goes on or ends with the reason, for the service manager to start it again;
# and once the fault is gone, mail is back. An event of the hook's is on record, or the hook says that
# it is not.
# CALLS_STEP=1 tries all, which takes hours (LAB_LIMIT); CALLS_STEP=N each N-th.
# As shipped: a sanitizer reads what is its own.
calls=("$LAB_DIR/../faults/calls.py")
command=("$GUARD" -c "$CONF" --state "$STATE")
failing() { # CALL N ERROR COMMAND...: takes its place
	exec strace -D -qq -o /dev/null -e signal=none -e trace="$1" -e inject="$1:error=$3:when=$2" "${@:4}"
}
short() { # WHAT: with what was said
	echo "  $fault: $*" | tee -a "$W/short"
	sed 's/^/    /' "$W/out" "$W/err" | tail -n 5
}
faults() { # ABOUT FILE: of the calls in it
	"${calls[@]}" --list --about "$1" ${CALLS_STEP:+--step "$CALLS_STEP"} --trace "$2" "$GUARD" >"$W/faults"
	need "there are calls that can fail" test -s "$W/faults"
}

restore_fails() { # CALL N ERROR
	local status
	fwc --reload
	is_shut 993 || fail "a reload drops mail"
	(failing "$@" timeout -k 1 30 "${command[@]}" restore) >"$W/out" 2>"$W/err"
	status=$?
	[ "$status" -le 4 ] || short "restore ends with $status"
	[ "$status" != 0 ] || mail_reachable || short "restore says that all is well, and mail is shut"
	[ "$status" = 0 ] || [ -s "$W/err" ] || [ -s "$W/out" ] || short "restore ends with $status without a word"
	guard restore >"$W/out" 2>"$W/err" && mail_reachable || short "nor does the next restore"
}

# ends by itself, or mail is open
decided() { ! watching || mail_reachable; }
watcher_fails() { # CALL N ERROR
	local status=0
	fwc --reload
	: >"$W/out"
	failing "$@" "${command[@]}" watch >"$W/err" 2>&1 &
	WATCH=$!
	within 20 decided || short "the watcher neither ends nor restores"
	reload_fast
	pause 0.3 "for the reload to begin"
	within 20 decided || short "the watcher neither ends nor restores after a reload"
	if watching; then
		end_process "$WATCH" TERM
	else
		wait "$WATCH"
		status=$?
	fi
	[ "$status" -le 4 ] || short "the watcher ends with $status"
	[ "$status" = 0 ] || grep -q error: "$W/err" || short "the watcher ends with $status and says no error"
	watch_start
	within 20 mail_reachable || short "mail is not open after the next start"
	watch_down
}

n_events=0
hook_fails() { # CALL N ERROR
	local address=198.51.100.$((++n_events % 250)) status
	(failing "$@" timeout -k 1 20 "${hook[@]}" --address "$address") >"$W/out" 2>"$W/err"
	status=$?
	[ "$status" = 0 ] || short "the hook ends with $status"
	grep -q 'not recorded' "$W/err" || within 5 eval "guard bans $address | grep -q '^$address '" || short "the event is lost"
}

need "strace is installed (see packaging/deps)" command -v strace >/dev/null
watch_up
mail_open
mail_heard
hook=("$BUILD/reload-guard-hook" --state "$STATE" hook ban --jail lab --family inet4 --time "$(date +%s)" --bantime 3600 --failures 5 --count 1 --restored 0)
for state in watcher spool; do
	[ "$state" = watcher ] || watch_down
	strace -qq -o "$W/trace" "${hook[@]}" --address 198.51.100.251
	faults 10 "$W/trace"
	while read -r fault; do
		# shellcheck disable=SC2086
		hook_fails $fault
	done <"$W/faults"
	echo "  hook, $state: $(wc -l <"$W/faults") faults"
done

fwc --reload
strace -qq -o "$W/trace" "${command[@]}" restore >"$W/out" 2>&1
need "restore restores" mail_reachable
faults 8 "$W/trace"
while read -r fault; do
	# shellcheck disable=SC2086
	restore_fails $fault
done <"$W/faults"
echo "  restore: $(wc -l <"$W/faults") faults"

strace -D -qq -o "$W/trace" "${command[@]}" watch 2>"$W/err" &
WATCH=$!
need "a watcher" within 10 said 'watching firewalld' "$W/err"
need "a reload" fwc --reload
need "is mended" within 10 mail_reachable
end_process "$WATCH" TERM
faults 5 "$W/trace"
while read -r fault; do
	# shellcheck disable=SC2086
	watcher_fails $fault
done <"$W/faults"
echo "  watcher: $(wc -l <"$W/faults") faults"
need "nothing fell short" not test -e "$W/short"
