# SPDX-License-Identifier: GPL-2.0-or-later
# A reload takes the runtime services; the client on the wire gets them back within 2 s.
# As shipped: the main job.
need "without mail services the client is refused" is_shut 993
watch_up
mail_open
need "the mail server is reachable before" mail_reachable
need "over IPv6 too" is_open6 993
need "the reload" fwc --reload
need "imaps is open again within 2 s" within 2 is_open 993
need "and over IPv6" is_open6 993
need "all mail services are open again" within 2 mail_reachable
for service in $MAIL; do need "firewalld has $service" has "$service"; done
need "the history shows the reload" exits 0 guard history
need "as a reload" out_has 'reload'
