# SPDX-License-Identifier: GPL-2.0-or-later
# An interface is renamed while firewalld and the guard run: firewalld keeps the binding of the
# old name, what comes in goes to the default zone, and mail is refused. That is found, also
# after a reload, and mended by the command that the finding prints.
need "a zone" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "the interface, too" fwc --permanent --zone=iredmail --add-interface=host0
need "firewalld knows it" fwc --reload
watch_up
need "imaps is open" is_open 993
need "the status is fine" exits 0 guard status
# a zone that something is open in, and nobody comes through
shut_zone() {
	guard check --only unreached-zone >"$W/out"
	grep -E '^(error|warning): ' "$W/out"
}
renamed() { # FROM TO
	ip link set "$1" down && ip link set "$1" name "$2" && ip link set "$2" up
}
need "it is renamed" renamed host0 mail0
need "imaps is shut" within 5 is_shut 993
need "the status is not fine" exits 1 guard status
need "in words" out_has 'iredmail/service:imaps +open, but no packet reaches zone iredmail'
need "a reload" fwc --reload
need "mends nothing" is_shut 993
need "it is found" finds unreached-zone error
need "with its name" out_has 'whose interface host0 is not there'
need "and a command" mend
need "imaps is open" within 5 is_open 993
need "the finding is gone" not shut_zone
need "the status is fine" exits 0 guard status
need "a reload" fwc --reload
need "it stays open" is_open 993

# that of a tunnel comes and goes: others are not let in where it was
need "a zone for a tunnel" fwc --zone=work --change-interface=tun0
need "where imap is open" fwc --zone=work --add-service=imap
need "nobody can use it" finds unreached-zone warning
need "that is said without a command" not grep -q '^  fix: .*--zone=work' "$W/out"
need "the status is fine" exits 0 guard status
need "the tunnel comes up" ip link add tun0 type veth peer name tun1
need "nothing is found" not shut_zone
need "mail0 goes to another zone" fwc --zone=internal --change-interface=mail0
need "the next reload takes it back, which is told" finds not-open info
need "with a command" out_has 'fix: firewall-cmd --zone=iredmail --change-interface=mail0'
need "that does it now" mend
need "after which nothing is told" clean not-open
