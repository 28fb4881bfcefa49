# SPDX-License-Identifier: GPL-2.0-or-later
# Other firewalls beside firewalld, themselves: ufw, sshguard, iptables-legacy. Explain says what
# a connection meets, whose rule decides, and what that program is told: typed, it lets in.
. "$LAB_DIR/firewalls.sh"
need "iptables is installed (see packaging/deps)" command -v iptables-restore >/dev/null
firewalls_prepare
mail_open
need "ufw" ufw --force enable >"$W/ufw" 2>&1
need "shuts mail" is_shut 993
need "explain agrees" all_agree 10.77.0.2
need "it is ufw's doing" owned_by 10.77.0.2 ufw
need "which is told to let it in" opened_as_told 10.77.0.2 993
need "what ufw lets in firewalld may shut" fwc --remove-service=imaps
need "explain agrees" all_agree 10.77.0.2
need "and open again" fwc --add-service=imaps
need "somebody is denied" ufw insert 1 deny from 10.77.0.3 >"$W/ufw" 2>&1
need "explain agrees" all_agree 10.77.0.3
need "it is ufw's doing" owned_by 10.77.0.3 ufw
need "which is told to end it" opened_as_told 10.77.0.3 993
need "or the port is, to him" ufw insert 1 reject from 10.77.0.3 to any port 993 proto tcp >"$W/ufw" 2>&1
need "explain agrees" all_agree 10.77.0.3
need "ufw is told to let him in before that" opened_as_told 10.77.0.3 993
need "others are as before" all_agree 10.77.0.2
need "ufw goes" ufw disable >"$W/ufw" 2>&1
# it leaves its chains, and they let everybody pass
need "explain agrees" all_agree 10.77.0.3

if can "sshguard"; then
	mkfifo "$W/blocks"
	"$(PATH=/usr/libexec/sshguard:/usr/lib/x86_64-linux-gnu:$PATH command -v sshg-fw-nft-sets)" <"$W/blocks" >"$W/sshguard" 2>&1 &
	exec 7>"$W/blocks"
	echo "block 10.77.0.3 4 32" >&7
	need "sshguard keeps somebody out" within 10 is_shut_from 10.77.0.3 993
	need "explain agrees" all_agree 10.77.0.3
	need "it is sshguard's doing" owned_by 10.77.0.3 sshguard
	need "what is printed lets him in" opened_as_told 10.77.0.3 993
	exec 7>&-
fi

need "iptables-legacy" iptables-legacy -A INPUT -s 10.77.0.3 -p tcp -m multiport --dports 993,465 -j REJECT --reject-with tcp-reset
need "explain agrees" all_agree 10.77.0.3
need "others are as before" all_agree 10.77.0.2
need "what is printed lets him in" opened_as_told 10.77.0.3 993
need "a mark that nobody gives" iptables-legacy -A INPUT -m mark --mark 7 -j DROP
need "explain agrees" all_agree 10.77.0.2
iptables-legacy -F

need "a set of the kernel's" ipset create bl hash:net
need "with somebody in it" ipset add bl 10.77.0.3
need "and others" ipset add bl 198.51.100.0/24
need "behind a direct rule" fwc --direct --add-rule ipv4 filter INPUT 0 -m set --match-set bl src -j DROP
need "explain agrees" all_agree 10.77.0.3
need "others are as before" all_agree 10.77.0.2
need "check lists whom it denies" exits 0 guard conflicts
need "all of them" out_has '^ +257 .*bl|^ +256 '
need "what is printed lets him in" opened_as_told 10.77.0.3 993
need "it is the set's element" grep -qx 'ipset del bl 10.77.0.3' "$W/typed"
