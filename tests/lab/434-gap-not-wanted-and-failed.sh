# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld has failed to start, and the guard's table is switched off (close-gap = no), which is to
# cost a moment and no ban: a firewalld in state FAILED takes rules, as it takes services. So it is
# when it is switched off meanwhile, and that is what the log says.
service_manager_up
conf_guard "audit-s = 1"
mail_and_ban_up
pause 4 "the guard is idle"
fw_fails
need "mail is put back into it" within 8 mail_reachable
need "the ban holds" within 10 is_shut_from 10.77.0.3 993
: >"$W/watch.log"
conf_guard "audit-s = 1" "close-gap = no"
kill -HUP "$WATCH"
need "the table goes, and it is said why" within 10 said 'reload_guard removed: close-gap is off'
need "its rules are put back, and that is said" within 15 said 'rules are restored into it'
need "the ban holds again" within 15 is_shut_from 10.77.0.3 993
not said 'back or has ended' || fail "what is not so was said"
need "he is unbanned" f2b set lab unbanip 10.77.0.3
need "and gets in" within 10 is_open_from 10.77.0.3 993
need "he is banned" f2b set lab banip 10.77.0.3
need "and does not" within 10 is_shut_from 10.77.0.3 993
: >"$W/watch.log"
need "firewalld ends" fw_down
fw_start
need "it fails again" within 15 fw_failed
need "mail is put back into it" within 8 mail_reachable
need "the ban, too" within 20 is_shut_from 10.77.0.3 993
