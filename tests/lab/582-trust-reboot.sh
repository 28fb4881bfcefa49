# SPDX-License-Identifier: GPL-2.0-or-later
# As 580, over a reboot, and with an end that comes while no guard runs.
. "$LAB_DIR/trust.sh"

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
