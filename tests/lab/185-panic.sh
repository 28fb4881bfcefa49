# SPDX-License-Identifier: GPL-2.0-or-later
# In panic mode firewalld refuses everything, however long it lasts: what a reload took
# meanwhile comes back as soon as it ends.
watch_up
mail_open
mail_heard
need "panic mode" fwc --panic-on
need "a reload" fwc --reload
need "the guard says that it waits" within 5 said 'panic mode; waiting'
need "it waits, and lives" stays 2 watching
need "panic mode ends" fwc --panic-off
need "mail is back at once" within 2 mail_reachable
# it is put back by the end of panic mode, not by a try that happens to come then
tried() { guard history --kind restore | grep -c 'imaps .*PANIC_MODE'; }
[ "$(tried)" = 1 ] || fail "it was tried $(tried) times"
need "the guard still runs" watching
need "panic mode again" fwc --panic-on
guard restore >"$W/out" 2>"$W/err"
need "restore by hand says what to type" err_has 'panic mode and drops everything; end it with: firewall-cmd --panic-off'
need "panic mode ends" fwc --panic-off
