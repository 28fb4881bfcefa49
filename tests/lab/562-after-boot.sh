# SPDX-License-Identifier: GPL-2.0-or-later
# after-boot by hand: it waits for a firewalld that comes late and whose zones still move,
# restores, and sees whether the servers speak.
need "a certificate" make_certificate mail.test 2 "$W/good.pem"
cp "$W/good.pem" "$W/expired.pem" && cp "$W/good.pem.key" "$W/expired.pem.key"
end_process "$LISTENER" TERM
/usr/bin/python3 "$LAB_DIR/servers.py" "$W" 993=imaps 995=binary 587=smtp 465=smtps 25=smtp 143=imap 80=http 443=https \
	>"$W/servers.log" 2>&1 &
need "the servers are there" within 10 grep -q ready "$W/servers.log"
watch_up
mail_open
need "the guard ends" watch_down
need "firewalld ends" fw_down
new_boot
GUARD_LIMIT=40 guard after-boot --wait 30 >"$W/report" 2>"$W/progress" &
waiter=$!
need "it waits while there is no firewalld" stays 6 kill -0 "$waiter"
need "  and says so" grep -q 'waiting for firewalld' "$W/progress"
fw_start
need "firewalld starts" within 15 fw_running
need "  its zones still move" fwc --zone=work --add-source=192.0.2.0/24
wait "$waiter"
status=$?
need "then it is done: pop3s does not speak" test "$status" = 1
need "mail is open" mail_reachable
cp "$W/report" "$W/out"
need "it says what it restored" out_has 'public/service:imaps +.*restored'
need "  which servers speak" out_has '993/tcp +imaps +serves'
need "  and which does not" out_has '995/tcp +pop3s +TLS failed'
need "  and how things stand" out_has 'firewalld +running'

need "once more, in JSON" exits 1 guard --json after-boot
need "  is one document" json 'd["probes"] and d["status"]["items"] and not d["probes"]["fine"]'
need "  with nothing left to restore" json '[p for p in d["probes"]["probes"] if p["port"] == 993][0]["outcome"] == "serves" and d["restore"] is not None'
need "  whose parts fit their schemas" /usr/bin/python3 -c '
import json, sys, jsonschema
document = json.load(open(sys.argv[2]))
for part, name in (("restore", "restore"), ("probes", "probe"), ("status", "status")):
    jsonschema.validate(document[part], json.load(open(f"{sys.argv[1]}/{name}.schema.json")))' "$TOP/schema/json" "$W/out"
need "without an IPv4 address" ip address flush dev host0 scope global to 10.77.0.0/24
need "  it probes over IPv6" exits 1 guard --json after-boot
need "  what serves" json '[p for p in d["probes"]["probes"] if p["port"] == 993 and p["address"] == "fd77::1"]'
need "without any" ip address flush dev host0 scope global
need "  nobody calls it fine" exits 1 guard after-boot
need "  for it is not known" err_has 'no address that others could reach it by'
need "firewalld ends" fw_down
need "no firewalld, no end of patience" exits 3 guard after-boot --wait 1
need "  says what to do" err_has 'did not come up within 1 seconds.*systemctl status firewalld'
need "usage" exits 2 guard after-boot --wait soon
