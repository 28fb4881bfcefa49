# SPDX-License-Identifier: GPL-2.0-or-later
# A silence of firewalld's whose end nobody saw, since the watcher was killed meanwhile, is over
# once the next watcher has an answer: it is not the silence of later.
silent() { guard history --kind firewalld-silent --limit 1 | grep -q 'does not answer'; }
answered() { guard history --kind firewalld-answers --limit 1 | grep -q 'answers again'; }
watch_up
mail_open
mail_heard
kill -STOP "$FW"
: >/etc/firewalld/services/nudge # which it is asked about
need "the watcher says that it does not answer" within 40 silent
watch_kill
kill -CONT "$FW"
watch_up
need "the next one puts on record that it does" within 10 answered
began=$(date +%s)
kill -STOP "$FW"
need "silent again, status is in doubt" exits 3 guard status
since=$(sed -n 's/.*does not answer since \([0-9-]* [0-9:]*\).*/\1/p' "$W/out" "$W/err" | head -n 1)
kill -CONT "$FW"
need "it does not say since when it was silent before" \
	eval '[ -z "$since" ] || [ "$(date -d "$since" +%s)" -ge $((began - 1)) ]'
rm /etc/firewalld/services/nudge
