# SPDX-License-Identifier: GPL-2.0-or-later
# A machine with two ways to the world: what comes in where answers would not go out is dropped
# before all rules, by the kernel (IPv4) or firewalld (IPv6). Explain says so of a client whose
# interface is named, and what opens it.
second_way() {
	ip link add host1 type veth peer name client1 netns client && ip link set host1 up &&
		ip -n client link set client1 up && ip address add 10.78.0.1/24 dev host1 &&
		ip -6 address add fd78::1/64 dev host1 nodad && ip -n client address add 10.77.0.9/32 dev client1 &&
		ip -n client route add 10.78.0.1 dev client1 src 10.77.0.9 &&
		ip -n client -6 address add fd77::9/128 dev client1 nodad &&
		ip -n client -6 route add fd78::1 dev client1
}
from_there() { [ "$(reach 993 10.78.0.1 10.77.0.9)" = open ]; }
need "there is a second way in" second_way
mail_open
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.host1.rp_filter=0
need "without a filter a client gets in, and answers go another way" from_there
need "explain says so" exits 0 guard explain 10.77.0.9 993 -i host1
sysctl -qw net.ipv4.conf.host1.rp_filter=1
need "with the reverse path filter he does not" not from_there
need "explain says that he is dropped" exits 1 guard explain 10.77.0.9 993 -i host1
need "by what" out_has 'reverse path filter rp_filter'
need "and why" out_has 'Answers to this address go out by another interface'
need "where his answers go he gets in" exits 0 guard explain 10.77.0.9 993
guard --json explain 10.77.0.9 993 -i host1 >"$W/out" 2>>"$W/guard.err"
json '"\n".join(d["reasons"][0]["commands"])' >"$W/typed"
need "what is printed is typed" bash -e "$W/typed"
need "and lets him in" from_there
need "explain says so" exits 0 guard explain 10.77.0.9 993 -i host1

ip link set host1 down && ip link set host1 up && ip -6 address replace fd78::1/64 dev host1 nodad
need "of IPv6 firewalld looks at the way back" exits 1 guard explain fd77::9 993 -i host1
need "explain says so" out_has 'reverse path filter IPv6_rpfilter'
need "where his answers go he gets in" exits 0 guard explain fd77::9 993
guard --json explain fd77::9 993 -i host1 >"$W/out" 2>>"$W/guard.err"
json '"\n".join(d["reasons"][0]["commands"])' >"$W/typed"
need "what is printed changes firewalld.conf" grep -q 'IPv6_rpfilter=no' "$W/typed"
