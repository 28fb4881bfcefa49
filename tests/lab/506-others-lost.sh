# SPDX-License-Identifier: GPL-2.0-or-later
# A reload of firewalld before 2.0 takes rules of containers with it: it is foretold, said with
# whose they were and what their owner has to be told, and found until they are back.
. "$LAB_DIR/firewalls.sh"
SETTLED=13 # which is more than the guard waits for those who hear of a reload themselves
docker() { # as it makes its rules, also after `systemctl restart docker`
	iptables-restore --noflush <<-X
		*nat
		:DOCKER - [0:0]
		-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
		-A DOCKER ! -i ct0 -p tcp -m tcp --dport 9930 -j DNAT --to-destination 172.30.0.2:9930
		COMMIT
		*filter
		:DOCKER - [0:0]
		-A FORWARD -o ct0 -j DOCKER
		-A DOCKER -d 172.30.0.2/32 ! -i ct0 -o ct0 -p tcp -m tcp --dport 9930 -j ACCEPT
		COMMIT
	X
}
reloaded() { fwc --reload && within 10 has imaps; }
# nothing is said, and that has been looked at
unsaid() { never $SETTLED said "$1" && clean others-lost; }
# the way in: Docker's, netavark's
owned() { # OWNER PORT COMMAND
	need "it is reached" is_open_from 10.77.0.2 "$2"
	pause 2 "the guard counts rules when nothing has changed for half a second"
	if [ -n "${DIRECT:-}" ] || can "taken"; then
		need "$1 is foretold" within 10 others_at_risk "$1"
		need "a reload" reloaded
		need "takes it" is_shut_from 10.77.0.2 "$2"
		need "and that is said" within $SETTLED said "took rules of $1, which are not back: .*type: .*$3"
		need "once" said_once "$1"
		need "check finds it" finds others-lost error
		need "with its owner's command" out_has "$3"
		need "status, too" guard_status_has 'took rules of '"$1"
		need "the history has it" within 5 history_has "others-lost.*took rules of $1"
		[ "$1" = Podman ] || need "another reload" reloaded
		[ "$1" = Podman ] || need "is no news" unsaid_again "$1"
	else
		need "nothing is foretold" clean others-at-risk
		need "a reload" reloaded
		need "takes nothing" is_open_from 10.77.0.2 "$2"
		need "and nothing is said" unsaid 'took rules'
	fi
}
netavark_again() {
	PATH=/usr/libexec/podman:/usr/lib/podman:$PATH netavark --config "$W/netavark" -f "$W/netavark.json" teardown /run/netns/pod >>"$W/netavark.log" 2>&1
	PATH=/usr/libexec/podman:/usr/lib/podman:$PATH netavark --config "$W/netavark" -f "$W/netavark.json" setup /run/netns/pod >>"$W/netavark.log" 2>&1 || { cat "$W/netavark.log"; return 1; }
}
others_at_risk() { [ "$1" = Docker ] && clean others-at-risk || { finds others-at-risk warning && out_has "takes rules of $1"; }; }
guard_status_has() { guard status >"$W/out" 2>&1; out_has "$1"; }
history_has() { guard history >"$W/out" 2>&1; out_has "$1"; }
said_once() { [ "$(grep -c "took rules of $1" "$W/watch.log")" = 1 ]; }
unsaid_again() { stays $SETTLED said_once "$1" && finds others-lost error; }
back() { # OWNER PORT
	need "it is reached again" within 5 is_open_from 10.77.0.2 "$2"
	need "that is said" within 10 said "rules of $1 that were taken are back"
	need "nothing is found" clean others-lost
	need "the history has it" within 5 history_has "others-back.*rules of $1 are back"
}

need "iptables is installed (see packaging/deps)" command -v iptables-restore >/dev/null
firewalls_prepare
watch_up
mail_open
need "nothing is found" clean others-lost
need "nobody is at risk" clean others-at-risk
need "a container serves" container_up 9930
need "which firewalld trusts" fwc --permanent --zone=trusted --add-interface=ct0
need "now, too" fwc --zone=trusted --add-interface=ct0
need "Docker publishes it" docker
owned Docker 9930 'systemctl restart docker'
if can "taken"; then
	need "Docker is started anew" docker
	back Docker 9930
	pause 2 "the guard counts rules when nothing has changed for half a second"
	need "firewalld ends" fw_down
	fw_start
	need "it is back" within 15 fw_running
	need "which takes them, too" within $SETTLED said "the restart of firewalld took rules of Docker"
	need "the container is not wanted any more" exits 0 guard release --others
	need "nothing is found" clean others-lost
fi

if can "netavark"; then
	need "netavark publishes a port" netavark_up 4190:4190
	owned Podman 4190 'podman network reload --all'
	if can "taken"; then
		need "Docker is started anew" docker
		need "as Podman's command has netavark do" netavark_again
		back Podman 4190
	fi
fi

# a newer one empties iptables' tables where it has rules of its own there
if not can "taken" >/dev/null; then
	DIRECT=yes
	need "a direct rule" fwc --permanent --direct --add-rule ipv4 filter INPUT 0 -s 192.0.2.1 -j DROP
	need "now, too" fwc --direct --add-rule ipv4 filter INPUT 0 -s 192.0.2.1 -j DROP
	# the first one has firewalld make its own of the tables at once
	need "Docker is started anew" docker
	owned Docker 9930 'systemctl restart docker'
	need "Docker is started anew" docker
	back Docker 9930
fi
