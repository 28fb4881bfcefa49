# SPDX-License-Identifier: GPL-2.0-or-later
# Actions that fail each time: each is found once, with its cause and with what mends its jail; the
# bans of such a jail were never in force, so that no reload takes them and nobody puts them back.
. "$LAB_DIR/bans.sh"
for tool in iptables ipset nft; do
	need "$tool is installed (see packaging/deps)" command -v $tool >/dev/null
done
# NAME | the cause | does its command mend it? | actionstart | actionban
cat >"$W/rows" <<-'END'
	noset|the kernel has no ipset missing|yes||ipset -exist add missing <ip>
	nofwset|firewalld has no ipset blocked|yes||firewall-cmd --ipset=blocked --add-entry=<ip>
	nozone|firewalld has no zone prison|yes||firewall-cmd --zone=prison --add-source=<ip>
	flushed|the kernel has no ipset flushed|yes|ipset create flushed hash:ip|ipset -exist add flushed <ip>
	notable|what it adds to does not exist|no||nft add element inet nothere clients { <ip> }
	nochain|its chain of iptables does not exist|no||iptables -w -I f2b-missing 1 -s <ip> -j DROP
	noprogram|there is no program deny-hosts|no||deny-hosts <ip>
	nostart|typename 'hash:nothing' is unknown|no|ipset create missing hash:nothing|true <ip>
	script|its command says nothing (returned 1)|no||false <ip>
END
jails() {
	local name cause mends start ban
	while IFS='|' read -r name cause mends start ban; do
		: >"$W/$name.log"
		printf '[Definition]\nactionstart = %s\nactionban = %s\nactionunban =\n' \
			"$start" "$ban" >"/etc/fail2ban/action.d/$name.conf"
		printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s\naction = %s\n' "$name" "$W/$name.log" "$name"
	done <"$W/rows"
}
each() { # COMMAND...: with NAME, the cause, and whether it can be mended
	local name cause mends rest
	while IFS='|' read -r name cause mends rest; do
		"$@" "$name" "$cause" "$mends" </dev/null || return 1
	done <"$W/rows"
}
ban() { f2b set "$1" banip 10.77.0.3 10.77.0.4; }
found() { [ "$(grep -c "action $1 of jail $1 .*$2" "$W/out")" = 1 ]; }
# each once, and nothing else of these jails
all_found() {
	guard check >"$W/out" 2>"$W/err"
	each found && [ "$(grep -c 'jail-action-fails: action ' "$W/out")" = "$(wc -l <"$W/rows")" ] ||
		{ cat "$W/out"; return 1; }
}
as_expected() {
	if [ "$3" = yes ]; then not found "$@"; else found "$@"; fi
}
rest_found() {
	guard check --only jail-action-fails >"$W/out" 2>"$W/err"
	each as_expected || { cat "$W/mended" "$W/out"; return 1; }
}
BANS_JAIL=$(jails) bans_up
watch_up
mail_open
need "nothing fails yet but what cannot start" within 10 finds jail-action-fails
need "which is one" test "$(grep -c jail-action-fails "$W/out")" = 1
need "somebody destroys a set" ipset destroy flushed
need "they ban" each ban
need "in vain" is_open_from 10.77.0.3 993
need "each is found once, with its cause" within 30 all_found
need "the jail that works is not among them" not out_has 'of jail lab '
guard status >"$W/out" 2>/dev/null
need "status says so, too" each found
need "a reload" fwc --reload
need "mail comes back" within 5 mail_reachable
need "what was never there is not lost" not said '10\.77\.0\.3.*\(lost\|restored\)'
guard check --only jail-action-fails >"$W/out" 2>/dev/null
sed -n 's/^  fix: //p' "$W/out" >"$W/mend"
need "each has a command" test "$(wc -l <"$W/mend")" = "$(wc -l <"$W/rows")"
# the others have a cause that is to be looked for first
grep -E ' (noset|nofwset|nozone|flushed)$' "$W/mend" >"$W/mends"
while read -r command; do bash -c "$command"; done <"$W/mends" >"$W/mended" 2>&1
need "what a command can mend is mended" within 20 rest_found
need "a banned one stays away" within 10 is_shut_from 10.77.0.3 993
need "the programs' sets hold him" within 10 ipset test missing 10.77.0.3
need "also the one that the action made" within 10 ipset test flushed 10.77.0.3
