# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of the bans of each action: known by address and moment, not by the action's name.
# One row an action, each with a client of its own on the wire:
# NAME | may a reload take its bans? | actionstart | actionban | actionunban
for tool in iptables ipset nft; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
. "$LAB_DIR/bans.sh"
cat >"$W/ban-script" <<-'END'
	#!/bin/sh
	# nobody can tell from its name what it does
	exec firewall-cmd "--$1-rich-rule=rule family=ipv4 source address=$2 drop"
END
chmod +x "$W/ban-script"
drop='rule family=ipv4 source address=<ip>'
cat >"$W/rows" <<-END
	zone-source|yes||firewall-cmd --zone=drop --add-source=<ip>|firewall-cmd --zone=drop --remove-source=<ip>
	own-ipset|yes||firewall-cmd --ipset=blocked --add-entry=<ip>|firewall-cmd --ipset=blocked --remove-entry=<ip>
	direct-rule|yes||firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP|firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s <ip> -j DROP
	network|yes||firewall-cmd --add-rich-rule='$drop/30 drop'|firewall-cmd --remove-rich-rule='$drop/30 drop'
	two-at-once|yes||firewall-cmd --zone=drop --add-source=<ip>; firewall-cmd --add-rich-rule='$drop reject'|firewall-cmd --zone=drop --remove-source=<ip>; firewall-cmd --remove-rich-rule='$drop reject'
	policy-rule|yes||firewall-cmd --policy=mailban --add-rich-rule='$drop drop'|firewall-cmd --policy=mailban --remove-rich-rule='$drop drop'
	script|yes||$W/ban-script add <ip>|$W/ban-script remove <ip>
	nft-set|no||nft add element inet mine blocked { <ip> }|nft delete element inet mine blocked { <ip> }
	blackhole|no||ip route add blackhole <ip>|ip route del blackhole <ip>
END
each() { # COMMAND...: with NAME, its client, and whether a reload takes its bans
	local n=25 name lost rest
	while IFS='|' read -r name lost rest; do
		n=$((n + 1))
		"$@" "$name" "10.77.0.$((4 * n))" "$lost" "$rest" </dev/null || return 1
	done <"$W/rows"
}
define() { # NAME CLIENT LOST START|BAN|UNBAN
	local start ban unban
	IFS='|' read -r start ban unban <<<"$4"
	: >"$W/$1.log"
	printf '[Definition]\nactionstart = %s\nactionban = %s\nactionunban = %s\n' \
		"$start" "$ban" "$unban" >"/etc/fail2ban/action.d/$1.conf"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n' "$1" "$W/$1.log" "$1" >>"$W/jails"
	ip -n client address add "$2/24" dev client0
}
need "the jails" each define
nft 'table inet mine { set blocked { type ipv4_addr; }; chain input { type filter hook input priority 10; ip saddr @blocked drop; }; }'
need "an ipset" fwc --permanent --new-ipset=blocked --type=hash:ip
need "which zone drop reads" fwc --permanent --zone=drop --add-source=ipset:blocked
need "a policy" fwc --permanent --new-policy=mailban
fwc --permanent --policy=mailban --add-ingress-zone=ANY
fwc --permanent --policy=mailban --add-egress-zone=HOST
fwc --permanent --policy=mailban --set-priority=-10
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
BANS_JAIL=$(cat "$W/jails") bans_up
watch_up
mail_open
mail_heard

is_free() { is_open_from "$2" 993; }
is_banned() { is_shut_from "$2" 993; }
ban() { f2b set "$1" banip "$2"; }
unban() { f2b set "$1" unbanip "$2"; }
note() { if is_free "$@"; then echo "$1"; fi >>"$W/free"; }
those_that_are_free() { : >"$W/free"; each note; }
all_banned() { those_that_are_free; ! test -s "$W/free"; }
need "at first all are free" each is_free
need "they are banned" each ban
need "and kept away" within 30 each is_banned
settle 6
need "the reload" fwc --reload
need "mail comes back" within 5 mail_reachable
within 25 all_banned || { cat "$W/free"; grep -v DEBUG "$W/watch.log" | tail -40; fail "the bans are back"; }
need "the restore ends" within 20 finished
need "they are unbanned" each unban
need "and free" within 20 each is_free
need "another reload" fwc --reload
need "mail comes back" within 5 mail_reachable
settle 3
need "all stay free" each is_free
