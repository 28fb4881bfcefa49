# SPDX-License-Identifier: GPL-2.0-or-later
# A ban that comes back ends when its time is over, and one that is over stays away.
. "$LAB_DIR/bans.sh"
BANS_JAIL="[short]
enabled = true
filter = lab
logpath = $W/other.log
port = imaps
bantime = 30
action = firewallcmd-rich-rules[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"]"
bans_up
watch_up
mail_open
need "somebody is banned for an hour" f2b set lab banip 198.18.0.1
need "with a rule" within 10 rules_are 1
need "and the client for some seconds" f2b set short banip 10.77.0.3
need "with another" within 10 rules_are 2
settle 2
need "the reload" fwc --reload
need "both are back" within 5 rules_are 2
need "the client is refused" is_shut_from 10.77.0.3 993
need "until its time is over" within 40 is_open_from 10.77.0.3 993
need "the other stays" rules_are 1
need "the reload" fwc --reload
need "it alone comes back" within 5 rules_are 1
need "and nothing else" never 3 more_than 1
need "as fail2ban says" as_the_tickets_say lab
