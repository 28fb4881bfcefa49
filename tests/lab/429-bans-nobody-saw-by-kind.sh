# SPDX-License-Identifier: GPL-2.0-or-later
# As 428, of jails that ban otherwise than with rich rules: what their actions write, or what was
# learned of their bans, is made again, and their unbans take it off.
. "$LAB_DIR/bans.sh"
own_ipset
need "an ipset" fwc --permanent --new-ipset=f2b-fwset --type=hash:ip --option=timeout=0
need "a set of the administrator's" fwc --permanent --new-ipset=blocked --type=hash:ip
need "read by drop" fwc --permanent --zone=drop --add-source=ipset:blocked
need "imaps for good" fwc --permanent --add-service=imaps
need "a reload" fwc --reload
fwc --zone=public --change-interface=host0
jail() { # NAME ACTION [OPTIONS]
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\nport = imaps\naction = %s\n' "$1" "$W/$1.log" "$2[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"${3:-}]"
}
BANS_JAIL="$(jail fwset "$OWN_IPSET" "$OWN_IPSET_OPTION")
$(jail multi firewallcmd-multiport)
$(action zonedrop 'firewall-cmd --zone=drop --add-source=<ip>' 'firewall-cmd --zone=drop --remove-source=<ip>')
$(action ownset 'firewall-cmd --ipset=blocked --add-entry=<ip>' 'firewall-cmd --ipset=blocked --remove-entry=<ip>')"
bans_up
watch_up
jails=(fwset multi zonedrop ownset)
has() { # JAIL ADDRESS
	case $1 in
	fwset) fwc --ipset=f2b-fwset --query-entry="$2" ;;
	multi) fwc --direct --query-rule ipv4 filter f2b-multi 0 -s "$2" -j REJECT --reject-with icmp-port-unreachable ;;
	zonedrop) fwc --zone=drop --query-source="$2" ;;
	ownset) fwc --ipset=blocked --query-entry="$2" ;;
	esac
}
lacks() { ! has "$@"; }
n=0
for jail in "${jails[@]}"; do need "a ban in $jail" f2b set "$jail" banip "198.51.100.$((++n))"; done
n=0
for jail in "${jails[@]}"; do need "is carried out in $jail" within 20 has "$jail" "198.51.100.$((++n))"; done
settle 10

watch_kill
n=10
for jail in "${jails[@]}"; do need "a ban in $jail that nobody sees" f2b set "$jail" banip "198.51.100.$((++n))"; done
n=10
for jail in "${jails[@]}"; do need "is carried out in $jail" within 20 has "$jail" "198.51.100.$((++n))"; done
need "one in fwset is freed by its unban" f2b set fwset unbanip 198.51.100.1
freed=("${jails[@]}")
can "what an unban leaves in an ipset of its own" || freed=(multi zonedrop ownset)
[ "${freed[0]}" != fwset ] || need "at once" within 10 lacks fwset 198.51.100.1
need "a reload" fwc --reload
n=10
for jail in "${jails[@]}"; do need "takes that of $jail" lacks "$jail" "198.51.100.$((++n))"; done
watch_start
n=10
for jail in "${jails[@]}"; do need "that of $jail is back" within 60 has "$jail" "198.51.100.$((++n))"; done
need "what was unbanned is not" lacks fwset 198.51.100.1
n=10
for jail in "${jails[@]}"; do need "its unban in $jail" f2b set "$jail" unbanip "198.51.100.$((++n))"; done
n=$((14 - ${#freed[@]}))
for jail in "${freed[@]}"; do need "takes it off in $jail" within 20 lacks "$jail" "198.51.100.$((++n))"; done
