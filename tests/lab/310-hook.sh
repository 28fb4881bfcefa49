# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban's own server bans over firewallcmd-rich-rules; our action writes it down.
watch_up
mail_open
f2b_up
attack 192.0.2.11
banned() { guard bans >"$W/out" 2>/dev/null && grep -q 192.0.2.11 "$W/out"; }
need "the ban is in the store" within 15 banned
need "with its jail" out_has '192\.0\.2\.11.*lab|lab.*192\.0\.2\.11'
need "as a document" exits 0 guard --json bans --active
cat >"$W/ban.py" <<'X'
import json, sys
d = json.load(open(sys.argv[1]))
b = [b for b in (d if isinstance(d, list) else d["bans"]) if b["address"] == "192.0.2.11"][0]
assert b["jail"] == "lab", b
assert b["failures"] == 2, b
assert 3600 in b.values() or any(k.startswith("bantime") and v in (3600, 3600000000) for k, v in b.items()), b
X
need "with jail, address, bantime and failures" /usr/bin/python3 "$W/ban.py" "$W/out"
banned_by_firewalld() { fw_zone getRichRules "" | grep -q 192.0.2.11; }
need "and firewalld has the rule" within 5 banned_by_firewalld
attack fd77::66
banned6() { guard bans --address fd77::66 2>/dev/null | grep -q fd77::66; }
need "over IPv6 too" within 15 banned6
need "unban" f2b set lab unbanip 192.0.2.11
lifted() { ! guard bans --active 2>/dev/null | grep -q 192.0.2.11; }
need "is recorded" within 5 lifted
need "the ban itself is still known" exits 0 guard bans --address 192.0.2.11
need "with its address" out_has 192.0.2.11
need "one that covers a network" exits 0 guard bans --address 192.0.2.0/24
need "is found too" out_has 192.0.2.11
need "fail2ban stops" f2b_down
need "it never saw the action fail" not grep -qE 'ERROR.*reload-guard|returned [1-9]' "$W/fail2ban.log"
