# SPDX-License-Identifier: GPL-2.0-or-later
# Bans that were there before the guard was installed: nobody has seen them come. What they look
# like is learned at its first look, by the jails' commands and by whom they are for; so a reload
# that takes them is undone, and one that nobody undoes is found, with what mends it.
. "$LAB_DIR/bans.sh"
for tool in iptables ipset; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
cat >"$W/ban-script" <<-'END'
	#!/bin/sh
	exec firewall-cmd --zone=block "--$1-source=$2"
END
chmod +x "$W/ban-script"
BANS_JAIL=$(
	action zone-source 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>'
	action own-ipset 'firewall-cmd --ipset=blocked --add-entry=<ip>' 'firewall-cmd --ipset=blocked --remove-entry=<ip>'
	action direct-rule 'firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP' \
		'firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s <ip> -j DROP'
	action script "$W/ban-script add <ip>" "$W/ban-script remove <ip>"
)
jails="zone-source own-ipset direct-rule script"
client_of() { # JAIL
	local n=25 jail
	for jail in $jails; do
		n=$((n + 1))
		[ "$jail" != "$1" ] || { echo "10.77.0.$n"; return; }
	done
	return 1
}
each() { # COMMAND...: with each jail, and its client
	local jail
	for jail in $jails; do "$@" "$jail" "$(client_of "$jail")" || return 1; done
}
appear() { ip -n client address add "$2/24" dev client0; }
# of a script two are needed
ban() { old_attack "$1" "login failed" "$2" "192.0.2.${2##*.}"; }
# what is dropped is waited for: not for long, as there are many
is_banned() { not client "$BUILD/tests/lab/connect" 10.77.0.1 993 "$2" 300 >/dev/null; }
learned() { said "jail $1 was seen to ban by"; }
unban() { f2b set "$1" unbanip "$2"; }
is_free() { is_open_from "$2" 993; }
need "an ipset" fwc --permanent --new-ipset=blocked --type=hash:ip
need "which zone drop reads" fwc --permanent --zone=drop --add-source=ipset:blocked
need "mail is open for good" fwc --permanent --add-service=imaps
need "the interface, too" fwc --permanent --zone=public --change-interface=host0
need "a reload" fwc --reload
bans_up
need "the clients" each appear
need "they are banned" each ban
all_there() { [ "$(firewall-cmd --zone=drop --list-sources | wc -w)" = 3 ] && [ "$(firewall-cmd --zone=block --list-sources | wc -w)" = 2 ] && [ "$(firewall-cmd --direct --get-all-rules | wc -l)" = 2 ] && [ "$(firewall-cmd --ipset=blocked --get-entries | wc -l)" = 2 ]; }
need "and kept away, before there is a guard" within 30 each is_banned
need "all of them" within 20 all_there
watch_up
need "it learns what they look like" within 20 each learned
need "the reload" fwc --reload
need "they are back" within 20 each is_banned
need "all of them" within 20 all_there
need "the restore ends" within 15 finished

# --- a reload that nobody undoes ---
watch_down
need "at first nothing is found" clean ban-without-rule
need "another reload" fwc --reload
need "they get in" is_free zone-source "$(client_of zone-source)"
found() { out_has "bans of jail $1 have no rule"; }
need "that is found" exits 1 guard check --only ban-without-rule
need "of each jail" each found
need "with commands" mend
need "after which they are kept away" within 20 each is_banned
need "and nothing is found" clean ban-without-rule
need "who is unbanned" each unban
need "is free" within 20 each is_free
