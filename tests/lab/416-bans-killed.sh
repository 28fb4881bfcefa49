# SPDX-License-Identifier: GPL-2.0-or-later
# Killed at any moment of a restore of bans, while fail2ban lets some of them go, the guard
# finishes it at its next start: in the end there are the rules that the tickets say, and
# no others. LOSSES: how often (default 3); SEED repeats a run; LAB_LIMIT for long ones.
# As shipped: killed at any moment of its work.
. "$LAB_DIR/bans.sh"
losses_and_seed 3
bans_up
watch_up
need "bans" ban_many 60
need "all have rules" within 20 rules_are 60
settle 6
worst=0
for ((i = 1; i <= losses; i++)); do
	reload_fast
	# with the guard at any point: reading, asking, in a batch, between two, closing
	kills=$((RANDOM % 3 + 1)) clients=()
	for ((k = 0; k < kills; k++)); do
		pause "0.$((RANDOM % 10))$((RANDOM % 10))" "the instant of the kill"
		case $((RANDOM % 4)) in
		0) f2b set lab unbanip "198.18.0.$((RANDOM % 60 + 1))" & clients+=($!) ;;
		1) f2b set lab banip "198.18.0.$((RANDOM % 60 + 1))" & clients+=($!) ;;
		esac
		watch_kill
		watch_start
	done
	[ ${#clients[@]} = 0 ] || wait "${clients[@]}"
	wait_for=$(now_ms)
	need "the same rules as tickets after loss $i (SEED=$SEED)" within 30 as_the_tickets_say lab
	took=$(($(now_ms) - wait_for))
	[ $took -gt $worst ] && worst=$took
	need "the wipes are closed after loss $i (SEED=$SEED)" within 30 all_closed
	need "and it stays so after loss $i (SEED=$SEED)" as_the_tickets_say lab
	# some more for the next
	if [ "$(n_rules)" -lt 40 ]; then need "bans again" ban_many 60; fi
	# single bans are on record after five seconds
	[ ${#clients[@]} = 0 ] || pause 5.5 "until they are"
done
echo "  $losses losses, $(grep -c 'watching firewalld' "$W/watch.log") starts of the guard, at most $worst ms until all was well"
