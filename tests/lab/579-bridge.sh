# SPDX-License-Identifier: GPL-2.0-or-later
# The server's address is on a bridge, and its network card is a port of that: what clients send
# comes in on the bridge. What firewalld makes of the port means nothing, wherever that is bound.
bridge_up() {
	ip link add br0 type bridge && ip link set br0 up && ip link set host0 master br0 &&
		ip address del 10.77.0.1/24 dev host0 && ip address add 10.77.0.1/24 dev br0 &&
		sysctl -q -w net.bridge.bridge-nf-call-iptables=0 2>/dev/null
	ip address show dev br0 | grep -q 10.77.0.1
}
need "the card is a port of a bridge" bridge_up
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "it loads" fwc --reload
need "the bridge is in it" fwc --zone=iredmail --change-interface=br0
need "and its port in another, which has pop3" fwc --zone=work --change-interface=host0
need "which is open for nobody by that" fwc --zone=work --add-service=pop3
watch_up
need "mail is open" within 5 is_open 993
need "pop3 is not" is_shut 110
need "that is heard" within 5 snapshot_has iredmail/interface:br0 iredmail/service:imaps
need "that zone is reached by nobody" finds unreached-zone warning
need "in words" out_has 'no packet comes through zone work, whose interface host0 is not there, or a port of another'

# nobody comes in on the port, so nobody new gets in by what stands in for mail
fw_fails
need "mail is open meanwhile" within 8 is_open 993
