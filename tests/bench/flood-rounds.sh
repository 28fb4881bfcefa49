# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/flood, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
rules=$1
ticks=$(getconf CLK_TCK)
used_ms() { awk -v t="$ticks" '{ print ($14 + $15) * 1000 / t }' "/proc/$1/stat"; }

measured() { # NAME COMMAND...
	local before start
	"$BUILD/tests/bench/notices" "flood.$1" &
	notices=$!
	sleep 0.5
	before=$(used_ms "$FW")
	start=$(now_ms)
	"${@:2}"
	echo "figure flood.$1.took $(($(now_ms) - start)) ms"
	echo "figure flood.$1.cpu-of-firewalld $(($(used_ms "$FW") - before)) ms"
	sleep 0.5
	kill -TERM $notices
	wait $notices
}
many_transactions() {
	local i
	for ((i = 0; i < rules / 1000; i++)); do nft add rule inet flood in ip saddr "10.2.0.$((i % 250))" drop; done
}

measured reload-of-nothing fwc --reload
{
	echo '<?xml version="1.0" encoding="utf-8"?><zone><service name="ssh"/>'
	for ((i = 0; i < rules; i++)); do
		echo "<rule family=\"ipv4\"><source address=\"10.1.$((i / 250)).$((i % 250))\"/><drop/></rule>"
	done
	echo '</zone>'
} >/etc/firewalld/zones/public.xml
measured "reload-of-$rules" firewall-cmd -q --reload
nft add table inet flood
nft add chain inet flood in
measured "transactions-$((rules / 1000))" many_transactions
{ for ((i = 0; i < rules; i++)); do echo "add rule inet flood in ip saddr 10.3.$((i / 250)).$((i % 250)) drop"; done; } >"$W/rules.nft"
measured "one-transaction-of-$rules" nft -f "$W/rules.nft"
