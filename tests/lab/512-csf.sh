# SPDX-License-Identifier: GPL-2.0-or-later
# csf beside firewalld: its rules as csf 15.09 makes them, which no distribution has, and in its
# place what takes the same words. Explain and check say whose doing it is, and what is printed
# lets in: who is banned is taken out of its lists, and a port is opened in its settings.
. "$LAB_DIR/firewalls.sh"
mkdir -p "$W/etc"
need "there is a folder for its settings" writable /etc "$W/etc"
mount --bind "$W/firewalld" /etc/firewalld
mkdir -p /etc/csf
printf 'TCP_IN = "%s"\nTCP6_IN = "%s"\n' 22,25,993 22,25,993 >/etc/csf/csf.conf
: >"$W/banned"
cat >"$W/bin/csf" <<X
#!/bin/bash
# -r: all again, by its settings; -dr, -tr ADDRESS: out of the list of the banned, or of them for a while
rules() { # PORTS ANY BANNED...
	printf '*filter\n:INPUT ACCEPT [0:0]\n:LOCALINPUT - [0:0]\n:ALLOWIN - [0:0]\n:DENYIN - [0:0]\n:LOGDROPIN - [0:0]\n'
	printf -- '-A INPUT -i host0 -j LOCALINPUT\n-A INPUT -i lo -j ACCEPT\n-A LOCALINPUT -i host0 -j ALLOWIN\n-A LOCALINPUT -i host0 -j DENYIN\n'
	printf -- '-A INPUT -i host0 -p %s -j ACCEPT\n-A INPUT -i host0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n' "\$2"
	printf -- '-A INPUT -i host0 -p tcp -m conntrack --ctstate NEW -m tcp --dport %s -j ACCEPT\n' \${1//,/ }
	printf -- '-A INPUT -i host0 -j LOGDROPIN\n-A LOGDROPIN -p tcp -m tcp --dport 23 -j DROP\n-A LOGDROPIN -j DROP\n'
	[ \$# -lt 3 ] || printf -- '-A DENYIN -s %s -i host0 -j DROP\n' "\${@:3}"
	echo COMMIT
}
setting() { sed -n "s/^\$1 = \"\(.*\)\"/\1/p" /etc/csf/csf.conf; }
case \$1 in
-dr) sed -i "\\\\|^\$2\\\$|d" "$W/banned" ;;
-tr) exit 0 ;;
esac
rules "\$(setting TCP_IN)" icmp \$(cat "$W/banned") | iptables-nft-restore && rules "\$(setting TCP6_IN)" ipv6-icmp | ip6tables-nft-restore
X
chmod 755 "$W/bin/csf"
mail_open
echo 10.77.0.3 >"$W/banned"
need "csf filters" csf -r
need "somebody is banned" is_shut_from 10.77.0.3 993
need "explain agrees" agrees 10.77.0.3 993
need "it is csf's doing" owned_by 10.77.0.3 csf
need "csf is told to end it" opened_as_told 10.77.0.3 993
need "others get in" agrees 10.77.0.2 993
echo 10.77.0.2/31 >"$W/banned"
need "a network is banned" csf -r
need "csf is told to end that" opened_as_told 10.77.0.3 993
need "as it is in its list" grep -qx 'csf -dr 10.77.0.2/31' "$W/typed"

need "a port is not among those that it lets in" agrees 10.77.0.2 465
need "explain opens it in its settings" opened_as_told 10.77.0.2 465
need "by these words" grep -q '^sed -i .*/etc/csf/csf.conf$' "$W/typed"
need "for that family" not is_open6 465
need "check says what is left" finds refused-by-table error
need "with a command" mend
need "that opens the port for the other" is_open6 465
need "and those that are still shut" is_open 587 143 995
need "so that nothing is left" clean refused-by-table
