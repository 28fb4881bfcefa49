# SPDX-License-Identifier: GPL-2.0-or-later
# One screen: open now, permanent or runtime only, and whether anything listens there.
need "imap is permanent" fwc --permanent --add-service=imap
need "and loaded" fwc --reload
need "imaps is runtime only" fwc --add-service=imaps
need "a port too" fwc --add-port=4190/tcp
watch_up
guard status >"$W/out"
need "imaps is runtime only" out_has 'imaps.*runtime only'
need "which means" out_has 'imaps.*runtime only, put back'
head -n 1 "$W/out" >"$W/first"
need "the first line says how things are" said '^Mail is open.* The next reload drops [0-9]+ items, and the guard puts them back\.$' "$W/first"
need "imap is permanent" out_has 'service:imap .*permanent|imap +.*permanent'
need "nobody listens on 4190" out_has '4190/tcp.*(nothing|nobody|not|no ).*'
need "the watcher runs" out_has 'watch'
need "firewalld runs" out_has 'firewalld'
need "the reload" fwc --reload
need "is undone" within 2 is_open 993
wiped() { guard status >"$W/out"; grep -qi reload "$W/out"; }
need "status shows the last wipe" within 3 wiped
need "no colour in a file" not grep -q $'\033' "$W/out"
need "a policy" fwc --permanent --new-policy=walk
need "from outside" fwc --permanent --policy=walk --add-ingress-zone=ANY
need "to this machine" fwc --permanent --policy=walk --add-egress-zone=HOST
need "with a service" fwc --permanent --policy=walk --add-service=https
need "known" fwc --reload
need "and what was there is back" within 3 is_open 993
need "a deny" fwc --add-rich-rule='rule family="ipv4" source address="192.0.2.0/24" drop'
guard status --zone public >"$W/out"
need "a zone's services, with their ports" out_has '^public +service +imap \(143/tcp\) +yes'
need "imaps is runtime only" out_has '^public +service +imaps \(993/tcp\) +no'
need "a port" out_has '^public +port +4190/tcp +no'
need "its target" out_has '^public +target +default'
need "its rules" out_has '^public +rule +rule family="ipv4" source address="192.0.2.0/24" drop +no'
need "the policies that it passes" out_has '^policy:walk +service +https \(443/tcp\) +yes'
need "no other zone" not grep -q '^trusted' "$W/out"
guard status --all-zones >"$W/out"
need "all of them" out_has '^trusted +target +ACCEPT'
guard --json status -z public >"$W/out"
need "as JSON" /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/status-zones.schema.json" "$W/out"
need "a zone that there is not" exits 2 guard status --zone nothing
need "all, or one" exits 2 guard status --zone public --all-zones
guard -q status >"$W/out" 2>"$W/err"
need "-q prints nothing" not test -s "$W/out"
