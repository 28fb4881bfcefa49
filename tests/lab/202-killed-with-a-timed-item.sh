# SPDX-License-Identifier: GPL-2.0-or-later
# Killed after it has put back a timed item, and before a snapshot says that it is the
# guard who ends it: the next one knows it from the journal, after a reload and a restart.
need "a zone" fwc --permanent --new-zone=doomed
need "loaded" fwc --reload
need "saved" cp /etc/firewalld/zones/doomed.xml "$W/doomed.xml"

# round WIPE...
round() {
	local start took
	need "a service that cannot be restored keeps the guard from settling" fwc --zone=doomed --add-service=imaps
	start=$(now_ms)
	need "imap opens for sixteen seconds" fwc --add-service=imap --timeout=16
	need "both are heard" within 5 snapshot_has doomed/service:imaps public/service:imap
	need "the zone goes" rm /etc/firewalld/zones/doomed.xml
	"$@"
	need "imap is open again" within 3 is_open 143
	watch_kill
	pause 0.2 "with nobody there"
	watch_up
	[ $(($(now_ms) - start)) -lt 15000 ] || fail "this machine is too slow for this scenario"
	need "imap is still open" is_open 143
	need "it is gone when its time is over" within 20 is_shut 143
	took=$(($(now_ms) - start))
	[ $took -ge 15500 ] || fail "it is gone after $took ms, before its time"
	need "firewalld has not got it" not has imap
	need "the guard stops" watch_down
}
again() {
	fw_down
	fw_start
	need "firewalld starts" within 15 fw_running
}

watch_up
round need "the reload" fwc --reload
cp "$W/doomed.xml" /etc/firewalld/zones/
need "the zone is back" fwc --reload
watch_up
round again
