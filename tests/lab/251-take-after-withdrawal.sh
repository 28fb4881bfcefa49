# SPDX-License-Identifier: GPL-2.0-or-later
# What left the permanent configuration while no watcher ran was removed on purpose: it
# is no reason to doubt a state that is taken by hand afterwards.
need "pop3s and imaps are permanent" fwc --permanent --add-service=pop3s --add-service=imaps
need "and loaded" fwc --reload
watch_up
need "the guard ends" watch_down
need "both are removed from the permanent configuration" \
	fwc --permanent --remove-service=pop3s --remove-service=imaps
need "the reload" fwc --reload
need "smtp comes at run time" fwc --add-service=smtp --add-service=imaps
need "the state is taken" guard --json snapshot take >"$W/out"
need "as a good one" json 'd["good"]'
need "a reload" fwc --reload
need "restore" exits 0 guard restore
need "brings back what was there" has smtp
need "imaps as well, which had come back" has imaps
need "and not what was removed" not has pop3s
# what may have been lost is a doubt
need "smtp goes unseen" fwc --remove-service=smtp
need "the state is taken" guard --json snapshot take >"$W/out"
need "and not as a good one" not json 'd["good"]'
