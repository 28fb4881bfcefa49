# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld hangs: the answers are made of what can be had, the kernel's rules and the last snapshot,
# which they say with its age, and nothing is claimed of what is not known.
# ask NAME COMMAND...: its answer is in $W/NAME, and its status is 3
# As shipped: how soon it answers is judged.
ask() { guard "${@:2}" >"$W/$1" 2>"$W/$1.err"; echo "$?" >"$W/$1.end"; }
asked() { [ "$(cat "$W/$1.end")" = 3 ] && cp "$W/$1" "$W/out"; }
fits() { /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/$1.schema.json" "$W/out"; }
fw_unowned
watch_up
mail_open
mail_heard
need "a rule denies somebody" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.3" drop'
need "that is in a snapshot" within 5 snapshot_has_rules 1
need "of the firewall as it is, nothing is remembered" exits 0 guard --json explain 10.77.0.2 imaps
need "but now" json 'd["silent_since"] is None and d["held_at"]'
kill -STOP "$FW"
stopped=$(date +%s)
: >/etc/firewalld/services/nudge # else it would be asked within half a minute
need "the watcher says so" within 25 said 'firewalld does not answer'

conf <<<'[clients]
ranges = 10.77.0.0/24'
asking=()
ask status status & asking+=($!)
ask status.json --json status & asking+=($!)
ask check.json --json check & asking+=($!)
ask explain explain 10.77.0.2 imaps & asking+=($!)
ask explain.json --json explain 10.77.0.3 imaps & asking+=($!)
ask conflicts conflicts & asking+=($!)
ask conflicts.json --json conflicts & asking+=($!)
wait "${asking[@]}"

need "status answers" asked status
need "with since when" out_has 'firewalld does not answer since [0-9-]+ [0-9:]+; the kernel keeps the rules'
need "and of when it tells" out_has 'held at .* ago'
need "imaps was there, and the kernel has its rule" out_has 'service:imaps .*the kernel has its rule'
grep -q 'service:imaps  *open' "$W/out" && fail "that it is open is not claimed"
need "in JSON" asked status.json
need "it fits its schema" fits status
need "it has since when" json 'd["firewalld"]["silent_since"] and d["firewalld"]["held_at"] < d["at"]'
need "which is when it was asked in vain first, not when that was noticed" json "-1 <= __import__('datetime').datetime.fromisoformat(d['firewalld']['silent_since'].replace('Z', '+00:00')).timestamp() - $stopped < 4"
need "and what is known of the items" json '[i["value"] for i in d["items"] if i["item"] == "public/service:imaps" and i["kernel"] is True and i["open"] is None and i["listed"] is None]'
need "check answers in JSON" asked check.json
need "it fits its schema, too" fits check
need "and has since when" json 'd["silent_since"] and not d["ok"]'
need "explain answers" asked explain
need "with what it held" out_has 'held at .* ago'
need "which is not certain" out_has '993/tcp +imaps +open\?'
need "one who was denied, in JSON" asked explain.json
need "within the schema" fits explain
need "most likely is" json 'd["ports"][0]["verdict"] == "DROP"'
need "which is not certain" json 'd["silent_since"] and not d["ok"] and not d["ports"][0]["certain"]'
need "conflicts answers" asked conflicts
need "with the rule" out_has '10\.77\.0\.3'
need "as far as can be known" out_has 'as far as can be known'
need "in JSON, too" asked conflicts.json
need "which fits" fits conflicts
need "and is not fine" json 'd["silent_since"] and not d["ok"]'

need "somebody empties the kernel's chain" nft flush chain inet firewalld filter_IN_public_allow
need "imaps is shut" is_shut 993
need "check answers" exits 3 guard check
need "and says so, too" out_has 'the kernel has no rule any more for .*imaps'
need "explain does" exits 3 guard explain 10.77.0.2 imaps
need "and goes by the kernel" out_has '993/tcp +imaps +rejected'
need "without blaming somebody" out_has 'what the kernel does now'
need "or a command that hangs" not out_has 'firewall-cmd --reload'
