# SPDX-License-Identifier: GPL-2.0-or-later
# As 472, where the action's own words do not say that it lets in: it fills one of firewalld's sets,
# which a rule lets in to mail that is shut to all others, or binds to a zone with mail. A reload
# takes both, and they are back while their tickets live.
. "$LAB_DIR/bans.sh"
need "a set" fwc --permanent --new-ipset=friends --type=hash:ip
need "whose members get mail" fwc --permanent --add-rich-rule='rule family="ipv4" source ipset="friends" service name="imaps" accept'
need "a zone" fwc --permanent --new-zone=desk
need "with mail" fwc --permanent --zone=desk --add-service=imaps
need "loaded" fwc --reload
jail() { # NAME OPTIONS: "bans" by adding to that, unbans by removing from it
	printf '[Definition]\nactionban = firewall-cmd %s<ip>\nactionunban = firewall-cmd %s<ip>\n' "$2" "${2/--add/--remove}" >"/etc/fail2ban/action.d/$1.conf"
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n         reload-guard[guard="%s"]\n' "$1" "$W/$1.log" "$1" "$W/bin/reload-guard-hook"
}
printf '#!/bin/sh\nexit 0\n' >"$W/bin/own-script" && chmod 755 "$W/bin/own-script"
printf '[Definition]\nactionban = %s <ip>\nactionunban = %s <ip>\n' "$W/bin/own-script" "$W/bin/own-script" >/etc/fail2ban/action.d/script.conf
BANS_JAIL=$(jail friends '--ipset=friends --add-entry=' && jail desk '--zone=desk --add-source=' &&
	: >"$W/script.log" && printf '[script]\nenabled = true\nfilter = lab\nlogpath = %s\naction = script\n' "$W/script.log")
bans_up
watch_up
for n in 2 3 4; do ip -n client address add 10.77.0.2$n/24 dev client0; done
both() { "$1" 10.77.0.22 993 && "$1" 10.77.0.23 993; }
need "one is let in" f2b set friends banip 10.77.0.22
need "and another" f2b set desk banip 10.77.0.23
need "both get in" within 10 both is_open_from
need "others do not" is_shut_from 10.77.0.24 993
need "it is seen" within 10 said 'jail friends was seen to let in by entries of ipset friends'
need "of both" within 10 said 'jail desk was seen to let in by sources of zone desk'
guard status >"$W/out" 2>/dev/null
need "status says so" out_has 'friends: 1 ban by entries of ipset friends, which lets in and keeps nobody away'
need "of both" out_has 'desk: 1 ban by sources of zone desk, which lets in and keeps nobody away'
guard bans --active >"$W/out" 2>/dev/null
need "bans, too" out_has '10\.77\.0\.22 .*let in'
need "of both" out_has '10\.77\.0\.23 .*let in'
need "a reload" fwc --reload
need "both get in again" within 20 both is_open_from
need "others do not" is_shut_from 10.77.0.24 993
need "their time is over" f2b set friends unbanip 10.77.0.22
need "of both" f2b set desk unbanip 10.77.0.23
need "they are shut out" within 10 both is_shut_from
need "a reload" fwc --reload
need "lets none in again" never 3 both is_open_from
need "the set denies now" fwc --add-rich-rule='rule family="ipv4" source ipset="friends" drop'
need "somebody is put into it" f2b set friends banip 10.77.0.24
banned() { guard status >"$W/out" 2>/dev/null; out_has 'friends: 1 ban by .*, which a reload drops'; }
need "and is banned, as status says" within 10 banned

# what an administrator does just then is his, not the jail's: it outlives the ban
need "a script bans somebody" f2b set script banip 10.77.0.23
need "whom somebody trusts" fwc --zone=trusted --add-source=10.77.0.23
need "and a neighbour" fwc --zone=trusted --add-source=10.77.0.22
need "nothing is learned of that" never 5 said 'jail script was seen'
need "the ban is over" f2b set script unbanip 10.77.0.23
need "a reload" fwc --reload
need "he is trusted again" within 10 has_source 10.77.0.23 trusted
need "and so is the other" within 10 has_source 10.77.0.22 trusted
