# SPDX-License-Identifier: GPL-2.0-or-later
# runtime-to-permanent bakes bans into the permanent configuration. Who takes them out of it
# again, by the command that `check` prints, does not let the banned in: a ban that fail2ban
# holds comes back after the next reload, and a rule of somebody's own stays away.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "bans" f2b set lab banip 192.0.2.1 192.0.2.2 10.77.0.3
need "with rules" within 15 rules_are 3
need "and one of somebody's own" fwc --add-rich-rule="$(rule_for 198.51.100.9)"
settle
need "it all becomes permanent" fwc --runtime-to-permanent
permanent() { fwc --permanent --query-rich-rule="$(rule_for "$1")"; }
need "the bans, too" permanent 192.0.2.1
need "which is found" exits 1 guard check --only ban-permanent
sed -n 's/^  fix: //p' "$W/out" >"$W/mend"
need "with a command" bash -e "$W/mend"
need "that takes them out" not permanent 10.77.0.3
need "the own rule goes as well" fwc --permanent --remove-rich-rule="$(rule_for 198.51.100.9)"
need "all are in force" rules_are 4
settle 2
need "the reload" fwc --reload
need "mail comes back" within 5 mail_reachable
need "and the bans" within 10 rules_are 3
need "as fail2ban has them" as_the_tickets_say lab
need "the client is refused" is_shut_from 10.77.0.3 993
need "the own rule was removed on purpose" never 2 banned 198.51.100.9
need "as is on record" within 10 sh -c '"$GUARD" -c "$CONF" --state "$STATE" history --json | grep -q "\"removed\""'
need "nobody says that it may be missed" not said 'unknown to fail2ban'
need "fail2ban unbans one" f2b set lab unbanip 10.77.0.3
need "which ends it" within 10 rules_are 2
need "the reload" fwc --reload
need "mail comes back" within 5 mail_reachable
need "two come back" within 10 rules_are 2
need "and not the third" never 2 banned 10.77.0.3

# and the same while no watcher looks
need "it all becomes permanent" fwc --runtime-to-permanent
settle 2
need "the watcher is killed" watch_kill
need "one is taken out" fwc --permanent --remove-rich-rule="$(rule_for 192.0.2.1)"
need "the reload" fwc --reload
need "takes it" not banned 192.0.2.1
watch_up
need "and it comes back" within 15 banned 192.0.2.1
