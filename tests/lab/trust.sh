# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios in which a client is trusted for a while. To be sourced.

trusted() { has_source "$1" trusted; }
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
# trust SECONDS [ADDRESS]: end_ms is when it has to be over
trust() {
	need "the client is trusted" exits 0 guard trust "${2:-10.77.0.2}" --for "$1s" --note 'a new phone'
	end_ms=$(($(now_ms) + $1 * 1000))
}
shut_in_time() {
	need "its time comes" within 60 is_later_than $((end_ms - 2000))
	need "it is open shortly before its end" is_open 2525
	need "it is shut at its end" within 5 is_shut 2525
	need "in firewalld, too" not trusted 10.77.0.2
}
