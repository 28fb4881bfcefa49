# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban ends in the middle of a restore, and its removals come too early to find anything:
# what the guard put back meanwhile goes, and is back with fail2ban.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "many are banned" ban_many 20
settle
need "the reload" fwc --reload
need "some are back" within 10 more_than 5
: >"$W/pretend"
need "fail2ban stops, and removes nothing" f2b_down
rm "$W/pretend"
need "and what was is taken away again" within 25 rules_are 0
need "mail stays" mail_reachable
need "fail2ban is back" eval 'fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 & F2B=$!; within 15 f2b ping'
need "the bans are back" within 60 rules_are 20
need "as it says" as_the_tickets_say lab
need "the wipe is closed" within 20 all_closed
