# SPDX-License-Identifier: GPL-2.0-or-later
# A ban, the rule that carried it out, and the reload that took the rule.
holds() { json "$1" >/dev/null; }
watch_up
mail_open
f2b_up
attack 192.0.2.11
ruled() { fw_zone getRichRules "" | grep -q 192.0.2.11; }
need "firewalld has the rule" within 15 ruled
noted() { guard -q snapshot take && guard bans >"$W/out" && grep -q 'reject imaps/tcp' "$W/out"; }
need "the rule stands beside the ban" within 10 noted
need "nothing was lost yet" not grep -q 'lost in' "$W/out"
need "a reload" fwc --reload
lost() { guard bans --address 192.0.2.0/24 >"$W/out" && grep -qE 'banned; lost in reload 20' "$W/out"; }
need "is said of the ban" within 10 lost
back() { guard bans >"$W/out" && grep -qE "banned; lost in reload 20.*, restored after [0-9.]+ (ms|s)" "$W/out"; }
need "and of its coming back" within 10 back
need "as a document" exits 0 guard --json bans
need "which has all of it" holds '[b for b in d["bans"] if b["address"] == "192.0.2.11" and b["state"] == "banned" and b["lost"]["in"] == "reload" and b["lost"]["times"] == 1 and b["lost"]["whole"] and b["lost"]["restored_ms"] < 10000 and "reject" in b["rules"][0]]'
need "with -v" exits 0 guard -v bans
need "the rule is whole" out_has 'rule family="ipv4" source address="192.0.2.11" port port="imaps" protocol="tcp" reject'
need "unban" f2b set lab unbanip 192.0.2.11
unbanned() { guard bans >"$W/out" && grep -qE '192.0.2.11 .* unbanned; lost in reload' "$W/out"; }
need "is how it ended" within 10 unbanned
