# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of fail2ban is in the history: a restart is one event, and a reload is none.
f2b_up
watch_up
events() { guard --json history --kind fail2ban >"$W/out" 2>/dev/null; }
n_events() { events || echo "{\"history\": []}" >"$W/out"; json "len(d['history']) == $1" >/dev/null; }
last_says() { events && json "len(d['history']) > 0 and '$1' in d['history'][-1]['text']" >/dev/null; }
need "it is found running" within 5 said 'fail2ban is running'
need "jails are reloaded" f2b reload
need "and that is no event" never 1 not n_events 0

f2b_down
f2b_start
need "stopped and started at once, it was restarted" within 5 last_says 'was restarted, which took'
need "which is one event" n_events 1

f2b_kill
rm -f /run/fail2ban/fail2ban.pid
fail2ban-server -x -f start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "killed and started at once, it crashed" within 10 last_says 'crashed and was restarted'
need "which is one event too" n_events 2
complained() { grep -E 'ERROR|is locked' "$W/fail2ban.log" | grep -qv 'already running'; }
need "fail2ban never complained of what it was asked" not complained
need "the watcher ends" watch_down
