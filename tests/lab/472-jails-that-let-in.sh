# SPDX-License-Identifier: GPL-2.0-or-later
# A jail that "bans" every customer who logs in into what lets him in, and one that writes a mail:
# nobody is cut off by them, and what is said of them is that. Each is beside a jail that bans.
. "$LAB_DIR/bans.sh"
need "ipset is installed (see packaging/deps)" command -v ipset >/dev/null
action() { # NAME START BAN UNBAN
	printf '[Definition]\nactionstart = %s\nactionban = %s\nactionunban = %s\n' "$2" "$3" "$4" >"/etc/fail2ban/action.d/$1.conf"
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n' "$1" "$W/$1.log" "$1"
	printf '         reload-guard[guard="%s"]\n' "$W/bin/reload-guard-hook"
}
white='ipset -exist create white hash:ip
  iptables -w -I INPUT -m set --match-set white src -j ACCEPT'
BANS_JAIL=$(
	action white "$white" 'ipset -exist add white <ip>' 'ipset -exist del white <ip>'
	action trust '' 'firewall-cmd --zone=trusted --add-source=<ip>' 'firewall-cmd --zone=trusted --remove-source=<ip>'
	action letter '' 'printf "%%s\n" "<ip> was banned" | mail -s ban root >/dev/null 2>&1 || :' ''
	action prison '' 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>'
)
conf <<-X
	[clients]
	ranges = 10.77.0.0/24
X
bans_up
watch_up
mail_open
warned() { said "clients are cut off: $1"; }
for n in 2 3 4; do ip -n client address add 10.77.0.2$n/24 dev client0; done
f2b set white banip 10.77.0.22
f2b set trust banip 10.77.0.23
f2b set letter banip 10.77.0.24
f2b set prison banip 10.77.0.3
need "the one that bans cuts a client off, which is said" within 10 warned '10\.77\.0\.3,.*by jail prison'
need "he is" within 10 is_shut_from 10.77.0.3 993
for n in 2 3 4; do need "10.77.0.2$n is not" is_open_from 10.77.0.2$n 993; done
need "nor is it said of who is let in" not warned '10\.77\.0\.2[23]'
guard status >"$W/out" 2>/dev/null
need "status says what lets in" out_has 'white: 1 ban by allow list, which lets in and keeps nobody away'
need "by a zone, too" out_has 'trust: 1 ban by .*, which lets in and keeps nobody away'
need "and what writes a mail" out_has 'letter: 1 ban by report, which keeps nobody away'
need "and what a reload drops" out_has 'prison: 1 ban by .*source.*, which a reload drops, and the guard puts back$'
guard bans --active >"$W/out" 2>/dev/null
need "bans say so of the customer" out_has '10\.77\.0\.22 .*let in'
need "and of the banned" out_has '10\.77\.0\.3 .*banned'
guard --json bans --active >"$W/bans.json" 2>/dev/null
need "for programs, too" json '[b["jail"] for b in d["bans"] if b["state"] == "let in"]' "$W/bans.json" >/dev/null
need "explain takes no such ticket for a reason" exits 0 guard explain 10.77.0.22 imaps
guard conflicts >"$W/out" 2>/dev/null
need "nor do conflicts" not out_has '10\.77\.0\.2[23]'
guard check >"$W/out" 2>/dev/null
need "nor does check" not out_has 'jail (white|trust)'
need "what each does is seen" within 10 said 'jail trust was seen to let in by'
need "also by the one that bans" within 10 said 'jail prison was seen to ban by'
mine() { guard check --only binding-runtime-only >"$W/out" 2>/dev/null; not grep -q 10.77.0.23 "$W/out"; }
need "nothing of a jail's is to be made permanent" within 5 mine
need "persist" exits 0 guard persist
need "does not" not fwc --permanent --zone=trusted --query-source=10.77.0.23
need "a reload" fwc --reload
need "the ban comes back" within 20 is_shut_from 10.77.0.3 993
need "and so does who is let in" within 20 firewall-cmd -q --zone=trusted --query-source=10.77.0.23
for n in 2 3 4; do need "10.77.0.2$n was not shut out" is_open_from 10.77.0.2$n 993; done
