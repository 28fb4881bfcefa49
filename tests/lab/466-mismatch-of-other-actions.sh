# SPDX-License-Identifier: GPL-2.0-or-later
# Bans that are no rich rules, by firewalld's direct interface and its ipsets: those that came
# apart from their tickets are found, and mended by the command that the finding printed.
for tool in iptables ipset; do
	command -v $tool >/dev/null || { echo "  left out: there is no $tool"; exit 0; }
done
jail() { # NAME PORT ACTION [MORE]
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\nport = %s\naction = %s\n' "$1" "$W/$1.log" "$2" \
		"$3[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"${4:-}]"
}
own_ipset
# as that action makes it; 0.9 has no such action, and would keep a removed entry on its list then
need "an ipset" fwc --permanent --new-ipset=f2b-own --type=hash:ip ${OWN_IPSET_OPTION:+--option=timeout=0}
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
mail_open
need "mail is open for good" fwc --runtime-to-permanent
F2B_JAIL="$(jail multi imaps firewallcmd-multiport)
$(jail kernel 587 firewallcmd-ipset)
$(jail own 143 "$OWN_IPSET" "$OWN_IPSET_OPTION")" f2b_up
for name in multi kernel own; do old_attack $name "login failed" 10.77.0.3 192.0.2.1; done
old_attack multi "login failed" fd77::2
kept_away() { is_shut_from 10.77.0.3 993 && is_shut_from 10.77.0.3 587 && is_shut_from 10.77.0.3 143 && not is_open6 993; }
clean() { guard check --only "$1" >"$W/out" 2>"$W/err" || { cat "$W/out" >"$W/last"; return 1; }; }
need "they are kept away" within 60 kept_away
all_done() { [ "$(firewall-cmd --direct --get-all-rules | grep -c ' f2b-multi 0 -s ')" = 3 ] && [ "$(firewall-cmd --ipset=f2b-own --get-entries | wc -l)" = 2 ]; }
need "as is everybody who is to be" within 60 all_done
for name in ban-without-rule rule-without-ban ban-permanent; do need "at first there is no $name" within 10 clean "$name"; done

# --- lost ---
need "a reload that no watcher undoes" fwc --reload
need "they get in" is_open_from 10.77.0.3 993
need "that is found" exits 1 guard check --only ban-without-rule
for name in multi kernel own; do need "of the jail $name" out_has "bans of jail $name have no rule"; done
need "of both families" out_has 'details: .*fd77::2'
need "with commands" mend
need "after which they are kept away" within 20 kept_away
need "and nothing is found" within 10 clean ban-without-rule

# --- left behind ---
need "a rule is left by a crash" fwc --direct --add-rule ipv4 filter f2b-multi 0 -s 192.0.2.99 -j REJECT --reject-with icmp-port-unreachable
need "one that is hard to type" fwc --direct --add-rule ipv4 filter f2b-multi 0 -s 192.0.2.97 -j REJECT -m comment --comment "it's a test"
need "and an entry" fwc --ipset=f2b-own --add-entry=192.0.2.98
need "one is somebody's own" fwc --direct --add-rule ipv4 filter INPUT 0 -s 203.0.113.9 -j DROP
need "they are found" exits 1 guard check --only rule-without-ban
need "in the one place" out_has 'details: 192.0.2.97 \(multi\), 192.0.2.99 \(multi\)'
need "and in the other" out_has 'details: 192.0.2.98 \(own\)'
need "and no more" not out_has '203.0.113|10.77' >/dev/null
need "with commands" mend
need "after which they are gone" within 10 clean rule-without-ban
need "the own one stays" fwc --direct --query-rule ipv4 filter INPUT 0 -s 203.0.113.9 -j DROP
need "and the bans" kept_away

# --- for good ---
need "somebody makes it all permanent" fwc --runtime-to-permanent
permanent() { fwc --permanent --direct --query-rule ipv4 filter f2b-multi 0 -s 10.77.0.3 -j REJECT --reject-with icmp-port-unreachable; }
need "the bans, too" permanent
need "which is found" exits 1 guard check --only ban-permanent
need "with commands" mend
need "after which they are out of it" within 10 clean ban-permanent
need "as is seen" not permanent
need "and in force" kept_away
