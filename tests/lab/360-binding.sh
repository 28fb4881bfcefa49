# SPDX-License-Identifier: GPL-2.0-or-later
# The zone of the mail server is bound to its interface at run time only. A reload leaves
# imaps in the zone, which no packet reaches any more: the binding comes back, and first.
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "it loads" fwc --reload
watch_up
need "the interface is bound at run time" fwc --zone=iredmail --change-interface=host0
need "smtps opens at run time" fwc --zone=iredmail --add-service=smtps
need "https too" fwc --zone=public --add-service=https
need "imaps is open" is_open 993 465
need "all is heard" within 5 snapshot_has iredmail/interface:host0 iredmail/service:smtps public/service:https
signals_up
for turn in 1 2; do
	need "the reload" fwc --reload
	need "imaps is open again within 2 s" within 2 is_open 993 465
	need "the interface is bound to iredmail" bound iredmail
done
order() { awk '$2 == "Reloaded" { n = 0 } $2 ~ /^(ServiceAdded|InterfaceAdded)$/ { a[n++] = $2 " " $3 " " $4 } END { for (i = 0; i < n; i++) print a[i] }' "$W/signals"; }
first() { order | head -n 1 | grep -q InterfaceAdded; }
need "the binding came first" first
need "firewalld restarts" fw_down
fw_start
need "it is back" within 15 fw_running
need "imaps is open again" within 3 is_open 993 465
need "the interface is bound to iredmail" bound iredmail

# What is taken out of the zone on purpose stays out.
need "the interface is removed" fwc --zone=iredmail --remove-interface=host0
need "the reload" fwc --reload
need "it stays out" never 2 bound iredmail

# A source, too.
need "a source is bound" fwc --zone=iredmail --add-source=10.77.0.3
need "one client reaches it" is_open_from 10.77.0.3 993
need "another does not" is_shut_from 10.77.0.2 993
need "that is heard" within 5 snapshot_has iredmail/source:10.77.0.3
need "the reload" fwc --reload
need "the source is bound again" within 2 is_open_from 10.77.0.3 993
need "and it alone" is_shut_from 10.77.0.2 993
need "the history" exits 0 guard history
need "tells of it" out_has 'iredmail/interface:host0'
