# SPDX-License-Identifier: GPL-2.0-or-later
# Over a reboot fail2ban puts its bans back itself, late and one by one; what it does not,
# the guard does, and what ended meanwhile stays away.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "bans" f2b set lab banip 198.18.0.1 198.18.0.2 10.77.0.3
need "with rules" within 15 rules_are 3
need "and on record" within 10 snapshot_has_rules 3
pause 6 "a ban counts for the next boot when it has stood for 5 s"
need "the power goes" watch_kill
end_process "$F2B" KILL
fw_kill
new_boot
rm -f /run/fail2ban/fail2ban.sock /run/fail2ban/fail2ban.pid
fw_start
need "firewalld starts" within 15 fw_running
watch_up
need "mail comes back" within 6 mail_reachable
need "no ban without fail2ban's word" never 2 more_than 0
# it gets nothing done, as with a firewalld that is not there yet
: >"$W/pretend"
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban starts" within 15 f2b ping
need "the bans are back" within 15 rules_are 3
rm "$W/pretend"
need "as it says" as_the_tickets_say lab
need "the client is refused" is_shut_from 10.77.0.3 993
need "the wipe is closed" within 20 all_closed
need "it is told" said 'restored 3 bans .3 of 3 rules'
need "an unban" f2b set lab unbanip 10.77.0.3
need "frees the client" within 5 is_open_from 10.77.0.3 993
