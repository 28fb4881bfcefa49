# SPDX-License-Identifier: GPL-2.0-or-later
# Which of fail2ban's bans a wipe can take is told by what its actions do, and the server is
# asked nothing that it complains of.
own_ipset
jail() { printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s/mail.log\naction = %s\n' "$1" "$W" "$2"; }
F2B_JAIL="$(jail multi 'firewallcmd-multiport[name=m, port="smtp,465", protocol="tcp"]')
$(jail new 'firewallcmd-new[name=n, port="imap", protocol="tcp"]')
$(jail allports 'firewallcmd-allports[name=a]')
$(jail logging 'firewallcmd-rich-logging[name=l, port="imap", protocol="tcp"]')
$(jail ipset 'firewallcmd-ipset[name=i, port="imap", protocol="tcp"]')
$(jail fwipset "$OWN_IPSET[name=f$OWN_IPSET_OPTION, port=\"imap\", protocol=\"tcp\"]")
$(jail nft 'nftables-multiport[name=nf, port="imap", protocol="tcp"]')
$(jail ipt 'iptables-multiport[name=it, port="imap", protocol="tcp"]')
$(jail iptset 'iptables-ipset-proto6[name=is, port="imap", protocol="tcp"]')
$(jail renamed 'not-what-it-is-called[name=r]')
$(jail python 'smtp.py[host=localhost]')
$(jail none '')"
printf '[Definition]\nactionban = /usr/bin/firewall-cmd --zone=dmz --add-rich-rule="rule family=<family> source address=<ip> drop"\n' >/etc/fail2ban/action.d/not-what-it-is-called.conf
f2b_up
f2b set lab banip 192.0.2.1 192.0.2.2 2001:db8::/64
f2b set nft banip 192.0.2.3
guard --json status >"$W/out" 2>/dev/null
need "it runs" json "d['fail2ban']['state'] == 'running'" >/dev/null
kinds() { json "[a['kind'] for j in d['fail2ban']['jails'] if j['name'] == '$1' for a in j['actions'] if j['actions_known']] == $2" >/dev/null || fail "$1 is not told by what it does"; }
kinds lab "['rich rules', 'report']"
kinds multi "['direct rules']"
kinds new "['direct rules']"
kinds allports "['direct rules']"
kinds logging "['rich rules']"
kinds ipset "['ipset']"
kinds fwipset "['firewalld ipset']"
kinds nft "['nftables']"
kinds ipt "['iptables']"
kinds iptset "['iptables']"
kinds renamed "['rich rules']"
kinds python "['other']"
need "a jail without actions has none" json "[j for j in d['fail2ban']['jails'] if j['name'] == 'none' and not j['actions'] and j['actions_known']]" >/dev/null
json "d['fail2ban']['bans'] == 4 and d['fail2ban']['wiped_bans'] == 3" >/dev/null || fail "bans are counted"
guard status >"$W/out" 2>/dev/null
need "in words, too" out_has 'lab: 3 bans by rich rules, which a reload drops(, and the guard puts back)?$'
need "what stays is told" out_has 'nft: 1 ban by nftables, which a reload does not touch'
need "fail2ban complains of no question" not grep -q 'Command .* has failed' "$W/fail2ban.log"
