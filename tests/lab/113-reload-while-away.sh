# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld is reloaded while no watcher runs: the kernel's number of its table tells so, and what was
# open is open again as soon as there is one. Without a reload nobody can tell: 110.
watch_up
mail_open
mail_heard
need "the guard is killed" watch_kill
need "firewalld is reloaded" fwc --reload
need "mail is shut" is_shut 993 25
need "which status tells" exits 1 guard status
watch_up
need "mail is open again" within 3 mail_reachable
need "it was a reload" said 'warning: firewalld was reloaded while the guard did not run.*lost \(9\).*restoring'
need "which is on record" exits 0 guard --json history --kind wipe
need "as one" json '[w["wipe_kind"] for w in d["history"]] == ["reload"]'
need "nothing is left to tell" exits 0 guard --json status

# a deny that no jail has made, with fail2ban there
need "a deny by hand" fwc --add-rich-rule="rule family=ipv4 source address=10.77.0.3 drop"
need "the guard has heard of it" within 8 snapshot_has_rules 1
f2b_up
need "the guard is killed" watch_kill
need "a reload" fwc --reload
need "ends the deny" not has_rule "rule family=ipv4 source address=10.77.0.3 drop"
watch_up
need "mail is open" within 3 mail_reachable
need "and he is kept away" within 20 is_shut_from 10.77.0.3 993
f2b_down

# what somebody removed before is back, too, as after a restart of firewalld; later it is not
need "removed while the guard looks" fwc --remove-service=smtp
need "it is heard" within 5 not snapshot_has public/service:smtp
watch_down
need "two reloads" fwc --reload
need "in a row" fwc --reload
watch_up
need "the rest is open again" within 3 is_open 993
need "and what was removed before is not" never 1 is_open 25
watch_kill
need "no reload" fwc --remove-service=imaps
need "but a ban" fwc --add-rich-rule='rule family="ipv4" source address="192.0.2.7" drop'
need "panic" fwc --panic-on
need "and its end" fwc --panic-off
watch_up
need "nobody can tell" within 5 said 'nobody can tell why.*service:imaps'
need "so it stays shut" never 1 is_open 993

# `restore` by hand, and what the default zone took along
need "restore brings it back" exits 0 guard restore
need "for a client" within 3 is_open 993
watch_kill
need "a reload" fwc --reload
need "restore says what it was" exits 0 guard --json restore
need "a reload" json 'd["kind"] == "reload"'
need "and mail is open" is_open 993
