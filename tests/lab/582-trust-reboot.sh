# SPDX-License-Identifier: GPL-2.0-or-later
# As 580, over a reboot, and with an end that comes while no guard runs.
trusted() { fwc --zone=trusted --query-source="$1"; }
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
# trust SECONDS [ADDRESS]: end_ms is when it has to be over
trust() {
	need "the client is trusted" exits 0 guard trust "${2:-10.77.0.2}" --for "$1s" --note 'a new phone'
	end_ms=$(($(now_ms) + $1 * 1000))
}
shut_in_time() {
	need "its time comes" within 60 is_later_than $((end_ms - 2000))
	need "it is open shortly before its end" is_open 2525
	need "it is shut at its end" within 5 is_shut 2525
	need "in firewalld, too" not trusted 10.77.0.2
}

watch_up -v
mail_open
mail_heard
trust 20
need "the guard ends" watch_down
need "firewalld ends" fw_down
new_boot
fw_start
need "firewalld starts" within 15 fw_running
need "the client is not trusted" is_shut 2525
watch_up -v
need "until the guard is there" within 5 is_open 2525
shut_in_time

# its end comes while no guard runs
trust 5
watch_kill
need "nobody ends it" exits 0 guard trust --list
need "which is said" err_has 'the watcher does not run: nobody ends it'
need "its time is over" within 10 is_later_than $((end_ms + 500))
need "it is open still" is_open 2525
watch_up -v
need "the next guard ends it" within 5 is_shut 2525
