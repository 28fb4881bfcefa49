# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban's own actions that touch a firewall: what status says that a reload does to the bans of
# each is what it does, on the wire. Nobody puts back what was in the chains of iptables, and the
# command that check prints moves such a jail to where its bans stay. Of firewalld 2.0 and later
# the direct rules that the jails of firewallcmd-* make are why it empties these chains; the first
# such rule empties them, too, so that such a jail comes first.
# To be sourced; the rows come on standard input: NAME | what becomes of its bans | action
. "$LAB_DIR/jail-actions.sh"
for tool in iptables ipset nft; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
define() { # NAME CLIENT FATE ACTION
	: >"$W/$1.log"
	printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\nport = imaps\nbanaction = %s\n' "$1" "$W/$1.log" "$4"
	printf 'action = %%(banaction)s[name=%%(__name__)s, port="%%(port)s", protocol="tcp"]\n'
	ip -n client address add "$2/24" dev client0
}
foretold() { # NAME CLIENT FATE
	local words='which a reload does not touch'
	case $3 in lost) words='which a reload drops, and nobody puts back' ;; restored) words='which a reload drops, and the guard puts back' ;; esac
	grep -q "^ *$1: 1 ban by .*, $words\$" "$W/text" &&
		json "[a['after_reload'] for j in d['fail2ban']['jails'] if j['name'] == '$1' for a in j['actions']] == ['$3']" "$W/status" >/dev/null
}
found() { # NAME CLIENT FATE
	local is=not
	[ "$3" != lost ] || is=
	$is grep -q "warning: bans-not-restored: every reload drops the bans of jail $1, and nobody puts them back" "$W/out"
}
told() { # NAME CLIENT FATE
	[ "$3" != lost ] || said "took 1 ban of jail $1 out of the kernel, and nobody puts it back. To ban again, type: fail2ban-client reload --restart $1\$"
}
came_true() { # NAME CLIENT FATE
	if [ "$3" = lost ]; then is_free "$@"; else is_banned "$@"; fi
}
stock_actions() {
	local name fate action
	while IFS='|' read -r name fate action; do
		[ ! -e "/etc/fail2ban/action.d/$action.conf" ] || echo "$name|$fate|$action"
	done >"$W/rows"
	BANS_JAIL=$(each define) bans_up
	watch_up
	mail_open
	mail_heard
	need "at first all are free" within 10 all is_free
	need "they are banned" each ban
	need "and kept away" within 30 all is_banned
	guard status >"$W/text" 2>/dev/null
	guard --json status >"$W/status" 2>/dev/null
	need "what a reload does to each is foretold" all foretold
	need "that of some nobody puts them back is found" finds bans-not-restored warning
	need "of these alone" all found
	need "the reload" fwc --reload
	need "mail comes back" within 5 mail_reachable
	need "the rest is as foretold" within 20 all came_true
	need "what nobody puts back is said, with the way out" within 10 all told
	need "and stands in the history" exits 0 guard history --kind fail2ban
	need "by jail" out_has 'the reload took 1 ban of jail'
	guard check --only bans-not-restored >"$W/out" 2>/dev/null
	need "before the next, there is a command" mend
	need "that moves the jails" clean bans-not-restored
	need "and bans anew" within 30 all is_banned
	need "another reload" fwc --reload
	need "mail comes back" within 5 mail_reachable
	need "all stay away" within 20 all is_banned
}
