# SPDX-License-Identifier: GPL-2.0-or-later
# An administrator, a package and an unlucky guard do things at random, and who did what
# is known here: after each wipe exactly what law 1 says is open. WALK_SEED repeats a walk
# (as far as time allows), WALK_S is how long it is in seconds. tests/lab/walks does many.
#
# A reload or a start of firewalld that the guard did not hear of is seen later too, so what it
# took is restored. Without either nobody can tell why something is gone: it stays away.
#
# What is there and was permanent when the guard looked last was taken out of the permanent
# configuration since. Whether it has been there all the while, was loaded before that, or
# was added again by hand after it, cannot be told from what is there; the guard takes it for
# meant to go, and says so at once, with the command for the other answer.
seed=${WALK_SEED:-$RANDOM}
RANDOM=$seed
echo "  the seed is $seed"
conf <<'C'
[guard]
settle-ms = 100
C

POOL="imap imaps smtp smtps pop3s http https smtp-submission"
# firewalld's side: in the runtime, permanent, the end in ms that firewalld itself keeps
declare -A T P TU
# the guard's: wanted, its end, known as permanent, withdrawn, released; heard in a doubtful moment
declare -A G GU GP GW GR MAYBE
declare -A OVER # when it last ended by itself
# the end that firewalld keeps of what a reload took: whoever has put it back, it goes then
declare -A ST
for x in $POOL; do T[$x]=0 P[$x]=0 TU[$x]=0 G[$x]=0 GU[$x]=0 GP[$x]=0 GW[$x]=0 GR[$x]=0 MAYBE[$x]=0 OVER[$x]=0 ST[$x]=0; done
on=0       # the guard runs
anew=0     # firewalld was reloaded or started anew since the guard saw it
log=$W/walk.log

