# SPDX-License-Identifier: GPL-2.0-or-later
# What covers legitimate clients is left out, and said; `all` brings it back, `none` nothing.
. "$LAB_DIR/bans.sh"
F='import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))'
fits() { /usr/bin/python3 -c "$F" "$TOP/schema/json/$1.schema.json" "$W/out"; }
conf <<'C'
[clients]
ranges = 198.51.100.0/24, 10.77.0.3
C
bans_up
watch_up
mail_open
need "bans" f2b set lab banip 198.51.100.0/24 198.51.100.7 10.77.0.3 198.18.0.1
need "with rules" within 15 rules_are 4
settle
need "the reload" fwc --reload
need "two come back" within 10 rules_are 2
need "one address in a range is one of them" banned 198.51.100.7
need "a legitimate client is not" is_open_from 10.77.0.3 993
need "the log says it of both" within 5 said 'source address="198.51.100.0/24".* is left out, it covers the legitimate clients 198.51.100.0/24'
need "of both" said 'source address="10.77.0.3".* is left out'
need "the wipe ends" within 10 finished
need "the history has it" exits 0 guard --json history --kind restore
need "that fits its schema" fits history
need "with the reason" json '[r["error"] for r in d["history"] if r.get("outcome") == "left-out"]'
need "nothing more comes" never 3 rules_are 3
need "status" exits 0 guard status
need "says it too" out_has "its bans *4 lost, 2 restored in .*, 2 left out"
need "with what to do" out_has "2 bans that cover legitimate clients were not restored"
need "as a document" exits 0 guard --json status
need "that fits its schema" fits status
conf <<'C'
[guard]
restore-bans = all
[clients]
ranges = 198.51.100.0/24, 10.77.0.3
C
kill -HUP "$WATCH"
need "their rules are there" rules_add 198.51.100.0/24 10.77.0.3
settle
need "the reload" fwc --reload
need "all come back" within 10 rules_are 4
need "the client is refused" is_shut_from 10.77.0.3 993
printf '[guard]\nrestore-bans = none\n' >"$CONF"
kill -HUP "$WATCH"
need "it is read" within 5 said 'configuration was read again'
pause 1 "so that it is in force"
need "the reload" fwc --reload
need "none comes back" never 4 more_than 0
need "and that is told" said 'lost, and not for the guard to restore'
