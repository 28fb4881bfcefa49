# SPDX-License-Identifier: GPL-2.0-or-later
# report tells of wipes, bans, findings and risks: in text, in HTML that needs nothing from
# elsewhere and shows strangers' words as words, in JSON, and by mail.
printf '[report]\nmail-to = admin@example.org\nsendmail = %s\n' "$W/bin/sendmail" | conf
printf '#!/bin/sh\necho "$@" >"%s/mail.arguments"\nexec cat >"%s/mail"\n' "$W" "$W" >"$W/bin/sendmail"
chmod +x "$W/bin/sendmail"
watch_up
mail_open
need "a reload" fwc --reload
need "  is undone" within 10 mail_reachable
need "  and on record" within 10 eval 'guard history --kind wipe | grep -q "restored"'
# names in causes are made harmless before they are stored; the page must not count on that
need "  with a cause that would be a part of the page" sqlite3 "$STATE/guard.db" "UPDATE wipe SET cause = '<script>alert(1)</script>'"
now=$(date +%s)
for i in 1 2 3; do
	guard hook ban --jail postfix --address "198.51.100.$i" --family inet4 --time "$now" --bantime 3600
done
guard hook ban --jail dovecot --address 2001:db8::1 --family inet6 --time "$now" --bantime 3600
need "the bans are on record" within 5 eval '[ "$(guard --json bans | grep -c "\"address\"")" = 4 ]'

need "in text" exits 0 guard report
need "  the wipe" out_has ' reload +[0-9]+ +[0-9]+ '
need "  with its cause" out_has '<script>alert'
need "  bans by jail" out_has '^postfix +3 +3'
need "  and network" out_has '^198\.51\.100\.0/24 +3'
need "  what the next reload takes" out_has '^public/service:imaps$'
need "  what was found" out_has 'runtime-only'

need "in JSON" exits 0 guard --json report
need "  it fits its schema" /usr/bin/python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/report.schema.json" "$W/out"
need "  mail was shut for less than a minute" json '0 < d["wipes"][0]["mail_shut_ms"] < 60000 and d["wipes"][0]["mail_lost"] >= 4'
need "  bans are counted" json 'd["bans"]["bans"] == 4 and d["bans"]["networks"][0] == {"network": "198.51.100.0/24", "bans": 3}'
need "  the other way to ask" exits 0 guard report --format json --since -1h
need "  before anything happened, nothing" exits 0 guard --json report --since 2020-01-01 --until 2020-01-08
need "    neither wipe nor ban" json 'd["wipes"] == [] and d["bans"]["bans"] == 0'

need "in HTML, into a file" exits 0 guard report --format html --output "$W/report.html"
need "  only for root" test "$(stat -c %a "$W/report.html")" = 600
need "  well-formed, complete, with nothing from elsewhere" /usr/bin/python3 -c '
import sys
from html.parser import HTMLParser
VOID = {"meta", "br", "rect_"}
class Page(HTMLParser):
    stack, seen, text = [], {}, ""
    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        for name, value in attributes:
            assert name not in ("src", "href", "onload", "onclick"), name
        if tag not in VOID: self.stack.append(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
    def handle_data(self, data): self.text += data
page = Page()
source = open(sys.argv[1]).read()
page.feed(source)
assert page.stack == [] and "script" not in page.seen and "link" not in page.seen, page.seen
assert "url(" not in source and "@import" not in source and "//" not in source.replace("://", ""), "from elsewhere"
assert "<script>alert(1)<" in page.text, "the hostile name is shown as it is"
assert page.seen["svg"] == 3 and page.seen["rect"] >= 3 and page.seen["table"] == 3
for word in ("198.51.100.0/24", "postfix", "Time line", "public/service:imaps"):
    assert word in page.text, word' "$W/report.html"

need "by mail" exits 0 guard report --mail
need "  to the mailer, with fixed arguments" test "$(cat "$W/mail.arguments")" = "-t -oi"
need "  a valid message with both parts" /usr/bin/python3 -c '
import sys, email, email.policy
message = email.message_from_file(open(sys.argv[1]), policy=email.policy.strict)
assert message["To"] == "admin@example.org" and message["From"] == "root" and message["Date"].datetime
assert "reload-guard on" in message["Subject"] and message["Message-ID"] and message["MIME-Version"] == "1.0"
assert message.get_content_type() == "multipart/alternative"
text, page = message.iter_parts()
assert text.get_content_type() == "text/plain" and "198.51.100.0/24" in text.get_content()
assert page.get_content_type() == "text/html" and page.get_content().startswith("<!DOCTYPE html>")
for part in message.walk(): assert not part.defects, part.defects
assert max(len(line) for line in open(sys.argv[1])) < 999' "$W/mail"
printf '#!/bin/sh\nexit 75\n' >"$W/bin/sendmail"
need "a mailer that fails" exits 1 guard report --mail
need "  is named" err_has 'not sent: sendmail ended with status 75'
rm "$W/bin/sendmail"
need "one that is not there" exits 1 guard report --mail
need "  too" err_has "bin/sendmail: No such file"
printf '[report]\nmail-to = -oQ/tmp\n' | conf
need "an address that is an option" exits 2 guard report --mail
need "  is refused with its line" err_has 'reload-guard.conf:2: .*not a mail address'
printf '' | conf
need "nobody to send it to" exits 2 guard report --mail
need "  says what to do" err_has 'mail-to'
need "usage" exits 2 guard report --format pdf
need "no store" exits 4 "$GUARD" -c "$CONF" --state "$W/none" report
