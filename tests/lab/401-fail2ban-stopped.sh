# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban is stopped for longer, its folder with it, as systemd does it; and it comes back.
f2b_up
watch_up
last_says() { guard --json history --kind fail2ban >"$W/out" 2>/dev/null && json "len(d['history']) == $1 and '$2' in d['history'][-1]['text']" >/dev/null; }
state_is() { guard --json status >"$W/out" 2>/dev/null; json "d['fail2ban']['state'] == '$1'" >/dev/null; }
need "it is found running" within 5 said 'fail2ban is running'
f2b_down
rmdir /run/fail2ban
need "it is seen at once" within 3 state_is stopped
need "it is told" within 12 last_says 1 'was stopped'
mkdir /run/fail2ban
f2b_start
need "and that it was started" within 5 last_says 2 'was started; it was away for'
f2b_kill
need "a dead server's socket is no server" state_is crashed
need "a crash is told" within 12 last_says 3 'crashed'
