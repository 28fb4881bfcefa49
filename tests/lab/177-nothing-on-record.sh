# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld hangs, and there is no snapshot of what it held (a fresh install, a store that is gone):
# what can be had is said within 5 s, with status 3: what is served, and what the kernel does with a
# stranger there, until nobody can read the kernel's rules either.
# As shipped: how soon it answers is judged.
ask() { # NAME COMMAND...: its answer is in $W/out, and its status is 3
	local start took
	start=$(now_ms)
	exits 3 guard "$@" || return 1
	took=$(($(now_ms) - start))
	[ "$took" -lt 5000 ] || { echo "  took $took ms: $*"; return 1; }
}
fits() { /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/$1.schema.json" "$W/out"; }
not_out_has() { ! grep -qE -e "$1" "$W/out"; }
fw_unowned
need "imaps and smtps are open" fwc --add-service=imaps --add-service=smtps
need "a rule denies somebody" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.3" drop'
need "a client comes in" is_open 993 465
need "and not to pop3s, which is served, too" is_shut 995
need "there is no record" not test -e "$STATE/guard.db"
kill -STOP "$FW"

need "status answers" ask status
need "that it does not" out_has 'firewalld does not answer; the kernel keeps the rules that it had'
need "from where it tells" out_has 'What it held is not on record. This is what the kernel has'
need "a stranger gets in to imaps" out_has '993/tcp +imaps +open +connects'
need "and not to pop3s" out_has '995/tcp +pop3s +rejected'
need "by what is firewalld's own, which nobody is told to delete" not_out_has 'nft delete|firewall-cmd|by another program'
need "in JSON" ask --json status
need "it fits its schema" fits status
need "with both" json '{p["port"]: p["verdict"] for p in d["served"]}.items() >= {993: "ACCEPT", 995: "REJECT"}.items()'
need "over both families" json '{":" in p["address"] for p in d["served"]} == {True, False}'
need "explain answers" ask explain 10.77.0.2 imaps
need "with the kernel's rules" out_has '993/tcp +imaps +open +connects'
need "and where it is from" out_has 'What it held is not on record'
need "one who is denied" ask explain 10.77.0.3 imaps
need "is dropped" out_has '993/tcp +imaps +dropped'
need "by the rule of firewalld's" out_has 'ip saddr 10.77.0.3'
need "in JSON" ask --json explain 10.77.0.3 imaps
need "within the schema" fits explain
need "which is not fine" json 'not d["ok"] and d["held_at"] is None and d["ports"][0]["verdict"] == "DROP"'

nft 'table inet another { chain inward { type filter hook input priority 20 ; policy accept ; meta length > 40 tcp dport 993 reject ; } ; }'
need "with what is not understood" ask explain 10.77.0.2 imaps
need "it is not certain" out_has '993/tcp +imaps +open\?'
nft delete table inet another
nft 'table inet another { chain inward { type filter hook input priority 20 ; policy accept ; tcp dport 993 drop ; } ; }'
need "what somebody else keeps out" ask status
need "is kept out" out_has '993/tcp +imaps +dropped'
need "and taken away by what is printed" out_has 'nft delete rule inet another inward handle'
nft delete table inet another

printf '#!/bin/sh\nexit 1\n' >"$W/no-nft"
chmod +x "$W/no-nft"
mount --bind "$W/no-nft" "$(readlink -f "$(command -v nft)")"
need "without the kernel's rules" ask status
need "who listens is told" out_has '993/tcp +imaps +not known'
need "and nothing of what is open" not_out_has 'open\?? +connects'
need "in JSON" ask --json status
need "it fits, too" fits status
need "as not known" json '[p["verdict"] for p in d["served"] if p["port"] == 993] == [None, None]'
