# SPDX-License-Identifier: GPL-2.0-or-later
# Bans of fail2ban's other actions come back, too: chains and rules of the direct interface,
# the rule that looks into an ipset, and the entries of an ipset of firewalld's own.
for tool in iptables ipset; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
. "$LAB_DIR/bans.sh"
jail() { # NAME PORT ACTION
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\nport = %s\naction = %s\n' "$1" "$W/$1.log" "$2" \
		"$3[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"${4:-}]"
}
# fail2ban calls for what firewall-cmd does not have, so the ipset is the administrator's
own_ipset
need "an ipset" fwc --permanent --new-ipset=f2b-own --type=hash:ip --option=timeout=0
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
BANS_JAIL="$(jail multi imaps,25 firewallcmd-multiport)
$(jail new 465 firewallcmd-new)
$(jail all 110 firewallcmd-allports)
$(jail kernel 587 firewallcmd-ipset)
$(jail own 143 "$OWN_IPSET" "$OWN_IPSET_OPTION")" bans_up
watch_up
mail_open
# of allports another client, as nothing is open to whom it bans
ip -n client address add 10.77.0.4/24 dev client0
for name in multi new kernel own; do need "the jail $name bans" f2b set $name banip 10.77.0.3; done
need "the jail all bans" f2b set all banip 10.77.0.4
need "an IPv6 ban" f2b set multi banip fd77::2
need "and one that ends" f2b set multi banip 10.77.0.2
need "by the administrator" fwc --direct --add-rule ipv4 filter INPUT 0 -s 192.0.2.1 -j DROP
direct_rules() { /usr/bin/firewall-cmd --direct --get-all-rules; }
kept_away() {
	local port
	for port in 993 25 465 587 143; do is_shut_from 10.77.0.3 $port || return 1; done
	is_shut_from 10.77.0.4 993 && not is_open6 993
}
free() { is_open_from 10.77.0.2 465 && is_open_from 10.77.0.2 143; }
need "they are kept away" within 15 kept_away
need "another is" is_shut_from 10.77.0.2 993
need "others are not" free
settle
: >"$W/pretend"
need "fail2ban believes that it unbans" f2b set multi unbanip 10.77.0.2
rm "$W/pretend"
direct_rules | grep -v '10\.77\.0\.2\|192\.0\.2\.1' | sort >"$W/before"
fwc --reload
need "mail comes back" within 5 mail_reachable
need "until their rules are back they are held" within 5 said 'lost bans are blocked by the temporary table' "$W/watch.log"
need "they are kept away again" within 20 kept_away
need "whose ticket ended is free" within 5 is_open_from 10.77.0.2 993
need "and others are" free
same() { direct_rules | sort | diff "$W/before" - >"$W/diff"; }
need "all rules are there, and no others" within 10 same
need "the administrator's own is told" exits 0 guard history --kind loss
need "as his to put back" out_has '192.0.2.1.*not guarded'
need "the wipe comes to its end" within 15 finished
need "firewalld was asked for no ipset that is not its own" not said 'INVALID_IPSET' "$W/firewalld.log"

# --- and an unban ends them ---
for name in multi new kernel own; do need "the jail $name unbans" f2b set $name unbanip 10.77.0.3; done
is_free() { is_open_from 10.77.0.3 993 && is_open_from 10.77.0.3 465 && is_open_from 10.77.0.3 587 && is_open_from 10.77.0.3 143; }
need "the client is free" within 15 is_free
need "the other is banned still" is_shut_from 10.77.0.4 993

# --- a jail that ends takes its own along, and nobody puts it back ---
need "a jail ends" f2b stop all
all_is_there() { direct_rules | grep -q f2b-all; }
need "it takes its chain along" within 10 not all_is_there
need "for good" never 2 all_is_there
need "the client stays free" is_free
