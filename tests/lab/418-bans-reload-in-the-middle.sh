# SPDX-License-Identifier: GPL-2.0-or-later
# Reloads in the middle of putting bans back, and a restart of firewalld: each ban comes back
# once more, mail first each time, and in the end no wipe is left open.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "many are banned" ban_many 120
need "and one that we see" f2b set lab banip 10.77.0.3
need "all have rules" within 20 rules_are 121
settle
need "a reload" fwc --reload
need "some are back" within 10 more_than 20
need "a reload in the middle" fwc --reload
need "mail comes back" within 4 mail_reachable
need "some are back" within 10 more_than 50
for i in 1 2 3; do reload_fast; pause 0.1 "a burst"; done
need "mail comes back" within 4 mail_reachable
need "all bans come back" within 20 rules_are 121
need "as fail2ban says" as_the_tickets_say lab
need "all wipes are closed" within 20 all_closed
need "a reload" fwc --reload
need "some are back" within 10 more_than 20
need "firewalld dies" fw_kill
nft flush ruleset
fw_start
need "it is back" within 15 fw_running
need "all bans come back" within 20 rules_are 121
need "mail, too" mail_reachable
need "the client is refused" is_shut_from 10.77.0.3 993
need "as fail2ban says" as_the_tickets_say lab
need "all wipes are closed" within 20 all_closed
need "no table is left" not nft list table inet reload_guard 2>/dev/null
