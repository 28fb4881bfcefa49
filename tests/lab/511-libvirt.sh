# SPDX-License-Identifier: GPL-2.0-or-later
# libvirt itself beside firewalld: its network's zone takes all but has a last rule that rejects, and
# its own chains let nothing in to a guest. Explain says what a guest meets at the host, and
# somebody outside at a port that is translated to a guest; both hear of a reload, and nothing is lost.
. "$LAB_DIR/containers.sh"
machines_prepare
# as the package does when it is installed: its zones are known from here on
need "a reload" fwc --reload
mail_open
watch_up
FROM=client
client() { ip netns exec "$FROM" "$@"; }
guest_agrees() {
	local port
	for port in 993 143 22; do FROM=vm agrees 192.168.122.10 "$port" || return 1; done
}
translated() { iptables -t nat -A PREROUTING -d 10.77.0.1 -p tcp --dport 4190 -j DNAT --to-destination 192.168.122.10:143; }
need "libvirt runs" libvirt_up
need "it has bound its bridge to a zone of its own" within 10 bound libvirt virbr0
need "a guest" libvirt_guest 143
need "explain agrees on what a guest meets" guest_agrees
from_guest() { [ "$(FROM=vm reach "$1")" = open ]; }
need "mail is shut to him" not from_guest 143
need "a service is opened to guests" fwc --zone=libvirt --add-service=imap
need "and he gets in" from_guest 143
need "explain agrees" guest_agrees
need "a port is translated to him" translated
need "explain agrees" agrees 10.77.0.2 4190
need "it is libvirt's doing" out_has 'Added by libvirt'
need "mail is as before" mail_reachable
need "a reload" fwc --reload
need "mail is back" within 10 mail_reachable
need "the bridge is in its zone" within 10 bound libvirt virbr0
need "the guest is served again" within 10 from_guest 143
need "explain agrees on what a guest meets" within 10 guest_agrees
need "nothing of libvirt's is said to be lost" within 10 clean others-lost
if can "a complete reload"; then
	need "a complete reload" fwc --complete-reload
	need "mail is back" within 20 mail_reachable
	need "the guest is served again" within 10 from_guest 143
	need "explain agrees on what a guest meets" within 10 guest_agrees
fi
need "libvirt ends its network" virt net-destroy default
need "mail is as before" mail_reachable
kill "$LIBVIRTD"
wait "$LIBVIRTD"
