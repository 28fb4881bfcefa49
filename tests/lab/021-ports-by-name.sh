# SPDX-License-Identifier: GPL-2.0-or-later
# Ports as people type them: firewalld's signals carry the names, and ranges as they were
# typed; it lists numbers. What was opened so comes back, what was closed so stays shut.
"$BUILD/tests/lab/listener" 142 145 4191 >/dev/null
watch_up
ports() { firewall-cmd --list-ports | tr ' ' '\n' | sort | tr '\n' ' '; }
need "imaps/tcp opens" fwc --add-port=imaps/tcp
need "that is at risk" within 5 said '993/tcp.*next reload'
need "the reload" fwc --reload
need "993 is open again within 2 s" within 2 is_open 993

need "465 opens" fwc --add-port=465/tcp
need "it is known" within 5 snapshot_has public/port:465/tcp
need "it is closed by its name" fwc --remove-port=smtps/tcp
need "the reload" fwc --reload
need "993 is open again" within 2 is_open 993
need "465 stays shut" never 2 is_open 465

need "a forward port by name opens" fwc --add-forward-port=port=submission:proto=tcp:toport=2525
need "a range typed backwards opens" fwc --add-port=4195-4190/tcp
need "both are open" is_open 587 4191
before=$(ports)
need "the reload" fwc --reload
need "the forward port is back" within 2 is_open 587
need "the range is back" within 2 is_open 4191
need "firewalld lists what it did" within 2 test "$(ports)" = "$before"

need "the forward port is closed by number" fwc --remove-forward-port=port=587:proto=tcp:toport=2525
need "the reload" fwc --reload
need "it stays shut" never 2 is_open 587
need "the range is back" is_open 4191
