# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld has failed to start, and the guard's table is switched off (close-gap = no). Bans that are
# no rich rules are put back into it, too, where it takes them: direct rules, and sources of a stock
# zone. An ipset or a zone of the administrator's it does not have: which bans nothing holds for want
# of these is said by the log, status and check, for certain.
. "$LAB_DIR/bans.sh"
service_manager_up
conf_guard "audit-s = 1" "close-gap = no"
need "an ipset" fwc --permanent --new-ipset=blocked --type=hash:ip
need "of which the entries are denied" fwc --permanent --add-rich-rule='rule source ipset=blocked drop'
need "a zone" fwc --permanent --new-zone=jailed
need "which drops" fwc --permanent --zone=jailed --set-target=DROP
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
BANS_JAIL="$(action set 'firewall-cmd --ipset=blocked --add-entry=<ip>' 'firewall-cmd --ipset=blocked --remove-entry=<ip>')
$(action jailed 'firewall-cmd --zone=jailed --add-source=<ip>' 'firewall-cmd --zone=jailed --remove-source=<ip>')
$(action dropped 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>')
$(action direct 'firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP' 'firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -s <ip> -j DROP')" bans_up
watch_up -v
mail_open
mail_heard
n=10
for jail in set jailed dropped direct; do
	n=$((n + 1))
	ip -n client address add 10.77.0.$n/24 dev client0
	need "the jail $jail bans" f2b set $jail banip 10.77.0.$n
	need "and keeps away" within 10 is_shut_from 10.77.0.$n 993
	need "that is learned" within 30 said "jail $jail was seen to ban by"
done
settle 6
: >"$W/watch.log"
fw_fails
need "mail is put back into it" within 8 mail_reachable
need "a source of a stock zone, too" within 20 is_shut_from 10.77.0.13 993
need "a direct rule" within 20 is_shut_from 10.77.0.14 993
need "of the others it is said" within 20 said '2 bans cannot be put back into a firewalld in state FAILED.*the banned can connect.*Fix firewalld.s files, or set close-gap = yes'
need "which is so" is_open_from 10.77.0.11 993
check_has_both() { finds ban-without-rule error >/dev/null && grep -q '10\.77\.0\.11' "$W/out" && grep -q '10\.77\.0\.12' "$W/out"; }
need "check has them, when they are no news" within 90 check_has_both
need "and no other" not out_has '10\.77\.0\.1[34]'
need "with what mends them" out_has 'fix: firewall-cmd --check-config && systemctl restart firewalld'
guard status >"$W/out"
need "status has their number" out_has 'mismatch +ban-without-rule: 2'
: >"$W/watch.log"
need "one is unbanned" f2b set direct unbanip 10.77.0.14
conf_guard "audit-s = 1" "close-gap = yes"
kill -HUP "$WATCH"
need "with the table" within 40 is_shut_from 10.77.0.11 993
need "all are held" is_shut_from 10.77.0.12 993
need "he gets in" within 20 is_open_from 10.77.0.14 993
need "and they stay out" never 4 is_open_from 10.77.0.11 993
need "for all that is said" not said 'what it blocked is back or has ended'
