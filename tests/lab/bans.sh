# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios about bans that come back: fail2ban with rich rules, and many bans cheaply.
# To be sourced.

# The jail `lab` bans from imaps, and so does `other`, with the very same rule.
bans_up() {
	# while this file is there, fail2ban believes that it bans and unbans
	cat >"$W/bin/firewall-cmd" <<-X
		#!/bin/sh
		[ -e "$W/pretend" ] && exit 0
		[ -e "$W/slow" ] && sleep "\$(cat "$W/slow")"
		exec /usr/bin/firewall-cmd "\$@"
	X
	chmod +x "$W/bin/firewall-cmd"
	hash -r
	F2B_JAIL="[other]
enabled = true
filter = lab
logpath = $W/other.log
port = imaps
action = firewallcmd-rich-rules[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"]
${BANS_JAIL:-}" f2b_up
}
: >"$W/other.log"

# action NAME BAN UNBAN: an action with these commands, and for BANS_JAIL a jail of that name
action() {
	printf '[Definition]\nactionban = %s\nactionunban = %s\n' "$2" "$3" >"/etc/fail2ban/action.d/$1.conf"
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n' "$1" "$W/$1.log" "$1"
}

rule_for() { # ADDRESS [PORT]
	echo "rule family=\"ipv4\" source address=\"$1\" port port=\"${2:-imaps}\" protocol=\"tcp\" reject type=\"icmp-port-unreachable\""
}
rules() { # the banned addresses that firewalld has rules for, a line each, sorted
	fw_zone getRichRules "" | sed -n 's/.*source address="\([^"]*\)" port port="imaps".*reject.*/\1/p' | sort
}
n_rules() { rules | wc -l; }
tickets() { # JAIL...: the addresses that fail2ban holds
	local jail
	for jail in "${@:-lab}"; do fail2ban-client get "$jail" banip; done | tr -s ' \t' '\n' | sed '/^$/d' | sort -u
}
banned() { has_rule "$(rule_for "$1")"; }
rules_are() { [ "$(n_rules)" = "$1" ]; }
as_the_tickets_say() { [ "$(rules)" = "$(tickets "$@")" ]; }

more_than() { [ "$(n_rules)" -gt "$1" ]; }

all_closed() { guard --json history --kind wipe --limit 6 >"$W/wipes" && json 'all(w["finished"] for w in d["history"])' "$W/wipes" >/dev/null; }

# ban_many N [JAIL]: tickets and rules for 198.18.0.0/16, as if fail2ban had worked for minutes
ban_many() {
	local i addresses=() jail=${2:-lab}
	for ((i = 0; i < $1; i++)); do addresses+=("198.18.$((i / 250)).$((i % 250 + 1))"); done
	: >"$W/pretend"
	f2b set "$jail" banip "${addresses[@]}" || return 1
	within 60 tickets_are "$1" "$jail" || return 1
	within 30 quiet || return 1
	rm "$W/pretend"
	rules_add "${addresses[@]}"
}
tickets_are() { [ "$(tickets "$2" | wc -l)" -ge "$1" ]; }
quiet() { ! pgrep -f "$W/bin/firewall-cmd" >/dev/null; }
rules_add() {
	/usr/bin/python3 - "$@" <<-'X'
		import dbus, sys
		zone = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
		                      "org.fedoraproject.FirewallD1.zone")
		rule = 'rule family="ipv4" source address="%s" port port="imaps" protocol="tcp" reject type="icmp-port-unreachable"'
		for address in sys.argv[1:]:
		    try:
		        zone.addRichRule("public", rule % address, 0)
		    except dbus.DBusException as e:
		        if "ALREADY_ENABLED" not in str(e):
		            raise
	X
}
# The guard has read the tickets since the last ban: it reads them 2.3 s after a change at the latest.
# losses_and_seed N: how many rounds, and what chance is; both are told, so that a run can be repeated
losses_and_seed() {
	losses=${LOSSES:-$1}
	RANDOM=${SEED:=$((10#$(date +%N) / 1000 % 32768))}
	echo "  SEED=$SEED LOSSES=$losses"
}
settle() { pause "${1:-3}" "as long as fail2ban and the guard have something to do"; }
