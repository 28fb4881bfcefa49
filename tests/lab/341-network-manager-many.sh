# SPDX-License-Identifier: GPL-2.0-or-later
# NetworkManager keeps dozens of interfaces: after a reload it sends
# the zones of all of them at once. None of it is a decision, whichever comes first.
. "$LAB_DIR/nm.sh"
N=75
can "seventy-five of them" || N=40
nm_prepare
sed -i 's/^unmanaged-devices=.*/unmanaged-devices=except:interface-name:host0,except:interface-name:lk*/' "$W/nm/conf"
for i in $(seq "$N"); do
	ip link add "lk$i" type veth peer name "pk$i" && ip link set "pk$i" up
	cat >"$W/nm/connections/lk$i.nmconnection" <<-Y
		[connection]
		id=lk$i
		uuid=$(cat /proc/sys/kernel/random/uuid)
		type=ethernet
		interface-name=lk$i
		[ipv4]
		method=manual
		address1=10.90.$i.1/24
		[ipv6]
		method=disabled
	Y
done
chmod 600 "$W"/nm/connections/*
nm_start
all_up() { [ "$(nmcli -g NAME connection show --active | grep -c '^lk')" = "$N" ]; }
need "all are up" within 60 all_up
has_all() { [ "$(firewall-cmd --get-active-zones | grep -ow 'lk[0-9]*' | wc -l)" = "$N" ]; }
need "firewalld has them" within 90 has_all
iredmail_up
watch_up -v
iredmail_bound
: >"$W/watch.log"
fwc --reload
need "host0 is bound to its zone again" within 20 settles_in iredmail
need "imaps is open" is_open 993
need "nobody is said to have meant it" not said 'host0 was (bound to|removed).*on purpose'
