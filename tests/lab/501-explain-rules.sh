# SPDX-License-Identifier: GPL-2.0-or-later
# `explain --rules` names the rules of nft that decide, as nft prints them: with the one that is
# marked taken out of the kernel by its handle, the client tries and finds it otherwise.
own_jail
# decider: family, table, chain and handle of the rule that decides
decider() { sed -nE 's/^ => ([^ ]+) ([^ ]+) ([^ ]+): .* # handle ([0-9]+)$/\1 \2 \3 handle \4/p' "$W/out"; }
# shellcheck disable=SC2046
take_out() { [ -n "$(decider)" ] && nft delete rule $(decider); }
fw_unowned
mail_open
f2b_up
need "what lets it in is told as well" exits 0 guard explain 10.77.0.2 993 --rules
need "with the rule" out_has '^    inet firewalld filter_IN_public_allow: .*993.*accept # handle [0-9]+$'
need "over IPv6, too" exits 0 guard explain fd77::2 imaps --rules
need "it is a rule that lets in" out_has 'filter_IN_public_allow: .*993.*accept # handle'
need "of a port that nothing opens" exits 1 guard explain 10.77.0.2 2525 --rules
need "the end of the chain decides" out_has '^ => inet firewalld filter_[A-Za-z_]+: .*reject'
need "for programs" exits 0 guard --json explain 10.77.0.2 imaps --rules
need "too" json 'any(r["chain"] == "filter_IN_public_allow" and r["handle"] for r in d["ports"][0]["rules"])'
cp "$W/out" "$W/rules.json"
need "it fits its schema" /usr/bin/python3 -c 'import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
	"$TOP/schema/json/explain.schema.json" "$W/rules.json"
need "unasked there is none" exits 0 guard explain 10.77.0.2 imaps
need "of them" not out_has 'rules of nft'

# fail2ban's own table
f2b set own banip 10.77.0.2
need "the client is shut out" within 10 is_shut 993
need "explain says so" exits 1 guard explain 10.77.0.2 imaps --rules
need "with the rule of that table" out_has '^ => inet f2b-table f2b-chain: .*@addr-set-own.* # handle [0-9]+$'
need "it is taken out of the kernel by that" take_out
need "which lets the client in" is_open 993

# a rule of firewalld's
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.0/24" port port="993" protocol="tcp" reject'
need "the rule shuts the client out" is_shut 993
need "explain says so" exits 1 guard explain 10.77.0.2 993 --rules
need "with the rule, its chain and its handle" out_has '^ => inet firewalld filter_IN_public_deny: .*10\.77\.0\.0/24.*993.* # handle [0-9]+$'
need "nft prints it so" bash -c 'sed -n "s/^ => [^:]*: //p" "$1" | grep -qxFf - <(nft -a list chain inet firewalld filter_IN_public_deny | sed "s/^[[:space:]]*//")' x "$W/out"
need "and what leads there" out_has '^    inet firewalld filter_INPUT'
need "it is taken out of the kernel by that" take_out
need "which lets the client in" is_open 993
