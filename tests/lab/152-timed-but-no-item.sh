# SPDX-License-Identifier: GPL-2.0-or-later
# firewall-cmd takes --timeout for what is no item, too: the zones of a policy, and that it is
# disabled. Where that breaks reloads off (146) it is said at once, and check says it as long as it is
# pending. Nobody takes it over.
need "a policy" fwc --permanent --new-policy=mail-in
need "from zone work" fwc --permanent --policy=mail-in --add-ingress-zone=work
need "to this machine" fwc --permanent --policy=mail-in --add-egress-zone=HOST
need "it lets imaps in" fwc --permanent --policy=mail-in --add-service=imaps
need "another one" fwc --permanent --new-policy=web-in
need "from zone home" fwc --permanent --policy=web-in --add-ingress-zone=home
need "to the world" fwc --permanent --policy=web-in --add-egress-zone=public
need "it loads" fwc --reload
watch_up -v
pause 1 "so that all of it is known"
need "nothing is pending" clean reload-crash

# pending WORDS REMOVAL COMMAND...: which opens something for a time
pending() {
	local words=$1 removal=$2
	: >"$W/watch.log"
	need "for a time: $words" fwc "${@:3}" --timeout=600
	need "it is said at once" within 2 said "$words has a --timeout of .*breaks off.*Do not reload before, or remove it first.*firewall-cmd $removal"
	need "and nothing else" [ "$(grep -c 'has a --timeout' "$W/watch.log")" = 1 ]
	need "check says it" finds reload-crash error
	need "by its name" out_has "$words"
	need "it is taken back" eval "fwc $removal"
	need "no reload would break off" within 3 clean reload-crash
}
pending 'ingress-zone=home of policy mail-in' '--policy=mail-in --remove-ingress-zone=home' --policy=mail-in --add-ingress-zone=home
pending 'egress-zone=home of policy web-in' '--policy=web-in --remove-egress-zone=home' --policy=web-in --add-egress-zone=home
pending 'disable of policy mail-in' '--policy=mail-in --remove-disable' --policy=mail-in --add-disable

# it is on record: for a guard that was killed meanwhile, too
need "another zone for a time" fwc --policy=mail-in --add-ingress-zone=home --timeout=8
need "check says it" within 2 finds reload-crash error
watch_kill
watch_up -v
need "it does still" finds reload-crash error
need "and no more when its time is over" within 12 clean reload-crash
need "the history has it" exits 0 guard history --kind at-risk
need "in words" out_has 'ingress-zone=home of policy mail-in has a --timeout'
need "a reload gets through" fwc --reload
need "firewalld is well" fw_running
need "it is added again" fwc --policy=mail-in --add-ingress-zone=home --timeout=600
need "the watcher lives" watching
