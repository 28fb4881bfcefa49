# SPDX-License-Identifier: GPL-2.0-or-later
# Two jails, one rule: it stays until the last of both lets go. What a person takes away stays
# away, and a fail2ban that stops is not fought.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "banned in one jail" f2b set lab banip 10.77.0.3
need "and in the other" f2b set other banip 10.77.0.3
need "there is one rule" within 10 rules_are 1
settle
need "the first lets go" f2b set lab unbanip 10.77.0.3
need "the rule comes back" within 8 said 'another jail still bans'
need "at once" within 3 banned 10.77.0.3
need "and is refused" is_shut_from 10.77.0.3 993
need "after a reload, too" fwc --reload
need "it comes back" within 10 banned 10.77.0.3
need "the second lets go" f2b set other unbanip 10.77.0.3
need "now the client is free" within 5 is_open_from 10.77.0.3 993
need "and stays free" never 4 banned 10.77.0.3

need "banned again" f2b set lab banip 10.77.0.3
need "in both" f2b set other banip 10.77.0.3
need "the rule is there" within 10 banned 10.77.0.3
settle
need "a person takes it away" /usr/bin/firewall-cmd -q --remove-rich-rule="$(rule_for 10.77.0.3)"
need "that is meant" never 5 banned 10.77.0.3
need "it is there again" rules_add 10.77.0.3
settle
need "fail2ban is stopped" f2b_down
need "and frees it" within 10 not banned 10.77.0.3
need "for good" never 4 banned 10.77.0.3
[ "$(grep -c 'another jail still bans' "$W/watch.log")" = 1 ] || fail "it was put back once"
