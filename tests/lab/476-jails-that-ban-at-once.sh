# SPDX-License-Identifier: GPL-2.0-or-later
# Jails that read the same log ban the same ones at the same moment, each by an action of its own:
# what each of them makes is told by its action. Of a set that two of them fill an entry stays for
# as long as one of them bans, as a rule does that jails share.
. "$LAB_DIR/bans.sh"
fill() { action "$1" 'firewall-cmd --ipset=blocked --add-entry=<ip>' 'firewall-cmd --ipset=blocked --remove-entry=<ip>'; }
BANS_JAIL=$(
	fill own-set
	fill same-set
	action zone-source 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>'
)
need "an ipset" fwc --permanent --new-ipset=blocked --type=hash:ip
need "which zone drop reads" fwc --permanent --zone=drop --add-source=ipset:blocked
need "mail is open for good" fwc --permanent --add-service=imaps
need "the interface, too" fwc --permanent --zone=public --change-interface=host0
need "a reload" fwc --reload
bans_up
need "another client" ip -n client address add 10.77.0.24/24 dev client0
watch_up
learned() { said "jail $1 was seen to ban by $2"; }
has_entry() { firewall-cmd --ipset=blocked --get-entries | grep -qx "$1"; }
need "one is banned" f2b set own-set banip 10.77.0.3
need "by another jail, too" f2b set zone-source banip 10.77.0.3
need "what the one makes is learned" within 15 learned own-set 'entries of ipset blocked'
need "and what the other does" within 15 learned zone-source 'sources of zone drop'
need "another is banned by a jail that bans as the first does" f2b set same-set banip 10.77.0.24
need "that is learned" within 15 learned same-set 'entries of ipset blocked'
need "the first bans him, too" f2b set own-set banip 10.77.0.24
settle
need "the reload" fwc --reload
need "the entry is back" within 15 has_entry 10.77.0.3
need "the source" within 15 has_source 10.77.0.3 drop
need "the other entry" within 15 has_entry 10.77.0.24
need "the restore ends" within 15 finished

need "one jail unbans" f2b set own-set unbanip 10.77.0.3
need "its entry goes" within 10 not has_entry 10.77.0.3
need "the other's source stays" has_source 10.77.0.3 drop
need "of those that share an entry one unbans" f2b set own-set unbanip 10.77.0.24
need "the entry is put back" within 20 has_entry 10.77.0.24
need "he stays out" is_shut_from 10.77.0.24 993
need "the other unbans" f2b set same-set unbanip 10.77.0.24
need "he gets in" within 10 is_open_from 10.77.0.24 993
settle
need "another reload" fwc --reload
need "he still does" never 3 is_shut_from 10.77.0.24 993
need "and the one who is banned does not" is_shut_from 10.77.0.3 993
