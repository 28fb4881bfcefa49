# SPDX-License-Identifier: GPL-2.0-or-later
# Same boot, same firewalld, and a service is gone: nobody can tell why. The guard reports.
watch_up
mail_open
need "the guard ends" watch_down
need "imap is removed unseen" fwc --remove-service=imap
watch_up
need "imap stays away" never 2 has imap
need "the log names it" said 'public/service:imap([^s]|$)'
need "and the command" said 'reload-guard restore'
need "the history" exits 0 guard history
need "names it too" out_has 'public/service:imap([^s]|$)'
need "restore brings it back" exits 0 guard restore
need "firewalld has it" within 2 has imap
need "and the wire" is_open 143
need "another reload" fwc --reload
need "does not lose it" within 2 is_open 143
