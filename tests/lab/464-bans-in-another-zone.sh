# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban's own actions write into the default zone, whatever zone mail comes through. The
# commands that `check` prints mend that for the bans that there are and for those to come, and
# leave nothing behind that an unban would not take.
systemctl_up
F2B_JAIL="[there]
enabled = true
filter = lab
logpath = $W/there.log
port = pop3s
action = zoned[name=there, port=\"pop3s\", protocol=\"tcp\"]"
: >"$W/there.log"
# as fail2ban's own is since its change #4184
sed 's/firewall-cmd --/firewall-cmd --zone="<zone>" --/g' /etc/fail2ban/action.d/firewallcmd-rich-rules.conf >/etc/fail2ban/action.d/zoned.conf
need "mail comes through another zone" fwc --zone=internal --change-interface=host0
mail_open internal
watch_up
f2b_up
# a ban that is fresh may lack its rule
for name in lab there; do old_attack $name "login failed" 10.77.0.3 192.0.2.1; done
# in_zone ZONE ADDRESS PORT, not_in_zone
in_zone() { fw_zone getRichRules "$1" | grep -q "\"$2\" port port=\"$3\""; }
not_in_zone() { not in_zone "$@"; }
need "bans" within 20 in_zone public 10.77.0.3 imaps
need "whose rules are in the default zone, or in that of the action" within 20 in_zone public 192.0.2.1 pop3s
not_found() { guard check --only ban-zone >"$W/out" 2>"$W/err"; not grep -q "jail $1 " "$W/out"; }
finds() { exits 1 guard check --only "$1" && grep -q ": $1: .*jail $2 " "$W/out"; }
mend() {
	sed -n "/jail $1 /,/fix:/s/^  fix: //p" "$W/out" >"$W/mend"
	[ "$(wc -l <"$W/mend")" = 1 ] && bash -e "$W/mend" >"$W/mended" 2>&1 || { cat "$W/mend" "$W/mended"; return 1; }
}
need "so that the banned gets in" is_open_from 10.77.0.3 993
# beside a fail2ban that is still at its bans
both() { finds ban-zone lab && grep -q 'jail there stand' "$W/out"; }
need "that is found of both jails" within 10 both

# --- of an action that names its zone ---
need "its parameter" mend there
need "is set" grep -qx 'zone = internal' /etc/fail2ban/action.d/zoned.local
need "so that its bans are where mail is" within 20 in_zone internal 10.77.0.3 pop3s
need "the banned is kept out" is_shut_from 10.77.0.3 995
need "which is found of the other jail alone" within 10 not_found there

# --- while somebody else needs the default zone ---
need "the jail bans no more" f2b stop there
need "its rules are gone" within 15 not_in_zone internal 10.77.0.3 pop3s
need "another interface" ip link add other0 type veth peer name other1
need "that is up" ip link set other0 up
need "is found again" finds ban-zone lab
need "with another command" mend lab
need "that leaves the default zone alone" test "$(firewall-cmd --get-default-zone)" = public
# from fail2ban 1.1.1 on the action has a parameter for it
need "and gives the action a zone" grep -q 'firewall-cmd --zone=internal --add\|^zone = internal$' /etc/fail2ban/action.d/firewallcmd-rich-rules.local
need "so that bans are where mail is" within 20 in_zone internal 10.77.0.3 imaps
need "and nowhere else" within 10 not_in_zone public 10.77.0.3 imaps
need "the banned is kept out" is_shut_from 10.77.0.3 993
need "that is all" within 10 clean ban-zone
need "nobody is kept out without a ban" clean rule-without-ban
need "a reload" fwc --reload
need "takes the zone of mail along" within 10 is_open 993
need "brings the ban back where it was" within 15 in_zone internal 10.77.0.3 imaps
need "an unban" f2b set lab unbanip 10.77.0.3
need "takes it away" within 15 not_in_zone internal 10.77.0.3 imaps
need "the client is free" within 5 is_open_from 10.77.0.3 993

# --- while nobody does ---
need "as it was before" rm /etc/fail2ban/action.d/firewallcmd-rich-rules.local
need "to fail2ban, too" f2b reload --restart lab
need "the other interface ends" ip link delete other0
need "a ban" within 20 in_zone public 192.0.2.1 imaps
need "is found" within 10 finds ban-zone lab
need "with a third command" mend lab
if grep -q 'zone="<zone>"' /etc/fail2ban/action.d/firewallcmd-rich-rules.conf; then
	need "that gives the action its zone, as it has one" grep -qx 'zone = internal' /etc/fail2ban/action.d/firewallcmd-rich-rules.local
else
	need "that has another default zone" test "$(firewall-cmd --get-default-zone)" = internal
fi
need "in which the bans are" within 20 in_zone internal 192.0.2.1 imaps
need "and nowhere else" within 10 not_in_zone public 192.0.2.1 imaps
need "that is all" within 10 clean ban-zone
need "mail is open" is_open 993
