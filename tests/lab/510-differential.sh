# SPDX-License-Identifier: GPL-2.0-or-later
# The model's verdict against the kernel's: random configurations are loaded into the real
# firewalld, and from many client addresses each port is connected to. What connect() says is
# what the verdict says that the client sees; nothing may differ.
# DIFFERENTIAL_S is how long (seconds; the default is 20), DIFFERENTIAL_SEED the first seed; set
# LAB_LIMIT to more than that. DIFFERENTIAL_KEEP is a folder that gets the configurations that
# differ.
seed=${DIFFERENTIAL_SEED:-$RANDOM$RANDOM}
ends=$(($(now_ms) + ${DIFFERENTIAL_S:-20} * 1000))
echo "  the first seed is $seed"
PORTS="25 80 110 143 443 465 587 993 995 2525 4190 8080"
kill "$LISTENER" 2>/dev/null
within 3 not kill -0 "$LISTENER" 2>/dev/null
# shellcheck disable=SC2086
need "all ports are served" "$BUILD/tests/lab/listener" $PORTS >/dev/null

# the kernel answers refused packets up to a rate, of all clients together too
sysctl -q -w net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratemask=
sysctl -q -w net.ipv4.icmp_msgs_per_sec=10000000 net.ipv4.icmp_msgs_burst=1000000 2>/dev/null

# a second way in, and clients in networks that both share
ip link add host1 address 02:00:00:00:01:01 type veth peer name client1 netns client
ip -n client link set client0 down
ip -n client link set client0 address 02:00:00:00:00:0a
ip -n client link set client0 up
ip -n client link set client1 address 02:00:00:00:00:0b
ip -n client link set client1 up
ip link set host1 up
ip address add 10.78.0.1/24 dev host1
ip -6 address add fd78::1/64 dev host1 nodad
ip route add 192.0.2.0/25 dev host0
ip route add 192.0.2.128/25 dev host1
ip route add 198.51.100.0/25 dev host0
ip route add 198.51.100.128/25 dev host1
ip -6 route add 2001:db8:a::/64 dev host0
ip -6 route add 2001:db8:b::/64 dev host1
ip -n client address add 10.78.0.2/24 dev client1
ip -n client -6 address add fd77::2/64 dev client0 nodad 2>/dev/null
ip -n client -6 address add fd78::2/64 dev client1 nodad
# An ICMPv6 error that comes while connect() still runs is not heeded, only the answer to the
# second SYN a second later: so that it comes later, another processor takes what comes in.
for n in 0 1; do
	client sh -c "echo 2 >/sys/class/net/client$n/queues/rx-0/rps_cpus" 2>/dev/null
done
: >"$W/ways"
way() { # SOURCE DESTINATION INTERFACE
	local family=-4 length=32
	case $1 in *:*) family=-6 length=128 ;; esac
	ip -n client $family address replace "$1/$length" dev "client${3#host}" nodad 2>/dev/null ||
		ip -n client $family address replace "$1/$length" dev "client${3#host}"
	echo "$1 $2 $3 02:00:00:00:00:0$([ "$3" = host0 ] && echo a || echo b)" >>"$W/ways"
}
for i in 3 4 8 10 12; do
	way 10.77.0.$i 10.77.0.1 host0
	way 10.78.0.$i 10.78.0.1 host1
done
for i in 1 2 3 5 8; do
	way 192.0.2.$i 10.77.0.1 host0
	way 192.0.2.$((i + 128)) 10.78.0.1 host1
	way 198.51.100.$i 10.77.0.1 host0
	way 198.51.100.$((i + 128)) 10.78.0.1 host1
done
for i in 3 4 5 8; do
	way fd77::$i fd77::1 host0
	way fd78::$i fd78::1 host1
	way 2001:db8:a::$i fd77::1 host0
	way 2001:db8:b::$i fd78::1 host1
done
major=$(firewall-cmd --version)
major=${major%%.*}
python=/usr/bin/python3

reload() {
	dbus-send --system --print-reply --reply-timeout=30000 --dest=org.fedoraproject.FirewallD1 \
		/org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.reload >"$W/reload" 2>&1
}
# what changes the runtime alone, once all is loaded; firewalld may refuse it
change() {
	local interface method a b timeout
	while IFS=$'\t' read -r interface method a b timeout; do
		dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 \
			"org.fedoraproject.FirewallD1.$interface.$method" "string:$a" "string:$b" \
			${timeout:+"int32:$timeout"} >/dev/null 2>>"$W/changes"
	done <"$W/runtime"
}
# what others filter, in place of what they filtered before
load_foreign() {
	local tool
	nft -f "$W/foreign/nft" || return 1
	for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		printf '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n' | "$tool-restore" || return 1
	done
	ipset destroy
	ipset restore <"$W/foreign/ipset" || return 1
	for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		"$tool-restore" <"$W/foreign/$tool" || return 1
	done
}
first=$seed rounds=0 refused=0
while [ "$(now_ms)" -lt $ends ]; do
	"$python" "$TOP/tests/lab/differential.py" /etc/firewalld "$seed" "$major" "$W/foreign" "$W/runtime" ||
		fail "the configuration of seed $seed can be made"
	if reload; then
		change
		need "somebody else's chains of seed $seed load" load_foreign
		# shellcheck disable=SC2086
		if ! "$BUILD/tests/lab/differential" /run/netns/client "$W/ways" $PORTS >"$W/round"; then
			sed 's/^/    /' "$W/round" | head -n "${DIFFERENTIAL_LINES:-60}"
			if [ -n "${DIFFERENTIAL_KEEP:-}" ]; then
				mkdir -p "$DIFFERENTIAL_KEEP/$seed"
				cp -r /etc/firewalld/. "$W/foreign" "$W/runtime" "$W/round" "$DIFFERENTIAL_KEEP/$seed/"
				nft list ruleset >"$DIFFERENTIAL_KEEP/$seed/ruleset"
			fi
			fail "verdicts are what the kernel does (seed $seed)"
		fi
		tail -n 1 "$W/round" >>"$W/rounds"
		grep '^decided by:' "$W/round" >>"$W/decided"
		grep '^not known:' "$W/round" >>"$W/doubts"
		rounds=$((rounds + 1))
	else
		refused=$((refused + 1))
		echo "    seed $seed is refused: $(tail -n 1 "$W/reload" | cut -c1-200)"
	fi
	seed=$((seed + 1))
done
awk -v first="$first" -v refused="$refused" '
	{ compared += $1; open += $3; shut += $5; late += $7; unsure += $10; different += $12; again += $14 }
	END { printf "  seeds from %s: %d configurations, %d refused; %d compared: %d open, %d refused, %d timed out, %d uncertain, %d different; %d tried again\n", first, NR, refused, compared, open, shut, late, unsure, different, again }' "$W/rounds"
awk '{ for (i = 3; i <= NF; i++) { split($i, part, "="); n[part[1]] += part[2] } } END { printf "  decided by:"; for (what in n) printf " %s %d,", what, n[what]; print "" }' "$W/decided" | sed 's/,$//'
awk '/^not known:/ { n = $3; sub(/^not known: [0-9]+ /, ""); sum[$0] += n } END { for (what in sum) printf "  not known (%d): %s\n", sum[what], what }' "$W/doubts" 2>/dev/null | sort -t '(' -k 2 -rn
need "some configurations load" test "$rounds" -gt $((refused * 4))
