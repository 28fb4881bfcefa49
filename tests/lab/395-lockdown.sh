# SPDX-License-Identifier: GPL-2.0-or-later
# Lockdown, and the guard is not on its list: what was lost stays closed, it is said once
# what to do, and it comes back when the lockdown ends.
cat >/etc/firewalld/lockdown-whitelist.xml <<-C
	<?xml version="1.0" encoding="utf-8"?>
	<whitelist><command name="/usr/bin/python3 *"/></whitelist>
C
need "the list is read" fwc --reload
watch_up
mail_open
need "lockdown" fwc --lockdown-on
need "a reload" fwc --reload
need "it is said why nothing comes back" within 5 said 'firewalld is in lockdown and lets the guard change nothing'
need "and what to do" said 'lockdown-whitelist.xml \(<command name=.*reload-guard\*'
need "imaps is closed" is_shut 993
once() { [ "$(grep -c 'is in lockdown' "$W/watch.log")" = 1 ]; }
need "once" stays 2 once
need "the guard goes on" watching
need "the history has it" exits 0 guard history --kind lockdown
need "in words" out_has 'lets the guard change nothing'
need "a person's restore is refused, too" exits 1 guard restore
need "the end of it" fwc --lockdown-off
need "brings mail back" within 40 mail_reachable
