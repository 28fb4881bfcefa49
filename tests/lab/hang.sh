# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios in which somebody does not answer. To be sourced.
#
#   answers STATUS WORDS   of status, check, conflicts and explain, asked at once: each within 5 s

ask() { # NAME COMMAND...
	local start status
	start=$(now_ms)
	guard "${@:2}" >"$W/$1.out" 2>"$W/$1.err"
	status=$?
	echo "$status $(($(now_ms) - start))" >"$W/$1.end"
}
# answers STATUS WORDS: of all four at once
answers() {
	local name asked=() status took
	for name in status check conflicts; do ask "$name" "$name" & asked+=($!); done
	ask explain explain 10.77.0.2 imaps & asked+=($!)
	wait "${asked[@]}"
	for name in status check conflicts explain; do
		read -r status took <"$W/$name.end"
		[ "$took" -lt 5000 ] || { echo "  $name took $took ms"; return 1; }
		[ "$name" != status ] && [ "$1" != 3 ] || [ "$status" = "$1" ] || { echo "  $name: status $status"; return 1; }
	done
	cat "$W"/{status,check}.{out,err} >"$W/out"
	out_has "$2"
}