say() { echo "$(now_ms) $*" >>"$log"; }
call() { dbus-send --system --print-reply=literal --reply-timeout=20000 --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 "org.fedoraproject.FirewallD1.$@" 2>>"$log"; }
present() { call zone.getServices string:public | tr -s ' ' '\n' | sort; }
pick() { # one of the words of $1 for which the condition $2 holds, in x
	local all=() x
	for x in $1; do eval "$2" && all+=("$x"); done
	[ ${#all[@]} -gt 0 ] || return 1
	picked=${all[RANDOM % ${#all[@]}]}
}
nap() { sleep "$(printf '0.%03d' $((RANDOM % $1)))"; }
falls() {
	tail -n 40 "$log" | sed 's/^/    /'
	fail "$* (seed $seed)"
}

# time goes on: what has ended by itself
tick() {
	local now x
	now=$(now_ms)
	for x in $POOL; do
		if [ "${TU[$x]}" != 0 ] && [ "${TU[$x]}" -le "$now" ]; then
			T[$x]=0 OVER[$x]=${TU[$x]} TU[$x]=0
			[ $on = 1 ] && G[$x]=0 GU[$x]=0
		fi
		if [ "${ST[$x]}" != 0 ] && [ "${ST[$x]}" -le "$now" ]; then
			[ "${T[$x]}" = 0 ] || [ $on = 0 ] || G[$x]=0 GU[$x]=0
			T[$x]=0 OVER[$x]=${ST[$x]} ST[$x]=0
		fi
		# the guard's own ends need a guard
		if [ $on = 1 ] && [ "${GU[$x]}" != 0 ] && [ "${GU[$x]}" -le "$now" ]; then
			[ "${P[$x]}" = 1 ] || T[$x]=0
			OVER[$x]=${GU[$x]} G[$x]=${T[$x]} GU[$x]=0
		fi
	done
}

near_an_end() {
	local now
	now=$(now_ms)
	[ $((now - OVER[$1])) -lt 2500 ] && return 0
	[ "${GU[$1]}" != 0 ] && [ $((GU[$1] - now)) -lt 1500 ] && return 0
	[ "${ST[$1]}" != 0 ] && [ $((ST[$1] - now)) -lt 1500 ] && return 0
	[ "${TU[$1]}" != 0 ] && [ $((TU[$1] - now)) -lt 1500 ]
}

act_add() {
	pick "$POOL" '[ ${T[$x]} = 0 ] && [ ${MAYBE[$x]} = 0 ] && ! near_an_end $x' || return 0
	local x=$picked
	say "add $x"
	call zone.addService string:public "string:$x" int32:0 >/dev/null || falls "$x is added"
	T[$x]=1 TU[$x]=0
	[ $on = 0 ] || { G[$x]=1 GU[$x]=0 GW[$x]=0 GR[$x]=0; }
}
act_add_timed() {
	pick "$POOL" '[ ${T[$x]} = 0 ] && [ ${P[$x]} = 0 ] && [ ${G[$x]} = 0 ] && [ ${ST[$x]} = 0 ] && ! near_an_end $x' || return 0
	[ $on = 1 ] || return 0
	local x=$picked s=$((4 + RANDOM % 6))
	say "add $x for $s s"
	call zone.addService string:public "string:$x" int32:$s >/dev/null || falls "$x is added"
	T[$x]=1 TU[$x]=$(($(now_ms) + s * 1000))
	G[$x]=1 GU[$x]=${TU[$x]} GW[$x]=0 GR[$x]=0
}
act_remove() {
	pick "$POOL" '[ ${T[$x]} = 1 ] && ! near_an_end $x' || return 0
	local x=$picked
	if call zone.removeService string:public "string:$x" >/dev/null; then
		say "removed $x"
		T[$x]=0 TU[$x]=0 ST[$x]=0
		[ $on = 0 ] || { G[$x]=0 GU[$x]=0 GW[$x]=0; }
	else
		say "$x was not there to be removed"
	fi
}
act_permanent_add() {
	pick "$POOL" '[ ${P[$x]} = 0 ] && [ ${TU[$x]} = 0 ] && [ ${GU[$x]} = 0 ]' || return 0
	say "permanent add $picked"
	fwc --permanent --zone=public --add-service="$picked" || falls "$picked is made permanent"
	P[$picked]=1
	[ $on = 0 ] || { GP[$picked]=1 GW[$picked]=0; pause 0.8 "so that the guard has heard it"; }
}
act_permanent_remove() {
	pick "$POOL" '[ ${P[$x]} = 1 ] && [ ${TU[$x]} = 0 ] && [ ${GU[$x]} = 0 ]' || return 0
	say "permanent remove $picked"
	fwc --permanent --zone=public --remove-service="$picked" || falls "$picked is not permanent any more"
	P[$picked]=0
	[ $on = 1 ] || return 0
	GP[$picked]=0 GW[$picked]=${G[$picked]}
	if [ $((RANDOM % 2)) = 0 ]; then act_reload; else pause 0.8 "so that the guard has heard it"; fi
}
act_release() {
	[ $on = 1 ] || return 0
	pick "$POOL" '[ ${T[$x]} = 1 ] && [ ${P[$x]} = 0 ] && [ ${GU[$x]} = 0 ]' || return 0
	# what is released before it is back stays away
	settled
	[ "${T[$picked]}" = 1 ] || return 0
	say "release $picked"
	guard release "public/service:$picked" >/dev/null 2>>"$log" || falls "$picked is released"
	GR[$picked]=1
}

# what the guard makes of what is gone: restored, or not wanted any more
restored() {
	local x
	tick
	for x in $POOL; do
		if [ "${T[$x]}" = 1 ]; then
			[ "${G[$x]}" = 1 ] || GU[$x]=0
			G[$x]=1
		elif [ "${G[$x]}" = 1 ] && [ "${GW[$x]}" = 0 ] && [ "${GR[$x]}" = 0 ] && { [ "${GP[$x]}" = 0 ] || [ "${P[$x]}" = 1 ]; }; then
			T[$x]=1
		else
			G[$x]=0 GU[$x]=0
		fi
		[ "${P[$x]}" = 1 ] && GU[$x]=0 GW[$x]=0
		[ "${G[$x]}" = 1 ] || GW[$x]=0
		GP[$x]=${P[$x]}
	done
}
wiped() { # reload or restart
	local x
	tick
	for x in $POOL; do
		[ "${TU[$x]}" = 0 ] || ST[$x]=${TU[$x]}
		[ "$1" = reload ] || ST[$x]=0
		T[$x]=${P[$x]} TU[$x]=0
	done
}
reload() { call reload >/dev/null || falls "firewalld reloads"; }

act_reload() {
	local n=$((1 + RANDOM % 5 / 4))
	say "reload, $n times"
	for ((; n > 0; n--)); do reload; done
	wiped reload
	if [ $on = 1 ]; then restored; else anew=1; fi
}
fw_again() {
	if [ $((RANDOM % 2)) = 0 ]; then fw_down; else fw_kill; fi
	fw_start
	need "firewalld starts" within 15 fw_running
}
act_restart() {
	say "firewalld is started anew"
	fw_again
	wiped restart
	if [ $on = 1 ]; then restored; else anew=1; fi
}
began() {
	local x withdrawn=
	watch_up
	on=1
	tick
	for x in $POOL; do
		[ "${T[$x]}" = 1 ] && [ "${GP[$x]}" = 1 ] && [ "${P[$x]}" = 0 ] && withdrawn+=" $x"
	done
	if [ $anew = 1 ]; then
		restored
	else
		tick
		for x in $POOL; do
			[ "${T[$x]}" = 1 ] && [ "${G[$x]}" = 0 ] && GU[$x]=0
			[ "${P[$x]}" = 1 ] && GW[$x]=0
			G[$x]=${T[$x]} GP[$x]=${P[$x]}
			[ "${G[$x]}" = 1 ] || GU[$x]=0 GW[$x]=0
		done
	fi
	for x in $withdrawn; do GW[$x]=1; done
	anew=0
}
act_guard_off() {
	[ $on = 1 ] || return 0
	pause 0.5 "so that the state has been stored"
	settled
	if [ $((RANDOM % 2)) = 0 ]; then say "the guard is stopped"; watch_down; else say "the guard is killed"; watch_kill; fi
	tick
	on=0
}
# the configuration is read again, which changes nothing
act_hangup() {
	[ $on = 1 ] || return 0
	say "SIGHUP"
	kill -HUP "$WATCH"
}
act_guard_on() {
	[ $on = 0 ] || return 0
	say "the guard is started"
	began
}
# Killed while it works: it finishes when it is there again. Of a reload that it may not
# have heard of, nobody can tell.
act_killed_in_a_wipe() {
	local x kind=$((RANDOM % 2))
	[ $on = 1 ] || return 0
	pause 0.5 "so that the state has been stored"
	settled
	say "wipe $kind, and the guard is killed in the middle"
	if [ $kind = 0 ]; then reload; wiped reload; else fw_again; wiped restart; fi
	restored
	[ $kind = 1 ] || for x in $POOL; do [ "${T[$x]}" = 1 ] && [ "${P[$x]}" = 0 ] && MAYBE[$x]=1; done
	nap 150
	watch_kill
	say "killed"
	watch_up
	settled
}

# is, should be: what differs, but for what nobody can tell and what is about to end
differs() {
	local x is
	tick
	is=" $(present | tr '\n' ' ') "
	different=
	for x in $POOL; do
		near_an_end "$x" && continue
		[ "${MAYBE[$x]}" = 1 ] && continue
		if [[ $is == *" $x "* ]]; then
			[ "${T[$x]}" = 1 ] || different+=" +$x"
		else
			[ "${T[$x]}" = 0 ] || different+=" -$x"
		fi
	done
	[ -z "$different" ]
}
settled() {
	local x is
	within 8 differs || falls "what should be open is not what is open:$different"
	pause 0.4 "so that a late hand would show"
	differs || falls "what was restored does not stay:$different"
	is=" $(present | tr '\n' ' ') "
	for x in $POOL; do
		[ "${MAYBE[$x]}" = 1 ] || continue
		MAYBE[$x]=0
		[[ $is == *" $x "* ]] || T[$x]=0 G[$x]=0 GU[$x]=0 GW[$x]=0
	done
	watched
}
watched() { [ $on = 0 ] || watching || falls "the guard is gone"; }

began
need "a first look" within 5 differs
# Ways to states that no walk of a bearable length goes.
while_the_guard_is_off() {
	local pool=$POOL act
	POOL=imap
	for act in add permanent_add guard_off permanent_remove restart add guard_on reload \
		add permanent_add guard_off restart permanent_remove guard_on reload \
		permanent_add guard_off add permanent_remove guard_on reload \
		add guard_off reload guard_on reload; do
		"act_$act"
		[ $on = 0 ] || settled
	done
	POOL=$pool
}
[ -z "${WALK_OFF:-}" ] || while_the_guard_is_off

timed=
can "items that end" random-walk && timed="add_timed add_timed"
# shellcheck disable=SC2206
acts=(add add add $timed remove remove permanent_add permanent_remove release
	reload reload reload restart killed_in_a_wipe killed_in_a_wipe guard_off guard_on guard_on hangup)
n=0
walk_end=$(($(now_ms) + ${WALK_S:-35} * 1000))
while [ "$(now_ms)" -lt $walk_end ]; do
	tick
	"act_${acts[RANDOM % ${#acts[@]}]}"
	n=$((n + 1))
	case $((RANDOM % 3)) in
	0) settled ;;
	1) nap 200 ;;
	esac
done
[ $on = 1 ] || act_guard_on
settled
echo "  $n acts"
