# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever comes by way of this machine's gateway, or from a bridge of containers, shares his
# address with everybody: he is not learned as a client. A bridge that leads outside is a network
# like others.
LOG=$W/mail.log
conf <<X
[clients]
learn-logs = $LOG
X
login() { echo "$(date +%Y-%m-%dT%H:%M:%S.%6N%:z) mx dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=$1, lip=10.77.0.1, mpid=7, TLS, session=<a>" >>"$LOG"; }
listed() { guard clients list >"$W/list" 2>>"$W/list.err"; grep -qE "^$1 +learned " "$W/list"; }
bridge() { # NAME ADDRESS
	ip link add "$1" type bridge && ip address add "$2" dev "$1" && ip link set "$1" up
}
need "a bridge of containers" bridge br-abc 172.18.0.1/16
ip link add c0 type veth peer name c1 && ip link set c0 master br-abc
need "a bridge that leads outside" bridge br0 192.168.7.1/24
need "by the default route" ip route add default via 192.168.7.254 dev br0

watch_up
for address in 192.168.7.254 10.77.0.1 172.18.0.1 172.18.0.9 192.168.7.1 192.168.7.9 10.77.0.3 203.0.113.1; do login "$address"; done
need "clients are learned" within 15 listed 203.0.113.1
need "those of a network of ours" listed 10.77.0.3
need "and of one behind a bridge" listed 192.168.7.9
for address in 192.168.7.254 10.77.0.1 172.18.0.1 172.18.0.9 192.168.7.1; do
	need "$address is nobody's" not listed "$address"
done

# Docker starts after the guard: what came by its bridge before is forgotten
login 172.19.0.1
login 198.51.100.8
need "nobody knows of its bridge yet" within 15 listed 172.19.0.1
need "a bridge comes" bridge docker0 172.19.0.1/16
pause 2 "until it may be seen"
login 172.19.0.1
login 172.19.0.5
login 203.0.113.2
need "clients are learned" within 15 listed 203.0.113.2
for address in 172.19.0.1 172.19.0.5; do need "$address is nobody's" not listed "$address"; done
need "others stay" listed 198.51.100.8
watch_down
need "the command agrees" exits 0 guard clients learn "$LOG"
need "it learns five" out_has '5 ranges'
