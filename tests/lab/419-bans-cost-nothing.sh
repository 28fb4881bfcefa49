# SPDX-License-Identifier: GPL-2.0-or-later
# While nothing is lost, bans and unbans cost firewalld no call of the guard's, with fail2ban
# running and asked for its tickets.
. "$LAB_DIR/bans.sh"
. "$LAB_DIR/calls.sh"
bans_up
watch_up
mail_open
mail_heard
calls_up
need "bans" f2b set lab banip 198.18.0.1 198.18.0.2 198.18.0.3 10.77.0.3
need "with rules" within 15 rules_are 4
settle
need "unbans" f2b set lab unbanip 198.18.0.1 198.18.0.2
need "without" within 15 rules_are 2
settle
[ "$(calls)" = 0 ] || { cat "$W/calls"; fail "four bans and two unbans cost $(calls) calls"; }
calls_are_seen
need "two come back" within 10 rules_are 2
