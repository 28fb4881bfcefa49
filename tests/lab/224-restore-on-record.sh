# SPDX-License-Identifier: GPL-2.0-or-later
# After a `restore` by hand, without a watcher, the state is on record: what somebody removes then was
# removed, for the next watcher, too. What only pretends, fails or is not whole leaves the record as it
# was.
last() { guard --json snapshot list >"$W/last" && json 'max(s["last_good"] or "" for s in d["snapshots"])' "$W/last"; }
stays_so() { [ "$(last)" = "$before" ]; }
gone_unseen() { # SERVICE...: the watcher ends, a reload drops them
	need "the guard ends" watch_down
	need "the reload" fwc --reload
	before=$(last)
}
watch_up
mail_open
mail_heard
gone_unseen
need "the dry run" exits 0 guard restore --dry-run
need "stores nothing" stays_so
need "restore" exits 0 guard restore
need "opens imaps" is_open 993
need "and puts that on record" not stays_so
need "somebody removes imaps" fwc --remove-service=imaps
watch_up
need "which stays removed" never 3 has imaps
need "the rest is there" is_open 465
need "a reload" fwc --reload
need "after which it is there again" within 10 is_open 465
need "and imaps is not" never 2 has imaps

need "a service of somebody's own" sh -c 'echo "<service><port port=\"2525\" protocol=\"tcp\"/></service>" >/etc/firewalld/services/own.xml'
need "is loaded" fwc --reload
need "mail is back" within 10 is_open 465
need "it is open" fwc --add-service=own
need "which is heard" within 5 snapshot_has public/service:own
gone_unseen
rm /etc/firewalld/services/own.xml
need "nothing of it is loaded" fwc --reload
need "a restore that is not whole" exits 1 guard restore
need "brings back the rest" is_open 465
need "and leaves the record as it was" stays_so
need "smtps is removed after it" fwc --remove-service=smtps

need "firewalld fails" file_refused
need "to start" fw_down
fw_start
need "it has" within 15 fw_failed
need "a restore" exits 3 guard restore
need "leaves the record as it was" stays_so
