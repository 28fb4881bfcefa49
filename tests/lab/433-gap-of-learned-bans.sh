# SPDX-License-Identifier: GPL-2.0-or-later
# The bans of actions that somebody made, known by what they do, are kept away by the guard's own
# table like any other while they come back; who is let in by a jail never is.
. "$LAB_DIR/bans.sh"
for tool in iptables ipset; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
bans=${BANS:-20}
BANS_JAIL=$(
	action zone-source 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>'
	action own-ipset 'firewall-cmd --ipset=blocked --add-entry=<ip>' 'firewall-cmd --ipset=blocked --remove-entry=<ip>'
	action rule-ipset 'firewall-cmd --ipset=listed --add-entry=<ip>' 'firewall-cmd --ipset=listed --remove-entry=<ip>'
	action direct-rule 'firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP' \
		'firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s <ip> -j DROP'
	action trust 'firewall-cmd --zone=trusted --add-source=<ip>' 'firewall-cmd --zone=trusted --remove-source=<ip>'
)
jails="zone-source own-ipset rule-ipset direct-rule"
client_of() { # JAIL
	local n=25 jail
	for jail in $jails trust; do
		n=$((n + 1))
		[ "$jail" != "$1" ] || { echo "10.77.0.$n"; return; }
	done
	return 1
}
each() { # COMMAND...: with each jail that bans, and its client
	local jail
	for jail in $jails; do "$@" "$jail" "$(client_of "$jail")" || return 1; done
}
appear() { ip -n client address add "$2/24" dev client0; }
ban() { f2b set "$1" banip "$2"; }
# what is dropped is waited for: not for long, as there are many
is_banned() { not client "$BUILD/tests/lab/connect" 10.77.0.1 993 "$2" 300 >/dev/null; }
learned() { said "jail $1 was seen to ban by"; }
for name in blocked listed; do need "an ipset" fwc --permanent --new-ipset=$name --type=hash:ip; done
need "which zone drop reads" fwc --permanent --zone=drop --add-source=ipset:blocked
need "and one that a rule reads" fwc --permanent --add-rich-rule='rule source ipset=listed drop'
need "mail is open for good" fwc --permanent --add-service=imaps
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
bans_up
watch_up
mail_open
need "the clients" each appear
need "one who is let in" appear trust "$(client_of trust)"
need "they are banned" each ban
need "he is let in" ban trust "$(client_of trust)"
need "they are kept away" within 20 each is_banned
need "as the guard sees" within 30 each learned
need "of him, too" within 30 said 'jail trust was seen to let in by'
# newest first, by the second: who was banned first comes last
pause 1.1 "a second of its own"
need "many others are banned" ban_many "$bans"
settle
table() { "$BUILD/tests/lab/gaptable" exists 2>/dev/null; }
all_banned() { # at once
	local pids=() jail pid
	for jail in $jails; do
		is_banned "$jail" "$(client_of "$jail")" || echo "  $jail: its client gets in" &
		pids+=($!)
	done >"$W/free"
	for pid in "${pids[@]}"; do wait "$pid"; done
	cat "$W/free"
	[ ! -s "$W/free" ]
}
back() { nft list table inet firewalld | grep -q '10\.77\.0\.2[6-9]' || iptables -w -S | grep -q '10\.77\.0\.2[6-9]'; }
reload_fast
until table; do :; done
# so that there is time to look
kill -STOP "$FW"
need "while nothing of theirs is back" not back
need "for each of them" all_banned
need "who was let in is not among them" is_open_from "$(client_of trust)" 993
kill -CONT "$FW"
need "the rules come back" within 40 rules_are "$bans"
need "the table goes when all are back" within 20 not table
need "all are kept away" each is_banned
need "he is let in again" within 10 firewall-cmd -q --zone=trusted --query-source="$(client_of trust)"
