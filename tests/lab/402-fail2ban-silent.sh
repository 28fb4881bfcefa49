# SPDX-License-Identifier: GPL-2.0-or-later
# A fail2ban that is there and does not answer is neither stopped nor empty, and the watcher
# says so once, and when it answers again.
f2b_up
watch_up
last_says() { guard --json history --kind fail2ban >"$W/out" 2>/dev/null && json "len(d['history']) == $1 and '$2' in d['history'][-1]['text']" >/dev/null; }
need "it is found running" within 5 said 'fail2ban is running'
kill -STOP "$F2B"
touch /run/fail2ban/nudge # else it would be looked at within half a minute
need "its silence is told" within 25 last_says 1 'does not answer'
kill -CONT "$F2B"
need "and its end" within 15 last_says 2 'answers again'
need "and that it was never stopped" not said 'stopped|crashed|restarted'
