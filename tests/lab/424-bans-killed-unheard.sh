# SPDX-License-Identifier: GPL-2.0-or-later
# As 416, with reloads that nobody hears: firewalld reloads while the guard is dead, twice in a
# row, too, and the guard that follows is killed at any moment. In the end there are the rules
# that the tickets of both jails say, and no others. LOSSES: how often (default 2); SEED repeats
# a run; LAB_LIMIT for long ones.
# As shipped: killed at any moment of its work.
. "$LAB_DIR/bans.sh"
losses_and_seed 2
bans_up
watch_up
need "bans" ban_many 40
need "of which another jail holds some, too" ban_many 10 other
need "all have rules" within 20 rules_are 40
settle 6

any_instant() { pause "0.$((RANDOM % 10))$((RANDOM % 10))" "the instant of the kill"; }
# answered, so that it is done before the guard is there again
unheard_reload() { fwc --reload || fail "firewalld does not reload"; }
change() {
	local address="198.18.0.$((RANDOM % 40 + 1))"
	case $((RANDOM % 6)) in
	0) f2b set lab unbanip "$address" & clients+=($!) ;;
	1) f2b set lab banip "$address" & clients+=($!) ;;
	2) f2b set other unbanip "$address" & clients+=($!) ;;
	esac
}
worst=0 unheard=0
for ((i = 1; i <= losses; i++)); do
	clients=()
	kills=$((RANDOM % 3 + 1))
	[ $((RANDOM % 2)) = 0 ] || { reload_fast; any_instant; }
	for ((k = 0; k < kills; k++)); do
		change
		[ $((RANDOM % 3)) = 0 ] || any_instant
		watch_kill
		for ((n = RANDOM % 3; n > 0; n--)); do
			unheard_reload
			unheard=$((unheard + 1))
		done
		watch_start
		any_instant
		[ $((RANDOM % 4)) != 0 ] || reload_fast
	done
	[ ${#clients[@]} = 0 ] || wait "${clients[@]}"
	wait_for=$(now_ms)
	need "the same rules as tickets after loss $i (SEED=$SEED)" within 60 as_the_tickets_say lab other
	took=$(($(now_ms) - wait_for))
	[ $took -gt $worst ] && worst=$took
	need "the wipes are closed after loss $i (SEED=$SEED)" within 60 all_closed
	need "and it stays so after loss $i (SEED=$SEED)" as_the_tickets_say lab other
	if [ "$(n_rules)" -lt 25 ]; then
		need "bans again" ban_many 40
		need "in the other jail, too" ban_many 10 other
	fi
	# single bans are on record after five seconds
	[ ${#clients[@]} = 0 ] || pause 5.5 "until they are"
	[ $((i % 10)) != 0 ] || echo "  $i of $losses"
done
echo "  $losses losses, $unheard unheard reloads, $(grep -c 'watching firewalld' "$W/watch.log") starts of the guard, at most $worst ms until all was well"
