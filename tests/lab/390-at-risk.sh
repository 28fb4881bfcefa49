# SPDX-License-Identifier: GPL-2.0-or-later
# What is protected and runtime only is said at once, all of it in one line and each
# item once, with the command that mends it; and so is what leaves the permanent configuration.
lines() { grep -c "$1" "$W/watch.log"; }
conf <<-C
	[guard]
	settle-ms = 800
C
need "pop3s is there before the guard" fwc --add-service=pop3s
need "imap is permanent" fwc --permanent --add-service=imap
need "and open" fwc --add-service=imap
watch_up
need "what was there at the start is said" within 5 said 'Runtime only.*public/service:pop3s.*reload-guard persist'
need "what is permanent is not" not said 'Runtime only.*public/service:imap[, ;]'
mail_open
need "what is opened is said" within 5 said 'Runtime only.*public/service:imaps'
need "in one line" said 'Runtime only \(6\): public/service:imaps, .*service:http\.'
need "not what was said before" [ "$(grep 'Runtime only.*imaps' "$W/watch.log" | grep -c 'pop3s')" = 0 ]
need "a service for a time" fwc --add-service=ftp --timeout=60
need "a ban" fwc --add-rich-rule='rule family="ipv4" source address="192.0.2.11" reject'
pause 1.5 "so that the guard would have said it"
need "status names the command" exits 0 guard status
need "for what is runtime only" out_has '^info: runtime-only-service: .*runtime only'
need "by name" out_has '^  details: .*public/service:imaps'
need "to be typed" out_has '^  fix: reload-guard persist$'
need "in JSON" exits 0 guard --json status
need "for each item" json '[i["command"] for i in d["items"] if i["item"] == "public/service:imaps" and i["at_risk"] == "runtime-only"] == ["firewall-cmd --permanent --zone=public --add-service=imaps"]'
need "what is permanent has none" json '[(i["at_risk"], i["command"]) for i in d["items"] if i["item"] == "public/service:imap"] == [(None, None)]'
need "what ends has none" json '[i["at_risk"] for i in d["items"] if i["item"] == "public/service:ftp"] == [None]'
need "the history has it" exits 0 guard history --kind at-risk
need "with the command" out_has 'public/service:imaps.*fix: reload-guard persist'
n=$(lines 'Runtime only')
need "a reload" fwc --reload
need "mail is back" within 3 mail_reachable
need "nothing is said anew" never 2 eval '[ "$(lines "Runtime only")" != '"$n"' ]'
need "nor of the ban, nor of what has an end" not said 'Runtime only.*(rule|ftp)'

# out of the permanent configuration, several at a time
need "two more are permanent" fwc --permanent --add-service=imap --add-service=imaps --add-service=pop3s
pause 1 "so that the guard has read the permanent configuration"
need "and are taken out again" fwc --permanent --remove-service=imap --remove-service=imaps --remove-service=pop3s
need "it is said within a second or two" within 3 said 'Removed from the permanent configuration .*public/service:imap[,;].*firewall-cmd --permanent --zone=public .*--add-service=imap'
need "status says what a reload does, which is not fine" exits 1 guard status
need "in the first line" out_has 'The next reload closes imaps, imap and pop3s, and nobody puts them back\.'
need "of what left" out_has '^warning: withdrawn: .*closed by the next reload and not restored'
need "by name" eval 'grep -A1 "^warning: withdrawn: " "$W/out" | grep -q "^  details: .*public/service:imaps"'
need "and how to keep it" eval 'grep -A2 "^warning: withdrawn: " "$W/out" | grep -q "^  fix: firewall-cmd --permanent --zone=public .*--add-service=imaps"'
need "it is no longer listed as put back by the watcher" eval 'not grep -A1 "^info: runtime-only-service: " "$W/out" | not grep -q "service:imaps"'
guard report >"$W/report" 2>/dev/null
need "the report, too" grep -qx 'public/service:imaps, for good' "$W/report"
need "in JSON" exits 1 guard --json status
need "it is withdrawn" json '[i["at_risk"] for i in d["items"] if i["item"] == "public/service:imaps"] == ["withdrawn"]'
