# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts of one zone reach each other through this machine (--add-forward): a mail server behind it,
# or the clients of a tunnel. It is at risk before, back after a reload and a restart, made permanent
# by persist; and who takes it away meant it.
machine_behind() {
	ip netns add behind && ip link add ct0 type veth peer name eth0 netns behind &&
		ip address add 172.30.0.1/24 dev ct0 && ip link set ct0 up &&
		ip -n behind address add 172.30.0.2/24 dev eth0 && ip -n behind link set eth0 up &&
		ip -n behind route add default via 172.30.0.1 && sysctl -qw net.ipv4.ip_forward=1 &&
		ip netns exec behind "$BUILD/tests/lab/listener" 143 >/dev/null
}
need "a zone of two links" fwc --permanent --new-zone=inside
for link in host0 ct0; do need "with $link" fwc --permanent --zone=inside --add-interface=$link; done
need "and mail" fwc --permanent --zone=inside --add-service=imaps
# 1.0 and later make zones with it
fwc --permanent --zone=inside --remove-forward
need "it loads" fwc --reload
need "a machine behind this one" machine_behind
need "to which the others know the way" ip -n client route add 172.30.0.0/24 via 10.77.0.1
through() { [ "$(reach 143 172.30.0.2)" = open ]; }
need "nobody gets through" not through
watch_up
need "forwarding is switched on" fwc --zone=inside --add-forward
need "they get through" within 3 through
need "it is on record" within 5 snapshot_has inside/forward:yes
at_risk() { guard check --only runtime-only-service >"$W/out"; out_has 'inside/forward:yes'; }
need "and at risk, which the checks say" within 5 at_risk
need "with the command" out_has 'firewall-cmd --permanent --zone=inside --add-forward'
need "and the watcher" within 5 said 'runtime only.*inside/forward:yes'
need "a reload" fwc --reload
need "they get through again" within 10 through
need "firewalld ends" fw_down
fw_start
need "it is there again" within 15 fw_running
need "and they get through" within 10 through
need "the history has it" exits 0 guard history
need "  as lost and restored" out_has 'inside/forward:yes'
need "the watcher ends" watch_down
need "a reload takes it" fwc --reload
need "they do not get through" not through
need "restore knows it" exits 0 guard restore
need "and brings it back" through
watch_up
need "who takes it away" fwc --zone=inside --remove-forward
need "is heard" within 3 said 'inside/forward:yes was removed'
need "a reload" fwc --reload
need "does not bring it back" never 1 through
need "it is switched on again" fwc --zone=inside --add-forward
need "that is heard" within 5 snapshot_has inside/forward:yes
need "persist" exits 0 guard persist
need "makes it permanent" fwc --permanent --zone=inside --query-forward
need "no matter how often" exits 0 guard persist
need "the list says so" exits 0 guard status --zone inside
need "  by its name" out_has 'forward +yes +yes'
# of the default zone, which nobody names; once in a call of everything else of the zone
need "the default zone is another" fwc --set-default-zone=inside
need "it is taken away in both" fwc --permanent --remove-forward
need "it is taken away in both" fwc --remove-forward
need "a reload" fwc --reload
need "does not bring it back" never 1 through
