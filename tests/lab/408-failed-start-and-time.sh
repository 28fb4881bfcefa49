# SPDX-License-Identifier: GPL-2.0-or-later
# What was open for a time is put back into a firewalld that has failed to start. Its time ends there,
# too: nobody else takes it away, since firewalld's own timer went with the firewalld before.
need "nothing is bound to a zone" fwc --zone=public --remove-interface=host0
conf_guard "audit-s = 0"
watch_up -v
need "smtp for good" fwc --add-service=smtp
need "imaps for a time" fwc --add-service=imaps --timeout=25
ends=$(($(date +%s) + 25))
need "the guard has heard" within 5 snapshot_has public/service:imaps public/service:smtp
fw_fails
need "imaps is put back" within 10 is_open 993
need "the time is not over" [ "$(date +%s)" -lt "$ends" ]
over() { [ "$(date +%s)" -ge "$ends" ]; }
need "it is" within 30 over
need "imaps is shut then" within 5 is_shut 993
need "smtp is open" is_open 25
