# SPDX-License-Identifier: GPL-2.0-or-later
# Bans that jails keep outside of firewalld, in tables of nft and chains of iptables: who takes them
# out of the kernel lets the banned in, and nobody tells fail2ban. The guard says which are gone,
# who took them, and the command after which they are kept away again.
for tool in iptables ipset nft; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
conf_guard "audit-s = 2" "restore-bans = ${RESTORE_BANS:-safe}"
jail() { # NAME PORT ACTION [MORE]
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\nport = %s\naction = %s\n' "$1" "$W/$1.log" "$2" \
		"$3[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"${4:-}]"
}
cat >/etc/fail2ban/action.d/somebodys.conf <<-X
	[Definition]
	actionstart = nft 'add table ip keepout'
	              nft 'add set ip keepout those { type ipv4_addr; }'
	              nft 'add chain ip keepout first { type filter hook prerouting priority -5; }'
	              nft 'add rule ip keepout first tcp dport 110 ip saddr @those drop'
	actionstop = nft 'delete table ip keepout'
	actionban = nft 'add element ip keepout those { <ip> }'
	actionunban = nft 'delete element ip keepout those { <ip> }'
X
printf '[Definition]\nfailregex = ^.* login failed from <HOST>$\n' >/etc/fail2ban/filter.d/lab.conf
PROTO6=iptables-ipset-proto6
[ -e /etc/fail2ban/action.d/$PROTO6.conf ] || PROTO6=iptables-ipset
F2B_JAIL="$(jail nft 143 nftables-multiport)
$(jail ipt 587 iptables-multiport)
$(jail own 110 somebodys)
$(jail set 995 $PROTO6)
$(jail two 465 nftables-multiport)
         iptables-allports[name=two, protocol=\"tcp\"]
$(jail never 25 nftables-multiport)"
mail_and_ban_up
fwc --add-service=pop3 --add-service=pop3s --add-service=imap
banned() { old_attack "$1" "login failed" "${@:2}"; } # JAIL ADDRESS...
for n in 4 5 6 7 8; do ip -n client address add 10.77.0.$n/24 dev client0; done
banned nft 10.77.0.4 192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14
banned ipt 10.77.0.5 192.0.2.21
banned own 10.77.0.6
banned set 10.77.0.7
banned two 10.77.0.8
nft_away() { is_shut_from 10.77.0.4 143 && nft list set inet f2b-table addr-set-nft | grep -q 192.0.2.14; }
ipt_away() { is_shut_from 10.77.0.5 587 && iptables -nL f2b-ipt | grep -q 192.0.2.21; }
own_away() { is_shut_from 10.77.0.6 110; }
set_away() { is_shut_from 10.77.0.7 995; }
two_away() { is_shut_from 10.77.0.8 465 && is_shut_from 10.77.0.8 993 && nft list set inet f2b-table addr-set-two | grep -q 10.77.0.8; }
JAILS="nft ipt own set two"
each() { local jail; for jail in ${*:-$JAILS}; do ${jail}_away || return 1; done; }
need "they are kept away" within 30 each
pause 1 "the guard looks"
quiet() { not said 'bans? of jail (nft|ipt|own|set|two|never) out of the kernel'; }
need "nothing is said yet" quiet
need "nothing is found" clean ban-without-rule
gone() { said "took $2 bans? of jail $1 out of the kernel, .* To ban again, type: fail2ban-client reload --restart $1\$"; }
found() { # JAIL N OF
	finds ban-without-rule error && out_has "$2 of $3 bans of jail $1 have no rule" &&
		{ guard status >"$W/out"; out_has 'ban-without-rule: [0-9]'; } &&
		{ guard bans --active --jail "$1" >"$W/out"; [ "$(grep -c 'but not in the kernel' "$W/out")" = "$2" ]; }
}
again() { # JAIL...: by the command that was said
	local jail
	for jail in "$@"; do
		bash -c "$(sed -nE "s/.*bans? of jail $jail out of the kernel.*type: //p" "$W/watch.log" | tail -n 1)" >>"$W/again" 2>&1 || { cat "$W/again"; return 1; }
	done
	within 20 each "$@"
}
# of a firewalld that owns its table nobody can flush that, and nothing is to be restored
idle() { guard --json status >"$W/status"; json '(d["last_wipe"] or {"finished": 1})["finished"] is not None' "$W/status" >/dev/null; }
came_back() { said "no ban of jail $1 is missing in the kernel any more"; }

# --- all of them ---
flushed() { # COMMAND...
	: >"$W/watch.log"
	need "$*" "$@"
	need "of nft it is said" within 5 gone nft 5
	need "they get in" within 5 is_open_from 10.77.0.4 143
	need "there, too" is_open_from 10.77.0.5 587
	need "and of iptables" within 2 gone ipt 2
	need "and of somebody's own action" within 2 gone own 1
	need "and of an ipset" within 2 gone set 1
	need "and of a jail with two" within 2 gone two 1
	need "with who did it" said 'nft \(pid [0-9]+\) took 5 bans of jail nft'
	need "not of the jail that never banned" not said 'jail never'
	need "nor twice" [ "$(grep -c 'of jail ipt out of the kernel' "$W/watch.log")" = 1 ]
	need "firewalld's own ban is back" within 15 is_shut_from 10.77.0.3 993
	need "the guard is done" within 20 idle
	need "check and status and bans know" within 10 found nft 5 5
	need "of iptables, too" found ipt 2 2
	need "nobody claims that all are back" not said 'all bans are back'
	pause 4 "the reload is looked at"
	need "nor twice" [ "$(grep -c 'of jail ipt' "$W/watch.log")" = 1 ]
	need "the history has it" exits 0 guard history --kind fail2ban
	need "by jail" out_has 'nft .pid [0-9]+. took 5 bans of jail nft out of the kernel'
	need "the commands ban again" again $JAILS
	for jail in $JAILS; do need "that of $jail is said" within 15 came_back $jail; done
	need "nothing is found" within 5 clean ban-without-rule
}
flushed nft flush ruleset

# --- one of them ---
one() { # JAIL N COMMAND...
	: >"$W/watch.log"
	need "${*:3}" "${@:3}"
	need "it is said of $1" within 8 gone "$1" "$2"
	need "of no other" [ "$(grep -cE 'nobody puts (it|them) back' "$W/watch.log")" = 1 ]
	need "${1}'s are banned again" again "$1"
	need "which is said" within 15 came_back "$1"
}
one nft 5 nft flush set inet f2b-table addr-set-nft
one ipt 2 iptables -F f2b-ipt
one ipt 2 iptables -D INPUT -p tcp -m multiport --dports 587 -j f2b-ipt
one own 1 nft flush table ip keepout
one own 1 nft 'add table ip keepout { flags dormant; }'
one set 1 ipset flush f2b-set
one two 1 nft delete element inet f2b-table addr-set-two '{ 10.77.0.8 }'

# --- not lost ---
: >"$W/watch.log"
need "two of five" nft delete element inet f2b-table addr-set-nft '{ 192.0.2.11, 192.0.2.12, 192.0.2.13, 192.0.2.14, 10.77.0.4 }'
need "five are missing" within 5 gone nft 5
need "somebody makes two again" nft add element inet f2b-table addr-set-nft '{ 192.0.2.11, 192.0.2.12 }'
need "three are missing" within 3 said '3 bans of jail nft are still missing in the kernel'
need "as check has it" within 5 found nft 3 5
need "one is unbanned" f2b set nft unbanip 10.77.0.4
need "two are missing" within 5 said '2 bans of jail nft are still missing in the kernel'
need "the jail is started anew" f2b reload --restart nft
need "none is missing" within 15 came_back nft
: >"$W/watch.log"
need "somebody is unbanned" f2b set ipt unbanip 10.77.0.5
need "a jail is started anew" f2b reload --restart two
need "a jail is stopped" f2b stop own
need "fail2ban ends" f2b_down
f2b_start
need "they are kept away" within 30 each set two
need "nothing of this is lost" never 3 said 'nobody puts (it|them) back|missing in the kernel'
