# SPDX-License-Identifier: GPL-2.0-or-later
# Without any client range: `conflicts` names everything that denies, how many addresses it
# covers, and which networks of this machine and addresses of late logins it hits.
F2B_JAIL='
[ports]
enabled = true
filter = none
ignoreself = false
logpath = '$W'/mail.log
port = smtp,465,587,imap,imaps
action = firewallcmd-rich-rules[name=ports, port="smtp,465,587,imap,imaps", protocol=tcp]'
printf '[Definition]\nfailregex = ^never <HOST>$\n' >/etc/fail2ban/filter.d/none.conf
mail_open
# denies OPTION...: what it says, whatever its exit status
denies() { guard conflicts "$@" >"$W/out" 2>&1 || true; }
# told PATTERN OPTION...
told() {
	local pattern=$1
	shift
	denies "$@" && out_has "$pattern"
}
fits_80() { ! sed -n '/^ *ADDRESSES /,$p' "$W/out" | grep -nE '^.{81,}$'; }
guard_finds() {
	guard status >"$W/status" 2>&1
	grep -q '^warning: network-cut-off: ' "$W/status" && ! guard check >"$W/check" 2>&1 &&
		grep -q "^warning: network-cut-off: this machine's own network 10\.77\.0\.0/24" "$W/check" &&
		grep -q '^  fix: reload-guard clients add 10\.77\.0\.0/24$' "$W/check"
}
# listed WHOM EXPRESSION: of the JSON's row, r
listed() {
	guard --json conflicts >"$W/out" 2>/dev/null
	json "[r for r in d['denies'] if r['denied'] == '$1' and ($2)]" >/dev/null
}

fwc --add-rich-rule='rule family="ipv4" source address="10.0.0.0/8" drop'
fwc --add-rich-rule='rule family="ipv4" source address="198.51.100.0/24" reject'
fwc --zone=dmz --add-rich-rule='rule family="ipv4" source address="10.77.0.0/25" drop'
need "the client is shut out" is_shut_from 10.77.0.2 993
need "and named is what denies it, with its number of addresses" told '^ *16777216  10\.0\.0\.0/8 in zone public$'
need "and the network that it hits" out_has '^ *hits 10\.77\.0\.0/24 \(host0\)$'
need "with what to say of clients there" out_has '^ *if clients are there: reload-guard clients add 10\.77\.0\.0/24$'
need "check and status have it as a warning" guard_finds
need "what hits nobody near is named, too" out_has '^ *256  198\.51\.100\.0/24 in zone public$'
need "what no packet comes to is not" not out_has '10\.77\.0\.0/25'
need "but counted" out_has '^ *[0-9]+  more without effect on mail'
need "in 80 columns" fits_80
need "with --all it is" told '^ *128  10\.77\.0\.0/25 in zone dmz$' --all
need "and why not" out_has 'without effect: their packets do not reach zone dmz'
need "JSON says so" listed 10.77.0.0/25 'r["effective"] is False'
need "and of the other" listed 10.0.0.0/8 'r["effective"] and r["networks"] == [{"network": "10.77.0.0/24", "interface": "host0"}] and r["addresses"] == 16777216'
need "JSON fits its schema" /usr/bin/python3 -c 'import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
	"$TOP/schema/json/conflicts.schema.json" "$W/out"

# a network that a link leads to, without an address of this machine in it
ip route add 198.51.100.0/25 dev host0
need "a route that is directly attached counts" told '^ *hits 198\.51\.100\.0/25 \(host0\)$'

# who logged in
printf '%s mail dovecot: imap-login: Login: user=<a>, method=PLAIN, rip=%s, lip=10.77.0.1, mpid=7, TLS, session=<x>\n' \
	"$(date '+%b %e %H:%M:%S')" 203.0.113.11 "$(date '+%b %e %H:%M:%S')" 203.0.113.12 >"$W/logins"
need "logins are learned" exits 0 guard clients learn "$W/logins"
fwc --add-rich-rule='rule family="ipv4" source address="203.0.113.0/24" drop'
need "addresses that logged in lately count" told '^ *hits 2 addresses that logged in lately$'
need "and stand above, as clients that are cut off" out_has '203\.0\.113\.0/24 covers 203\.0\.113\.11/?[0-9]* \(learned\), and touches 1 more'

# which would deny what the ban denies before it
fwc --remove-rich-rule='rule family="ipv4" source address="10.0.0.0/8" drop'
f2b_up
f2b set ports banip 10.77.0.3
f2b set ports banip 192.0.2.7
f2b set ports banip 192.0.2.8
need "the bans are there" within 10 eval '[ "$(fw_zone getRichRules "" | grep -c "192.0.2.8")" = 5 ]'
need "a ban on five ports is one deny, of its jail" told '^ *1  10\.77\.0\.3 in zone public, by jail ports$'
need "that is inside of a network" out_has '^ *hits 10\.77\.0\.0/24 \(host0\)$'
need "bans that hit nobody near are a number" out_has '^ *2  single addresses in zone public, by jail ports$'
need "in 80 columns" fits_80
need "five rules in JSON" listed 10.77.0.3 'r["rules"] == 5 and r["jail"] == "ports" and r["until"]'
need "with --all each is told" told '^ *1  192\.0\.2\.8 in zone public, by jail ports$' --all
fwc --zone=drop --add-source=192.0.2.9
need "a source of a zone that denies" told '^ *1  single address bound to zone drop$'
nft add table inet other
nft add set inet other bad '{ type ipv4_addr; flags interval; elements = { 10.77.0.64/26, 192.0.2.0/24 }; }'
nft add chain inet other inward '{ type filter hook input priority -10; }'
nft add rule inet other inward ip saddr @bad tcp dport '{ 25, 993 }' drop
need "a set of others" told '^ *320  set bad in table inet other$'
need "hits the network" eval 'grep -A1 "set bad in" "$W/out" | grep -q "hits 10.77.0.0/24 (host0)"'
