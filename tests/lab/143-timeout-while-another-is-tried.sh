# SPDX-License-Identifier: GPL-2.0-or-later
# One item cannot be restored and is tried again for half a minute: that keeps another
# open no longer than its time.
need "a zone" fwc --permanent --new-zone=doomed
need "loaded" fwc --reload
watch_up
need "with a service of the runtime alone" fwc --zone=doomed --add-service=imaps
start=$(now_ms)
need "imap opens for eight seconds" fwc --add-service=imap --timeout=8
need "both are heard" within 5 snapshot_has doomed/service:imaps public/service:imap
need "the zone goes" rm /etc/firewalld/zones/doomed.xml
# firewalld's own timer outlives a reload, and would hide what is looked for
fw_down
fw_start
need "firewalld starts" within 15 fw_running
need "imap is open again" within 2 is_open 143
need "it is gone when its time is over" within 11 is_shut 143
took=$(($(now_ms) - start))
[ $took -ge 7500 ] || fail "it is gone after $took ms, before its time"
not said 'imaps could not be restored' || fail "the other was still tried then"
