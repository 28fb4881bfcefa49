# SPDX-License-Identifier: GPL-2.0-or-later
# The classic: a rich rule over a client range drops everything, though mail is open.
# `conflicts` names it, with its range and services, and what it prints lets the
# client in; the same for a ban of fail2ban's.
conf <<X
[clients]
ranges = 10.77.0.0/24
X
# take_advice: runs the first command that conflicts prints
take_advice() {
	local command
	command=$(guard conflicts 2>/dev/null | sed -n 's/^ *=> *//p' | head -n 1)
	[ -n "$command" ] && echo "$command" >>"$W/advice" && sh -c "$command" >/dev/null 2>&1
}
mail_open
need "nobody is cut off at first" exits 0 guard conflicts
# a zone of NetworkManager's, nm-shared, has one, which reaches nobody
need "and it says so" out_has '^No rule (denies anybody|or ban cuts off a client range)'
RULE='rule family="ipv4" source address="10.0.0.0/8" drop'
fwc --add-rich-rule="$RULE"
fwc --permanent --add-rich-rule="$RULE"
need "the client is shut out" is_shut_from 10.77.0.2 993
need "conflicts are found" exits 1 guard conflicts
need "the rule is named" out_has '^rule family="ipv4" source address="10\.0\.0\.0/8" drop in zone public'
need "with the range" out_has '10\.0\.0\.0/8 covers 10\.77\.0\.0/24 \(configured\): 256 addresses cut off'
need "with the services" out_has 'from smtp \(25\), smtps \(465\), smtp-submission \(587\), imap \(143\), imaps \(993\), pop3s \(995\)'
need "and where it comes from" out_has 'by hand or by another program.*permanent'
exits 1 guard --json conflicts
need "JSON says the same" json 'd["conflicts"][0]["addresses"] == 256 and d["conflicts"][0]["effective"] and 993 in [s["port"] for s in d["conflicts"][0]["services"]] and not any(s["port"] == 4190 for s in d["conflicts"][0]["services"])'
cp "$W/out" "$W/conflicts.json"
need "JSON fits its schema" /usr/bin/python3 -c 'import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
	"$TOP/schema/json/conflicts.schema.json" "$W/conflicts.json"
exits 1 guard --json status
need "status counts it" json 'd["clients"] == {"ranges": 1, "conflicts": 1} and "clients-cut-off" in [f["name"] for f in d["findings"]]'
guard status >"$W/out"
need "in a line" out_has '^clients    1 range, 1 conflict \(reload-guard conflicts\)'
guard check >"$W/out" 2>&1
need "check finds it" out_has '^error: clients-cut-off: clients in 10.77.0.0/24 are cut off from smtp, smtps'
guard check --only clients-cut-off >"$W/out" 2>&1
sed -n 's/^  fix: //p' "$W/out" >"$W/mend"
need "with the commands" grep -q '^firewall-cmd --zone=public --remove-rich-rule=.* && firewall-cmd --permanent --zone=public --remove-rich-rule=' "$W/mend"
need "the advice is taken" take_advice
need "the client gets in" is_open_from 10.77.0.2 993
guard status >"$W/out"
need "no conflict is left" out_has '^clients    1 range, no conflicts'
json '" && ".join(d["conflicts"][0]["commands"])' "$W/conflicts.json" >"$W/commands"
need "a reload would bring it back, and the second command sees to that" grep -q -- '&& firewall-cmd --permanent --zone=public --remove-rich-rule=' "$W/commands"
need "so do those that check printed" bash -e "$W/mend"
need "for good" not fwc --permanent --query-rich-rule="$RULE"

f2b_up
attack 10.77.0.2
need "fail2ban bans the client" within 10 is_shut_from 10.77.0.2 993
within 5 eval 'guard bans --active | grep -q 10.77.0.2'
need "the ban is a conflict" exits 1 guard conflicts
need "inside the range" out_has '10\.77\.0\.2 lies inside 10\.77\.0\.0/24 \(configured\): 1 address cut off'
need "of its one service" out_has 'from imaps \(993\)$'
need "with the jail, its end and the failures" out_has 'banned by jail lab until .* after 2 failures'
need "fail2ban is to take it back" out_has '=> *fail2ban-client set lab unbanip 10\.77\.0\.2$'
need "the advice is taken" take_advice
need "the client gets in" within 10 is_open_from 10.77.0.2 993
need "nobody is cut off any more" exits 0 guard conflicts
