# SPDX-License-Identifier: GPL-2.0-or-later
# Was the firewall the reason? The client tries before and after: a rule of the zone that it comes
# into does not meet a trusted address, a ban in fail2ban's own table does. What is printed frees it.
own_jail
schema_fits() {
	/usr/bin/python3 -c 'import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
		"$TOP/schema/json/$1.schema.json" "$W/out"
}
mail_open
f2b_up
watch_up
RULE='rule family="ipv4" source address="10.77.0.0/24" port port="993" protocol="tcp" reject'
fwc --add-rich-rule="$RULE"
fwc --permanent --add-rich-rule="$RULE"
need "the rule shuts the client out" is_shut 993
need "trusted it gets in" exits 0 guard trust 10.77.0.2 --for 10m
need "on the wire" is_open 993
need "the firewall was the reason" out_has '^The firewall was the reason'
need "it was that rule" out_has '\[1\] rule family="ipv4" source address="10\.77\.0\.0/24".* in zone public'
need "the port was rejected, and is open" out_has '^993/tcp +imaps +rejected +open'
need "others are as they were" is_shut_from 10.77.0.3 993
need "it is ended" exits 0 guard trust --end 10.77.0.2
need "so the rule counts again" is_shut 993

# a ban by a rich rule
fwc --remove-rich-rule="$RULE"
fwc --permanent --remove-rich-rule="$RULE"
need "the client gets in" is_open 993
f2b set lab banip 10.77.0.2
need "the ban holds" within 10 is_shut 993
within 5 eval 'guard explain 10.77.0.2 imaps | grep -q "jail lab"'
exits 0 guard --json trust 10.77.0.2 --for 10m
need "JSON tells of the ban" json 'd["result"] == "helped" and [b["jail"] for b in d["bans"]] == ["lab"] and d["before"][0]["jail"] == "lab"'
need "it fits its schema" schema_fits trust
need "trusted it gets in all the same" is_open 993
need "said in words" exits 0 guard trust 10.77.0.2 --for 10m
need "that the ban was it is told while it is trusted" out_has 'Jail lab bans 10\.77\.0\.2'
need "with what ends it" out_has '^ *fail2ban-client set lab unbanip 10\.77\.0\.2$'
need "and what keeps it from coming again" out_has '^ *fail2ban-client set lab addignoreip 10\.77\.0\.2$'
need "that it was open is no wonder" out_has '^All that is served was open to it before, too: it was trusted already\.'
need "the list fits its schema" exits 0 guard --json trust --list
need "too" schema_fits trust-list
exits 0 guard --json trust --end 10.77.0.2
need "and the end" schema_fits trust-end
need "the ban holds again" is_shut 993
f2b set lab unbanip 10.77.0.2
need "the client gets in" within 5 is_open 993

# a ban in fail2ban's own table, which knows nothing of zones
f2b set own banip 10.77.0.2
need "the client is shut out" within 10 is_shut 993
need "to trust it does not help" exits 1 guard trust 10.77.0.2 --for 10m
need "on the wire" is_shut 993
need "which is said" out_has '^This does not help'
need "with what keeps it out" out_has 'in table inet f2b-table, chain f2b-chain'
need "of which jail" out_has 'Added by fail2ban, jail own'
sed -n 's/^ *\(fail2ban-client set .*\)/\1/p' "$W/out" | head -n 1 >"$W/advice"
need "with the command" grep -q 'set own unbanip 10\.77\.0\.2' "$W/advice"
sh "$W/advice" >/dev/null
need "which lets it in" within 10 is_open 993
need "it is ended" exits 0 guard trust --end 10.77.0.2
need "it does not come for a thing that jails do" not said 'was seen to ban by sources of zone trusted'

# a network, another family, and what firewalld does not allow
need "the network is trusted" exits 0 guard trust 10.77.0.0/24 --for 10m
need "for one of its addresses" out_has '^For 10\.77\.0\.1, one of its addresses'
need "another of its addresses gets in" is_open_from 10.77.0.3 2525
need "it is ended" exits 0 guard trust --end 10.77.0.0/24
need "it is shut" is_shut_from 10.77.0.3 2525
need "over IPv6 it is shut" not is_open6 2525
need "one of IPv6 is trusted" exits 0 guard trust FD77:0::2 --for 10m
need "by its short name" out_has '^fd77::2 is trusted until'
need "it gets in" is_open6 2525
need "a reload" fwc --reload
need "it is open again" within 5 is_open6 2525
need "it is ended" exits 0 guard trust --end fd77::2
need "it is shut" not is_open6 2525
need "an address has another zone" fwc --zone=work --add-source=10.77.0.2
need "it is not moved" exits 1 guard trust 10.77.0.2
need "which is said" err_has '10\.77\.0\.2 is bound to zone work'
need "it is there still" fwc --zone=work --query-source=10.77.0.2
fwc --zone=work --remove-source=10.77.0.2
need "who is trusted for good" fwc --zone=trusted --add-source=10.77.0.2
need "gets no end" exits 1 guard trust 10.77.0.2
need "which is said" err_has 'in zone trusted already, without an end'
need "the whole world is not trusted" exits 2 guard trust 0.0.0.0/0
need "which is said" err_has 'too wide'
need "in panic" fwc --panic-on
need "nothing is trusted" exits 3 guard trust 10.77.0.3
need "which is said, with what ends it" err_has 'firewalld is in panic mode, .*: firewall-cmd --panic-off$'
need "and nothing is on record" fwc --panic-off
guard --json trust --list >"$W/out"
need "of it" json 'd["trusted"] == []'
