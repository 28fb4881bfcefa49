# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld hangs, and reloads when it goes on: nothing is learned or given up from what is known
# in part meanwhile.
watch_up
mail_open
mail_heard
kill -STOP "$FW"
reload_fast
need "the kernel keeps its rules meanwhile" stays 15 is_open 25
need "the watcher says that it waits" within 30 said 'firewalld does not answer; waiting'
kill -CONT "$FW"
need "what was open is open again" within 10 mail_reachable
need "and nothing was given up" not said "gave up|[Rr]emoved (it )?from the permanent"
