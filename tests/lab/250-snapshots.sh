# SPDX-License-Identifier: GPL-2.0-or-later
# The same state twice costs one row; two states can be compared.
ids() { json '" ".join(str(s["id"]) for s in (d if isinstance(d, list) else d["snapshots"]))'; }
count() { guard --json snapshot list >"$W/out" && json 'str(len(d if isinstance(d, list) else d["snapshots"]))'; }
need "there is a store" guard hook start --jail lab
need "the first is taken" exits 0 guard snapshot take
first=$(guard --json snapshot list >"$W/out" && ids)
need "the same again" exits 0 guard snapshot take
[ "$(count)" = 1 ] || fail "the same state twice is stored once"
mail_open
need "another" exits 0 guard snapshot take
[ "$(count)" = 2 ] || fail "two states are two snapshots"
second=$(guard --json snapshot list >"$W/out" && ids | tr ' ' '\n' | grep -vx "$first")
need "show" exits 0 guard snapshot show "$second"
need "has imaps" out_has 'public/service:imaps'
need "diff" guard snapshot diff "$first" "$second" >"$W/out"
need "has imaps" out_has 'imaps'
need "not what is in both" not grep -q 'service:ssh' "$W/out"
need "imap goes" fwc --remove-service=imap
need "diff with now" guard snapshot diff "$second" >"$W/out"
need "has imap" out_has 'service:imap$|service:imap[^s]'
need "a snapshot that is none is an error" not exits 0 guard snapshot show 999999
