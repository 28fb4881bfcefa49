# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# waits.sh - how a test waits; sourced by the lab and the machine. Neither of them sleeps:
# tests/check-sleeps.

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
not() { ! "$@"; }

# within SECONDS COMMAND...: (tenths count) until it succeeds, else fails
within() {
	local part=${1#*.} end
	[ "$part" != "$1" ] || part=0
	end=$(($(now_ms) + ${1%.*} * 1000 + ${part:0:1} * 100))
	shift
	until "$@"; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.05
	done
}
# never SECONDS COMMAND...: true when COMMAND does not succeed in all that time
never() { ! within "$@"; }
# stays SECONDS COMMAND...: true when COMMAND succeeds in all that time
stays() { never "$1" not "${@:2}"; }
# pause SECONDS WHY: where the time that goes by is itself the matter, and no condition tells.
# What waits for something says `within`, what must go on being so says `stays`.
pause() { [ $# = 2 ] && sleep "$1"; }
