# SPDX-License-Identifier: GPL-2.0-or-later
# A fresh server, on which mail and web are served and nothing is open: both guides in a few
# commands. What is set up outlives reloads and restarts, and a second time there is nothing to do.
. "$LAB_DIR/setup.sh"
systemd_up
before_setup
need "nothing is open" served_shut
need "there is something to do" exits 1 guard setup
need "a service is to be opened, which is served" out_has 'open imaps \(993/tcp\) in zone public, now and for good: .*listener.* serves it'
need "the watcher is to be started" out_has 'start the watcher now and at each boot'
need "of what many keep shut it says how" out_has 'pop3 \(110/tcp\) stays shut.*reload-guard setup pop3'
need "what no mail server needs is not named" not grep -q 2525 "$W/out"
need "it says how to do it" out_has 'reload-guard setup --apply'
guard --json setup >"$W/out"
need "in JSON, too" json '"public/service:imaps" in [s["item"] for s in d["steps"]] and not d["done"]'
need "nothing was changed" served_shut
need "nor written" stays_so

set_up --within 10m
need "what is done needs no reason" not grep -qE ': [a-z]+ serves it|would close' "$W/out" "$W/err"
need "all that is served is open" served_open
need "what many keep shut is not" is_shut 110 143
need "it asks for an answer" out_has 'undone at .*, unless you type'
need "as status does" exits 0 guard status
need "and says" out_has 'setup-waits: what .* waits for an answer, and is undone in'
need "the watcher runs" test -n "$(daemon_pid reload-guard)"
need "and will after a boot" enabled
need "somebody would undo it" armed
need "also after a boot" enabled reload-guard-rollback
need "one more has to wait" exits 0 guard setup
need "and says so" err_has 'is undone at .*setup --confirm; to undo it: reload-guard setup --rollback'
need "it is confirmed" exits 0 guard --json setup --confirm
need "in JSON, too" json 'd["stays"]'
need "nobody undoes it any more" not armed
need "nor after a boot" not enabled reload-guard-rollback
need "one answer is enough" exits 1 guard setup --confirm
need "a reload" fwc --reload
need "takes nothing" served_open
need "firewalld restarts" fw_down
fw_start
need "it is back" within 15 fw_running
need "and all is open" within 3 served_open
need "again there is nothing to do" exits 0 guard setup
need "which it says" out_has 'All is set up'
before_setup
need "nor is anything done" exits 0 guard setup --apply
need "or written" stays_so
need "one that is named" exits 1 guard setup pop3
set_up --within 10m pop3
need "is opened" is_open 110
need "that is confirmed, too" exits 0 guard setup --confirm
need "the history tells" exits 0 guard history --kind setup
need "what was done" out_has 'setup was confirmed'
# raw ports, as the first guide's administrators have opened them
fwc --remove-service=smtps && fwc --permanent --remove-service=smtps
fwc --add-port=465/tcp && fwc --permanent --add-port=465/tcp
set_up --within 10m
need "a service stands for the port" out_has 'take port 465/tcp out of zone public'
need "which is gone" not has_port 465/tcp
need "and open" is_open 465
need "also after a reload" fwc --reload
need "so it is" is_open 465
need "back it goes" exits 0 guard setup --rollback
need "to the port" has_port 465/tcp
need "and not the service" not has smtps
need "open" is_open 465
