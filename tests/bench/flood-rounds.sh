# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/flood, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
rules=$1
ticks=$(getconf CLK_TCK)
used_ms() { awk -v t="$ticks" '{ print ($14 + $15) * 1000 / t }' "/proc/$1/stat"; }

measured() { # WORDS COMMAND...
	local before start
	"$BUILD/tests/bench/notices" >"$W/notices" &
	notices=$!
	sleep 0.5
	before=$(used_ms "$FW")
	start=$(now_ms)
	"${@:2}"
	start=$(($(now_ms) - start))
	sleep 0.5
	kill -TERM $notices
	wait $notices
	printf '%-46s %6d ms; firewalld %6d ms; notices: %s\n' "$1" "$start" "$(($(used_ms "$FW") - before))" "$(cat "$W/notices")"
}
many_transactions() {
	local i
	for ((i = 0; i < rules / 1000; i++)); do nft add rule inet flood in ip saddr "10.2.0.$((i % 250))" drop; done
}

measured "a reload of nothing" fwc --reload
{
	echo '<?xml version="1.0" encoding="utf-8"?><zone><service name="ssh"/>'
	for ((i = 0; i < rules; i++)); do
		echo "<rule family=\"ipv4\"><source address=\"10.1.$((i / 250)).$((i % 250))\"/><drop/></rule>"
	done
	echo '</zone>'
} >/etc/firewalld/zones/public.xml
measured "a reload of $rules rich rules" firewall-cmd -q --reload
nft add table inet flood
nft add chain inet flood in
measured "$((rules / 1000)) transactions by nft" many_transactions
{ for ((i = 0; i < rules; i++)); do echo "add rule inet flood in ip saddr 10.3.$((i / 250)).$((i % 250)) drop"; done; } >"$W/rules.nft"
measured "$rules rules in one transaction by nft" nft -f "$W/rules.nft"
