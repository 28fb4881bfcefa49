# SPDX-License-Identifier: GPL-2.0-or-later
# `restore` without a watcher; with --dry-run it only says what it would do.
watch_up
mail_open
need "the guard ends" watch_down
need "the reload" fwc --reload
need "nobody restores" never 1 is_open 993
need "the dry run" exits 0 guard restore --dry-run
need "names imaps" out_has 'public/service:imaps'
need "and changes nothing" not has imaps
need "on the wire neither" is_shut 993
need "restore" exits 0 guard restore
need "opens imaps" is_open 993
need "and all others" mail_reachable
need "a second restore has nothing to do" exits 0 guard restore
need "with nothing on record" exits 0 guard --state "$W/new" restore
need "that is not taken for nothing missing" err_has 'unknown what was open before'
need "nor the second time, when there is a store" exits 0 guard --state "$W/new" restore
need "is it" err_has 'unknown what was open before'
need "the history" exits 0 guard history
need "names what was restored" out_has 'public/service:imaps'
