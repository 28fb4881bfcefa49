# SPDX-License-Identifier: GPL-2.0-or-later
# The guard is killed, and another one begins with the same firewalld, which has failed to start: it
# takes up where the other stopped. What somebody has taken out of that firewalld stays away,
# whether or not a guard ran then, what is there for a time ends, and bans hold. Of a firewalld that
# fails anew all else is put back again.
ip -n client address add 10.77.0.4/24 dev client0
mail_and_ban_to_fail
need "two are closed" fwc --remove-service=smtp-submission --remove-service=imap
need "submission for a time" fwc --add-service=smtp-submission --timeout=60
ends=$(($(date +%s) + 60))
need "another, too" fwc --add-service=imap --timeout=36
over=$(($(date +%s) + 36))
pause 4 "the guard is idle"
fw_fails
need "mail is put back into it" within 8 mail_reachable
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
need "one is taken out" fwc --remove-service=smtps
need "that is heard" within 5 said 'smtps was removed on purpose'
watch_kill
need "another, with no guard" fwc --remove-service=pop3s
need "and one that is permanent" fwc --remove-service=pop3
f2b set lab banip 10.77.0.4
past() { [ "$(date +%s)" -gt "$1" ]; }
need "the time of one is over" within 40 past "$over"
: >"$W/watch.log"
watch_start -v
need "it is said what is gone" within 10 said 'nobody can tell why \(2\): public/service:pop3s, public/service:pop3; lost: .reload-guard restore'
need "whose time is over is shut" within 5 is_shut 143
need "what was taken out stays away" never 4 is_open 995
need "what was, while one watched" is_shut 465
need "the permanent one" is_shut 110
need "the bans hold" is_shut_from 10.77.0.3 993
need "the new one, too" is_shut_from 10.77.0.4 993
need "the rest is open" is_open 25 587 993 80 443
watch_kill
watch_start -v
need "the time is over" within 60 past "$ends"
need "it ends" within 5 is_shut 587
need "all else is as it was" is_open 25 993 80 443
need "also what is not there" is_shut 465 995 110 143
watch_kill
need "firewalld ends" fw_down
fw_start
need "it fails anew" within 15 fw_failed
need "another is shut" is_shut 993
watch_start -v
need "all is put back but what was taken out" within 10 is_open 25 993 80 443
need "which stays away" is_shut 465 995 143 587
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
