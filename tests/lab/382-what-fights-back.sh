# SPDX-License-Identifier: GPL-2.0-or-later
# Something removes a required service as soon as it is back. It is put back, at last at a
# lower pace; that is said once, and who does it is named.
conf <<-X
	[guard]
	require = public/service:imaps, public/port:465/tcp
	settle-ms = 50
X
cat >"$W/bin/fw-clean.sh" <<-'X'
	#!/bin/bash
	# as somebody's cron job may do it
	while sleep 0.1; do firewall-cmd -q --remove-service=imaps; done
X
chmod +x "$W/bin/fw-clean.sh"
watch_up
need "what is required is there" within 5 has imaps
need "a removal by hand" fwc --zone=public --remove-port=465/tcp
need "is put on record with who made it" within 5 exits 0 guard history --kind intent-removed
need "by whom" out_has '465/tcp was removed on purpose by firewall-cmd \(pid [0-9]+\)'
need "it is back" within 5 has_port 465/tcp
fw-clean.sh &
CLEAN=$!
need "the fight is named" within 40 said 'error: public/service:imaps is removed again and again'
need "and who fights" said "is removed again and again, .*the last time by firewall-cmd \(pid [0-9]+\), called by fw-clean.sh \(pid $CLEAN\).*\. It is required"
need "the history has it" exits 0 guard history --kind breaker
need "with who fights" out_has "imaps was removed more than 6 times in 10 minutes, the last time by firewall-cmd .*called by fw-clean.sh \(pid $CLEAN\)"
lines=$(wc -l <"$W/watch.log")
# for a moment each time: who tries all the time gets in
probe_up 993 2 40
need "imaps still comes back" within 35 grep -qs " open " "$W/probe"
probe_down
pause 3 "for more of the fight"
[ "$(grep -c 'again and again' "$W/watch.log")" = 1 ] || fail "it is said once"
[ "$(wc -l <"$W/watch.log")" -le $((lines + 3)) ] || fail "and the log is not flooded"
need "the other required item is not held up" fwc --zone=public --remove-port=465/tcp
need "it is back at once" within 5 has_port 465/tcp
end_process "$CLEAN"
need "without what fights, imaps stays" within 20 has imaps
need "the watcher lives" watching
