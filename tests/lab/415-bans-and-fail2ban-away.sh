# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban crashed, stopped, starting: nothing is restored from what is not known, and
# nothing twice; what it does not put back itself comes as soon as it can tell.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "bans" f2b set lab banip 198.18.0.1 198.18.0.2 10.77.0.3
need "with rules" within 15 rules_are 3
settle
# it dies, and its rules with the reload
end_process "$F2B" KILL
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the bans wait" within 5 said '3 bans lost. Which still hold, only fail2ban knows: crashed'
need "none comes" never 2 more_than 0
need "a guard that is killed meanwhile" watch_kill
watch_up
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban starts" within 15 f2b ping
need "they are there" within 15 rules_are 3
need "as it says" as_the_tickets_say lab
need "the wipe ends" within 20 finished
need "no ban is taken for ended" not said "unknown to fail2ban"
# stopped in order, it takes all off; nobody puts it back
need "it is stopped" f2b_down
need "its bans go" within 10 rules_are 0
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "none comes" never 3 more_than 0
# firewalld is restarted as systemd does it: fail2ban first, then both again
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban starts" within 15 f2b ping
need "they are there" within 15 rules_are 3
settle
told=$(grep -c 'bans in [0-9]* ms, read back' "$W/watch.log")
need "fail2ban stops" f2b_down
need "firewalld stops" fw_down
fw_start
need "it is back" within 15 fw_running
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban is back" within 15 f2b ping
need "they are there" within 15 rules_are 3
more_told() { [ "$(grep -c 'bans in [0-9]* ms, read back' "$W/watch.log")" != "$told" ]; }
need "once, and by fail2ban alone" never 3 more_told
need "as it says" as_the_tickets_say lab
