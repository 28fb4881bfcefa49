# SPDX-License-Identifier: GPL-2.0-or-later
# Docker and libvirt bind the interfaces that they make to zones that they make, and bind them anew
# after a reload. That is theirs: not at risk, not to be made permanent, not put back when they have
# been stopped. An interface that somebody binds to a zone of his own is.
for zone in docker libvirt office; do
	fwc --permanent --new-zone=$zone # libvirt's comes with it
	need "zone $zone" fwc --permanent --zone=$zone --set-target=ACCEPT
done
need "they load" fwc --reload
lacks() { ! grep -qE "$1" "$W/out"; }
watch_up
need "there are interfaces" eval 'for link in docker0 virbr0 tun7; do ip link add $link type bridge || exit; done'
need "Docker binds its own" fwc --zone=docker --add-interface=docker0
need "libvirt binds its own" fwc --zone=libvirt --change-interface=virbr0
need "the administrator binds his" fwc --zone=office --add-interface=tun7
need "all of it is on record" within 5 snapshot_has office/interface:tun7
need "theirs, too" snapshot_has docker/interface:docker0
need "his is at risk" within 5 said 'runtime only.*office/interface:tun7'
need "what they have made is not" not said 'docker0|virbr0'
need "the checks" guard check >"$W/out"
need "have his" out_has tun7
need "and not theirs" lacks 'docker0|virbr0'
need "persist" exits 0 guard persist --dry-run
need "would write his" out_has tun7
need "and not theirs" lacks 'docker0|virbr0'
need "they are stopped, and take their interfaces along" eval 'ip link del docker0 && ip link del virbr0'
need "a reload" fwc --reload
need "his is back" within 5 bound office tun7
need "theirs are not put back" never 2 bound docker docker0
need "neither of them" not bound libvirt virbr0
need "nor told as lost" not said 'docker0|virbr0'
need "the history" exits 0 guard history
need "has them as theirs" out_has 'theirs.*docker/interface:docker0'
need "Docker is started again" fwc --zone=docker --add-interface=docker0
need "which nobody minds" stays 2 bound docker docker0
