# SPDX-License-Identifier: GPL-2.0-or-later
# With persist = yes what is at risk is mended before anything happens, and a reload then
# has no outage at all.
conf <<-C
	[guard]
	persist = yes
C
watch_up
mail_open
permanent() { for service in $MAIL; do fwc --permanent --query-service="$service" || return 1; done; }
need "mail becomes permanent" within 5 permanent
need "so nothing of it is at risk" not said 'Runtime only.*service:'
probe_up
pause 0.3 "some probes before"
need "a reload" fwc --reload
pause 0.7 "and some after"
probe_down
need "imaps is never refused" not grep -q refused "$W/probe"
need "and no service was lost" not said "lost.*service:"
