# SPDX-License-Identifier: GPL-2.0-or-later
# Ports of mail are published from a container, by rules as Docker makes them and by netavark
# itself: explain follows them there, past the zones and their bans, as a connection does.
. "$LAB_DIR/firewalls.sh"
docker() { # the port that it forgets to let in is 2143
	iptables-restore --noflush <<-X
		*nat
		:DOCKER - [0:0]
		-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
		-A DOCKER -i ct0 -j RETURN
		-A DOCKER ! -i ct0 -p tcp -m tcp --dport 4190 -j DNAT --to-destination 172.30.0.2:4190
		-A DOCKER ! -i ct0 -p tcp -m tcp --dport 25 -j DNAT --to-destination 172.30.0.2:2525
		-A DOCKER ! -i ct0 -p tcp -m tcp --dport 2143 -j DNAT --to-destination 172.30.0.2:143
		COMMIT
		*filter
		:FORWARD DROP [0:0]
		:DOCKER - [0:0]
		:DOCKER-USER - [0:0]
		-A FORWARD -j DOCKER-USER
		-A FORWARD -o ct0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
		-A FORWARD -o ct0 -j DOCKER
		-A FORWARD -i ct0 ! -o ct0 -j ACCEPT
		-A DOCKER -d 172.30.0.2/32 ! -i ct0 -o ct0 -p tcp -m tcp --dport 4190 -j ACCEPT
		-A DOCKER -d 172.30.0.2/32 ! -i ct0 -o ct0 -p tcp -m tcp --dport 2525 -j ACCEPT
		-A DOCKER-USER -j RETURN
		COMMIT
	X
}
need "iptables is installed (see packaging/deps)" command -v iptables-restore >/dev/null
firewalls_prepare
mail_open
need "no port of mail is led elsewhere" clean published-ports
need "a container serves" container_up 4190 2525 143
need "which firewalld trusts" fwc --zone=trusted --add-interface=ct0
need "its ports are published" docker
for port in 4190 25 2143 993 110; do need "explain is right about $port" agrees 10.77.0.2 "$port"; done
need "it says where" exits 0 guard explain 10.77.0.2 4190
need "and that it may not be served" out_has '^4190/tcp .* connects, if it is served there '
need "and by which rule" out_has 'DNAT --to-destination 172.30.0.2:4190" in table ip nat, chain DOCKER'
need "the rules that it meets" exits 0 guard explain --rules 10.77.0.2 4190
need "are told to the end" out_has 'inet firewalld filter_FORWARD.*: ct status dnat accept'
need "a ban in the zone" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.3" drop'
for port in 4190 25 993; do need "holds, or does not: $port" agrees 10.77.0.3 "$port"; done
need "the container is reached all the same" is_open_from 10.77.0.3 4190
need "mail here is not" is_shut_from 10.77.0.3 993
need "check says that such bans do not hold" finds published-ports info
need "for which ports" out_has '25/tcp to 172.30.0.2 \(Docker\).*4190/tcp to 172.30.0.2 \(Docker\)'
need "a ban where Docker asks" iptables -I DOCKER-USER -s 10.77.0.3 -j DROP
need "holds" agrees 10.77.0.3 4190
need "what is printed ends it" opened_as_told 10.77.0.3 4190
need "what is printed lets in the port that was forgotten" opened_as_told 10.77.0.2 2143

if can "netavark"; then
	need "Docker is gone" iptables-restore </dev/null
	iptables -P FORWARD ACCEPT && iptables -F && iptables -X && iptables -t nat -F && iptables -t nat -X
	need "netavark publishes ports" netavark_up 4190:4190 2143:143
	for port in 4190 2143 993 110; do need "explain is right about $port" agrees 10.77.0.2 "$port"; done
	need "they are reached" is_open_from 10.77.0.2 2143
	need "by the one who is banned, too" agrees 10.77.0.3 4190
	need "whose they are" finds published-ports info
	need "is Podman" out_has '4190/tcp to 172.31.0.2 \(Podman\)'
fi

if can "StrictForwardPorts"; then
	need "firewalld passes on its own alone" sed -i 's/^StrictForwardPorts=.*/StrictForwardPorts=yes/' /etc/firewalld/firewalld.conf
	need "from now on" fwc --reload
	need "the container is shut" within 5 is_shut_from 10.77.0.2 4190
	guard explain 10.77.0.2 4190 >"$W/out" 2>&1
	need "explain is not certain of it" out_has '^4190/tcp .*open\?'
	need "since" out_has 'StrictForwardPorts'
fi
