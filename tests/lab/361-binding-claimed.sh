# SPDX-License-Identifier: GPL-2.0-or-later
# An interface that somebody binds to another zone is theirs: the guard does not take it back.
need "a zone for mail" fwc --permanent --new-zone=iredmail
need "imaps is permanent there" fwc --permanent --zone=iredmail --add-service=imaps
need "it loads" fwc --reload
watch_up
need "the interface is bound at run time" fwc --zone=iredmail --change-interface=host0
need "imaps is open" is_open 993
need "that is heard" within 5 snapshot_has iredmail/interface:host0
need "it moves to internal" fwc --zone=internal --change-interface=host0
need "the log says so" within 2 said 'iredmail/interface:host0 was bound to internal on purpose'
need "the reload" fwc --reload
need "it comes back to internal" within 2 bound internal
need "not to iredmail" never 1 bound iredmail

# The permanent configuration binds it elsewhere: a wipe brings it there, and it stays.
need "at run time in iredmail" fwc --zone=iredmail --change-interface=host0
need "permanently in internal" fwc --permanent --zone=internal --add-interface=host0
pause 0.6 "until the guard has read the permanent configuration"
need "the reload" fwc --reload
need "the interface is in internal" within 2 bound internal
need "and stays there" never 2 bound iredmail
tries() { [ "$(grep -c 'could not be restored\|stays where it is' "$W/watch.log")" = 1 ]; }
need "which is said once" within 2 tries
need "and once only" stays 2 tries
