# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of the bans of each action: known by address and moment, not by the action's name.
# To be sourced; the rows come on standard input, one an action, each with a client of its own
# on the wire:
# NAME | may a reload take its bans? | actionstart | actionban | actionunban
. "$LAB_DIR/bans.sh"
cat >"$W/ban-script" <<-'END'
	#!/bin/sh
	# nobody can tell from its name what it does
	exec firewall-cmd "--$1-rich-rule=rule family=ipv4 source address=$2 drop"
END
chmod +x "$W/ban-script"
drop='rule family=ipv4 source address=<ip>'
each() { # COMMAND...: with NAME, its client, and whether a reload takes its bans
	local n=25 name lost rest
	while IFS='|' read -r name lost rest; do
		n=$((n + 1))
		"$@" "$name" "10.77.0.$((4 * n))" "$lost" "$rest" </dev/null || return 1
	done <"$W/rows"
}
all() { # COMMAND...: the same for all rows at once
	local pids=() pid failed=0 n=25 name lost rest
	while IFS='|' read -r name lost rest; do
		n=$((n + 1))
		"$@" "$name" "10.77.0.$((4 * n))" "$lost" </dev/null >"$W/$name.out" 2>&1 &
		pids+=($!)
	done <"$W/rows"
	for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
	return $failed
}
define() { # NAME CLIENT LOST START|BAN|UNBAN
	local start ban unban
	IFS='|' read -r start ban unban <<<"$4"
	: >"$W/$1.log"
	printf '[Definition]\nactionstart = %s\nactionban = %s\nactionunban = %s\n' \
		"$start" "$ban" "$unban" >"/etc/fail2ban/action.d/$1.conf"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n' "$1" "$W/$1.log" "$1" >>"$W/jails"
	ip -n client address add "$2/24" dev client0
}
is_free() { is_open_from "$2" 993; }
is_banned() { is_shut_from "$2" 993; }
ban() { f2b set "$1" banip "$2"; }
unban() { f2b set "$1" unbanip "$2"; }
# of policy-rule the command tells it: a rich rule for exactly the address
learned() { [ "$3" = no ] || [ "$1" = policy-rule ] || said "jail $1 was seen to ban by"; }
# the command frees exactly this client; to open zone drop would free everybody
named() {
	[ "$1" != blackhole ] || return 0 # no rule says so
	guard explain "$2" imaps >"$W/$1.explain" 2>&1
	grep -q "jail $1" "$W/$1.explain" && grep -q "fail2ban-client set $1 unbanip $2" "$W/$1.explain" &&
		not grep -q 'add-service\|remove-source' "$W/$1.explain"
}
foretold() {
	local what='does not touch'
	[ "$3" = no ] || what=drops
	grep -q "$1: 1 ban by .*reload $what" "$W/status"
}
jail_actions() {
	cat >"$W/rows"
	need "the jails" each define
	need "a reload" fwc --reload
	fwc --zone=public --change-interface=host0
	BANS_JAIL=$(cat "$W/jails") bans_up
	watch_up
	mail_open
	mail_heard
	need "at first all are free" within 10 all is_free
	need "they are banned" each ban
	need "and kept away" within 20 all is_banned
	need "what the guard sees" within 30 all learned
	need "each is named, with what frees its client" all named
	guard status >"$W/status"
	need "what a reload takes is foretold" all foretold
	need "the reload" fwc --reload
	need "mail comes back" within 5 mail_reachable
	need "the bans are back" within 20 all is_banned
	need "the restore ends" within 15 finished
	need "they are unbanned" each unban
	need "and free" within 20 all is_free
	need "another reload" fwc --reload
	need "mail comes back" within 5 mail_reachable
	need "the second restore ends" within 15 finished
	need "all stay free" all is_free
}
