# SPDX-License-Identifier: GPL-2.0-or-later
# While one item is tried again and again after a start of firewalld, the administrator
# removes another and adds a third. The guard is killed; the next one knows of both.
need "a zone" fwc --permanent --new-zone=doomed
need "loaded" fwc --reload
watch_up
need "a service that cannot be restored keeps the guard from settling" fwc --zone=doomed --add-service=imaps
need "imap opens" fwc --add-service=imap
need "they are heard" within 5 snapshot_has doomed/service:imaps public/service:imap
need "the zone goes" rm /etc/firewalld/zones/doomed.xml
fw_down
fw_start
need "firewalld starts" within 15 fw_running
need "imap is open again" within 3 is_open 143
need "imap is removed on purpose" fwc --remove-service=imap
need "pop3s is added" fwc --add-service=pop3s
pause 1.5 "so that the guard has heard both, and is still at its restore"
watch_kill
fw_kill
fw_start
need "firewalld starts" within 15 fw_running
watch_up
need "pop3s is open again" within 3 is_open 995
need "imap stays away" never 1 has imap
