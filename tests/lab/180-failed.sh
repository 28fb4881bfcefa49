# SPDX-License-Identifier: GPL-2.0-or-later
# A firewalld that could not read its files runs on a stock configuration, in state FAILED.
# That is nobody's wish: nothing is learned from it, and it replaces no good snapshot. With
# `restore = no` it stays as it is; else mail is put back into it (388).
conf <<-X
	[guard]
	restore = no
X
need "a permanent service, so that there is a zone file" fwc --permanent --add-service=ssh --add-service=ldap
watch_up
mail_open
cp /etc/firewalld/zones/public.xml "$W/public.xml"
need "firewalld ends" fw_down
file_refused
fw_start
need "it fails" within 15 fw_failed
need "it opens nothing on a failed firewalld" never 2 has imaps
conf </dev/null
kill -HUP "$WATCH"
need "and what it may open it does" within 8 has imaps
need "the watcher lives" watching
need "the status is not fine" exits 1 guard status
need "and says why" out_has 'fail'
need "the failed firewalld ends" fw_down
cp "$W/public.xml" /etc/firewalld/zones/public.xml
fw_start
need "the repaired one runs" within 15 fw_running
need "imaps is open again" within 4 has imaps
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "all mail services are reachable" mail_reachable
