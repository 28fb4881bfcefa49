# SPDX-License-Identifier: GPL-2.0-or-later
# An old copy of firewalld's table is loaded where nobody mends it: with repair = no, with no watcher,
# and before one begins. What it opens that firewalld lists nowhere is told by status, check and the
# beginning guard, and the command that they name shuts it. On a machine with all that firewalld can
# have beside, nobody says so.
pause_quiet() { pause "${1:-3}" "the guard is idle"; }
healthy() { need "$1: nothing is told" clean kernel-rules; }
fw_unowned
fwc --permanent --new-policy=in && fwc --permanent --policy=in --add-ingress-zone=ANY && fwc --permanent --policy=in --add-egress-zone=HOST
fwc --permanent --policy=in --add-service=imap
fwc --permanent --policy=in --add-rich-rule='rule priority=-3 family=ipv4 source address=198.51.100.0/24 port port=9999 protocol=tcp accept'
fwc --permanent --new-service=wide && fwc --permanent --service=wide --add-port=6000-6010/tcp && fwc --permanent --service=wide --add-protocol=gre &&
	fwc --permanent --service=wide --add-source-port=68/udp && fwc --permanent --service=wide --set-destination=ipv4:10.77.0.1
fwc --permanent --new-service=broad && fwc --permanent --service=broad --add-include=wide
for zone in docker libvirt; do
	fwc --permanent --new-zone="$zone"
	fwc --permanent --zone="$zone" --set-target=ACCEPT
done
fwc --permanent --zone=libvirt --add-service=dhcp --add-service=dns --add-service=tftp --add-protocol=icmp --add-rich-rule='rule priority=32767 reject'
need "these load" fwc --reload
fwc --zone=public --change-interface=host0
for one in --add-service=ftp --add-service=tftp --add-service=samba --add-service=mdns --add-service=wide --add-service=broad --add-port=7000-7010/udp --add-port=7005/udp --add-port=http-alt/tcp \
	--add-source-port=5000/tcp --add-protocol=ah --add-masquerade --add-forward-port=port=2121:proto=tcp:toport=21 --add-icmp-block=echo-request --add-service=dhcpv6-client; do
	fwc "$one"
done
for rule in 'family=ipv4 source address=10.77.0.2 service name=imaps log prefix=x accept' 'priority=5 service name=pop3s accept' 'family=ipv6 port port=8443 protocol=tcp limit value=2/m accept' \
	'family=ipv4 forward-port port=2222 protocol=tcp to-port=22' 'protocol value=esp accept' 'source-port port=4000 protocol=udp accept' 'service name=ssh audit accept' \
	'priority=-1 port port=5432 protocol=tcp accept' 'family=ipv4 source address=192.0.2.0/24 accept' 'icmp-type name=echo-reply accept'; do
	fwc --add-rich-rule="rule $rule"
done
fwc --zone=trusted --add-source=192.0.2.77
fwc --set-log-denied=all
fwc --zone=public --change-interface=host0
fwc --zone=libvirt --add-source=192.0.2.128/25
mail_open
fwc --remove-service=pop3
healthy "with all that firewalld has"

watch_up -v
pause_quiet
need "nothing is said" not said 'lists nowhere'
need "pop3 opens" fwc --add-service=pop3
need "is open" is_open 110
pause_quiet
{ echo "flush ruleset" && nft list ruleset; } >"$W/nftables.conf"
need "pop3 is shut again" fwc --remove-service=pop3
need "is shut" is_shut 110
pause_quiet
watch_down
healthy "before"

need "the old rules are loaded while no guard runs" nft -f "$W/nftables.conf"
need "pop3 is open" is_open 110
need "check tells" finds kernel-rules error
need "what is open" out_has 'public/port:110/tcp'
need "status tells" exits 1 guard status
need "the same" out_has 'public/port:110/tcp'
watch_up -v
need "the guard that begins says so" within 8 said 'lists nowhere \(public/port:110/tcp\)'
need "once" never 3 test "$(grep -c 'lists nowhere' "$W/watch.log")" -gt 1
need "check tells, too" finds kernel-rules error
need "the command shuts it" mend
need "pop3 is shut" within 10 is_shut 110
healthy "after that"
watch_down

conf_guard "repair = no" "audit-s = 0"
: >"$W/watch.log"
watch_up -v
pause_quiet
need "the old rules are loaded" nft -f "$W/nftables.conf"
need "the guard says so" within 8 said 'another table is in the place of firewalld.s'
need "and leaves it" is_open 110
need "check tells" finds kernel-rules error
need "status tells" exits 1 guard status
need "the same" out_has 'public/port:110/tcp'
