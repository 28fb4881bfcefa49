# SPDX-License-Identifier: GPL-2.0-or-later
# `restore` brings bans back that no watcher was there for, and says what it would do before.
. "$LAB_DIR/bans.sh"
conf <<'C'
[clients]
ranges = 198.51.100.0/24
C
bans_up
watch_up
mail_open
need "many are banned" ban_many 60
need "and some that we see" f2b set lab banip 10.77.0.3 198.51.100.0/24 198.51.100.1
need "somebody's own rule" fwc --add-rich-rule="$(rule_for 198.51.100.99)"
need "all have rules" within 20 rules_are 64
need "and are on record" within 10 snapshot_has_rules 64
watch_down
need "the reload" fwc --reload
# the rule stays behind in the record alone
need "one is unbanned" f2b set lab unbanip 198.18.0.1
need "what would be done" exits 0 guard restore --dry-run
[ "$(grep -c 'would restore *ban' "$W/out")" = 61 ] || fail "61 bans would come back"
need "the one over an office is left out" out_has '198.51.100.0/24.*left out *ban: covers the legitimate clients 198.51.100.0/24'
need "two have no ticket" err_has '2 ban rules not restored: fail2ban no longer holds'
need "nothing was done" rules_are 0
need "restore" exits 0 guard --json restore
need "that fits its schema" /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/restore.schema.json" "$W/out"
need "its answer" json 'len([i for i in d["items"] if i["verdict"] == "ban" and i["outcome"] == "restored"]) == 61'
need "mail is open" mail_reachable
need "the bans are there" rules_are 61
need "the client is refused" is_shut_from 10.77.0.3 993
need "there is nothing left to do" exits 0 guard restore
need "but the one that is left out" out_has 'left out'
# what is not known is not restored
need "fail2ban dies" end_process "$F2B" KILL
need "the reload" fwc --reload
need "restore says so" exits 1 guard restore
need "why" err_has 'missing and not restored: which still hold, only fail2ban knows, and it is crashed'
need "no ban" rules_are 0
need "mail is open" mail_reachable
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban starts" within 15 f2b ping
