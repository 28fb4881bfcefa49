# SPDX-License-Identifier: GPL-2.0-or-later
# A deny that an administrator added by hand comes back after a reload where there is no fail2ban.
. "$LAB_DIR/bans.sh"
deny() { fwc --add-rich-rule="rule family=\"ipv4\" source address=\"$1\" $2"; }
denied() { has_rule 'rule family="ipv4" source address="10.77.0.3" drop'; }
watch_up
mail_open
# there is no fail2ban, and never was
need "who is denied by hand" deny 10.77.0.3 drop
need "cannot connect" is_shut_from 10.77.0.3 993
settle
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the deny comes back" within 5 is_shut_from 10.77.0.3 993
need "the wipe ends" within 10 finished
need "as restored" sh -c 'grep -q "restored 1 of 1 deny rule" "$1"' _ "$W/watch.log"
need "nobody waits for a fail2ban" not said 'only fail2ban knows'
need "check has nothing to say of it" not finds bans-waiting
# the same with no watcher, by one cycle by hand
watch_down
need "the reload" fwc --reload
need "the deny is gone" not denied
need "what would be done" exits 0 guard restore --dry-run
need "is told" out_has 'would restore *ban'
need "restore" exits 0 guard restore
need "mail is open" mail_reachable
need "they are kept away" is_shut_from 10.77.0.3 993
need "there is nothing left to do" exits 0 guard restore
watch_up
# taken away by hand it stays away
need "it is let in" fwc --remove-rich-rule='rule family="ipv4" source address="10.77.0.3" drop'
settle
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "and the deny does not" never 2 is_shut_from 10.77.0.3 993
