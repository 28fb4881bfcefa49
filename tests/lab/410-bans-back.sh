# SPDX-License-Identifier: GPL-2.0-or-later
# After a reload the bans come back that fail2ban still holds, after mail, and no others.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "one client is banned" f2b set lab banip 10.77.0.3
need "one more, over the log" attack 198.18.0.77
need "and one over IPv6" f2b set lab banip fd77::2
need "others, too" f2b set lab banip 198.18.0.1 198.18.0.2 198.18.0.0/28
need "somebody's own rule" fwc --add-rich-rule="$(rule_for 198.18.0.9)"
need "all are there" within 15 rules_are 7
need "the ban over IPv6 holds" not is_open6 993
need "the ban holds" is_shut_from 10.77.0.3 993
settle
# without firewalld's word: it was lost, and had its ticket no more
: >"$W/pretend"
need "one is unbanned, and its rule stays" f2b set lab unbanip 198.18.0.2
rm "$W/pretend"
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the five bans come back" within 10 rules_are 5
need "as fail2ban says" as_the_tickets_say lab
need "the banned client is refused again" is_shut_from 10.77.0.3 993
need "the other is not" is_open_from 10.77.0.2 993
need "over IPv6, too" not is_open6 993
need "nothing else comes" never 2 rules_are 6
need "the wipe comes to its end" within 15 said 'restored [0-9]+ bans? .5 of 7 rules'
need "the history tells" exits 0 guard --json history --kind loss
need "what stayed away, and why" json 'len([r for r in d["history"] if r.get("verdict") == "ban"]) == 7'
need "status says nothing is wrong" exits 0 guard status
need "fail2ban unbans" f2b set lab unbanip 10.77.0.3
need "and the client is free" within 5 is_open_from 10.77.0.3 993
need "it stays free" never 3 is_shut_from 10.77.0.3 993
need "firewalld is restarted" fw_down
fw_start
need "it is back" within 15 fw_running
fwc --zone=public --change-interface=host0
need "the four bans come back" within 10 rules_are 4
need "as fail2ban says" as_the_tickets_say lab
