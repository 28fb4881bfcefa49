# SPDX-License-Identifier: GPL-2.0-or-later
# An action bans the network of the banned, and a client that is configured lives in one of these: it
# is left out after a reload, by what the rule covers, not by who is banned. The log, check, status,
# bans, conflicts and restore say so alike, and none of them has a command that denies the client.
. "$LAB_DIR/bans.sh"
has_drop() { has_source "$1" drop; }
BANS_JAIL=$(action wide "firewall-cmd --zone=drop --add-source=<ip>/24" "firewall-cmd --zone=drop --remove-source=<ip>/24")
conf <<-C
	[clients]
	ranges = 203.0.113.77
C
bans_up
watch_up -v
mail_open
mail_heard
settle 4
for address in 198.51.100.7 192.0.2.9 203.0.113.5; do
	need "$address is banned" f2b set wide banip "$address"
	need "with its network" within 5 has_drop "$address/24"
done
settle 8
guard conflicts >"$W/out"
need "conflicts tells of the client" out_has '203\.0\.113\.5/24 covers 203\.0\.113\.77 \(configured\)'
need "the reload" fwc --reload
need "a ban is back" within 15 has_drop 198.51.100.7/24
need "another, too" within 15 has_drop 192.0.2.9/24
need "the one that covers the client is not" never 3 has_drop 203.0.113.5/24
need "the log says why" said '203\.0\.113\.5/24 is left out, it covers the legitimate clients 203\.0\.113\.77 \(configured\)'
need "it is told as left out" finds bans-left-out warning
guard status >"$W/out"
need "by status" out_has 'bans-left-out: 1 ban '
guard bans >"$W/out"
need "by bans" out_has '203\.0\.113\.5 .*not restored'
guard conflicts >"$W/out"
need "conflicts has none any more" out_has 'No rule or ban cuts off a client range'
guard restore --dry-run >"$W/out"
need "restore leaves it out" out_has '203\.0\.113\.5/24 +left out +ban: covers the legitimate clients 203\.0\.113\.77 \(configured\)'
